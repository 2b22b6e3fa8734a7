"""Accounts through which money rushes: what came within hours has left again."""

from typing import NamedTuple

import numpy as np

from catalystindex.aml.kernels.income import Ledger, comes_in, goes_out
from catalystindex.aml.kernels.relations import last_before, row_since
from catalystindex.temporal.compiled import compiled, counted
from catalystindex.temporal.kernels.lists import at_or_after
from catalystindex.temporal.layout import Flags, View


class RushRules(NamedTuple):
    """What rushing is. Times are in microseconds."""

    span: int
    min_amount: int
    lowest: float
    """Share of the income that has left, at least."""
    highest: float
    entries: int


class Rush(NamedTuple):
    """What came to an account and left it again; ``since`` is the row of the first income."""

    since: int
    income: int
    left: int


@compiled
def _left_since(view: View, ledger: Ledger, account: int, since: int, row: int) -> int:
    """Return what left an account strictly after row ``since``, up to a row."""
    left = 0
    for position in range(
        at_or_after(view.out, account, since + 1), at_or_after(view.out, account, row + 1)
    ):
        one = view.out.row[position]
        if view.tie[one - view.base] > since and goes_out(view, ledger, one):
            left += view.out.amount[position]
    return int(left)


@compiled
def _income(view: View, ledger: Ledger, first: int, last: int) -> tuple[int, int]:
    """Return all income at positions from ``first`` to ``last``, and the row of the first."""
    since, income = -1, 0
    for position in range(first, last + 1):
        row = view.into.row[position]
        if comes_in(view, ledger, row):
            income += view.into.amount[position]
            since = row if since < 0 else since
    return int(income), int(since)


@compiled
def rush_of(view: View, ledger: Ledger, rules: RushRules, row: int) -> Rush:
    """Return what came to the payer of a row before it and within the span, and what left."""
    nothing = Rush(-1, 0, 0)
    account = view.source[row - view.base]
    if account < 0 or not goes_out(view, ledger, row):
        return nothing
    oldest = row_since(view, row, rules.span)
    first, last = at_or_after(view.into, account, oldest), last_before(view, account, row)
    busy = at_or_after(view.out, account, row) - at_or_after(view.out, account, oldest)
    if last < first or last - first >= rules.entries or busy >= rules.entries:
        return nothing
    income, since = _income(view, ledger, first, last)
    if since < 0 or income < rules.min_amount:
        return nothing
    return Rush(since, income, _left_since(view, ledger, account, since, row))


@counted
def rushing_rows(view: View, ledger: Ledger, rules: RushRules, lo: int, hi: int) -> Flags:
    """Tell for each row from ``lo`` to ``hi`` whether its payer has passed on what came."""
    flags = np.zeros(hi - lo, np.bool_)
    for row in range(lo, hi):
        found = rush_of(view, ledger, rules, row)
        if found.since >= 0:
            lowest, highest = found.income * rules.lowest, found.income * rules.highest
            flags[row - lo] = lowest <= found.left <= highest
    return flags
