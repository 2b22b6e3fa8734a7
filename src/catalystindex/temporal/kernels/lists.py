"""Finding one's place in the entries of an account, and in the columns of a window."""

from catalystindex.temporal.compiled import compiled
from catalystindex.temporal.layout import Lists, Longs


@compiled
def at_or_after(lists: Lists, account: int, row: int) -> int:
    """Return the position of the first entry of an account whose row is at or after ``row``."""
    low = lists.start[account]
    high = low + lists.length[account]
    while low < high:
        middle = (low + high) >> 1
        if lists.row[middle] < row:
            low = middle + 1
        else:
            high = middle
    return int(low)


@compiled
def first_row_since(time: Longs, base: int, first: int, end: int, since: int) -> int:
    """Return the first row from ``first`` to ``end`` whose time is at or after ``since``."""
    low, high = first, end
    while low < high:
        middle = (low + high) >> 1
        if time[middle - base] < since:
            low = middle + 1
        else:
            high = middle
    return low
