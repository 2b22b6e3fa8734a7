"""Whatever a page looks like: no character is lost, and everything points at something."""

from collections.abc import Callable, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from reportlab.pdfgen.canvas import Canvas

from support.documents import Draw, together
from support.pdfs import (
    LETTER,
    REAL,
    assert_sound,
    column,
    lost,
    made_pdf,
    pages_of,
    put,
    read_pdf,
    real_pdf,
    ruled,
    unruled,
)

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP0123456789.,;:%$()-/&|#\u00e9\u00fc\u00df"
WORD = st.text(LETTERS, min_size=1, max_size=12)
PHRASE = st.lists(WORD, min_size=1, max_size=6).map(" ".join)
SIZES = st.sampled_from([5.0, 8.0, 10.0, 11.0, 14.0, 24.0, 40.0])
FONTS = st.sampled_from(["Helvetica", "Helvetica-Bold", "Courier", "Times-Italic"])
CELLS = st.lists(
    st.lists(st.one_of(st.just(""), PHRASE), min_size=2, max_size=5), min_size=1, max_size=8
)
PLACES = st.tuples(st.floats(0, 600), st.floats(0, 780), PHRASE)


def scattered(places: Sequence[tuple[float, float, str]], size: float, font: str) -> Draw:
    return put(*places, size=size, font=font)


def turned(x: float, y: float, text: str, degrees: int) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.saveState()
        canvas.translate(x, y)
        canvas.rotate(degrees)
        canvas.drawString(0, 0, text)
        canvas.restoreState()

    return draw


def columns(texts: Sequence[Sequence[str]], size: float) -> Draw:
    wide = 520 / len(texts)
    return together(
        *(
            column(" ".join(text), 40 + at * wide, 740, wide - 24, size)
            for at, text in enumerate(texts)
        )
    )


PARTS: Sequence[st.SearchStrategy[Draw]] = (
    st.builds(scattered, st.lists(PLACES, max_size=12), SIZES, FONTS),
    st.builds(
        turned, st.floats(50, 550), st.floats(50, 740), PHRASE, st.sampled_from([30, 90, 180, 270])
    ),
    st.builds(
        columns,
        st.lists(st.lists(WORD, min_size=1, max_size=60), min_size=1, max_size=3),
        st.sampled_from([8.0, 10.0]),
    ),
    st.builds(lambda rows, top: ruled(rows, top=top), CELLS, st.floats(200, 750)),
    st.builds(lambda rows, top: unruled(rows, top=top), CELLS, st.floats(200, 750)),
)
PAGE = st.lists(st.one_of(*PARTS), min_size=1, max_size=4).map(lambda parts: together(*parts))


@settings(max_examples=120, deadline=None)
@given(
    pages=st.lists(PAGE, min_size=1, max_size=4),
    rotate=st.sampled_from([0, 90, 180, 270]),
    size=st.sampled_from([LETTER, (842.0, 595.0), (300.0, 300.0)]),
)
def test_no_character_is_lost_and_everything_is_in_its_place(
    pages: list[Draw], rotate: int, size: tuple[float, float]
) -> None:
    data = made_pdf(*pages, rotate=rotate, size=size)
    parsed = pages_of(data)
    assert lost(data, parsed) == {}
    assert_sound(parsed)


@settings(max_examples=25, deadline=None)
@given(page=PAGE, header=PHRASE, copies=st.integers(2, 6))
def test_running_headers_go_into_furniture_and_nowhere_else(
    page: Draw, header: str, copies: int
) -> None:
    data = made_pdf(
        *(together(page, put((72, 770, header), (300, 20, str(n)))) for n in range(copies))
    )
    parsed = pages_of(data)
    assert lost(data, parsed) == {}
    assert_sound(parsed)


@settings(max_examples=30, deadline=None)
@given(pages=st.lists(PAGE, min_size=1, max_size=3))
def test_the_same_bytes_give_the_same_document(pages: list[Draw]) -> None:
    data = made_pdf(*pages)
    assert pages_of(data) == pages_of(data)


NAMES = sorted(path.name for path in (REAL / "pdf").glob("*.pdf")) or ["a real document"]
PROTECTED = "password-example.pdf"


@pytest.mark.parametrize("name", [name for name in NAMES if name != PROTECTED])
def test_of_a_real_document_no_character_is_lost(name: str) -> None:
    data = real_pdf(name)
    parsed = pages_of(data)
    assert lost(data, parsed) == {}
    assert_sound(parsed)


def test_a_form_keeps_what_was_filled_in() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.drawString(72, 700, "Name of the customer")
        form = canvas.acroForm
        make: Callable[..., None] = form.textfield
        make(name="name", value="Ana Example", x=250, y=690, width=200, height=20)
        make(name="sum", value="12,500.00 EUR", x=250, y=650, width=200, height=20)
        form.choice(
            name="kind",
            value="Cash",
            options=["Cash", "Cheque"],
            x=250,
            y=600,
            width=120,
            height=20,
        )

    parsed = read_pdf(made_pdf(draw))
    for value in ("Name of the customer", "Ana Example", "12,500.00 EUR", "Cash"):
        assert value in parsed.text
    assert_sound(parsed)
