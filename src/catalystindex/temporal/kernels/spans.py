"""The newest entries of an account within a window, and no more than a bound."""

from catalystindex.temporal.compiled import compiled
from catalystindex.temporal.layout import Lists

_LINEAR = 8
"""Entries that are looked at one by one before a search halves what is left: most places are near
the end of a list."""


@compiled
def place_before(lists: Lists, begin: int, end: int, row: int) -> int:
    """Return the position after the last entry below ``row`` among positions begin to end."""
    least = max(begin, end - _LINEAR)
    while end > least and lists.row[end - 1] >= row:
        end -= 1
    if end > least or end == begin or lists.row[end - 1] < row:
        return end
    low, high = begin, end
    while low < high:
        middle = (low + high) >> 1
        if lists.row[middle] < row:
            low = middle + 1
        else:
            high = middle
    return low


@compiled
def span(lists: Lists, account: int, lo: int, hi: int, most: int) -> tuple[int, int, bool]:
    """Return the positions of the newest ``most`` entries of an account with ``lo <= row < hi``.

    That is (begin, end, capped): capped if there are more. An entry is the first of its pair among
    them exactly where its ``prev`` is below the row of the entry at ``begin``.
    """
    start = int(lists.start[account])
    end = place_before(lists, start, start + int(lists.length[account]), hi)
    floor = max(start, end - most)
    begin = place_before(lists, floor, end, lo)
    return begin, end, begin == floor and floor > start and lists.row[floor - 1] >= lo
