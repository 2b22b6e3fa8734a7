"""Recognition with the real models: pictures that lie on their side, lean, or hold no letters."""

import math
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from catalystindex.documents.ocr.base import Recognised, RecognisedLine
from catalystindex.documents.ocr.lazy import LazyRecogniser
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import JPEG, PNG, TIFF
from catalystindex.documents.parse.pdf.geometry import Frame
from catalystindex.documents.parse.pictures import leaning, recognised_words
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import DocumentWithoutText
from support.documents import REGISTRY, together
from support.pdfs import (
    PROSE,
    assert_sound,
    column,
    made_pdf,
    noise,
    picture_bytes,
    read_pdf,
    scan,
    shown_picture,
)

LINES = (
    "The customer paid forty thousand in cash",
    "and asked for three transfers on one day.",
    "A cousin who lives abroad was to receive them.",
    "The branch wrote a report to the unit.",
    "Harbour Trading Ltd was named as the payer.",
)
NEEDED = 0.9
"""Share of the words that must be read rightly."""


@pytest.fixture(scope="module")
def recogniser() -> LazyRecogniser:
    return LazyRecogniser(2)


def share_read(text: str, lines: tuple[str, ...] = LINES) -> float:
    """Return the share of words that are there, in their order (longest common subsequence)."""
    wanted, found = " ".join(lines).split(), text.split()
    table = np.zeros((len(wanted) + 1, len(found) + 1), np.int64)
    for at, word in enumerate(wanted):
        for to, other in enumerate(found):
            same = word.strip(".,") == other.strip(".,")
            table[at + 1, to + 1] = max(table[at, to + 1], table[at + 1, to], table[at, to] + same)
    return float(table[-1, -1]) / len(wanted)


def read(
    image: Image.Image, kind: str, recogniser: LazyRecogniser, **how: object
) -> ParsedDocument:
    data = picture_bytes(image, {PNG: "PNG", JPEG: "JPEG", TIFF: "TIFF"}[kind], **how)
    parsed = REGISTRY.parse(data, kind, ParseContext(recogniser=recogniser))
    assert_sound(parsed)
    return parsed


@pytest.mark.slow
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
def test_a_picture_is_read_whichever_way_it_lies(turn: int, recogniser: LazyRecogniser) -> None:
    lying = scan(*LINES).rotate(-turn, expand=True)
    parsed = read(lying, PNG, recogniser, dpi=(150, 150))
    assert share_read(parsed.text) >= NEEDED
    page = parsed.page_readings[0]
    assert (page.width, page.height) == pytest.approx(
        (lying.width * 0.48, lying.height * 0.48), abs=0.1
    )
    assert page.confidence is not None
    assert page.confidence > 0.8
    first = parsed.blocks[0].boxes[0]
    middle = ((first.left + first.right) / 2 / page.width, (first.top + first.bottom) / 2)
    text_is_above = {0: middle[1] < page.height / 2, 180: middle[1] > page.height / 2}
    text_is_above |= {90: middle[0] > 0.5, 270: middle[0] < 0.5}
    assert text_is_above[turn]


@pytest.mark.slow
@pytest.mark.parametrize("lean", [4.0, -4.0])
def test_a_picture_that_leans_is_read_line_by_line(lean: float, recogniser: LazyRecogniser) -> None:
    assert share_read(read(scan(*LINES, lean=lean), PNG, recogniser).text) >= NEEDED


@pytest.mark.slow
def test_pictures_of_any_kind_are_read(recogniser: LazyRecogniser) -> None:
    page = scan(*LINES, size=(1000, 560), letters=32)
    grey = Image.fromarray(np.asarray(page.convert("L"), np.uint16) * 200)
    clear = Image.new("RGBA", page.size, (0, 0, 0, 0))
    clear.paste((0, 0, 0, 255), mask=page.convert("L").point(lambda value: 255 - value))
    assert share_read(read(page.convert("CMYK"), JPEG, recogniser, quality=90).text) >= NEEDED
    assert share_read(read(grey, PNG, recogniser).text) >= NEEDED
    assert share_read(read(clear, PNG, recogniser).text) >= NEEDED


@pytest.mark.slow
def test_a_fax_of_two_pages_is_read_in_order(recogniser: LazyRecogniser) -> None:
    first = scan(*LINES[:3]).convert("1")
    second = scan(*LINES[3:]).convert("1")
    parsed = read(
        first,
        TIFF,
        recogniser,
        save_all=True,
        append_images=[second],
        compression="group4",
        dpi=(150, 150),
    )
    assert parsed.pages == 2
    assert [page.state for page in parsed.page_readings] == ["ocr", "ocr"]
    assert share_read(parsed.text) >= NEEDED


@pytest.mark.slow
def test_a_fax_of_unlike_resolutions_is_read(recogniser: LazyRecogniser) -> None:
    """Faxes have half as many dots down as across: 204 by 98 to the inch."""
    page = scan(*LINES, size=(1728, 1144), letters=44)
    fax = page.resize((1728, 572)).convert("1")
    parsed = read(fax, TIFF, recogniser, compression="group4", dpi=(204, 98))
    assert share_read(parsed.text) >= NEEDED
    reading = parsed.page_readings[0]
    assert reading.width / reading.height == pytest.approx(1728 / 204 * 98 / 572, rel=0.02)


@pytest.mark.slow
@pytest.mark.parametrize("image", [noise(), Image.new("RGB", (600, 400), "white")])
def test_pictures_without_letters_hold_no_text(
    image: Image.Image, recogniser: LazyRecogniser
) -> None:
    with pytest.raises(DocumentWithoutText):
        read(image, PNG, recogniser)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["CMYK", "1"])
def test_a_scan_inside_a_pdf_is_read_and_its_pages_of_text_are_not(
    mode: str, recogniser: LazyRecogniser
) -> None:
    image = scan(*LINES).convert(mode)
    kind = "JPEG" if mode == "CMYK" else "PNG"
    stored = Image.open(BytesIO(picture_bytes(image, kind)))
    shown = shown_picture(stored, 0, 200, 612, 395)
    parsed = read_pdf(made_pdf(column(PROSE, 72, 700, 460), together(shown)), recogniser)
    assert [page.state for page in parsed.page_readings] == ["text", "ocr"]
    assert parsed.text.startswith(PROSE.strip())
    assert share_read(parsed.text[len(PROSE) :]) >= NEEDED
    assert_sound(parsed)


# --- without the models -----------------------------------------------------


@pytest.mark.parametrize("turned", [0, 90, 180, 270])
def test_lines_of_a_turned_picture_are_placed_on_it_as_it_was_given(turned: int) -> None:
    """The upright picture is 100 wide and 50 high, with a line at its top left corner."""
    line = RecognisedLine("one  line", 0.9, 10, 5, 60, 15)
    (word,) = recognised_words(Recognised((line,), 100, 50, turned), 2.0).words
    place = {
        0: Frame(10, 5, 60, 15),
        90: Frame(5, 40, 15, 90),  # turned clockwise to be upright: its text runs upwards
        180: Frame(40, 35, 90, 45),
        270: Frame(35, 10, 45, 60),
    }[turned]
    assert Frame(word.left / 2, word.top / 2, word.right / 2, word.bottom / 2) == place
    assert word.text == "one line"
    assert word.turned == (360 - turned) % 360
    assert word.size == 20


def test_specks_and_blanks_are_no_words() -> None:
    lines = (RecognisedLine("x", 0.49, 0, 0, 9, 9), RecognisedLine("  ", 0.9, 0, 0, 9, 9))
    assert recognised_words(Recognised(lines, 10, 10), 1).words == ()


def test_a_leaning_rectangle_is_the_one_around_it() -> None:
    level = Frame(200, 390, 400, 400)
    assert leaning(level, 0.0, 600, 800) == level
    leant = leaning(level, math.radians(90), 600, 800)
    assert (leant.left, leant.top, leant.right, leant.bottom) == pytest.approx((300, 300, 310, 500))
