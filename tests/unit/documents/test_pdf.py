"""PDF documents as the product reads them; the parts of the parser have tests in ``pdf/``."""

import pytest
from reportlab.pdfgen.canvas import Canvas

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.parse.kinds import PDF
from catalystindex.model.errors import (
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
    page = together(lines(*BODY[:2], top=700), lines(BODY[2], top=600))
    assert block_texts(parse_pdf(pdf_bytes(page))) == [f"{BODY[0]} {BODY[1]}", BODY[2]]


def test_a_sentence_that_is_over_ends_its_paragraph_with_its_page() -> None:
    parsed = parse_pdf(pdf_bytes(lines("That was one.", top=60), lines("This is two.", top=700)))
    assert [(b.page, parsed.text[b.start : b.end]) for b in parsed.blocks] == [
        (1, "That was one."),
        (2, "This is two."),
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
