"""Round sums: payments that are whole multiples of a large unit."""

from typing import NamedTuple

import numpy as np

from catalystindex.aml.kernels.relations import is_move, row_since
from catalystindex.temporal.compiled import compiled, counted
from catalystindex.temporal.kernels.lists import at_or_after
from catalystindex.temporal.layout import Bytes, Flags, Lists, View


class RoundRules(NamedTuple):
    """What round is. The time is in microseconds."""

    window: int
    unit: int
    """A round sum is a multiple of it, and not nothing."""
    least: int
    """Round payments within the window."""
    entries: int


@compiled
def is_round(view: View, method: Bytes, row: int, unit: int) -> bool:
    """Tell whether a row moves a round sum."""
    amount = view.amount[row - view.base]
    return bool(amount >= unit and amount % unit == 0 and is_move(view, method, row))


@compiled
def _enough(
    view: View, lists: Lists, method: Bytes, rules: RoundRules, account: int, row: int
) -> bool:
    """Tell whether an account has enough round payments up to a row, in one direction."""
    first = at_or_after(lists, account, row_since(view, row, rules.window))
    last = at_or_after(lists, account, row + 1)
    if last - first > rules.entries:
        return False
    count = 0
    for position in range(first, last):
        count += is_round(view, method, lists.row[position], rules.unit)
    return count >= rules.least


@counted
def rounded_rows(
    view: View, method: Bytes, rules: RoundRules, outgoing: bool, lo: int, hi: int
) -> Flags:
    """Tell for each row whether it is one of enough round ones of its payer, or of its payee."""
    flags = np.zeros(hi - lo, np.bool_)
    for row in range(lo, hi):
        if is_round(view, method, row, rules.unit):
            at = row - view.base
            if outgoing:
                flags[row - lo] = _enough(view, view.out, method, rules, view.source[at], row)
            else:
                flags[row - lo] = _enough(view, view.into, method, rules, view.target[at], row)
    return flags
