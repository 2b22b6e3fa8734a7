"""Headings by size, by weight, and what is none."""

import pytest

from catalystindex.documents.parse.pdf.geometry import Line, Word
from catalystindex.documents.parse.pdf.headings import HeadingLevels
from support.documents import block_texts, paths, together
from support.pdfs import PROSE, column, made_pdf, put, read_pdf, words_at


def line(text: str, size: float = 10, *, bold: bool = False) -> Line:
    return Line(tuple(words_at(0, 0, text, size, bold=bold)))


def words(*lines: Line) -> list[Word]:
    return [word for one in lines for word in one.words]


BODY = [line(PROSE)] * 5


@pytest.mark.parametrize(
    ("candidate", "level"),
    [
        (line("Findings", 16), 1),
        (line("Cash payments", 12), 2),
        (line("Of one day", 10, bold=True), 3),
        (line("Only text", 10), None),
        (line("A footnote", 7), None),
        (line("123 456", 16), None),
        (line("Findings " + ". " * 10 + "7", 16), None),
        (line("Name ______________", 12), None),
        (line("word " * 60, 16), None),
        (line("In this larger sentence there is something said, and it ends so.", 12), None),
    ],
)
def test_levels(candidate: Line, level: int | None) -> None:
    styles = [line("Findings", 16), line("Cash payments", 12), line("Of one day", 10, bold=True)]
    assert HeadingLevels(words(*BODY, *styles)).level([candidate]) == level


def test_bold_is_no_heading_where_much_of_the_body_is_bold() -> None:
    mixed = [line(PROSE)] * 2 + [line(PROSE, bold=True)] * 2
    assert HeadingLevels(words(*mixed)).level([line("Of one day", bold=True)]) is None


def test_lines_set_differently_are_no_heading() -> None:
    levels = HeadingLevels(words(*BODY, line("Findings", 16), line("Cash", 12)))
    assert levels.level([line("Findings", 16), line("Findings", 16)]) == 1
    assert levels.level([line("Findings", 16), line("Cash", 12)]) is None


def test_a_document_without_lines_has_no_headings() -> None:
    assert HeadingLevels([]).level([line("Findings", 16)]) is None


def test_sections_follow_headings_by_size_and_by_weight() -> None:
    first = together(
        put((72, 750, "Annual report"), size=22),
        put((72, 715, "Findings"), size=15),
        put((72, 690, "Cash"), size=10, font="Helvetica-Bold"),
        column(PROSE, 72, 670, 460),
        put((72, 560, "Gold"), size=10, font="Helvetica-Bold"),
        column(PROSE, 72, 540, 460),
    )
    second = together(put((72, 680, "Measures"), size=15), column(PROSE, 72, 650, 460))
    parsed = read_pdf(made_pdf(first, second))
    assert block_texts(parsed, "heading") == [
        "Annual report",
        "Findings",
        "Cash",
        "Gold",
        "Measures",
    ]
    assert paths(parsed)[-1] == ("Annual report", "Measures")
    sections = [section for section in parsed.sections if section.heading_path[-1] == "Gold"]
    assert sections[0].heading_path == ("Annual report", "Findings", "Gold")
    assert parsed.text[sections[0].start : sections[0].end].startswith("Gold\n\nThe customer")
    assert (sections[0].first_page, sections[0].last_page) == (1, 1)
    assert parsed.sections[-1].first_page == 2


def test_a_heading_of_two_lines_is_one() -> None:
    page = together(
        put((72, 740, "What was found out about the payments"), size=18),
        put((72, 718, "that were made in cash over the counter"), size=18),
        column(PROSE * 2, 72, 660, 460),
    )
    assert block_texts(read_pdf(made_pdf(page)), "heading") == [
        "What was found out about the payments that were made in cash over the counter"
    ]
