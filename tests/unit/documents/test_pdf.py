import pytest
from reportlab.pdfgen.canvas import Canvas

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.parse.kinds import PDF
from catalystindex.model.errors import (
    CorruptDocument,
    DocumentError,
    DocumentTooLarge,
    DocumentWithoutText,
    EncryptedDocument,
)
from support.documents import (
    assert_blocks_partition,
    block_texts,
    lines,
    parse,
    parse_pdf,
    paths,
    pdf_bytes,
    together,
)

BODY = [f"Line {n} of a paragraph about customers who pay in cash." for n in range(8)]
REPORT = pdf_bytes(
    together(
        lines("Annual report", size=24, top=780),
        lines("Findings", size=16, top=720),
        lines(*BODY, top=690),
    ),
    together(lines("Measures", size=16, top=780), lines("Staff were trained.", top=740)),
    title="Report  2025",
)


def test_larger_type_makes_headings_and_the_tallest_is_the_top() -> None:
    parsed = parse_pdf(REPORT)
    assert parsed.title == "Report 2025"
    assert block_texts(parsed, "heading") == ["Annual report", "Findings", "Measures"]
    assert paths(parsed)[2] == ("Annual report", "Findings")
    assert paths(parsed)[-1] == ("Annual report", "Measures")
    assert_blocks_partition(parsed)


def test_pages_are_kept() -> None:
    parsed = parse_pdf(REPORT)
    assert parsed.pages == 2
    assert [block.page for block in parsed.blocks] == [1, 1, 1, 2, 2]


def test_lines_of_one_paragraph_stay_together_and_a_gap_parts_them() -> None:
    page = together(lines("one", "two", top=700), lines("three", top=600))
    assert block_texts(parse_pdf(pdf_bytes(page))) == ["one\ntwo", "three"]


def test_a_paragraph_ends_with_its_page() -> None:
    parsed = parse_pdf(pdf_bytes(lines("one", top=60), lines("two")))
    assert [(b.page, parsed.text[b.start : b.end]) for b in parsed.blocks] == [
        (1, "one"),
        (2, "two"),
    ]


def test_type_of_one_size_makes_no_headings() -> None:
    parsed = parse_pdf(pdf_bytes(lines(*BODY)))
    assert block_texts(parsed, "heading") == []
    assert parsed.title is None


def test_a_long_passage_in_large_type_is_no_heading() -> None:
    notice = lines(*["An important notice in rather large type"] * 8, size=18, top=780)
    body = lines(*BODY * 2, top=500)
    parsed = parse_pdf(pdf_bytes(together(notice, body)))
    assert block_texts(parsed, "heading") == []


def test_a_protected_file_asks_for_its_password() -> None:
    with pytest.raises(EncryptedDocument):
        parse_pdf(pdf_bytes(lines("secret"), password="open sesame"))


@pytest.mark.parametrize("data", [b"%PDF-1.7\n", b"%PDF-1.4\ngarbage" * 50, REPORT[:60]])
def test_a_damaged_file_is_damaged(data: bytes) -> None:
    with pytest.raises(CorruptDocument):
        parse_pdf(data)


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.9])
def test_a_file_cut_off_gives_text_or_a_typed_error(keep: float) -> None:
    try:
        assert parse_pdf(REPORT[: int(len(REPORT) * keep)]).text
    except DocumentError:
        return


def test_pictures_of_pages_are_named_as_a_scan() -> None:
    def picture(canvas: Canvas) -> None:
        canvas.rect(100, 100, 300, 300, fill=1)

    with pytest.raises(DocumentWithoutText, match="None of the 2 pages"):
        parse_pdf(pdf_bytes(picture, picture))


def test_more_pages_than_allowed_are_refused() -> None:
    data = pdf_bytes(lines("one"), lines("two"), lines("three"))
    assert parse(data, PDF, LimitsSettings(max_pages=3)).pages == 3
    with pytest.raises(DocumentTooLarge) as refused:
        parse(data, PDF, LimitsSettings(max_pages=2))
    assert refused.value.context["limit"] == 2


def mapped_pdf(unicode_hex: str) -> bytes:
    """Return a PDF that shows ``AxB``, whose font says that ``x`` stands for other characters."""
    cmap = (
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> "
        "endcodespacerange 3 beginbfchar <41> <0041> "
        f"<78> <{unicode_hex}> <42> <0042> endbfchar endcmap end"
    )
    resources = "/Resources << /Font << /F1 5 0 R >> >>"
    shown = "BT /F1 12 Tf 72 720 Td (AxB) Tj ET"
    objects = [
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R {resources} >>",
        f"<< /Length {len(shown)} >>\nstream\n{shown}\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 6 0 R >>",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
    ]
    body = "%PDF-1.4\n"
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(body))
        body += f"{number} 0 obj\n{content}\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    trailer = f"trailer << /Size 7 /Root 1 0 R >>\nstartxref\n{len(body)}\n%%EOF\n"
    return f"{body}xref\n0 7\n0000000000 65535 f \n{table}{trailer}".encode("ascii")


@pytest.mark.parametrize(
    ("unicode_hex", "shown"),
    [("00E9", "é"), ("6F22", "漢"), ("00660069", "fi"), ("D83DDE00", "\N{GRINNING FACE}")],
    ids=["accent", "cjk", "ligature", "beyond-the-basic-plane"],
)
def test_characters_are_what_the_font_says(unicode_hex: str, shown: str) -> None:
    assert parse_pdf(mapped_pdf(unicode_hex)).text == f"A{shown}B"
