"""Accounts that wake: silent for long, then paid a large sum that leaves again."""

from typing import NamedTuple

import numpy as np

from catalystindex.aml.kernels.income import Ledger, comes_in, goes_out
from catalystindex.aml.kernels.relations import last_before, row_since
from catalystindex.temporal.compiled import compiled, counted
from catalystindex.temporal.kernels.lists import at_or_after
from catalystindex.temporal.layout import NEVER, Flags, View


class WakeRules(NamedTuple):
    """What waking is. Times are in microseconds."""

    silence: int
    window: int
    min_amount: int
    least_share: float
    """Of the largest income in all income since waking."""
    least_passed: float
    entries: int


class Waking(NamedTuple):
    """An account that woke; rows are -1 where there are none."""

    wake: int
    large: int
    income: int
    left: int


@compiled
def _woken_by(before: int, time: int, silence: int) -> bool:
    return before != NEVER and time - before >= silence


@compiled
def _wake_row(
    view: View, ledger: Ledger, rules: WakeRules, account: int, since: int, row: int
) -> int:
    """Return the row that woke an account, the last one if there are several; -1 without one."""
    woken = -1
    for position in range(
        at_or_after(view.into, account, since), last_before(view, account, row) + 1
    ):
        one = view.into.row[position]
        if _woken_by(ledger.target_before[one - view.base], view.into.time[position],
                     rules.silence):  # fmt: skip
            woken = one
    for position in range(
        at_or_after(view.out, account, since), at_or_after(view.out, account, row)
    ):
        one = view.out.row[position]
        if _woken_by(ledger.source_before[one - view.base], view.out.time[position],
                     rules.silence):  # fmt: skip
            woken = max(woken, one)
    return int(woken)


@compiled
def _passed(view: View, ledger: Ledger, account: int, large: int, last: int) -> int:
    """Return what left an account strictly after a row, up to row ``last``."""
    left = 0
    for position in range(
        at_or_after(view.out, account, large + 1), at_or_after(view.out, account, last + 1)
    ):
        row = view.out.row[position]
        if view.tie[row - view.base] > large and goes_out(view, ledger, row):
            left += view.out.amount[position]
    return int(left)


@compiled
def _largest_income(view: View, ledger: Ledger, first: int, last: int) -> tuple[int, int]:
    """Return all income at positions from ``first`` to ``last``, and the row of the largest."""
    income, large, most = 0, -1, 0
    for position in range(first, last + 1):
        row = view.into.row[position]
        if comes_in(view, ledger, row):
            income += view.into.amount[position]
            if view.into.amount[position] > most:
                most, large = view.into.amount[position], row
    return int(income), int(large)


@compiled
def waking_of(view: View, ledger: Ledger, rules: WakeRules, row: int) -> Waking:
    """Return how the payer of a row woke, if the row takes away what woke it."""
    nothing = Waking(-1, -1, 0, 0)
    account = view.source[row - view.base]
    if account < 0 or not goes_out(view, ledger, row):
        return nothing
    since = row_since(view, row, rules.window)
    first, last = at_or_after(view.into, account, since), last_before(view, account, row)
    busy = at_or_after(view.out, account, row) - at_or_after(view.out, account, since)
    if last < first or last - first >= rules.entries or busy >= rules.entries:
        return nothing
    wake = _wake_row(view, ledger, rules, account, since, row)
    if wake < 0:
        return nothing
    first = max(first, at_or_after(view.into, account, wake))
    income, large = _largest_income(view, ledger, first, last)
    most = view.amount[large - view.base] if large >= 0 else 0
    if large < 0 or most < rules.min_amount or most < income * rules.least_share:
        return nothing
    return Waking(wake, large, income, _passed(view, ledger, account, large, row))


@counted
def waking_rows(view: View, ledger: Ledger, rules: WakeRules, lo: int, hi: int) -> Flags:
    """Tell for each row from ``lo`` to ``hi`` whether it takes away what woke its payer."""
    flags = np.zeros(hi - lo, np.bool_)
    for row in range(lo, hi):
        found = waking_of(view, ledger, rules, row)
        if found.large >= 0:
            flags[row - lo] = (
                found.left >= rules.least_passed * view.amount[found.large - view.base]
            )
    return flags
