"""Tables without ruling lines: neighbouring lines whose parts keep to the same columns."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from catalystindex.documents.parse.pdf.captions import TABLE_CAPTION
from catalystindex.documents.parse.pdf.geometry import Frame, Line, Word, hull
from catalystindex.documents.parse.pdf.segments import column_ranges, segments, wrapped_share

MIN_ROWS = 3
MAX_RETRY = 64
"""Lines looked at again in a run of lines that as a whole is no table."""
MAX_GAP = 3.0
"""Line heights between two rows of one table."""
SLACK = 0.12
"""Share of lines in which a part may span columns."""
MAX_CELL_WORDS = 12.0
PROSE_WORDS = 3.3
MAX_WRAPPED = 0.3
MAX_LOOSE = 2
SET_IN = 3.0
"""Ems from the table's left edge."""
MAX_LABEL_WORDS = 5
LARGER = 1.25
"""Type this much larger than that of the rows above is a heading after the table."""
_ENUMERATOR = re.compile(
    r"\(?(?:[\d.]{1,6}|[a-zA-Z]|[ivxIVX]{1,5})[.)]?|[\u2022\u25e6\u25aa\u00b7\u2013\ue000-\uf8ff*-]"
)
MIN_SPLIT = 0.6
"""Share of a table's lines that have two parts or more."""


@dataclass(frozen=True)
class AlignedTable:
    """Rows of cells with the rectangle around them; ``start`` and ``end`` are lines it takes."""

    start: int
    end: int
    rows: tuple[tuple[str, ...], ...]
    words: tuple[Word, ...]

    @property
    def frame(self) -> Frame:
        """The rectangle around its words."""
        return hull(self.words)


def aligned_tables(lines: Sequence[Line]) -> list[AlignedTable]:
    """Return the tables among the lines of one region, top to bottom."""
    parts = [segments(line) for line in lines]
    found: list[AlignedTable] = []
    index = end = 0
    failed = False
    while index < len(lines):
        if index >= end:
            end, failed = _run_end(lines, parts, index), False
        # Where a run has failed as a whole only its beginnings are tried, lest it take n * n.
        tried = min(end, index + MAX_RETRY) if failed else end
        table = _table(lines, parts, index, tried)
        failed = table is None
        if table is None:
            index += 1
        else:
            found.append(table)
            index = table.end
    return found


def _run_end(lines: Sequence[Line], parts: Sequence[Sequence[Line]], start: int) -> int:
    """Return where the run of table-like lines that begins at ``start`` ends.

    A line of one part may stand within it: set in, it is the rest of a cell above; at the margin
    it is a subheading, and there may be two.
    """
    if len(parts[start]) < 2:
        return start
    end = last = start + 1
    loose, margin = 0, lines[start].frame.left
    while end < len(lines):
        gap = lines[end].frame.top - lines[end - 1].frame.bottom
        single = len(parts[end]) < 2
        larger = lines[end].size > LARGER * lines[start].size
        ends = (single and larger) or TABLE_CAPTION.match(lines[end].text)
        if gap > MAX_GAP * lines[end].size or loose > MAX_LOOSE or ends:
            break
        end += 1
        loose += single and not _is_set_in(lines[end - 1], margin)
        if not single:
            last, loose = end, 0
    return last


def _is_set_in(line: Line, margin: float) -> bool:
    return line.frame.left > margin + SET_IN * line.size


def _table(
    lines: Sequence[Line], parts: Sequence[Sequence[Line]], start: int, end: int
) -> AlignedTable | None:
    while end - start >= MIN_ROWS:
        rows = _table_rows(parts[start:end])
        if rows is not None:
            words = tuple(word for line in lines[start:end] for word in line.words)
            return AlignedTable(start, end, rows, words)
        end = _shorter(parts, start, end)
    return None


def _table_rows(inside: Sequence[Sequence[Line]]) -> tuple[tuple[str, ...], ...] | None:
    """Return the cells of lines that are a table, else None."""
    split = [row for row in inside if len(row) >= 2]
    columns = column_ranges(split, SLACK)
    if len(columns) < 2 or not _is_table(inside, split, columns):
        return None
    return tuple(_cells(row, columns) for row in inside)


def _shorter(parts: Sequence[Sequence[Line]], start: int, end: int) -> int:
    """Return an earlier end to try: half as far, so that the tries stay few."""
    end = start + (end - start) // 2
    while end > start and len(parts[end - 1]) < 2:
        end -= 1
    return end


def _is_table(
    inside: Sequence[Sequence[Line]],
    split: Sequence[Sequence[Line]],
    columns: Sequence[tuple[float, float]],
) -> bool:
    if not _is_dense(inside, split):
        return False
    words = [len(part.text.split()) for row in split for part in row]
    mean = sum(words) / len(words)
    wordy = mean > PROSE_WORDS or len(columns) == 2
    if mean > MAX_CELL_WORDS or (wordy and _is_wrapped(split, columns)):
        return False
    filled = median(_filled(row, columns) for row in split)
    return filled >= 2 and (len(columns) > 2 or _is_key_value(split))


def _is_dense(inside: Sequence[Sequence[Line]], split: Sequence[Sequence[Line]]) -> bool:
    """Tell whether enough lines have parts, those that go on a cell above left out."""
    if len(split) < MIN_ROWS:
        return False
    margin = min(row[0].frame.left for row in split)
    loose = sum(len(row) < 2 and not _is_set_in(row[0], margin) for row in inside)
    return loose <= (1 - MIN_SPLIT) * (len(split) + loose)


def _is_wrapped(split: Sequence[Sequence[Line]], columns: Sequence[tuple[float, float]]) -> bool:
    """Tell whether the parts of each column go on from line to line: columns of running text."""
    stacked: list[list[Line]] = [[] for _ in columns]
    for row in split:
        for part in row:
            stacked[_column(part.frame, columns)].append(part)
    return wrapped_share(stacked) > MAX_WRAPPED


def _filled(row: Sequence[Line], columns: Sequence[tuple[float, float]]) -> int:
    return sum(bool(cell) for cell in _cells(row, columns))


def _is_key_value(rows: Sequence[Sequence[Line]]) -> bool:
    """Tell whether two columns are a table: short labels, not lines of two columns of prose."""
    labels = [row[0].text for row in rows]
    counted = sum(bool(_ENUMERATOR.fullmatch(label)) for label in labels)
    if 2 * counted > len(labels):
        return False  # the numbers of a list or of lines
    return sum(len(label.split()) for label in labels) / len(labels) <= MAX_LABEL_WORDS


def _cells(row: Sequence[Line], columns: Sequence[tuple[float, float]]) -> tuple[str, ...]:
    """Return a line's parts by column: each where it overlaps first, so that nothing is lost."""
    cells = [""] * len(columns)
    for part in row:
        place = _column(part.frame, columns)
        cells[place] = f"{cells[place]} {part.text}".strip()
    return tuple(cells)


def _column(frame: Frame, columns: Sequence[tuple[float, float]]) -> int:
    """Return the first column that a part overlaps, or the nearest: they are in order, apart."""
    place = bisect_right(columns, frame.left, key=lambda column: column[1])
    if place < len(columns) and columns[place][0] < frame.right:
        return place
    middle = (frame.left + frame.right) / 2
    near = range(max(0, place - 1), min(len(columns), place + 1))
    return min(near, key=lambda at: abs(sum(columns[at]) / 2 - middle))
