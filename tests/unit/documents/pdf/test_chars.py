"""Characters to words: which belong together, where they stand, and which letters they are."""

import pypdfium2 as pdfium
import pytest
from reportlab.pdfgen.canvas import Canvas

from catalystindex.documents.parse.pdf.chars import page_words, unmapped_share, view_of
from catalystindex.documents.parse.pdf.geometry import Word
from support.pdfs import lost, made_pdf, mapped_pdf, put, raw_pdf, read_pdf


def words_of(data: bytes) -> list[Word]:
    document = pdfium.PdfDocument(data)
    page = document[0]
    text_page = page.get_textpage()
    found = page_words(text_page, view_of(page))
    text_page.close()
    document.close()
    return found


def unmapped(data: bytes) -> float:
    document = pdfium.PdfDocument(data)
    text_page = document[0].get_textpage()
    share = unmapped_share(text_page)
    text_page.close()
    document.close()
    return share


def test_words_have_their_place_size_and_weight() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica-Bold", 20)
        canvas.drawString(100, 700, "Big")
        canvas.setFont("Times-Roman", 8)
        canvas.drawString(100, 600, "small print")

    big, small, last = words_of(made_pdf(draw))
    assert [word.text for word in (big, small, last)] == ["Big", "small", "print"]
    assert (big.size, small.size) == pytest.approx((20, 8))
    assert (big.bold, small.bold) == (True, False)
    assert (big.left, big.bottom) == pytest.approx((100, 792 - 700), abs=6)
    assert big.top < 92 < big.bottom
    assert small.right < last.left


def test_characters_far_apart_are_two_words_though_no_blank_is_between() -> None:
    content = b"BT /F1 12 Tf 72 700 Td [(left) -9000 (right)] TJ ET"
    assert [word.text for word in words_of(raw_pdf(content))] == ["left", "right"]


def test_letters_set_one_by_one_are_one_word() -> None:
    content = b"BT /F1 12 Tf 72 700 Td [(c) 30 (a) -40 (s) 20 (h)] TJ ET"
    assert [word.text for word in words_of(raw_pdf(content))] == ["cash"]


def test_letters_set_wide_stay_together_or_apart_but_are_all_there() -> None:
    data = raw_pdf(b"BT /F1 12 Tf 6 Tc 72 700 Td (CASH) Tj ET")
    assert lost(data, read_pdf(data)) == {}


@pytest.mark.parametrize(
    ("matrix", "turned"),
    [("1 0 0 1", 0), ("0 1 -1 0", 270), ("-1 0 0 -1", 180), ("0 -1 1 0", 90)],
)
def test_the_direction_of_reading_is_clockwise(matrix: str, turned: int) -> None:
    content = f"BT /F1 12 Tf {matrix} 300 400 Tm (Evidence) Tj ET".encode()
    assert {word.turned for word in words_of(raw_pdf(content))} == {turned}


def test_the_page_s_own_rotation_counts_as_well() -> None:
    words = words_of(made_pdf(put((72, 700, "Evidence")), rotate=90))
    assert [word.turned for word in words] == [90]


def test_places_are_of_the_crop_box() -> None:
    content = b"BT /F1 12 Tf 172 700 Td (Evidence) Tj ET"
    whole = words_of(raw_pdf(content))[0]
    cropped = words_of(raw_pdf(content, page="/CropBox [100 100 500 750]"))[0]
    assert (cropped.left, cropped.top) == pytest.approx((whole.left - 100, whole.top - 42))


@pytest.mark.parametrize(
    "shown",
    ["\u00e9", "\u6f22", "fi", "\N{GRINNING FACE}", "\u0130", "\u05d0", "a\u0301"],
    ids=[
        "accent",
        "cjk",
        "two-letters",
        "beyond-the-basic-plane",
        "turkish",
        "hebrew",
        "combining",
    ],
)
def test_characters_are_what_the_font_says(shown: str) -> None:
    assert read_pdf(mapped_pdf(shown)).text == f"A{shown}B"


@pytest.mark.parametrize("shown", ["\x00", "\ufeff", "\u200b", "\x07"])
def test_what_is_no_letter_does_no_harm(shown: str) -> None:
    text = read_pdf(mapped_pdf(shown)).text
    assert text.startswith("A")
    assert text.endswith("B")


def test_text_drawn_twice_for_weight_is_there_once() -> None:
    content = b"".join(
        b"BT /F1 12 Tf %.1f 700 Td (Hello world) Tj ET\n" % x for x in (72, 72.3, 72.6)
    )
    assert read_pdf(raw_pdf(content)).text == "Hello world"


def test_invisible_text_over_a_scan_is_text() -> None:
    assert read_pdf(raw_pdf(b"BT 3 Tr /F1 12 Tf 72 700 Td (Found) Tj ET")).text == "Found"


def test_the_share_of_unknown_letters() -> None:
    assert unmapped(made_pdf(put((72, 700, "Evidence")))) == 0
    assert unmapped(mapped_pdf("\ue001")) == pytest.approx(1 / 3)
    assert unmapped(raw_pdf(b"")) == 0


@pytest.mark.parametrize(
    "matrix",
    [
        "1e30 0 0 1e30 0 0",
        "0 0 0 0 0 0",
        "1e-30 0 0 1e-30 100 100",
        "1 0 0 1 1e38 1e38",
        "1e20 1e20 1e20 -1e20 5 5",
    ],
)
def test_absurd_matrices_do_not_hurt_the_text_beside_them(matrix: str) -> None:
    content = (
        f"BT /F1 12 Tf {matrix} Tm (Absurd) Tj ET BT /F1 12 Tf 1 0 0 1 72 700 Tm (Sound) Tj ET"
    )
    assert "Sound" in read_pdf(raw_pdf(content.encode())).text
