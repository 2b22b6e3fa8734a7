"""Stacks: the layers above the senders of a layer, and the features of both (see `layers`)."""

from typing import Final

from catalystindex.temporal.compiled import compiled
from catalystindex.temporal.kernels.layers import (
    LEAST,
    SHARED,
    Work,
    exhausted,
    find_layer,
    look,
)
from catalystindex.temporal.kernels.marks import VALUES, new_mark
from catalystindex.temporal.kernels.newest import newest
from catalystindex.temporal.layout import Floats, Ints, Shorts, View

DEEPEST: Final = 3
"""Layers at most, from the senders upwards."""


@compiled
def _last_to_receivers(view: View, one: int, row: int, lo: int, most: int, work: Work) -> int:
    """Return the row of a sender's last payment to a shared receiver."""
    out, shared = view.out, (work.receiver.used[0] << VALUES) + SHARED
    begin, end, _ = newest(out, one, lo, row + 1, most)
    for p in range(end - 1, begin - 1, -1):
        if out.other[p] >= 0 and work.receiver.word[out.other[p]] == shared:
            look(work, p, end, False)
            return int(out.row[p])
    look(work, begin, end, False)
    return lo


@compiled
def found_stack(
    view: View, row: int, lo: int, most: int, senders: int, receivers: int, work: Work
) -> int:
    """Put s and the other senders into ``work.upper`` as the first layer; return how many."""
    mark = new_mark(work.level)
    shared = (work.receiver.used[0] << VALUES) + SHARED
    for i in range(receivers):
        if work.receiver.word[work.receivers[i]] == shared:
            work.level.word[work.receivers[i]] = mark
    payer = view.source[row - view.base]
    work.upper[0], work.last[payer], work.level.word[payer] = payer, row, mark + 1
    size = 1
    for i in range(senders):
        if exhausted(work):
            break
        one = work.senders[i]
        work.upper[size], work.level.word[one] = one, mark + 1
        work.last[one] = _last_to_receivers(view, one, row, lo, most, work)
        size += 1
    return size


@compiled
def _note_last(one: int, row: int, none: int, work: Work) -> None:
    """Note that an account above paid in a row; it is a candidate from its first one on."""
    if work.counts.word[one] < none:
        work.counts.word[one], work.last[one] = none, row
    work.last[one] = max(work.last[one], row)


@compiled
def _count_above(
    view: View, begin: int, end: int, mark: int, none: int, found: int, work: Work
) -> int:
    """Count the payers among the entries of one member; append those that reach `LEAST`."""
    into, floor = view.into, view.into.row[begin]
    for p in range(begin, end):
        one = into.other[p]
        if one < 0 or work.level.word[one] >= mark:
            continue
        _note_last(one, into.row[p], none, work)
        if into.prev[p] < floor:
            work.counts.word[one] += 1
            if work.counts.word[one] == none + LEAST:
                work.upper[found] = one
                found += 1
    return found


@compiled
def climb(view: View, lo: int, most: int, begin: int, end: int, whole: bool, work: Work) -> int:
    """Append the layer above the members at begin to end of ``work.upper``; return its end.

    Unless the ``whole`` layer is asked for, the search ends with the first list that makes it one.
    """
    mark, none, found = work.level.used[0] << VALUES, new_mark(work.counts), end
    for i in range(begin, end):
        if exhausted(work) or (not whole and found - end >= LEAST):
            break
        one = work.upper[i]
        tie = view.tie[work.last[one] - view.base]
        first, stop, capped = newest(view.into, one, lo, tie, most)
        look(work, first, stop, capped)
        if stop > first:
            found = _count_above(view, first, stop, mark, none, found, work)
    above = work.level.word[work.upper[begin]] + 1
    for i in range(end, found):
        work.level.word[work.upper[i]] = above
    return found


@compiled
def _depth(
    view: View, row: int, lo: int, most: int, senders: int, receivers: int, work: Work
) -> int:
    """Return how many layers stand upon each other, the senders being one."""
    begin, end = 0, found_stack(view, row, lo, most, senders, receivers, work)
    for depth in range(1, DEEPEST):
        top = climb(view, lo, most, begin, end, depth + 1 < DEEPEST, work)
        if top - end < LEAST:
            return depth
        begin, end = end, top
    return DEEPEST


@compiled
def layers(
    view: View, lo: int, hi: int, since: Ints, most: int, steps: int, work: Work, out: Floats,
    column: int, flags: Shorts,
) -> None:  # fmt: skip
    """Write senders, receivers, density and depth for rows lo to hi.

    Element i of ``since``, ``out`` and ``flags`` belongs to row lo + i; ``since`` is the first row
    of its window. The four columns of ``out`` from ``column`` on begin as zeros; flags are or-ed.
    """
    for row in range(lo, hi):
        at, i = row - view.base, row - lo
        if view.source[at] < 0 or view.target[at] < 0 or view.source[at] == view.target[at]:
            continue
        senders, shared, pairs, receivers = find_layer(view, row, since[i], most, steps, work)
        if not senders:
            flags[i] |= work.flags[0]
            continue
        out[i, column], out[i, column + 1] = senders + 1, shared
        out[i, column + 2] = pairs / max(1, (senders + 1) * shared)
        out[i, column + 3] = 1
        if not work.flags[0]:  # else hubs are among them: what is above says little
            out[i, column + 3] = _depth(view, row, since[i], most, senders, receivers, work)
        flags[i] |= work.flags[0]
