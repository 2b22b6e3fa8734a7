"""Rows and columns that a ruled table sets apart by space alone."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from catalystindex.documents.parse.pdf.geometry import Frame, Line, Word
from catalystindex.documents.parse.pdf.grids import Cell, Grid
from catalystindex.documents.parse.pdf.segments import column_ranges, segments, wrapped_share

MAX_WRAPPED = 0.3
"""Share of lines that go on from the line above in small letters: that is wrapped text."""
MANY_LINES = 5
"""Lines in a cell from which it may hold many rows, or running text."""
LEVEL = 0.25
"""Share of a line's height by which two lines of one row may differ."""
MIN_AGREE = 0.5
MIN_COLUMNS = 3
MIN_SPLIT = 0.6
"""Share of a column's lines that are in parts where it is more than one column."""
_CUT = re.compile(r"[^\W\d_]-$")


@dataclass(frozen=True)
class FilledCell:
    """A cell with its words and the lines they make."""

    cell: Cell
    words: tuple[Word, ...]
    lines: tuple[Line, ...]


def rows_of(grid: Grid, cells: Sequence[FilledCell]) -> list[tuple[str, ...]]:
    """Return the rows of a grid, all of one width."""
    columns = _Columns(grid, cells)
    rows: list[tuple[str, ...]] = []
    by_row: list[list[FilledCell]] = [[] for _ in range(grid.rows)]
    for cell in cells:
        by_row[cell.cell.row].append(cell)
    for begun in by_row:
        rows += [columns.row(row) for row in _parted(begun)]
    return rows


def _parted(cells: Sequence[FilledCell]) -> list[list[tuple[FilledCell, Sequence[Line]]]]:
    """Return a row of the grid as one row, or as many where rows have no line between them."""
    levels = _levels(cells)
    if levels is None:
        return [[(cell, cell.lines) for cell in cells]]
    return [
        [(cell, [line for line in cell.lines if _nearest(line, levels) == y]) for cell in cells]
        for y in levels
    ]


class _Columns:
    """The columns of a grid: each one, or the several that its lines keep to."""

    def __init__(self, grid: Grid, cells: Sequence[FilledCell]) -> None:
        lines: list[list[Line]] = [[] for _ in range(grid.columns)]
        for cell in cells:
            if cell.cell.columns == 1:
                lines[cell.cell.column] += cell.lines
        self._ranges = [_inner_columns(own) for own in lines]
        self._starts = [0]
        for ranges in self._ranges:
            self._starts.append(self._starts[-1] + max(len(ranges), 1))

    def row(self, cells: Sequence[tuple[FilledCell, Sequence[Line]]]) -> tuple[str, ...]:
        """Return the text of one row, a merged cell's where it begins."""
        row = [""] * self._starts[-1]
        for cell, lines in cells:
            start, ranges = self._starts[cell.cell.column], self._ranges[cell.cell.column]
            if len(ranges) < 2 or cell.cell.columns > 1:
                row[start] = joined(lines)
                continue
            for line in lines:
                for part in segments(line):
                    place = start + _column(part.frame, ranges)
                    row[place] = f"{row[place]} {part.text}".strip()
        return tuple(row)


def _inner_columns(lines: Sequence[Line]) -> list[tuple[float, float]]:
    parts = [segments(line) for line in lines]
    split = [row for row in parts if len(row) > 1]
    if len(split) < MIN_COLUMNS or len(split) < MIN_SPLIT * len(parts):
        return []
    return column_ranges(split, 0.1)


def _column(frame: Frame, ranges: Sequence[tuple[float, float]]) -> int:
    middle = (frame.left + frame.right) / 2
    return min(range(len(ranges)), key=lambda at: abs(sum(ranges[at]) / 2 - middle))


def joined(lines: Sequence[Line]) -> str:
    """Return lines as one text; a word cut in two at a line's end is whole again."""
    parts: list[str] = []
    for line in lines:
        if parts and _CUT.search(parts[-1][-2:]) and line.text[:1].islower():
            parts[-1] = parts[-1][:-1]
        elif parts:
            parts.append(" ")
        parts.append(line.text)
    return "".join(parts)


def _levels(cells: Sequence[FilledCell]) -> list[float] | None:
    """Return the heights of the rows inside a row of the grid, or None if it is one row."""
    single = [cell for cell in cells if cell.lines and cell.cell.rows == 1]
    many = [cell for cell in single if len(cell.lines) > 1]
    if len(many) < 2 or wrapped_share([cell.lines for cell in many]) >= MAX_WRAPPED:
        return None
    levels = _heights(single)
    return levels if _are_rows(single, many, levels) else None


def _are_rows(
    single: Sequence[FilledCell], many: Sequence[FilledCell], levels: Sequence[float]
) -> bool:
    """Tell whether the lines of cells are rows: all cells have them, or they hold values."""
    agree = sum(_is_on_all(cell, levels) for cell in single)
    values = sum(_is_values(cell) for cell in many)
    long = sum(len(cell.lines) > MANY_LINES for cell in single) >= 2
    whole = agree == len(single) and agree >= MIN_COLUMNS
    valued = agree >= MIN_AGREE * len(single) and 2 * values >= len(many)
    return long or whole or valued


def _heights(cells: Sequence[FilledCell]) -> list[float]:
    """Return the heights at which cells have lines, top to bottom."""
    levels: list[float] = []
    for line in sorted((line for cell in cells for line in cell.lines), key=_middle):
        if not levels or not _is_at(line, levels[-1]):
            levels.append(_middle(line))
    return levels


def _is_on_all(cell: FilledCell, levels: Sequence[float]) -> bool:
    return all(any(_is_at(line, y) for line in cell.lines) for y in levels)


def _nearest(line: Line, levels: Sequence[float]) -> float:
    return min(levels, key=lambda y: abs(_middle(line) - y))


def _is_values(cell: FilledCell) -> bool:
    """Tell whether most lines are values: wrapped text may stand at equal heights as well."""
    counted = sum(any(map(str.isdigit, line.text)) for line in cell.lines)
    return 2 * counted > len(cell.lines)


def _middle(line: Line) -> float:
    return (line.frame.top + line.frame.bottom) / 2


def _is_at(line: Line, y: float) -> bool:
    return abs(_middle(line) - y) <= LEVEL * line.frame.height
