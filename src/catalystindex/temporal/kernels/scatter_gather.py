"""Scatter-gather: one source pays middlemen, and they pay one sink.

For a row e, in which m* pays w at time t, and a window of W:

- a *source* is an account u that paid m* strictly before t, at or after t - W; u is not w;
- a *middleman* of u is an account m, neither u nor w, for which there are rows a (u pays m) and b
  (m pays w), both at or after t - W and no later than e in order of rows, a strictly earlier in
  time than b. So m* is a middleman of every source.

Counted are the most middlemen that a source has, and the sources that have at least two.

Two ways lead to the same counts: from each source to what it paid, or from each middleman to who
paid it. The shorter list of accounts is followed. Per list the newest ``most`` entries are looked
at, and no list is begun after ``steps`` entries: then counts are lower bounds, and the row is
flagged.
"""

from typing import NamedTuple

from catalystindex.temporal.compiled import compiled, folded
from catalystindex.temporal.kernels.marks import Marks, new_mark
from catalystindex.temporal.kernels.newest import newest
from catalystindex.temporal.layout import Floats, Ints, Shorts, View

CAPPED_LIST = 1
CAPPED_SEARCH = 2
LEAST = 2
"""Middlemen that a source must have to be counted."""


class Work(NamedTuple):
    """Arrays of one thread: marks have a place per account, lists one per entry looked at."""

    paid: Marks
    """Middlemen, with the `View.tie` of the newest row in which each paid w."""
    counts: Marks
    """Sources, with their middlemen."""
    sources: Ints
    middlemen: Ints


@compiled
def sources_of(view: View, row: int, lo: int, most: int, work: Work) -> tuple[int, int, int]:
    """List the sources, oldest first; return how many, entries looked at, and flags."""
    at = row - view.base
    middle, sink, into = view.source[at], view.target[at], view.into
    begin, end, capped = newest(into, middle, lo, view.tie[at], most)
    found = 0
    for p in range(begin, end):
        one = into.other[p]
        if one >= 0 and one != middle and one != sink and into.prev[p] < into.row[begin]:
            work.sources[found] = one
            found += 1
    return found, end - begin, CAPPED_LIST if capped else 0


@compiled
def middlemen_of(view: View, row: int, lo: int, most: int, work: Work) -> tuple[int, int, int, int]:
    """List and mark who paid the sink; return how many, entries, flags, and the mark."""
    sink, into = view.target[row - view.base], view.into
    begin, end, capped = newest(into, sink, lo, row + 1, most)
    mark = new_mark(work.paid)
    found = 0
    for p in range(begin, end):
        one = into.other[p]
        if one >= 0 and one != sink:
            if work.paid.word[one] < mark:
                work.middlemen[found] = one
                found += 1
            work.paid.word[one] = mark + view.tie[into.row[p] - view.base]
    return found, end - begin, CAPPED_LIST if capped else 0, mark


@compiled
def _middlemen_paid(view: View, source: int, begin: int, end: int, mark: int, work: Work) -> int:
    """Count the middlemen among those that a source paid: entries from begin to end."""
    if begin == end:
        return 0
    out, word, found = view.out, work.paid.word, 0
    floor = out.row[begin]
    for p in range(begin, end):
        # Without branches: the last place of word stands in for nobody's, at no harm.
        one = out.other[p]
        first = (out.prev[p] < floor) & (one >= 0) & (one != source)
        found += first & (word[one] > mark + out.row[p])
    return found


@folded
def _from_sources(
    view: View, row: int, lo: int, most: int, left: int, sources: int, mark: int, work: Work
) -> int:
    """Count the middlemen of each source; return flags."""
    tie, flags = view.tie[row - view.base], 0
    none = new_mark(work.counts)
    for i in range(sources):
        one = work.sources[i]
        work.counts.word[one] = none + 1
        if left <= 0:
            flags |= CAPPED_SEARCH
            continue
        begin, end, capped = newest(view.out, one, lo, tie, most)
        left -= end - begin
        flags |= CAPPED_LIST if capped else 0
        found = _middlemen_paid(view, one, begin, end, mark, work)
        work.counts.word[one] = none + max(found, 1)
    return flags


@compiled
def _count_payers(view: View, middle: int, begin: int, end: int, none: int, work: Work) -> None:
    """Count one more middleman for each source that paid this one: entries from begin to end."""
    if begin == end:
        return
    into, word, floor = view.into, work.counts.word, view.into.row[begin]
    for p in range(begin, end):
        one = into.other[p]
        first = (into.prev[p] < floor) & (one >= 0) & (one != middle)
        if first & (word[one] >= none):
            word[one] += 1


@compiled
def _from_middlemen(
    view: View, row: int, lo: int, most: int, left: int, sources: int, middlemen: int, mark: int,
    work: Work,
) -> int:  # fmt: skip
    """Count the middlemen of all sources; return flags."""
    payer, flags = view.source[row - view.base], 0
    none = new_mark(work.counts)
    for i in range(sources):
        work.counts.word[work.sources[i]] = none + 1
    for i in range(middlemen):
        one = work.middlemen[i]
        if one == payer:
            continue
        if left <= 0:
            return flags | CAPPED_SEARCH
        begin, end, capped = newest(view.into, one, lo, work.paid.word[one] - mark, most)
        left -= end - begin
        flags |= CAPPED_LIST if capped else 0
        _count_payers(view, one, begin, end, none, work)
    return flags


@folded
def count_middlemen(
    view: View, row: int, lo: int, most: int, steps: int, work: Work
) -> tuple[int, int]:
    """Return how many sources a row has, and flags.

    Sources are listed in ``work.sources``, and their middlemen counted in ``work.counts``, except
    where nobody but m* paid w: then each source has one.
    """
    sources, seen, flags = sources_of(view, row, lo, most, work)
    if not sources:
        return 0, flags
    middlemen, more, capped, mark = middlemen_of(view, row, lo, most, work)
    left, flags = steps - seen - more, flags | capped
    if middlemen < LEAST:
        none = new_mark(work.counts)
        for i in range(sources):
            work.counts.word[work.sources[i]] = none + 1
    elif sources <= middlemen:
        flags |= _from_sources(view, row, lo, most, left, sources, mark, work)
    else:
        flags |= _from_middlemen(view, row, lo, most, left, sources, middlemen, mark, work)
    return sources, flags


@compiled
def scatter_gather(
    view: View, lo: int, hi: int, since: Ints, most: int, steps: int, work: Work,
    out: Floats, column: int, flags: Shorts,
) -> None:  # fmt: skip
    """Write the most middlemen of a source, and the sources with two or more, for rows lo to hi.

    Element i of ``since``, ``out`` and ``flags`` belongs to row lo + i; ``since`` is the first row
    of its window. The two columns of ``out`` from ``column`` on begin as zeros; flags are or-ed.
    """
    for row in range(lo, hi):
        payer, payee = view.source[row - view.base], view.target[row - view.base]
        if payer < 0 or payee < 0 or payer == payee:
            continue
        sources, capped = count_middlemen(view, row, since[row - lo], most, steps, work)
        flags[row - lo] |= capped
        none = work.counts.used[0] << 32
        for i in range(sources):
            found = work.counts.word[work.sources[i]] - none
            out[row - lo, column] = max(out[row - lo, column], found)
            if found >= LEAST:
                out[row - lo, column + 1] += 1.0
