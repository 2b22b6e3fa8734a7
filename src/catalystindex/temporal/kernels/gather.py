"""Gather-scatter at the payer: money that came in from many before it went out to many.

For a payment of s to another account t at time T, with W the scatter window:

- *senders*: distinct accounts, other than s, whose payments to s lie in W and strictly before T;
- *receivers*: distinct accounts, other than s, that s paid in W up to this payment, strictly after
  the first payment of those senders. The payment itself is one of these.

All four numbers are 0 where there is no sender, for cash, and for payments to oneself.
"""

from catalystindex.temporal.compiled import compiled, folded
from catalystindex.temporal.kernels.lists import first_row_since
from catalystindex.temporal.kernels.spans import span_of
from catalystindex.temporal.layout import NOBODY, Floats, Ints, Lists, Shorts, View


@compiled
def _others(lists: Lists, begin: int, end: int, first: int, account: int, out: Floats) -> int:
    """Write how many others entries name, and what was paid; return the first such entry's row."""
    other, prev = lists.other[begin:end], lists.prev[begin:end]
    amount, row = lists.amount[begin:end], lists.row[begin:end]
    count, paid, earliest = 0, 0.0, -1
    for i in range(len(other)):
        if other[i] == account or other[i] == NOBODY:
            continue
        if earliest < 0:
            earliest = row[i]
        count += prev[i] < first
        paid += float(amount[i])
    out[0], out[1] = count, paid
    return int(earliest)


@compiled
def _later(view: View, row: int, last: int) -> int:
    """Return the first row that is strictly later than ``row``; ``last`` is one that is."""
    high, step = row + 1, 1
    while high < last and view.tie[high - view.base] <= row:
        step += step
        high = row + step
    since = view.time[row - view.base] + 1
    return first_row_since(view.time, view.base, row, min(high, last), since)


@folded
def _gather_scatter(view: View, hub: int, first: int, row: int, most: int, out: Floats) -> bool:
    """Write the numbers of one row; tell whether a list was too long to be seen whole."""
    before = view.tie[row - view.base] - 1
    begin, end = span_of(view.into, hub, first, before)
    capped = end - begin > most
    if capped:
        begin = end - most
        first = view.into.row[begin]
    earliest = _others(view.into, begin, end, first, hub, out[0:2])
    if earliest < 0:
        return capped
    begin, end = span_of(view.out, hub, _later(view, earliest, row), row)
    if end - begin > most:
        capped, begin = True, end - most
    _others(view.out, begin, end, view.out.row[begin], hub, out[2:4])
    return capped


@compiled
def gather_scatter_rows(
    view: View, lo: int, hi: int, scatter_rows: Ints, most: int, capped: int,
    out: Floats, column: int, flags: Shorts,
) -> None:  # fmt: skip
    """Write senders, what they paid, receivers, what they were paid: columns from ``column`` on."""
    for row in range(lo, hi):
        i = row - lo
        source, target = view.source[row - view.base], view.target[row - view.base]
        if source == target or NOBODY in (source, target):
            continue
        cells = out[i, column : column + 4]
        if _gather_scatter(view, source, scatter_rows[i], row, most, cells):
            flags[i] |= capped
