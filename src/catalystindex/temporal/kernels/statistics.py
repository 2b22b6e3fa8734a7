"""Degree, fan, and the moments of amounts and gaps of the accounts of a payment."""

from catalystindex.temporal.compiled import compiled, folded
from catalystindex.temporal.kernels.moments import gap_moments, value_moments
from catalystindex.temporal.kernels.prefetch import prefetch_ahead
from catalystindex.temporal.kernels.spans import span_of
from catalystindex.temporal.layout import NOBODY, Floats, Ints, Lists, Shorts, View

PER_LIST = 15
"""Numbers about one list: degree, fan, seven of amounts, six of gaps."""

COLUMNS = 4 * PER_LIST + 2

SECONDS = 1e-6
"""Of a microsecond."""


@compiled
def _fan(other: Ints, prev: Ints, first: int, account: int) -> int:
    """Count entries that are the first of their pair, leaving out cash and oneself."""
    count = 0
    for i in range(len(other)):
        count += (prev[i] < first) & (other[i] != NOBODY) & (other[i] != account)
    return count


@folded
def _list_statistics(
    lists: Lists, account: int, first: int, row: int, most: int, out: Floats
) -> bool:
    """Write what one list of an account is like; tell whether it was too long to be seen whole."""
    begin, end = span_of(lists, account, first, row)
    if begin == end:
        return False
    out[0] = end - begin
    if end - begin == 1:
        # Nearly half of all lists are this short, and what follows is made for long ones.
        other = lists.other[begin]
        out[1] = (other != NOBODY) & (other != account)
        out[2:6] = lists.amount[begin]
        return False
    capped = end - begin > most
    if capped:
        begin = end - most
        first = lists.row[begin]
    out[1] = _fan(lists.other[begin:end], lists.prev[begin:end], first, account)
    value_moments(lists.amount[begin:end], out[2:9])
    if most > 1:
        gap_moments(lists.time[begin:end], SECONDS, out[9:15])
    return capped


@compiled
def statistics_rows(
    view: View, lo: int, hi: int, window_rows: Ints, most: int, capped: int,
    out: Floats, column: int, flags: Shorts,
) -> None:  # fmt: skip
    """Write the statistics of rows: source's out and into, target's out and into, two ratios.

    They are columns from ``column`` on, which begin as zeros.
    """
    for row in range(lo, hi):
        prefetch_ahead(view, row, hi)
        i = row - lo
        cells, first = out[i, column : column + COLUMNS], window_rows[i]
        source, target = view.source[row - view.base], view.target[row - view.base]
        cut = False
        if source != NOBODY:
            cut |= _list_statistics(view.out, source, first, row, most, cells[0:15])
            cut |= _list_statistics(view.into, source, first, row, most, cells[15:30])
        if target != NOBODY:
            cut |= _list_statistics(view.out, target, first, row, most, cells[30:45])
            cut |= _list_statistics(view.into, target, first, row, most, cells[45:60])
        cells[60] = cells[0] / max(cells[15], 1.0)
        cells[61] = cells[30] / max(cells[45], 1.0)
        if cut:
            flags[i] |= capped
