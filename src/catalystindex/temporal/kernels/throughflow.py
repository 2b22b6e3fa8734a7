"""Rapid movement: how much of what came in has gone out again.

What an account is paid is a pool; what it pays is taken from the pool as far as it reaches. Money
goes out only after it has come in: of one instant, payments out are taken before those that come
in. Cash counts, payments to oneself do not.
"""

from catalystindex.temporal.compiled import compiled, folded, inlined
from catalystindex.temporal.features.table import CAPPED_LIST
from catalystindex.temporal.kernels.spans import place_after
from catalystindex.temporal.layout import Floats, Ints, Lists, Shorts, View


@inlined
def _cut(lists: Lists, account: int, low: int, high: int, most: int) -> tuple[int, int, bool]:
    """Return begin and end of the newest entries of rows ``low`` to ``high``; if any is cut."""
    begin = lists.start[account]
    stop = begin + lists.length[account]
    end = place_after(lists.row, begin, stop, high - 1)
    first = place_after(lists.row, begin, end, low - 1)
    return max(first, end - most), end, end - first > most


@inlined
def _amount(lists: Lists, position: int, account: int) -> int:
    """Return the amount of an entry; nothing if it is with oneself."""
    return int(lists.amount[position] * (lists.other[position] != account))


@compiled
def _moved(
    account: int, into: Lists, first: int, last: int, out: Lists, here: int, stop: int
) -> tuple[int, int]:
    """Return what came in, and what of it went out, by entries of both directions.

    Sums are of integers: exact for 4096 entries of 10^15 minor units.
    """
    came, moved, pool = 0, 0, 0
    while first < last or here < stop:
        if first == last or (here < stop and out.time[here] <= into.time[first]):
            taken = min(pool, _amount(out, here, account))
            moved, pool, here = moved + taken, pool - taken, here + 1
        else:
            brought = _amount(into, first, account)
            came, pool, first = came + brought, pool + brought, first + 1
    return came, moved


@folded
def _flow(view: View, payer: int, row: int, low: int, most: int) -> tuple[int, int, bool]:
    """Return what came in to a payer, what of it went out, and whether a list is cut."""
    first, last, cut = _cut(view.into, payer, low, view.tie[row - view.base], most)
    if first == last and view.out.length[payer] <= most:  # most payers: nothing came in
        return 0, 0, cut
    here, stop, short = _cut(view.out, payer, low, row + 1, most)
    came, moved = _moved(payer, view.into, first, last, view.out, here, stop)
    return came, moved, cut or short


@compiled
def through_flow(
    view: View, lo: int, hi: int, since_rows: Ints, most: int, out: Floats, column: int,
    flags: Shorts,
) -> None:  # fmt: skip
    """Write what came in to the payer of each row, and the share of it that has gone out.

    Of rows from ``since_rows`` up to the row itself; what came in is strictly before it. Two
    columns of ``out`` are written, from ``column`` on. Of longer lists the newest ``most`` entries
    are looked at, and `CAPPED_LIST` is set.
    """
    for row in range(lo, hi):
        payer = view.source[row - view.base]
        if payer < 0 or view.target[row - view.base] == payer:
            continue
        came, moved, cut = _flow(view, payer, row, since_rows[row - lo], most)
        if cut:
            flags[row - lo] |= CAPPED_LIST
        if came > 0:
            out[row - lo, column] = came
            out[row - lo, column + 1] = moved / came
