"""Tables without lines: what is one, and what only looks like one."""

import random
import time
from collections.abc import Sequence

import pytest

from catalystindex.documents.parse.pdf.aligned import aligned_tables
from catalystindex.documents.parse.pdf.geometry import Line
from support.pdfs import PROSE, lost, made_pdf, pages_of, put, words_at

STOPS = (0.0, 150.0, 300.0, 420.0)


def row(top: float, *cells: str, stops: Sequence[float] = STOPS) -> Line:
    return Line(
        tuple(
            word
            for stop, cell in zip(stops, cells, strict=False)
            for word in words_at(stop, top, cell)
        )
    )


def table(*rows: Sequence[str]) -> list[Line]:
    return [row(14 * at, *cells) for at, cells in enumerate(rows)]


PAYMENTS = (
    ("Date", "Payee", "Sum"),
    ("3 May", "Ana Example", "1,200.00"),
    ("4 May", "Harbour Ltd", "9,900.00"),
    ("9 May", "North Bank", "50.00"),
)


def test_rows_that_keep_to_columns_are_a_table() -> None:
    (found,) = aligned_tables(table(*PAYMENTS))
    assert found.rows == PAYMENTS
    assert (found.start, found.end) == (0, 4)
    assert len(found.words) == sum(len(cell.split()) for cells in PAYMENTS for cell in cells)


def test_a_missing_cell_is_blank() -> None:
    lines = table(*PAYMENTS)
    lines.append(Line((*words_at(0, 56, "11 May"), *words_at(300, 56, "7.00"))))
    (found,) = aligned_tables(lines)
    assert found.rows[-1] == ("11 May", "", "7.00")


def test_text_around_a_table_is_not_of_it() -> None:
    lines = [
        Line(tuple(words_at(0, 0, "These are the payments of May that we know of"))),
        *(row(30 + 14 * at, *cells) for at, cells in enumerate(PAYMENTS)),
        Line(tuple(words_at(0, 140, "There may have been others later"))),
    ]
    (found,) = aligned_tables(lines)
    assert (found.start, found.end) == (1, 5)


def test_short_labels_with_values_are_a_table_of_two_columns() -> None:
    rows = (("Name", "Ana Example"), ("Born", "3 May 1970"), ("Class", "High"), ("Bank", "North"))
    (found,) = aligned_tables(table(*rows))
    assert found.rows == rows


@pytest.mark.parametrize(
    "lines",
    [
        [],
        table(*PAYMENTS[:2]),
        [Line(tuple(words_at(0, 14 * at, PROSE[:60]))) for at in range(8)],
        [row(14 * at, f"{at + 1}.", "what was said and done") for at in range(6)],
        [row(14 * at, "\u2022", "what was said and done") for at in range(6)],
    ],
    ids=["nothing", "two-rows", "prose", "numbered-list", "bullets"],
)
def test_what_is_no_table(lines: Sequence[Line]) -> None:
    assert aligned_tables(lines) == []


def test_tables_never_share_a_line_and_stay_in_order() -> None:
    lines = [
        *table(*PAYMENTS),
        *(row(300 + 14 * at, *cells) for at, cells in enumerate(PAYMENTS)),
    ]
    found = aligned_tables(lines)
    assert [(one.start, one.end) for one in found] == [(0, 4), (4, 8)]


def test_many_lines_in_parts_that_are_no_table_take_little_time() -> None:
    dice = random.Random(1)
    rows = []
    for at in range(900):
        y = 785 - at * 0.85
        rows.append((20 + dice.random() * 200, y, "word " * 3))
        rows.append((300 + dice.random() * 50, y, "other " * 20 if at % 2 else "12"))
    data = made_pdf(put(*rows, size=0.8))
    start = time.monotonic()
    parsed = pages_of(data)
    assert time.monotonic() - start < 6
    assert lost(data, parsed) == {}


def test_many_columns_take_little_time() -> None:
    stops = [10.0 * at for at in range(150)]
    lines = [
        Line(tuple(word for stop in stops for word in words_at(stop, 3 * at, "7", size=2)))
        for at in range(60)
    ]
    start = time.monotonic()
    (found,) = aligned_tables(lines)
    assert time.monotonic() - start < 5
    assert found.rows == (("7",) * 150,) * 60
