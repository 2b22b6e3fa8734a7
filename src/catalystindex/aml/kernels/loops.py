"""Loops of payments that a row closes: a search backward in time, depth first, newest first."""

from typing import NamedTuple

import numpy as np

from catalystindex.aml.kernels.relations import (
    count_between,
    is_move,
    is_new,
    last_before,
    row_since,
)
from catalystindex.temporal.compiled import compiled, counted
from catalystindex.temporal.kernels.lists import at_or_after
from catalystindex.temporal.layout import Bytes, Longs, View

LONGEST = 10
"""Payments of the longest loop."""


class LoopRules(NamedTuple):
    """Which payments follow upon each other. Times are in microseconds."""

    shortest: int
    longest: int
    window: int
    gap: int
    history: int
    lowest: float
    """A payment is at least this part of the one before, where sums are kept."""
    highest: float
    steps: int
    busiest: int
    """Payments within the window that a member received or made, at most, where sums are not
    kept: relations of a business are new every day."""


class Found(NamedTuple):
    """A loop, in ``path[:length]`` from its last payment to its first."""

    length: int
    kept: bool
    """Each payment is a part of the one before."""
    capped: bool


class Trail(NamedTuple):
    """Where a search stands. Made once for many searches."""

    path: Longs
    """Rows from the last payment backward."""
    place: Longs
    """For each of them, the entry that is looked at next."""
    steps: Longs
    """One number: entries that were looked at."""


class Bounds(NamedTuple):
    """Rows that a search for one row keeps to."""

    oldest: int
    """Of the loop."""
    long_ago: int
    """Of the history by which relations are new."""
    last: int
    """The row that is searched for."""
    begin: int
    """First payment of the account that the loop must begin with: none of it is older."""


@compiled
def _follows(
    view: View, method: Bytes, rules: LoopRules, bounds: Bounds, kept: bool, row: int, later: int
) -> bool:
    """Tell whether a payment may be the one before a later one."""
    if not is_move(view, method, row):
        return False
    if not kept:
        new = is_new(view, row, bounds.long_ago, bounds.oldest)
        return bool(new and not _is_busy(view, view.source[row - view.base], rules, bounds))
    before, after = view.amount[row - view.base], view.amount[later - view.base]
    return bool(after >= before * rules.lowest and after <= before * rules.highest)


@compiled
def _is_busy(view: View, account: int, rules: LoopRules, bounds: Bounds) -> bool:
    """Tell whether an account has more payments, in or out, than a private one has."""
    return bool(
        count_between(view.into, account, bounds.oldest, bounds.last) > rules.busiest
        or count_between(view.out, account, bounds.oldest, bounds.last) > rules.busiest
    )


@compiled
def _is_member(view: View, path: Longs, depth: int, account: int) -> bool:
    """Tell whether an account pays in one of the payments so far."""
    found = False
    for place in range(depth + 1):
        found |= view.source[path[place] - view.base] == account
    return bool(found)


@compiled
def _previous(
    view: View, method: Bytes, rules: LoopRules, bounds: Bounds, kept: bool, trail: Trail,
    depth: int,
) -> int:  # fmt: skip
    """Return the next row that may be the one before ``path[depth]``, -1 where there is none."""
    later = trail.path[depth]
    start = view.into.start[view.source[later - view.base]]
    earliest = view.time[later - view.base] - rules.gap
    while trail.place[depth] >= start and trail.steps[0] < rules.steps:
        position = trail.place[depth]
        trail.place[depth] -= 1
        trail.steps[0] += 1
        row = view.into.row[position]
        if row < bounds.begin or view.into.time[position] < earliest:
            return -1
        if _follows(view, method, rules, bounds, kept, row, later):
            return int(row)
    return -1


@compiled
def _search(
    view: View, method: Bytes, rules: LoopRules, bounds: Bounds, kept: bool, trail: Trail
) -> int:
    """Return the length of the loop that ``path[0]`` closes, 0 without one."""
    path, place, depth = trail.path, trail.place, 0
    end = view.target[path[0] - view.base]
    trail.steps[0] = 0
    place[0] = last_before(view, view.source[path[0] - view.base], path[0])
    while depth >= 0:
        row = _previous(view, method, rules, bounds, kept, trail, depth)
        if row < 0:
            depth -= 1
            continue
        path[depth + 1] = row
        payer, length = view.source[row - view.base], depth + 2
        if payer == end and length >= rules.shortest:
            return length
        if payer != end and length < rules.longest and not _is_member(view, path, depth, payer):
            depth += 1
            place[depth] = last_before(view, payer, row)
    return 0


@counted
def new_trail() -> Trail:
    """Return room for searches."""
    return Trail(
        np.empty(LONGEST + 1, np.int64), np.empty(LONGEST + 1, np.int64), np.zeros(1, np.int64)
    )


@counted
def loop_of(view: View, method: Bytes, rules: LoopRules, row: int, trail: Trail) -> Found:
    """Return the loop that a row closes: one that keeps its sum before one of new relations."""
    nothing = Found(0, False, False)
    if not is_move(view, method, row):
        return nothing
    payee, oldest = view.target[row - view.base], row_since(view, row, rules.window)
    first = at_or_after(view.out, payee, oldest)
    if first > at_or_after(view.out, payee, view.tie[row - view.base]) - 1:
        return nothing
    long_ago = row_since(view, row, rules.history)
    bounds = Bounds(oldest, long_ago, row, view.out.row[first])
    trail.path[0] = row
    length = _search(view, method, rules, bounds, True, trail)
    capped = trail.steps[0] >= rules.steps
    if length:
        return Found(length, True, capped)
    strange = _follows(view, method, rules, bounds, False, row, row)
    if not strange or _is_busy(view, payee, rules, bounds):
        return Found(0, False, capped)
    length = _search(view, method, rules, bounds, False, trail)
    return Found(length, False, capped or trail.steps[0] >= rules.steps)


@counted
def closing_rows(view: View, method: Bytes, rules: LoopRules, lo: int, hi: int) -> Bytes:
    """Return the length of the loop that each row from ``lo`` to ``hi`` closes, 0 without one."""
    lengths, trail = np.zeros(hi - lo, np.int8), new_trail()
    for row in range(lo, hi):
        lengths[row - lo] = loop_of(view, method, rules, row, trail).length
    return lengths
