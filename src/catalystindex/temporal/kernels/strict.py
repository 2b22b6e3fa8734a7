"""Strictly earlier and later: money flows between two payments of different times only."""

from catalystindex.temporal.compiled import compiled, inlined
from catalystindex.temporal.layout import Ints, View


@compiled
def _later(tie: Ints, base: int, row: int, high: int) -> int:
    low = row + 1
    while low < high:
        middle = (low + high) >> 1
        if tie[middle - base] <= row:
            low = middle + 1
        else:
            high = middle
    return low


@inlined
def row_after(tie: Ints, base: int, row: int, high: int) -> int:
    """Return the first row of a later time than that of ``row``, at most ``high``.

    ``high`` must be the first row of its time.
    """
    after = row + 1
    if after < high and tie[after - base] != after:
        after = _later(tie, base, row, high)
    return after


@inlined
def place_of_row(rows: Ints, begin: int, stop: int, row: int) -> int:
    """Return the first position from ``begin`` to ``stop`` whose row is at or after ``row``."""
    low, high = begin, stop
    while low < high:
        middle = (low + high) >> 1
        if rows[middle] < row:
            low = middle + 1
        else:
            high = middle
    return low


@inlined
def is_transfer(view: View, row: int) -> bool:
    """Tell whether a row moves money from one account to another: not cash, not to oneself."""
    source, target = view.source[row - view.base], view.target[row - view.base]
    return bool(source >= 0 and target >= 0 and source != target)
