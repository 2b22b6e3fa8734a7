"""Title, author, dates and language as the file states them."""

import pytest

from support.pdfs import assembled, read_pdf

SHOWN = "BT /F1 12 Tf 72 700 Td (Text) Tj ET"


def stated(info: str, catalogue: str = "") -> bytes:
    """Return a PDF with an information dictionary."""
    data = assembled(
        f"<< /Type /Catalog /Pages 2 0 R {catalogue} >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        f"<< /Length {len(SHOWN)} >>\nstream\n{SHOWN}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< {info} >>",
    )
    return data.replace(b"/Root 1 0 R", b"/Root 1 0 R /Info 6 0 R")


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("D:20250317101530+02'00'", "2025-03-17T10:15:30+02:00"),
        ("D:20250317101530+0200", "2025-03-17T10:15:30+02:00"),
        ("D:20250317101530-05'30", "2025-03-17T10:15:30-05:30"),
        ("D:20250317101530Z", "2025-03-17T10:15:30Z"),
        ("D:20250317101530Z00'00'", "2025-03-17T10:15:30Z"),
        ("D:20250317101530", "2025-03-17T10:15:30-00:00"),
        ("20250317", "2025-03-17T00:00:00-00:00"),
        ("D:2025", "2025-01-01T00:00:00-00:00"),
        ("D:20251399", None),
        ("D:20250230", None),
        ("D:20250317101530+99'99'", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_are_moments_or_nothing(written: str, moment: str | None) -> None:
    facts = read_pdf(stated(f"/CreationDate ({written}) /ModDate ({written})")).facts
    assert (facts.created, facts.modified) == (moment, moment)


def test_author_and_subject_are_as_stated() -> None:
    facts = read_pdf(stated("/Author (  Ana   Example ) /Subject (Cash)")).facts
    assert (facts.author, facts.subject) == ("Ana Example", "Cash")


@pytest.mark.parametrize("nobody", ["", "(anonymous)", "Untitled", "(unspecified)"])
def test_what_programs_write_when_they_know_nothing_is_nothing(nobody: str) -> None:
    escaped = nobody.replace("(", "\\(").replace(")", "\\)")
    parsed = read_pdf(stated(f"/Author ({escaped}) /Title ({escaped})"))
    assert parsed.facts.author is None
    assert parsed.title is None


@pytest.mark.parametrize("title", ["Microsoft Word - memo.doc", "memo.docx", "scan0001.pdf"])
def test_a_file_name_is_no_title(title: str) -> None:
    assert read_pdf(stated(f"/Title ({title})")).title is None


def test_letters_beyond_latin_are_read() -> None:
    author = "\ufeffAna \u0130nce".encode("utf-16-be").hex()
    assert read_pdf(stated(f"/Author <{author}>")).facts.author == "Ana \u0130nce"


@pytest.mark.parametrize("bad", ["<FEFFD83D>", "<FEFF00>", "<FEFF>", "42", "[1 2]", "<80FFFE>"])
def test_broken_strings_do_no_harm(bad: str) -> None:
    assert read_pdf(stated(f"/Author {bad} /Title {bad} /CreationDate {bad}")).text == "Text"


@pytest.mark.parametrize(
    ("written", "tag"),
    [("(en-us)", "en-US"), ("(de)", "de"), ("(x)", None), ("()", None), ("(12-34)", None)],
)
def test_the_language_is_a_tag(written: str, tag: str | None) -> None:
    facts = read_pdf(stated("", f"/Lang {written}")).facts
    assert facts.language == tag or facts.language_found
    assert tag is None or facts.language == tag
