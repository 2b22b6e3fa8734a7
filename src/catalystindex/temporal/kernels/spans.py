"""Which entries of an account lie within a window of rows."""

from catalystindex.temporal.compiled import compiled
from catalystindex.temporal.kernels.lists import first_row_since
from catalystindex.temporal.layout import Ints, Lists, Longs


@compiled
def window_rows(time: Longs, base: int, first: int, lo: int, hi: int, span: int, out: Ints) -> None:
    """Write the first row within ``span`` before each of the rows ``lo`` to ``hi``."""
    if lo == hi:
        return
    row = first_row_since(time, base, first, lo, time[lo - base] - span)
    for fresh in range(lo, hi):
        since = time[fresh - base] - span
        while time[row - base] < since:
            row += 1
        out[fresh - lo] = row


@compiled
def place_after(rows: Ints, start: int, stop: int, row: int) -> int:
    """Return the first place from ``start`` to ``stop`` that holds a row after ``row``.

    The search begins at the end: what a fresh row looks for is nearly always the newest.
    """
    high, step = stop, 1
    while high - step >= start and rows[high - step] > row:
        high -= step
        step += step
    low = max(start, high - step)
    while low < high:
        middle = (low + high) >> 1
        if rows[middle] > row:
            high = middle
        else:
            low = middle + 1
    return low


@compiled
def span_of(lists: Lists, account: int, first: int, row: int) -> tuple[int, int]:
    """Return begin and end of an account's entries whose rows are ``first`` to ``row``, both in."""
    start = lists.start[account]
    end = place_after(lists.row, start, start + lists.length[account], row)
    return place_after(lists.row, start, end, first - 1), end
