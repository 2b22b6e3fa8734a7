"""Ruled grids with words in them: a table, a layout of boxes, or nothing of the kind."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from catalystindex.documents.parse.pdf.geometry import Frame, Line, Word, hull
from catalystindex.documents.parse.pdf.grids import Grid
from catalystindex.documents.parse.pdf.lines import lines_of
from catalystindex.documents.parse.pdf.segments import segments
from catalystindex.documents.parse.pdf.turning import made_upright
from catalystindex.documents.parse.pdf.unruled import MANY_LINES, FilledCell, rows_of

ROOMY = 3.0
"""Line heights of a frame that holds text of its own."""
MIN_HELD = 0.7
"""Share of the words in a grid's rectangle that its cells hold."""
LAYOUT_SHARE = 0.3
PROSE_WORDS = 5.0
MAX_HEADER_ROWS = 3


@dataclass(frozen=True)
class RuledTable:
    """A table's rows of cells, its rectangle, and the words in it."""

    frame: Frame
    rows: tuple[tuple[str, ...], ...]
    header_rows: int
    words: tuple[Word, ...]


@dataclass(frozen=True)
class Boxes:
    """Boxes that hold text of their own each: read one after the other."""

    frame: Frame
    cells: tuple[tuple[Word, ...], ...]


def read_grid(
    grid: Grid, words: Sequence[Word], size: tuple[float, float]
) -> RuledTable | Boxes | None:
    """Return what a grid is. Words that are in none of its cells are not its words."""
    cells = _filled(grid, words, size)
    held = [cell for cell in cells if cell.words]
    if len(held) == 1 and _stands_beside(held[0], words):
        return _boxes(held)
    if not _is_table_like(grid, held, words):
        return None
    return _boxes(held) if _is_layout(held) else _table(grid, cells, held)


def _boxes(held: Sequence[FilledCell]) -> Boxes:
    frame = hull(word for cell in held for word in cell.words)
    return Boxes(frame, tuple(cell.words for cell in held))


def _table(
    grid: Grid, cells: Sequence[FilledCell], held: Sequence[FilledCell]
) -> RuledTable | None:
    rows = _without_blanks(rows_of(grid, cells))
    if len(rows[0]) < 2:
        return None
    own = tuple(word for cell in held for word in cell.words)
    return RuledTable(grid.frame, tuple(rows), _header_rows(held), own)


def _is_table_like(grid: Grid, held: Sequence[FilledCell], words: Sequence[Word]) -> bool:
    """Tell whether a grid's cells say how its words belong together.

    Frames around parts of a form do not: what is aligned tells more. Nor does one column: it is
    stripes behind lines, or boxes above one another, and the text reads on.
    """
    inside = sum(grid.frame.holds(*word.middle) for word in words)
    own = sum(len(cell.words) for cell in held)
    several = len(held) > 1 and grid.columns > 1 and own >= MIN_HELD * inside
    return several and not _is_open_table(grid, held)


def _stands_beside(cell: FilledCell, words: Sequence[Word]) -> bool:
    """Tell whether a frame has text beside it: it is then no part of the lines it stands in."""
    frame = cell.cell.frame
    own = max(line.frame.height for line in cell.lines)
    return frame.height > ROOMY * own and any(
        min(word.bottom, frame.bottom) - max(word.top, frame.top) > 0.5 * word.height
        and not frame.left <= word.middle[0] <= frame.right
        for word in words
    )


def _without_blanks(rows: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Return rows without those rows and columns that hold nothing at all."""
    rows = [row for row in rows if any(row)]
    kept = [at for at in range(len(rows[0])) if any(row[at] for row in rows)]
    return [tuple(row[at] for at in kept) for row in rows]


def _filled(grid: Grid, words: Sequence[Word], size: tuple[float, float]) -> list[FilledCell]:
    by_cell: list[list[Word]] = [[] for _ in grid.cells]
    for word in words:
        place = grid.place(*word.middle)
        if place is not None:
            by_cell[place].append(word)
    return [
        FilledCell(cell, tuple(inside), tuple(_cell_lines(inside, size)))
        for cell, inside in zip(grid.cells, by_cell, strict=True)
    ]


def _cell_lines(words: Sequence[Word], size: tuple[float, float]) -> list[Line]:
    """Return the lines of each direction of reading: headers of narrow columns are often turned."""
    lines: list[Line] = []
    for degrees in sorted({word.turned for word in words}):
        same = [word for word in words if word.turned == degrees]
        lines += lines_of(made_upright(same, *size))
    return lines


def _is_open_table(grid: Grid, cells: Sequence[FilledCell]) -> bool:
    """Tell whether most words are in undivided boxes below a ruled header: rows are aligned."""
    whole = [
        cell
        for cell in cells
        if 3 <= grid.columns == cell.cell.columns and len(cell.lines) > MANY_LINES
    ]
    return 2 * sum(len(cell.words) for cell in whole) > sum(len(cell.words) for cell in cells)


def _is_layout(cells: Sequence[FilledCell]) -> bool:
    """Tell whether the boxes hold texts of their own rather than values of a table."""
    long = [cell for cell in cells if len(cell.lines) > MANY_LINES]
    if 2 * len(long) < len(cells):
        return False
    lines = [line for cell in long for line in cell.lines]
    gapped = sum(len(segments(line)) > 1 for line in lines)
    words = sum(len(line.text.split()) for line in lines) / len(lines)
    return gapped >= LAYOUT_SHARE * len(lines) or words >= PROSE_WORDS


def _header_rows(cells: Sequence[FilledCell]) -> int:
    """Return how many rows from the top are bold, or 1."""
    body = [cell for cell in cells if cell.cell.row >= 1]
    if not body or all(_is_bold(cell) for cell in body):
        return 1
    rows = [[cell for cell in cells if cell.cell.row == at] for at in range(MAX_HEADER_ROWS)]
    bold = takewhile(lambda row: row and all(_is_bold(cell) for cell in row), rows)
    return max(len(list(bold)), 1)


def _is_bold(cell: FilledCell) -> bool:
    return all(line.bold for line in cell.lines)
