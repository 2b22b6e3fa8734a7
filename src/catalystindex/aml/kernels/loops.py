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
from catalystindex.temporal.compiled import compiled
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
def _search(
    view: View, method: Bytes, rules: LoopRules, bounds: Bounds, kept: bool, path: Longs,
    place: Longs,
) -> tuple[int, int]:  # fmt: skip
    """Return the length of the loop that ``path[0]`` closes, 0 without one, and the steps."""
    end, depth, steps = view.target[path[0] - view.base], 0, 0
    place[0] = last_before(view, view.source[path[0] - view.base], path[0])
    while depth >= 0 and steps < rules.steps:
        steps += 1
        later = path[depth]
        position = place[depth]
        place[depth] -= 1
        if position < view.into.start[view.source[later - view.base]]:
            depth -= 1
            continue
        row = view.into.row[position]
        early = view.into.time[position] < view.time[later - view.base] - rules.gap
        if early or row < bounds.begin:
            depth -= 1
            continue
        if not _follows(view, method, rules, bounds, kept, row, later):
            continue
        path[depth + 1] = row
        payer = view.into.other[position]
        if payer == end and depth + 2 >= rules.shortest:
            return depth + 2, steps
        if payer == end or depth + 2 >= rules.longest or _is_member(view, path, depth, payer):
            continue
        depth += 1
        place[depth] = last_before(view, payer, row)
    return 0, steps


@compiled
def loop_of(
    view: View, method: Bytes, rules: LoopRules, row: int, path: Longs, place: Longs
) -> Found:
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
    path[0] = row
    length, steps = _search(view, method, rules, bounds, True, path, place)
    capped = steps >= rules.steps
    if length:
        return Found(length, True, capped)
    strange = _follows(view, method, rules, bounds, False, row, row)
    if not strange or _is_busy(view, payee, rules, bounds):
        return Found(0, False, capped)
    length, steps = _search(view, method, rules, bounds, False, path, place)
    return Found(length, False, capped or steps >= rules.steps)


@compiled
def closing_rows(view: View, method: Bytes, rules: LoopRules, lo: int, hi: int) -> Bytes:
    """Return the length of the loop that each row from ``lo`` to ``hi`` closes, 0 without one."""
    lengths = np.zeros(hi - lo, np.int8)
    path, place = np.empty(LONGEST + 1, np.int64), np.empty(LONGEST + 1, np.int64)
    for row in range(lo, hi):
        lengths[row - lo] = loop_of(view, method, rules, row, path, place).length
    return lengths
