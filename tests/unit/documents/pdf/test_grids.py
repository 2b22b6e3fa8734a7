"""Ruling lines to cells."""

import time

import pytest

from catalystindex.documents.parse.pdf.geometry import Frame
from catalystindex.documents.parse.pdf.grids import Grid, ruled_grids
from catalystindex.documents.parse.pdf.rules import Rules
from support.documents import Draw, together
from support.pdfs import made_pdf, pages_of, put, raw_pdf, read_pdf, ruled


def across(y: float, left: float, right: float) -> Frame:
    return Frame(left, y, right, y)


def down(x: float, top: float, bottom: float) -> Frame:
    return Frame(x, top, x, bottom)


def lattice(xs: list[float], ys: list[float]) -> Rules:
    return Rules(
        tuple(across(y, xs[0], xs[-1]) for y in ys),
        tuple(down(x, ys[0], ys[-1]) for x in xs),
        complete=True,
    )


def spans(grid: Grid) -> list[tuple[int, int, int, int]]:
    """Return row, column, rows and columns of each cell."""
    return [(cell.row, cell.column, cell.rows, cell.columns) for cell in grid.cells]


def test_a_lattice_is_a_grid_of_cells() -> None:
    (grid,) = ruled_grids(lattice([0, 50, 120], [0, 20, 40, 60]))
    assert (grid.rows, grid.columns) == (3, 2)
    assert grid.frame == Frame(0, 0, 120, 60)
    assert spans(grid) == [(row, column, 1, 1) for row in range(3) for column in range(2)]
    assert grid.cells[1].frame == Frame(50, 0, 120, 20)


def test_cells_without_a_line_between_them_are_one() -> None:
    rules = Rules(
        tuple(across(y, 0, 100) for y in (0, 20, 40)),
        (down(0, 0, 40), down(100, 0, 40), down(50, 20, 40)),
        complete=True,
    )
    (grid,) = ruled_grids(rules)
    assert spans(grid) == [(0, 0, 1, 2), (1, 0, 1, 1), (1, 1, 1, 1)]


def test_lines_that_nearly_touch_are_joined() -> None:
    rules = Rules(
        (across(0, 0, 49), across(0.8, 51, 100), across(20, 1, 99), across(40, 0, 100)),
        (down(0, 0, 40), down(99.5, 1, 39), down(50, 0, 20), down(50.5, 21, 40)),
        complete=True,
    )
    (grid,) = ruled_grids(rules)
    assert (grid.rows, grid.columns) == (2, 2)
    assert len(grid.cells) == 4


def test_tables_apart_are_apart_and_come_top_to_bottom() -> None:
    low, high = lattice([0, 50, 90], [300, 320, 340]), lattice([200, 250, 290], [0, 20, 40])
    both = Rules(low.horizontal + high.horizontal, low.vertical + high.vertical, complete=True)
    assert [grid.frame.top for grid in ruled_grids(both)] == [0, 300]


def test_a_table_open_at_its_sides_has_its_outer_columns() -> None:
    rules = Rules(
        tuple(across(y, 0, 150) for y in (0, 20, 40)),
        (down(50, 0, 40), down(100, 0, 40)),
        complete=True,
    )
    (grid,) = ruled_grids(rules)
    assert grid.columns == 3
    assert len(grid.cells) == 6


@pytest.mark.parametrize(
    "rules",
    [
        Rules((), (), complete=True),
        Rules((across(0, 0, 100),), (down(0, 0, 100),), complete=True),
        Rules((across(0, 0, 9), across(50, 0, 9)), (down(90, 0, 9), down(99, 0, 9)), complete=True),
    ],
)
def test_lines_that_enclose_nothing_are_no_grid(rules: Rules) -> None:
    assert ruled_grids(rules) == []


def test_a_page_of_which_only_a_part_was_looked_at_gives_no_grid() -> None:
    whole = lattice([0, 50, 90], [0, 20, 40])
    assert ruled_grids(Rules(whole.horizontal, whole.vertical, complete=False)) == []


def big_lattice(lines: int, words: int) -> Draw:
    step = 700 / lines
    rows = [
        (10 + step * (n % lines) + 0.5, 10 + step * (n // lines % lines) + 0.8, "ab")
        for n in range(words)
    ]

    lattice = ruled([[""] * lines] * lines, left=10, top=710, cell=(step, step))
    return together(lattice, put(*rows, size=1.6))


def test_a_large_grid_of_many_words_takes_seconds() -> None:
    data = made_pdf(big_lattice(150, 4000), size=(720, 720))
    start = time.monotonic()
    parsed = read_pdf(data)
    assert time.monotonic() - start < 6
    assert parsed.text.count("ab") == 4000


def test_too_many_shapes_are_said() -> None:
    content = b"0 0 m 10 10 l S\n" * 40_000
    parsed = pages_of(raw_pdf(content + b"BT /F1 12 Tf 72 700 Td (Text) Tj ET", packed=True))
    assert "Text" in parsed.text
    assert any("too much is drawn" in sentence for sentence in parsed.warnings)
