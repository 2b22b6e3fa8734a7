"""The payments behind a scatter-gather: what a detector shows for one row."""

from typing import NamedTuple

import numpy as np

from catalystindex.temporal.compiled import compiled
from catalystindex.temporal.kernels.marks import VALUES, Marks, new_mark
from catalystindex.temporal.kernels.newest import newest
from catalystindex.temporal.kernels.scatter_gather import Work, count_middlemen, middlemen_of
from catalystindex.temporal.layout import NOBODY, Ints, View


class ScatterGather(NamedTuple):
    """The source of a row that has the most middlemen; of several, who paid m* first."""

    source: int
    """`NOBODY` if there is none: then there are no rows."""
    middlemen: int
    rows: Ints
    """Every payment that is on a path from source to middleman to sink, in order of rows."""
    flags: int
    """Bounds that bit, as in features."""


def work_for(accounts: int, most: int) -> Work:
    """Return arrays to work in, for accounts with codes below this and lists of ``most``."""
    return Work(
        Marks(np.zeros(accounts, np.int64), np.zeros(1, np.int64)),
        Marks(np.zeros(accounts, np.int64), np.zeros(1, np.int64)),
        np.empty(most, np.int32),
        np.empty(most, np.int32),
    )


@compiled
def _best(view: View, row: int, lo: int, most: int, steps: int, work: Work) -> tuple[int, int, int]:
    """Return the source with the most middlemen, how many, and flags."""
    sources, flags = count_middlemen(view, row, lo, most, steps, work)
    none = work.counts.used[0] << VALUES
    best, source = 0, NOBODY
    for i in range(sources):
        found = int(work.counts.word[work.sources[i]] - none)
        if found > best:
            best, source = found, int(work.sources[i])
    return source, best, flags


@compiled
def _scattered(
    view: View, source: int, begin: int, end: int, mark: int, work: Work, rows: Ints
) -> int:
    """Write the rows in which the source paid middlemen in time; note the first for each."""
    out, none, found = view.out, new_mark(work.counts), 0
    for p in range(begin, end):
        one = out.other[p]
        if one < 0 or one == source:
            continue
        if work.paid.word[one] > mark + out.row[p]:
            rows[found] = out.row[p]
            found += 1
            if work.counts.word[one] < none:
                work.counts.word[one] = none + out.row[p]
    return found


@compiled
def _gathered(view: View, begin: int, end: int, work: Work, rows: Ints, found: int) -> int:
    """Append the rows in which middlemen paid the sink after the source had paid them."""
    into, none = view.into, work.counts.used[0] << VALUES
    for p in range(begin, end):
        one = into.other[p]
        if one < 0 or work.counts.word[one] < none:
            continue
        if work.counts.word[one] - none < view.tie[into.row[p] - view.base]:
            rows[found] = into.row[p]
            found += 1
    return found


@compiled
def _rows_between(
    view: View, row: int, lo: int, most: int, source: int, work: Work, rows: Ints
) -> int:
    """Write the rows on paths from a source to the sink of a row; return how many."""
    at = row - view.base
    mark = middlemen_of(view, row, lo, most, work)[3]
    begin, end, _ = newest(view.out, source, lo, view.tie[at], most)
    found = _scattered(view, source, begin, end, mark, work, rows)
    begin, end, _ = newest(view.into, view.target[at], lo, row + 1, most)
    return _gathered(view, begin, end, work, rows, found)


def collect(view: View, row: int, lo: int, most: int, steps: int, work: Work) -> ScatterGather:
    """Return the evidence of a row's scatter-gather; ``lo`` is the first row of its window.

    ``most`` and ``steps`` bound the search as in `scatter_gather`.
    """
    payer, payee = int(view.source[row - view.base]), int(view.target[row - view.base])
    if payer < 0 or payee < 0 or payer == payee:
        return ScatterGather(NOBODY, 0, np.empty(0, np.int32), 0)
    source, found, flags = _best(view, row, lo, most, steps, work)
    if source < 0:
        return ScatterGather(NOBODY, 0, np.empty(0, np.int32), flags)
    rows = np.empty(2 * most, np.int32)
    written = _rows_between(view, row, lo, most, source, work, rows)
    return ScatterGather(source, found, np.sort(rows[:written]), flags)
