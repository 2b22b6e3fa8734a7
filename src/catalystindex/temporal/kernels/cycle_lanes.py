"""Cycles of four edges between hubs: sixteen new payments in one sweep over the window.

Between two hubs nearly every payment of the window may be the middle of such a cycle,
v -> y -> x -> u -> v. So rows are taken in order of time: by then v has paid y so many times, and x
will still pay u so many times; their product is what the row y -> x adds. Both numbers are kept for
sixteen new payments side by side, which costs little more than for one.
"""

from typing import NamedTuple, TypeAlias

from catalystindex.temporal.compiled import compiled, inlined
from catalystindex.temporal.kernels.strict import place_of_row
from catalystindex.temporal.layout import Ints, Longs, View

Table: TypeAlias = Ints
"""Of two dimensions: by place and lane."""

LANES = 16


class Lanes(NamedTuple):
    """What is known of the payments by lane. All zeros between sweeps, but for ``found``."""

    early_place: Ints
    """By code + 1: the place of an account in ``early``; 0, where all are 0, if it has none."""
    late_place: Ints
    early: Table
    """By place and lane: payments from the payee of the lane so far."""
    late: Table
    """By place and lane: payments to the payer of the lane from now on."""
    payee_of: Longs
    """By code + 1: the newest lane whose payee it is, + 1."""
    payer_of: Longs
    payee_next: Longs
    """By lane: an older one with the same payee, + 1; 0 after the last."""
    payer_next: Longs
    found: Longs
    """By lane: cycles."""


class Ends(NamedTuple):
    """The new payments, by lane."""

    low: Longs
    """First row of the window."""
    high: Longs
    """First row of the payment's time."""
    source: Longs
    target: Longs


@inlined
def _is_between(ends: Ends, lane: int, row: int, other: int) -> bool:
    """Tell whether a row's account can be on a cycle of a lane beside its ends, in its window."""
    return (
        ends.low[lane] <= row
        and row < ends.high[lane]
        and other >= 0
        and other != ends.source[lane]
        and other != ends.target[lane]
    )


@compiled
def _fill(
    start: Longs, length: Ints, rows: Ints, others: Ints, account: int, ends: Ends, lane: int,
    place: Ints, cells: Table, used: int, value: int,
) -> int:  # fmt: skip
    """Give the accounts beside one places, and add ``value`` for each payment; return places."""
    stop = start[account] + length[account]
    begin = place_of_row(rows, start[account], stop, ends.low[lane])
    for position in range(begin, place_of_row(rows, begin, stop, ends.high[lane])):
        other = others[position]
        if _is_between(ends, lane, rows[position], other):
            if place[other + 1] == 0:
                used += 1
                place[other + 1] = used
                cells[used] = 0
            cells[place[other + 1], lane] += value
    return used


@compiled
def _prepare(view: View, ends: Ends, count: int, lanes: Lanes) -> None:
    early, late = 0, 0
    lanes.early[0], lanes.late[0], lanes.found[:] = 0, 0, 0
    for lane in range(count):
        source, target = ends.source[lane], ends.target[lane]
        lanes.payer_next[lane] = lanes.payer_of[source + 1]
        lanes.payee_next[lane] = lanes.payee_of[target + 1]
        lanes.payer_of[source + 1] = lanes.payee_of[target + 1] = lane + 1
        early = _fill(
            view.out.start, view.out.length, view.out.row, view.out.other, target, ends, lane,
            lanes.early_place, lanes.early, early, 0,
        )  # fmt: skip
        late = _fill(
            view.into.start, view.into.length, view.into.row, view.into.other, source, ends, lane,
            lanes.late_place, lanes.late, late, 1,
        )  # fmt: skip


@compiled
def _clear(view: View, ends: Ends, count: int, low: int, high: int, lanes: Lanes) -> None:
    for lane in range(count):
        lanes.payer_of[ends.source[lane] + 1] = 0
        lanes.payee_of[ends.target[lane] + 1] = 0
    for row in range(low, high):
        lanes.early_place[view.target[row - view.base] + 1] = 0
        lanes.late_place[view.source[row - view.base] + 1] = 0


@inlined
def _change(
    ends: Ends, row: int, other: int, first: int, older: Longs, place: Ints, cells: Table,
    value: int,
) -> None:  # fmt: skip
    """Count a payment with an end of some lanes as made."""
    lane = first - 1
    while lane >= 0:
        if _is_between(ends, lane, row, other):
            cells[place[other + 1], lane] += value
        lane = older[lane] - 1


@inlined
def _multiply(lanes: Lanes, payer: int, payee: int) -> None:
    """Count cycles whose middle a payment may be: where it is not, it multiplies by 0."""
    early, late = lanes.early_place[payer + 1], lanes.late_place[payee + 1]
    if payer != payee:
        for lane in range(LANES):
            lanes.found[lane] += lanes.early[early, lane] * lanes.late[late, lane]


@inlined
def _leave(source: Ints, target: Ints, base: int, row: int, ends: Ends, lanes: Lanes) -> None:
    """Take a payment to a payer from those to come."""
    first = lanes.payer_of[target[row - base] + 1]
    if first > 0:
        other = source[row - base]
        _change(ends, row, other, first, lanes.payer_next, lanes.late_place, lanes.late, -1)


@inlined
def _arrive(source: Ints, target: Ints, base: int, row: int, ends: Ends, lanes: Lanes) -> None:
    """Add a payment of a payee to those made."""
    first = lanes.payee_of[source[row - base] + 1]
    if first > 0:
        other = target[row - base]
        _change(ends, row, other, first, lanes.payee_next, lanes.early_place, lanes.early, 1)


@compiled
def _sweep(
    source: Ints, target: Ints, tie: Ints, base: int, low: int, high: int, ends: Ends, lanes: Lanes
) -> None:
    """Look at rows in order of time; none of those of one time comes before another."""
    row = low
    while row < high:
        end = row + 1
        while end < high and tie[end - base] != end:
            end += 1
        for one in range(row, end):
            _leave(source, target, base, one, ends, lanes)
        for one in range(row, end):
            _multiply(lanes, source[one - base], target[one - base])
        for one in range(row, end):
            _arrive(source, target, base, one, ends, lanes)
        row = end


@compiled
def count_fours(view: View, ends: Ends, count: int, lanes: Lanes) -> None:
    """Count the cycles of four edges that new payments close into ``lanes.found``.

    ``count`` is at most `LANES`; the payments are transfers in order of row.
    """
    low, high = ends.low[0], ends.high[count - 1]
    _prepare(view, ends, count, lanes)
    _sweep(view.source, view.target, view.tie, view.base, low, high, ends, lanes)
    _clear(view, ends, count, low, high, lanes)
