"""Ruled tables: ruling lines to grids of cells.

Lines that touch make one grid. Its unit cells are joined where no line stands between them, so a
merged cell is one cell with its text where it begins. Every word is in one cell or in none.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from catalystindex.documents.parse.pdf.geometry import Frame
from catalystindex.documents.parse.pdf.rules import Rules

TOLERANCE = 3.0
"""Points within which two lines are the same line, or touch."""
MAX_CROSSINGS = 4_000_000
MAX_UNITS = 250_000
MIN_CELL = 2.0

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cell:
    """A cell: its rectangle and the row and column where it begins."""

    frame: Frame
    row: int
    column: int
    rows: int
    columns: int


@dataclass(frozen=True)
class Grid:
    """The cells of one ruled table."""

    frame: Frame
    rows: int
    columns: int
    cells: tuple[Cell, ...]
    xs: Floats = field(compare=False)
    ys: Floats = field(compare=False)

    def place(self, x: float, y: float) -> int | None:
        """Return which cell a point is in, or None."""
        column = int(np.searchsorted(self.xs, x, side="right")) - 1
        row = int(np.searchsorted(self.ys, y, side="right")) - 1
        if not (0 <= row < self.rows and 0 <= column < self.columns):
            return None
        found = int(self._units[row, column])
        return found if found >= 0 else None

    @cached_property
    def _units(self) -> NDArray[np.int32]:
        """The cell of each unit, or -1."""
        units = np.full((self.rows, self.columns), -1, np.int32)
        for place, cell in enumerate(self.cells):
            rows = slice(cell.row, cell.row + cell.rows)
            units[rows, cell.column : cell.column + cell.columns] = place
        return units


def ruled_grids(rules: Rules) -> list[Grid]:
    """Return the grids on a page, top to bottom. A page with too many lines gives none."""
    across = _merged([(f.top, f.left, f.right) for f in rules.horizontal])
    down = _merged([(f.left, f.top, f.bottom) for f in rules.vertical])
    if not rules.complete or len(across) < 2 or len(down) < 2:
        return []
    if len(across) * len(down) > MAX_CROSSINGS:
        return []
    found = [
        grid
        for rows, columns in _touching(across, down)
        if (grid := _grid(across[rows], down[columns])) is not None
    ]
    return sorted(found, key=lambda grid: (grid.frame.top, grid.frame.left))


def _merged(lines: Sequence[tuple[float, float, float]]) -> Floats:
    """Return lines (place, start, end) with those of one place joined where they touch."""
    places = _snapped([place for place, _, _ in lines])
    result: list[list[float]] = []
    for place, start, end in sorted(
        (place, start, end) for place, (_, start, end) in zip(places, lines, strict=True)
    ):
        last = result[-1] if result else None
        if last is not None and last[0] == place and start <= last[2] + TOLERANCE:
            last[2] = max(last[2], end)
        else:
            result.append([place, start, end])
    return np.array(result, np.float64).reshape(-1, 3)


def _snapped(values: Sequence[float]) -> list[float]:
    """Return each value moved to the mean of its cluster."""
    order = sorted(range(len(values)), key=lambda index: (values[index], index))
    result = [0.0] * len(values)
    cluster: list[int] = []
    for index in order:
        if cluster and values[index] - values[cluster[0]] > TOLERANCE:
            _settle(cluster, values, result)
            cluster = []
        cluster.append(index)
    _settle(cluster, values, result)
    return result


def _settle(cluster: Sequence[int], values: Sequence[float], result: list[float]) -> None:
    if cluster:
        mean = round(sum(values[index] for index in cluster) / len(cluster), 3)
        for index in cluster:
            result[index] = mean


def _touching(across: Floats, down: Floats) -> Iterator[tuple[NDArray[np.intp], NDArray[np.intp]]]:
    """Yield groups of lines that touch, directly or through others."""
    touch = (
        (down[None, :, 1] <= across[:, None, 0] + TOLERANCE)
        & (down[None, :, 2] >= across[:, None, 0] - TOLERANCE)
        & (across[:, None, 1] <= down[None, :, 0] + TOLERANCE)
        & (across[:, None, 2] >= down[None, :, 0] - TOLERANCE)
    )
    left = np.ones(len(across), np.bool_)
    while left.any():
        rows = np.zeros(len(across), np.bool_)
        rows[int(np.argmax(left))] = True
        while True:
            columns = touch[rows].any(axis=0)
            grown = rows | touch[:, columns].any(axis=1)
            if (grown == rows).all():
                break
            rows = grown
        left &= ~rows
        if rows.sum() >= 2 and columns.sum() >= 2:
            yield np.flatnonzero(rows), np.flatnonzero(columns)


def _grid(across: Floats, down: Floats) -> Grid | None:
    ys = np.unique(across[:, 0])
    xs = _with_open_sides(np.unique(down[:, 0]), across)
    if len(ys) < 2 or len(xs) < 2 or (len(ys) - 1) * (len(xs) - 1) > MAX_UNITS:
        return None
    above = _covered(across, ys, xs)
    beside = _covered(down, xs, ys)
    units = _Units(xs, ys, above, beside)
    cells = tuple(units.cells())
    if not cells:
        return None
    frame = Frame(float(xs[0]), float(ys[0]), float(xs[-1]), float(ys[-1]))
    return Grid(frame, len(ys) - 1, len(xs) - 1, cells, xs, ys)


def _with_open_sides(xs: Floats, across: Floats) -> Floats:
    """Add the ends of the horizontal lines where they reach beyond the outermost vertical ones."""
    left, right = float(across[:, 1].min()), float(across[:, 2].max())
    parts = [xs]
    if left < xs[0] - 2 * TOLERANCE:
        parts.insert(0, np.array([left]))
    if right > xs[-1] + 2 * TOLERANCE:
        parts.append(np.array([right]))
    return np.concatenate(parts)


def _covered(lines: Floats, places: Floats, marks: Floats) -> Bools:
    """Return, for each place and each step between marks, whether a line runs along it."""
    result = np.zeros((len(places), len(marks) - 1), np.bool_)
    for place, start, end in lines:
        row = int(np.searchsorted(places, place))
        if row < len(places) and places[row] == place:
            inside = (marks[:-1] >= start - TOLERANCE) & (marks[1:] <= end + TOLERANCE)
            result[row] |= inside
    return result


class _Units:
    """The unit cells of a grid, joined where no line stands between them."""

    def __init__(self, xs: Floats, ys: Floats, above: Bools, beside: Bools) -> None:
        self._xs, self._ys = xs, ys
        self._above, self._beside = above, beside
        self._shape = (len(ys) - 1, len(xs) - 1)
        self._seen = np.zeros(self._shape, np.bool_)

    def cells(self) -> Iterator[Cell]:
        """Yield the closed rectangular cells, row by row."""
        for row in range(self._shape[0]):
            for column in range(self._shape[1]):
                if not self._seen[row, column]:
                    cell = self._cell(self._region(row, column))
                    if cell is not None:
                        yield cell

    def _region(self, row: int, column: int) -> list[tuple[int, int]] | None:
        """Return the unit cells joined with one; None if they are open to the outside."""
        region, closed = [(row, column)], True
        self._seen[row, column] = True
        for y, x in region:
            closed &= self._closed(y, x)
            for ny, nx in self._open_neighbours(y, x):
                if not self._seen[ny, nx]:
                    self._seen[ny, nx] = True
                    region.append((ny, nx))
        return region if closed else None

    def _open_neighbours(self, y: int, x: int) -> Iterator[tuple[int, int]]:
        rows, columns = self._shape
        if y + 1 < rows and not self._above[y + 1, x]:
            yield y + 1, x
        if y > 0 and not self._above[y, x]:
            yield y - 1, x
        if x + 1 < columns and not self._beside[x + 1, y]:
            yield y, x + 1
        if x > 0 and not self._beside[x, y]:
            yield y, x - 1

    def _closed(self, y: int, x: int) -> bool:
        """Tell whether a unit cell is shut where it borders the outside.

        A table may have no lines at its left and right; then those above and below count.
        """
        rows, columns = self._shape
        top = y > 0 or bool(self._above[0, x])
        bottom = y < rows - 1 or bool(self._above[rows, x])
        ruled = bool(self._above[y, x]) and bool(self._above[y + 1, x])
        left = x > 0 or bool(self._beside[0, y]) or ruled
        right = x < columns - 1 or bool(self._beside[columns, y]) or ruled
        return top and bottom and left and right

    def _cell(self, region: Sequence[tuple[int, int]] | None) -> Cell | None:
        if region is None:
            return None
        top, bottom = min(y for y, _ in region), max(y for y, _ in region) + 1
        left, right = min(x for _, x in region), max(x for _, x in region) + 1
        if len(region) != (bottom - top) * (right - left):
            return None
        frame = Frame(
            float(self._xs[left]),
            float(self._ys[top]),
            float(self._xs[right]),
            float(self._ys[bottom]),
        )
        if frame.width < MIN_CELL or frame.height < MIN_CELL:
            return None
        return Cell(frame, top, left, bottom - top, right - left)
