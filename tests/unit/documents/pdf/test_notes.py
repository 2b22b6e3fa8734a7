"""Notes on a page are read, at their place; what is shown already is not said twice."""

from io import BytesIO

import pypdfium2 as pdfium
import pytest
from reportlab.pdfgen.canvas import Canvas

from catalystindex.config.sections import ParsingSettings
from catalystindex.documents.parse.builtin import load_registry
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import PDF
from support.documents import together
from support.pdfs import made_pdf, put, read_pdf

HEADERS = ("CHAPTER 1. OF RIVERS", "1.1. THE RIVERS FIRST")


def noted(*texts: str) -> bytes:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "The account was opened in March.")
        for at, text in enumerate(texts):
            place = [300, 600 - 40 * at, 340, 630 - 40 * at]
            canvas.textAnnotation(text, Rect=place, addtopage=1)

    return made_pdf(draw)


def test_a_note_is_read_where_it_stands() -> None:
    parsed = read_pdf(noted("Ask for the contract.", "Who signed?"))
    notes = [block for block in parsed.blocks if "Note: " in parsed.text[block.start : block.end]]
    texts = [parsed.text[block.start : block.end] for block in notes]
    assert texts == ["Note: Ask for the contract.", "Note: Who signed?"]
    assert all(block.page == 1 and block.boxes for block in notes)


def test_a_note_that_says_what_the_page_shows_is_not_said_twice() -> None:
    parsed = read_pdf(noted("The account was opened in March."))
    assert parsed.text.count("The account was opened in March.") == 1


def test_a_document_is_not_named_by_a_file_inside() -> None:
    document = pdfium.PdfDocument(made_pdf(put((72, 700, "see the file inside, please"))))
    document.new_attachment("terms.txt").set_data(b"The terms of the account.")  # type: ignore[attr-defined]
    out = BytesIO()
    document.save(out)  # type: ignore[attr-defined]
    parsed = load_registry(ParsingSettings()).parse(out.getvalue(), PDF, ParseContext())
    assert "The terms of the account." in parsed.text
    assert parsed.attachments[0].media_type == "text/plain"
    assert parsed.title is None


@pytest.mark.parametrize("first", [0, 1])
def test_headers_of_left_and_right_pages_are_found_chapter_by_chapter(first: int) -> None:
    body = put((72, 500, "Water rose in the town, and nobody had been told of it."))
    pages = [
        together(put((72, 735, HEADERS[number % 2])), put((520, 735, str(number + 2))), body)
        for number in range(first, first + 8)
    ]
    plain = [together(put((72, 735, f"Plate of {word}")), body) for word in ("rain", "ice", "snow")]
    parsed = read_pdf(made_pdf(*pages, *plain))
    assert all(header not in parsed.text for header in HEADERS)
    assert all(f"Plate of {word}" in parsed.text for word in ("rain", "ice", "snow"))
