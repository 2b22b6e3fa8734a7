"""Small questions about accounts and pairs, answered by their entries."""

from catalystindex.aml.moves import IS_MOVE
from catalystindex.temporal.compiled import compiled
from catalystindex.temporal.kernels.lists import at_or_after, first_row_since
from catalystindex.temporal.layout import Bytes, Lists, View

MOST_REPEATS = 32
"""Payments of one pair that are walked back through: a pair with more is no new one."""


@compiled
def row_since(view: View, row: int, span: int) -> int:
    """Return the first row that is at most ``span`` microseconds before a row."""
    since = view.time[row - view.base] - span
    return int(first_row_since(view.time, view.base, view.first, view.end, since))


@compiled
def last_before(view: View, account: int, row: int) -> int:
    """Return the position of an account's last income that is strictly earlier than a row."""
    return int(at_or_after(view.into, account, view.tie[row - view.base]) - 1)


@compiled
def count_between(lists: Lists, account: int, since: int, last: int) -> int:
    """Return how many entries an account has from row ``since`` to row ``last``, both included."""
    return int(at_or_after(lists, account, last + 1) - at_or_after(lists, account, since))


@compiled
def is_move(view: View, method: Bytes, row: int) -> bool:
    """Tell whether a row moves money from one account to another, of a method that does."""
    at = row - view.base
    source, target = view.source[at], view.target[at]
    return bool(source >= 0 and target >= 0 and source != target and IS_MOVE[method[at]])


@compiled
def is_new(view: View, row: int, long_ago: int, recent: int) -> bool:
    """Tell whether the pair of a row paid for the first time at or after row ``recent``.

    Looked at are rows from ``long_ago`` on: what was before is not known.
    """
    prev = view.prev[row - view.base]
    for _ in range(MOST_REPEATS):
        if prev < long_ago:
            return True
        if prev < recent:
            return False
        prev = view.prev[prev - view.base]
    return False


@compiled
def paid_before(view: View, source: int, target: int, long_ago: int, row: int, most: int) -> bool:
    """Tell whether one account paid another at or after ``long_ago``, strictly before a row.

    Of the payer's payments the last ``most`` are looked at.
    """
    position = at_or_after(view.out, source, view.tie[row - view.base]) - 1
    lowest = max(view.out.start[source], position - most + 1)
    while position >= lowest and view.out.row[position] >= long_ago:
        if view.out.other[position] == target:
            return True
        position -= 1
    return False
