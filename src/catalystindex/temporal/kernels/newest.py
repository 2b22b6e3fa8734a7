"""The newest entries of an account within a window, and no more than a bound."""

from catalystindex.temporal.compiled import compiled
from catalystindex.temporal.kernels.spans import place_after
from catalystindex.temporal.layout import Lists


@compiled
def newest(lists: Lists, account: int, lo: int, hi: int, most: int) -> tuple[int, int, bool]:
    """Return the places of the newest ``most`` entries of an account with ``lo <= row < hi``.

    That is (begin, end, capped): capped if there are more. An entry is the first of its pair among
    them exactly where its ``prev`` is below the row of the entry at ``begin``.
    """
    start = int(lists.start[account])
    end = place_after(lists.row, start, start + int(lists.length[account]), hi - 1)
    floor = max(start, end - most)
    begin = place_after(lists.row, floor, end, lo - 1)
    return begin, end, begin == floor and floor > start and lists.row[floor - 1] >= lo
