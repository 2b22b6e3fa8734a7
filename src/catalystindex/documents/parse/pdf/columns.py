"""Reading order: text set in columns is read column by column, all other text line by line.

A gutter is a strip without words beside many lines. It counts only where both of its sides read
as running text: between the labels and the values of a form there is a strip as well, and there
the line is what belongs together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

import numpy as np
from numpy.typing import NDArray

from catalystindex.documents.parse.pdf.geometry import Frame, Line, Mark, Word, hull
from catalystindex.documents.parse.pdf.lines import lines_of
from catalystindex.documents.parse.pdf.segments import column_ranges, segments

CELL = 1.0
"""Points per cell of the map of where words are."""
MIN_LINES = 4.0
"""Lines beside a gutter, at least."""
WORD_SPACE = 0.3
"""Ems that a word is widened by on each side, so that gaps between words are none."""
BOX_SLACK, BOX_SHARE = 1.0, 0.1
LINE_SPACE = 0.5
MAX_BLANK = 0.8
"""Ems, beyond the space between lines, from which what follows is another text."""
GAP = 2.0
"""Ems of blank in a column beyond which it is looked at whether columns go on."""
MIN_WORDS = 3.3
"""Mean words per line of running text."""
MIN_FILL = 0.5
"""Share of its column's width that the middle line of running text takes."""
MAX_NUMBERS = 0.4
MANY_LINES = 8
"""Of one column, from which the other may be of formulas and small tables in part."""
FULL, FULL_WORDS, MIN_FULL, FULL_SHARE = 0.8, 5, 3, 0.2
"""A line that fills its column, of so many words; of so many and such a share of the lines."""
MAX_DEPTH = 12
MAX_MAP = 1_500
"""Cells on a side of the map: larger pages are looked at more coarsely."""
TRIES = 6

Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class _Gutter:
    """A strip at ``x`` between two columns, from ``top`` to ``bottom``."""

    x: float
    top: float
    bottom: float


def regions(words: Sequence[Word], depth: int = 0) -> list[list[Word]]:
    """Return the words in groups, in reading order; each group is read line by line."""
    gutter = _best_gutter(words) if words and depth < MAX_DEPTH else None
    if gutter is None:
        return [list(words)] if words else []
    return [region for part in _parts(words, gutter) for region in regions(part, depth + 1)]


def _parts(words: Sequence[Word], gutter: _Gutter) -> tuple[list[Word], ...]:
    """Return what is above a gutter, left of it, right of it and below."""
    above = [word for word in words if word.middle[1] < gutter.top]
    below = [word for word in words if word.middle[1] > gutter.bottom]
    return (above, *_sides(words, gutter), below)


def _best_gutter(words: Sequence[Word]) -> _Gutter | None:
    sizes = [word.size for word in words if not isinstance(word, Mark)]
    if not sizes:
        return None
    em = median(sizes)
    frame = hull(words)
    if frame.height < MIN_LINES * em or frame.width < 10 * em:
        return None
    page = _Map(words, frame, em)
    for _ in range(TRIES):
        gutter = page.widest_shared(em)
        if gutter is None:
            return None
        if _is_prose(words, gutter):
            return _trimmed(words, gutter, em)
        page.forget(gutter)
    return None


class _Map:
    """Where words are, as cells; between the lines and words of one paragraph is no gap."""

    def __init__(self, words: Sequence[Word], frame: Frame, em: float) -> None:
        self._cell = max(CELL, frame.width / MAX_MAP, frame.height / MAX_MAP)
        self._frame = frame
        shape = (self._index(frame.height) + 1, self._index(frame.width) + 1)
        text = np.zeros(shape, np.bool_)
        for word in words:
            y0 = self._index(word.top - frame.top - LINE_SPACE * em)
            y1 = self._index(word.bottom - frame.top + LINE_SPACE * em)
            left, right = _extent(word, em)
            x0, x1 = self._index(left - frame.left), self._index(right - frame.left)
            text[y0 : y1 + 1, x0 : x1 + 1] = True
        self._free = ~text
        before = np.logical_or.accumulate(text, axis=1)
        after = np.logical_or.accumulate(text[:, ::-1], axis=1)[:, ::-1]
        self._between = self._free & before & after

    def _index(self, points: float) -> int:
        return max(0, int(points / self._cell))

    def widest_shared(self, em: float) -> _Gutter | None:
        """Return the gutter beside the most lines, if it is beside enough of them."""
        score = self._between.sum(axis=0)
        best = int(score.max())
        if best * self._cell < MIN_LINES * em:
            return None
        near = np.flatnonzero(score >= 0.95 * best)
        run = (
            near[: np.flatnonzero(np.diff(near) > 1)[0] + 1] if (np.diff(near) > 1).any() else near
        )
        column = int(run[len(run) // 2])
        top, bottom = self._band(column, em)
        x = self._frame.left + (column + 0.5) * self._cell
        return _Gutter(
            x,
            self._frame.top + top * self._cell,
            self._frame.top + (bottom + 1) * self._cell,
        )

    def _band(self, column: int, em: float) -> tuple[int, int]:
        """Return the rows of the stretch beside which the most text stands on both sides.

        Nothing crosses the column of the map there, and its lines follow one another; one side
        may be longer than the other.
        """
        free, between = self._free[:, column], self._between[:, column]
        edges = np.flatnonzero(np.diff(np.concatenate([[0], free.astype(np.int8), [0]])))
        spans = list(zip(edges[::2], edges[1::2], strict=True))
        text = np.asarray(~self._free.all(axis=1))
        reach = max(1, int(MAX_BLANK * em / self._cell))
        groups = [group for start, end in spans for group in _groups(text, start, end, reach)]
        return max(groups, key=lambda group: int(between[group[0] : group[1] + 1].sum()))

    def forget(self, gutter: _Gutter) -> None:
        """Leave a strip out of the search: what stands beside it is no running text."""
        y0 = self._index(gutter.top - self._frame.top)
        y1 = self._index(gutter.bottom - self._frame.top)
        x = self._index(gutter.x - self._frame.left)
        row = self._between[y0 : y1 + 1]
        low = high = x
        while low > 0 and row[:, low - 1].any():
            low -= 1
        while high + 1 < row.shape[1] and row[:, high + 1].any():
            high += 1
        row[:, low : high + 1] = False


def _extent(word: Word, em: float) -> tuple[float, float]:
    """Return how far a word reaches, with half the space around it.

    Recognised words are whole lines, and their boxes reach beyond them, into the next column.
    """
    if word.confidence is None:
        return word.left - WORD_SPACE * em, word.right + WORD_SPACE * em
    less = min(BOX_SLACK * em, BOX_SHARE * word.width)
    return word.left + less, word.right - less


def _groups(text: Bools, start: int, end: int, reach: int) -> list[tuple[int, int]]:
    """Return the first and last rows of stretches with text, apart by more than ``reach``."""
    rows = np.flatnonzero(text[start:end]) + start
    cuts = np.flatnonzero(np.diff(rows) > reach + 1) + 1
    return [(int(part[0]), int(part[-1])) for part in np.split(rows, cuts) if len(part)]


def _trimmed(words: Sequence[Word], gutter: _Gutter, em: float) -> _Gutter:
    """Return a gutter without what goes on beyond a gap in one of its columns and is no prose.

    Below columns a table may have its own gap at the same place.
    """
    left, right = _sides(words, gutter)
    for start, end in sorted([*_gaps(left, em), *_gaps(right, em)]):
        below = _Gutter(gutter.x, end, gutter.bottom)
        if gutter.top < start and not _is_prose(words, below):
            above = _Gutter(gutter.x, gutter.top, start)
            return above if _is_prose(words, above) else _Gutter(gutter.x, end, gutter.bottom)
    return gutter


def _gaps(words: Sequence[Word], em: float) -> list[tuple[float, float]]:
    """Return where a column is blank for more than `GAP` ems between its lines, as heights."""
    frames = [line.frame for line in lines_of([w for w in words if not isinstance(w, Mark)])]
    return [
        (above.bottom, below.top)
        for above, below in pairwise(frames)
        if below.top - above.bottom > GAP * em
    ]


def _sides(words: Sequence[Word], gutter: _Gutter) -> tuple[list[Word], list[Word]]:
    band = [word for word in words if gutter.top <= word.middle[1] <= gutter.bottom]
    left = [word for word in band if word.middle[0] < gutter.x]
    return left, [word for word in band if word.middle[0] >= gutter.x]


def _is_prose(words: Sequence[Word], gutter: _Gutter) -> bool:
    left, right = _sides(words, gutter)
    em = median(word.size for word in words)
    extents = (_extent(word, em) for word in (*left, *right))
    crossing = any(start < gutter.x < end for start, end in extents)
    if crossing:
        return False
    reads = _reads_on(left), _reads_on(right)
    if all(reads):
        return True
    sure, other = (left, right) if reads[0] else (right, left)
    return any(reads) and len(lines_of(sure)) >= MANY_LINES and _reads_in_part(other)


def _reads_on(words: Sequence[Word]) -> bool:
    """Tell whether words are running text: lines of several words that fill their column.

    A table or box among them may take the place of lines.
    """
    text = [word for word in words if not isinstance(word, Mark)]
    lines = lines_of(text)
    if len(lines) < MIN_LINES:
        return len(text) < len(words)
    parts = [segments(line) for line in lines]
    counts = [len(part.text.split()) for row in parts for part in row]
    numbers = sum(_is_number(word) for line in lines for word in line.text.split())
    return (
        sum(counts) / len(counts) >= MIN_WORDS
        and numbers <= MAX_NUMBERS * sum(counts)
        and _fill(parts) >= MIN_FILL
    )


def _reads_in_part(words: Sequence[Word]) -> bool:
    """Tell whether some lines are of running text that fills a column: between formulas, say."""
    lines = lines_of([word for word in words if not isinstance(word, Mark)])
    if not lines:
        return False
    width = hull([line.frame for line in lines]).width
    full = [
        line
        for line in lines
        if line.frame.width >= FULL * width and len(line.text.split()) >= FULL_WORDS
    ]
    return len(full) >= MIN_FULL and len(full) >= FULL_SHARE * len(lines)


def _fill(parts: Sequence[Sequence[Line]]) -> float:
    """Return how much of its column the middle part of a line takes: there may be more columns."""
    ranges = column_ranges(parts, 0.1)
    frames = [part.frame for row in parts for part in row]
    widths = [_range_width((f.left + f.right) / 2, ranges) for f in frames]
    shares = [min(f.width / own, 1.0) for f, own in zip(frames, widths, strict=True) if own]
    return median(shares) if shares else 0.0


def _range_width(x: float, ranges: Sequence[tuple[float, float]]) -> float:
    """Return the width of the range that a point is in; 0 if it is in none."""
    return next((right - left for left, right in ranges if left <= x <= right), 0.0)


def _is_number(text: str) -> bool:
    return any(char.isdigit() for char in text) and not any(char.isalpha() for char in text)
