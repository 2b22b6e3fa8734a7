"""Chains of accounts that pass money on: a search backward in time for the longest one."""

from typing import NamedTuple

import numpy as np

from catalystindex.aml.kernels.relations import is_move, is_new, last_before, row_since
from catalystindex.temporal.compiled import compiled, counted
from catalystindex.temporal.kernels.lists import at_or_after
from catalystindex.temporal.layout import Bytes, Longs, View
from catalystindex.temporal.payments import CASH_WITHDRAWAL

LONGEST = 12
"""Payments of the longest chain that is followed."""
_SHORTEST = 2
_CASH_ENTRIES = 64


class ChainRules(NamedTuple):
    """Which payments follow upon each other. Times are in microseconds."""

    window: int
    gap: int
    history: int
    lowest: float
    """A payment is at least this part of the one before."""
    highest: float
    lowest_cash: float
    """Cash drawn after the last payment is at least this part of it."""
    highest_cash: float
    min_amount: int
    steps: int


class Trail(NamedTuple):
    """Where a search stands, and the longest chain it saw. Made once for many searches."""

    path: Longs
    """Rows from the last payment backward."""
    place: Longs
    """For each of them, the entry that is looked at next."""
    best: Longs
    steps: Longs
    """One number: entries that were looked at."""


class Bounds(NamedTuple):
    """Rows that a search for one row keeps to."""

    oldest: int
    long_ago: int


class Chain(NamedTuple):
    """A chain, in ``best[:length]`` from its last payment to its first."""

    length: int
    capped: bool


@compiled
def cash_since(view: View, method: Bytes, account: int, since: int, last: int) -> int:
    """Return what an account drew in cash after row ``since``, up to row ``last``."""
    total = 0
    position = at_or_after(view.out, account, last + 1) - 1
    lowest = max(view.out.start[account], position - _CASH_ENTRIES + 1)
    while position >= lowest and view.out.row[position] > since:
        row = view.out.row[position]
        if method[row - view.base] == CASH_WITHDRAWAL:
            total += view.amount[row - view.base]
        position -= 1
    return int(total)


@compiled
def _passed_on(
    view: View, method: Bytes, rules: ChainRules, bounds: Bounds, row: int, later: int
) -> bool:
    """Tell whether what a row brought is passed on by a later one."""
    if not is_move(view, method, row):
        return False
    before, after = view.amount[row - view.base], view.amount[later - view.base]
    lowest, highest = rules.lowest, rules.highest
    if method[later - view.base] == CASH_WITHDRAWAL:
        after = cash_since(view, method, view.source[later - view.base], row, later)
        lowest, highest = rules.lowest_cash, rules.highest_cash
    if before < rules.min_amount or after < before * lowest or after > before * highest:
        return False
    return bool(is_new(view, row, bounds.long_ago, bounds.oldest))


@compiled
def _is_member(view: View, path: Longs, depth: int, account: int) -> bool:
    for place in range(depth + 1):
        at = path[place] - view.base
        if view.source[at] == account or view.target[at] == account:
            return True
    return False


@compiled
def _previous(
    view: View, method: Bytes, rules: ChainRules, bounds: Bounds, trail: Trail, depth: int
) -> int:
    """Return the next row that ``path[depth]`` may pass on, -1 where there is none."""
    later = trail.path[depth]
    start = view.into.start[view.source[later - view.base]]
    earliest = view.time[later - view.base] - rules.gap
    while trail.place[depth] >= start and trail.steps[0] < rules.steps:
        position = trail.place[depth]
        trail.place[depth] -= 1
        trail.steps[0] += 1
        row = view.into.row[position]
        if row < bounds.oldest or view.into.time[position] < earliest:
            return -1
        payer = view.into.other[position]
        if payer < 0 or _is_member(view, trail.path, depth, payer):
            continue
        if _passed_on(view, method, rules, bounds, row, later):
            return int(row)
    return -1


@counted
def _search(
    view: View, method: Bytes, rules: ChainRules, bounds: Bounds, row: int, trail: Trail
) -> int:
    """Follow a row back, depth first, newest first; leave the longest chain in ``best``."""
    depth, longest = 0, 1
    trail.path[0] = trail.best[0] = row
    trail.steps[0] = 0
    trail.place[0] = last_before(view, view.source[row - view.base], row)
    while depth >= 0:
        before = -1
        if depth + 1 < LONGEST:
            before = _previous(view, method, rules, bounds, trail, depth)
        if before < 0:
            depth -= 1
            continue
        depth += 1
        trail.path[depth] = before
        trail.place[depth] = last_before(view, view.source[before - view.base], before)
        if depth + 1 > longest:
            longest = depth + 1
            trail.best[:longest] = trail.path[:longest]
    return longest


@counted
def chain_of(view: View, method: Bytes, rules: ChainRules, row: int, trail: Trail) -> Chain:
    """Return the longest chain that ends with a row: a payment, or cash that is drawn."""
    at = row - view.base
    cash = method[at] == CASH_WITHDRAWAL and view.source[at] >= 0
    if not cash and (not is_move(view, method, row) or view.amount[at] < rules.min_amount):
        return Chain(0, False)
    bounds = Bounds(row_since(view, row, rules.window), row_since(view, row, rules.history))
    if not cash and not is_new(view, row, bounds.long_ago, bounds.oldest):
        return Chain(0, False)
    length = _search(view, method, rules, bounds, row, trail)
    return Chain(length, trail.steps[0] >= rules.steps)


@counted
def new_trail() -> Trail:
    """Return room for searches."""
    size = LONGEST + 1
    return Trail(
        np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64),
        np.zeros(1, np.int64),
    )  # fmt: skip


@counted
def ending_rows(view: View, method: Bytes, rules: ChainRules, lo: int, hi: int) -> Bytes:
    """Return the length of the longest chain that ends with each row from ``lo`` to ``hi``."""
    lengths, trail = np.zeros(hi - lo, np.int8), new_trail()
    for row in range(lo, hi):
        length = chain_of(view, method, rules, row, trail).length
        lengths[row - lo] = length if length >= _SHORTEST else 0
    return lengths
