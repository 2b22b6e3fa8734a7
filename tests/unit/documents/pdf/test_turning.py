"""Text that is not upright, on pages shown in any direction."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from catalystindex.documents.parse.pdf.geometry import Frame
from catalystindex.documents.parse.pdf.turning import Turn, made_upright, main_direction
from support.documents import Draw, together
from support.pdfs import (
    PROSE,
    assert_sound,
    broken,
    column,
    lost,
    made_pdf,
    put,
    raw_pdf,
    read_pdf,
    word,
)

DEGREES = st.sampled_from([0, 90, 180, 270])
PLACE = st.floats(0, 500)


@given(DEGREES, PLACE, PLACE)
def test_turning_back_undoes_a_turn(degrees: int, left: float, top: float) -> None:
    turn = Turn(degrees, 612, 792)
    frame = Frame(left, top, left + 30, top + 10)
    there = turn.frame(frame)
    assert there.left < there.right
    assert there.top < there.bottom
    back = turn.back().frame(there)
    assert (back.left, back.top, back.right, back.bottom) == pytest.approx(
        (frame.left, frame.top, frame.right, frame.bottom)
    )
    assert turn.back().size == (612, 792)


@pytest.mark.parametrize(
    ("degrees", "expected"),
    [
        (0, Frame(10, 20, 40, 30)),
        (90, Frame(20, 60, 30, 90)),  # read downwards: what was right is now above
        (180, Frame(60, 170, 90, 180)),
        (270, Frame(170, 10, 180, 40)),
    ],
)
def test_a_turn_brings_text_upright(degrees: int, expected: Frame) -> None:
    assert Turn(degrees, 100, 200).frame(Frame(10, 20, 40, 30)) == expected


def test_the_main_direction_is_that_of_a_clear_majority() -> None:
    down, up = word("downwards", 0, 0, turned=90), word("upright", 0, 0)
    assert main_direction([]) == 0
    assert main_direction([down, down, down, up]) == 90
    assert main_direction([down, up, up]) == 0
    assert main_direction([down, up]) == 0


def test_words_made_upright_are_upright() -> None:
    assert made_upright([], 612, 792) == []
    assert {one.turned for one in made_upright([word("a", 9, 9, turned=270)], 612, 792)} == {0}


def drawn_turned(degrees: int) -> Draw:
    """Return running text that is turned on its page about the page's centre."""

    def draw(canvas: Canvas) -> None:
        canvas.translate(306, 396)
        canvas.rotate(degrees)
        canvas.setFont("Helvetica", 10)
        for at, text in enumerate(broken(canvas, PROSE, 400, 10, "Helvetica")):
            canvas.drawString(-200, 150 - 12 * at, text)

    return draw


@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_text_is_read_in_its_own_direction(degrees: int, rotate: int) -> None:
    data = made_pdf(drawn_turned(degrees), rotate=rotate)
    parsed = read_pdf(data)
    assert parsed.text == PROSE.strip()
    assert len(parsed.blocks) == 1
    assert_sound(parsed)


@pytest.mark.parametrize(
    ("rotate", "place"),
    [
        (0, (72, 82, 92)),
        (90, (700, 72, 792)),
        (180, (540, 700, 712)),
        (270, (82, 540, 92)),
    ],
)
def test_boxes_are_of_the_page_as_it_is_shown(
    rotate: int, place: tuple[float, float, float]
) -> None:
    """The text stands 72 points from the left and 700 from the bottom of the page before it is
    turned, so its beginning is near a corner that the turn moves."""
    parsed = read_pdf(made_pdf(put((72, 700, "Evidence")), rotate=rotate))
    box = parsed.blocks[0].boxes[0]
    page = parsed.page_readings[0]
    upright = (612.0, 792.0) if rotate in (0, 180) else (792.0, 612.0)
    assert (page.width, page.height) == upright
    begin = {0: (box.left, box.bottom), 90: (box.left, box.top)}
    begin |= {180: (box.right, box.top), 270: (box.right, box.bottom)}
    expected = {0: (72, 92), 90: (700, 72), 180: (540, 700), 270: (92, 540)}
    assert begin[rotate] == pytest.approx(expected[rotate], abs=4)


def test_a_note_up_the_side_of_a_page_is_read_after_it() -> None:
    def note(canvas: Canvas) -> None:
        canvas.translate(40, 300)
        canvas.rotate(90)
        canvas.drawString(0, 0, "received by the unit on 3 May")

    data = made_pdf(together(column(PROSE * 2, 72, 740, 460), note))
    parsed = read_pdf(data)
    assert parsed.text.endswith("received by the unit on 3 May")
    assert lost(data, parsed) == {}
    assert_sound(parsed)


@pytest.mark.parametrize(
    "text_state",
    [
        b"/F1 12 Tf 1 0 0 1 72 %d Tm",
        b"/F1 -12 Tf -1 0 0 -1 72 %d Tm",
        b"/F1 1 Tf 12 0 0 12 72 %d Tm",
    ],
    ids=["plain", "negative", "size-in-matrix"],
)
def test_upright_text_is_read_forwards_however_its_size_is_written(text_state: bytes) -> None:
    rows = (b"The customer paid in cash and", b"the account was closed.")
    content = b"\n".join(
        b"BT " + text_state % (700 - 14 * at) + b" (" + row + b") Tj ET"
        for at, row in enumerate(rows)
    )
    parsed = read_pdf(raw_pdf(content))
    assert " ".join(parsed.text.split()) == b" ".join(rows).decode()
    assert_sound(parsed)
