"""Temporal cycles: how many of each length are closed by a payment.

A cycle of k edges that is closed by the payment u -> v at time t is a path of k - 1 payments from v
to u, each strictly later than the one before, all strictly before t and at or after t - W, that
comes to no account twice. Different payments make different cycles. (Temporal simple cycles:
Kumar and Calders, 2SCENT, 2018; Blanusa et al., Scalable fine-grained parallel cycle enumeration,
2022, whose definition lets the window begin with the cycle's first edge: the same cycles.)

Most searches end after a few steps. One that does not is begun anew, together with others, with
the rows that its origin can reach (`reachability`); what is counted is the same.
"""

from typing import NamedTuple

from catalystindex.temporal.compiled import compiled, folded, inlined
from catalystindex.temporal.features.table import CAPPED_LIST, CAPPED_SEARCH
from catalystindex.temporal.kernels.cycle_lanes import LANES, Ends, Lanes, count_fours
from catalystindex.temporal.kernels.cycle_rims import Rim, gathered
from catalystindex.temporal.kernels.cycle_search import OPENING, Job, Walk, search, triangles
from catalystindex.temporal.kernels.lists import at_or_after
from catalystindex.temporal.kernels.reachability import ORIGINS, Reach, sweep
from catalystindex.temporal.kernels.spans import place_after
from catalystindex.temporal.kernels.strict import is_transfer, place_of_row
from catalystindex.temporal.layout import Floats, Ints, Lists, Longs, Shorts, View

MARKS_PER_ROW = 1 << 25
"""Marks that a row needs: two searches of up to `MOST_STEPS` groups."""
MOST_STEPS = (1 << 24) - 1
PATIENCE = 64
"""Steps of a search before rows that can be reached are looked for; more in long windows."""
SHARE = 32
"""The same as a share of the window: one step for so many rows."""
SHARE_OF_FOUR = 8
"""The same for cycles of four edges, whose sweep is for `LANES` rows only."""
MANY = 8
"""Accounts of a rim that are too many to count their entries just to see where to begin."""
FARTHEST = 8
"""Rows of the longest window that is swept, for each step that a search may take."""


class CycleRoom(NamedTuple):
    """Arrays to work in, all full of zeros when made; kept from call to call."""

    early_stamp: Longs
    """By account, and one more."""
    late_stamp: Longs
    reached: Longs
    """By account."""
    reached_rows: Longs
    """By row of the window; none if cycles of five edges and more are not counted."""
    early: Ints
    """Three arrays (account, begin, key) of ``widest_of`` + 2 elements one after the other."""
    late: Ints
    cursors: Longs
    """Two arrays of as many elements."""
    walk: Longs
    """Four arrays of 16 elements."""
    pending: Longs
    """Three arrays of `ORIGINS` elements: row, first row of its window, payee."""
    counts: Floats
    """Of 16 elements."""
    lanes: Lanes
    ends: Longs
    """Four arrays of `LANES` elements."""


@compiled
def widest_of(view: View, lo: int, hi: int) -> int:
    """Return the most entries that a payee's list of payments or a payer's of receipts has."""
    most = 0
    for row in range(lo, hi):
        if is_transfer(view, row):
            most = max(most, view.out.length[view.target[row - view.base]])
            most = max(most, view.into.length[view.source[row - view.base]])
    return int(most)


@inlined
def _rim(stamp: Longs, held: Ints, late: bool, mark: int) -> Rim:
    size = len(held) // 3
    return Rim(stamp, held[:size], held[size : 2 * size], held[2 * size :], mark, 0, late)


@compiled
def _entries(length: Ints, rim: Rim) -> int:
    """Return how many entries the accounts of a rim have, with expired and later ones."""
    total = 0
    for group in range(rim.groups):
        total += length[rim.account[group]]
    return total


@compiled
def _work(start: Longs, length: Ints, rows: Ints, rim: Rim, low: int, high: int) -> int:
    """Return how many entries the accounts of a rim have from row ``low`` to ``high``."""
    total = 0
    for group in range(rim.groups):
        account = rim.account[group]
        stop = start[account] + length[account]
        first = place_of_row(rows, start[account], stop, low)
        total += place_of_row(rows, first, stop, high) - first
    return total


@folded
def _is_back_better(view: View, early: Rim, late: Rim, low: int, high: int, left: int) -> bool:
    """Tell whether there is less to do from the late rim.

    Nothing that depends on the batch is asked: where a bound bites, the side shows in the counts.
    Where ``left`` steps are enough from the smaller rim, whatever lists hold beside what can be
    seen, they are from the other one if that has less to do: then any side will do.
    """
    if early.groups > MANY or late.groups > MANY:
        return bool(late.begin[late.groups] <= early.begin[early.groups])
    into, out = view.into, view.out
    back = late.groups <= early.groups
    entries = _entries(into.length, late) if back else _entries(out.length, early)
    if OPENING * MANY + entries <= left:
        return bool(back)
    return _work(into.start, into.length, into.row, late, low, high) <= _work(
        out.start, out.length, out.row, early, low, high
    )


@folded
def _search_between(
    view: View, row: int, low: int, length: int, limit: int, steps: int, room: CycleRoom,
    early: Rim, late: Rim, bit: int, reached_first: int, waits: bool,
) -> int:  # fmt: skip
    """Search from the side where there is less to do; back, where rows that are reached are known.

    Returns the steps taken; more than ``limit`` if it ended the search, or if the row ``waits`` for
    a sweep where there is much to do.
    """
    room.counts[3] += triangles(early, late)
    if length == 3:
        return steps
    high, half = view.tie[row - view.base], len(room.cursors) // 2
    if (
        waits
        and _entries(view.into.length, late) > limit
        and _entries(view.out.length, early) > limit
    ):
        return limit + 1
    source, target = view.source[row - view.base], view.target[row - view.base]
    walk = Walk(
        room.walk[:16], room.walk[16:32], room.walk[32:48], room.walk[48:64],
        room.cursors[:half], room.cursors[half:],
    )  # fmt: skip
    left = limit - steps if length == 4 else -1  # longer ones visit more than these entries
    if bit >= 0 or _is_back_better(view, early, late, low, high, left):
        job = Job(
            view.into.start, view.into.length, view.into.row, view.into.other, view.tie, view.base,
            source, target, low, high, length, limit, True, bit, room.reached_rows, reached_first,
        )  # fmt: skip
        return int(search(job, late, early, walk, room.counts, steps))
    job = Job(
        view.out.start, view.out.length, view.out.row, view.out.other, view.tie, view.base,
        source, target, low, high, length, limit, False, bit, room.reached_rows, reached_first,
    )  # fmt: skip
    return int(search(job, early, late, walk, room.counts, steps))


@inlined
def _ends(lists: Lists, account: int, low: int, high: int, entries: int) -> tuple[int, int]:
    """Return begin and end of the newest entries of an account in rows ``low`` to ``high``."""
    stop = place_after(lists.row, lists.start[account],
                       lists.start[account] + lists.length[account], high - 1)  # fmt: skip
    floor = max(lists.start[account], stop - entries)
    return place_after(lists.row, floor, stop, low - 1), stop


@inlined
def _is_cut(lists: Lists, account: int, low: int, high: int, entries: int) -> bool:
    """Tell whether an account has more entries in rows ``low`` to ``high`` than are looked at."""
    cut = lists.length[account] > entries
    if cut:
        oldest = at_or_after(lists, account, high) - entries - 1
        cut = oldest >= lists.start[account] and lists.row[oldest] >= low
    return bool(cut)


@inlined
def _is_cut_row(view: View, row: int, low: int, entries: int) -> bool:
    """Tell whether the payer was paid, or the payee has paid, more often than is looked at."""
    source, target = view.source[row - view.base], view.target[row - view.base]
    high = view.tie[row - view.base]
    return _is_cut(view.into, source, low, high, entries) or _is_cut(
        view.out, target, low, high, entries
    )


@compiled
def _payments_to(others: Ints, first: int, last: int, account: int) -> int:
    count = 0
    for position in range(first, last):
        count += others[position] == account
    return count


@folded
def _count_row(
    view: View, row: int, low: int, length: int, entries: int, limit: int, most: int, mark: int,
    room: CycleRoom, bit: int, reached_first: int,
) -> int:  # fmt: skip
    """Count the cycles that a row closes into ``room.counts``; return the steps of the search.

    0 if there is nothing to search: the payer was not paid before, or the payee has not paid.

    The newest ``entries`` of both ends are looked at. The search ends after ``most`` steps; it is
    not begun with rims of more than ``limit``.
    """
    for edges in range(length + 1):
        room.counts[edges] = 0
    source, target = view.source[row - view.base], view.target[row - view.base]
    high = view.tie[row - view.base]
    begin, stop = _ends(view.into, source, low, high, entries)
    first, last = _ends(view.out, target, low, high, entries)
    steps = stop - begin + last - first
    if stop == begin or last == first:
        return 0
    room.counts[2] = _payments_to(view.out.other, first, last, source)
    if length == 2:
        return int(min(steps, limit))
    if steps > limit:
        return int(steps)
    late = _rim(room.late_stamp, room.late, True, mark)
    late = gathered(view.into.row, view.into.other, view.tie, view.base, late, begin, stop,
                    source, target, high)  # fmt: skip
    early = _rim(room.early_stamp, room.early, False, mark)
    early = gathered(view.out.row, view.out.other, view.tie, view.base, early, first, last,
                     target, source, high)  # fmt: skip
    if late.groups == 0 or early.groups == 0:
        return int(steps)
    return _search_between(
        view,
        row,
        low,
        length,
        most,
        steps,
        room,
        early,
        late,
        bit,
        reached_first,
        length == 4 and most < limit,
    )


@compiled
def _report(room: CycleRoom, length: int, at: int, out: Floats, column: int) -> None:
    for edges in range(2, length + 1):
        out[at, column + edges - 2] = room.counts[edges]


@compiled
def _search_again(
    view: View, lo: int, count: int, length: int, entries: int, limit: int, mark: int,
    room: CycleRoom, out: Floats, column: int, flags: Shorts,
) -> None:  # fmt: skip
    """Search for the rows that need it with one sweep for all."""
    first = room.pending[ORIGINS]
    high = view.tie[room.pending[count - 1] - view.base]
    reach = Reach(room.reached, room.reached_rows, first)
    sweep(view, room.pending[2 * ORIGINS :], room.pending[ORIGINS:], count, high, reach)
    for number in range(count):
        row, low = room.pending[number], room.pending[ORIGINS + number]
        steps = _count_row(view, row, low, length, entries, limit, limit, mark, room, number, first)
        mark += MOST_STEPS + 1
        if steps > limit:
            flags[row - lo] |= CAPPED_SEARCH
        _report(room, length, row - lo, out, column)


@compiled
def _count_fours(
    view: View, lo: int, count: int, room: CycleRoom, out: Floats, column: int
) -> None:
    """Count the cycles of four edges for the rows that wait."""
    ends = Ends(room.ends[:LANES], room.ends[LANES : 2 * LANES], room.ends[2 * LANES : 3 * LANES],
                room.ends[3 * LANES :])  # fmt: skip
    for begin in range(0, count, LANES):
        lanes = min(LANES, count - begin)
        for lane in range(lanes):
            row = room.pending[begin + lane]
            ends.low[lane] = room.pending[ORIGINS + begin + lane]
            ends.high[lane] = view.tie[row - view.base]
            ends.source[lane] = view.source[row - view.base]
            ends.target[lane] = view.target[row - view.base]
        count_fours(view, ends, lanes, room.lanes)
        for lane in range(lanes):
            out[room.pending[begin + lane] - lo, column + 2] = room.lanes.found[lane]


@compiled
def _finish(
    view: View, lo: int, count: int, length: int, entries: int, limit: int, mark: int,
    room: CycleRoom, out: Floats, column: int, flags: Shorts,
) -> int:  # fmt: skip
    """Count the rest for the rows that wait; return the last mark that was used."""
    if length == 4:
        _count_fours(view, lo, count, room, out, column)
    elif count:
        begin = mark + MOST_STEPS + 1
        _search_again(view, lo, count, length, entries, limit, begin, room, out, column, flags)
    return mark + count * (MOST_STEPS + 1)


@inlined
def _patience(rows: int, length: int, limit: int, patience: int) -> int:
    """Return the steps after which a search in a window of so many rows is begun anew.

    ``limit`` where it never is. No search for cycles of four edges takes more than three steps for
    each row of the window, and `OPENING` for each account of a rim.
    """
    steps = min(limit, patience + rows // (SHARE if length > 4 else SHARE_OF_FOUR))
    if length < 4 or rows > FARTHEST * limit or (length == 4 and rows * (3 + OPENING) > limit):
        steps = limit
    return steps


@inlined
def _may_close(view: View, row: int, low: int) -> bool:
    """Tell whether a row is a transfer whose payer was paid and whose payee paid since ``low``."""
    may = is_transfer(view, row)
    if may:
        source, target = view.source[row - view.base], view.target[row - view.base]
        into = view.into.start[source] + view.into.length[source] - 1
        out = view.out.start[target] + view.out.length[target] - 1
        may = (
            view.into.length[source] > 0
            and view.into.row[into] >= low
            and view.out.length[target] > 0
            and view.out.row[out] >= low
        )
    return may


@folded
def _must_wait(
    view: View, lo: int, row: int, low: int, length: int, entries: int, limit: int, patience: int,
    mark: int, room: CycleRoom, out: Floats, column: int, flags: Shorts,
) -> bool:  # fmt: skip
    """Count the cycles of a row, and tell whether the rest must wait for a sweep."""
    most = _patience(view.tie[row - view.base] - low, length, limit, patience)
    cut = _is_cut_row(view, row, low, entries)
    if cut and length == 4:
        most = limit  # a sweep looks at whole lists, and who waits for it hangs on the batch
    steps = _count_row(
        view, row, low, length, entries, limit, most, mark, room, lo - lo - 1, lo - lo
    )
    if cut and steps:
        flags[row - lo] |= CAPPED_LIST
    _report(room, length, row - lo, out, column)
    if steps > most and most < limit:
        return True
    if steps > limit:
        flags[row - lo] |= CAPPED_SEARCH
    return False


@compiled
def count_cycles(
    view: View, lo: int, hi: int, window_rows: Ints, length: int, entries: int, max_steps: int,
    patience: int, mark: int, room: CycleRoom, out: Floats, column: int, flags: Shorts,
) -> None:  # fmt: skip
    """Count the cycles that rows ``lo`` to ``hi`` close, by edges from 2 to ``length`` (10).

    ``window_rows[i]`` is the first row of the window of row ``lo + i``; length - 1 columns of
    ``out`` are written, from ``column`` on. ``patience`` (`PATIENCE`) changes the time it takes,
    not what is counted. ``mark`` is the first of `MARKS_PER_ROW` marks for each row. Where the
    payee or the payer has more than ``entries``, or a search was ended by ``max_steps``, counts are
    lower bounds, and `CAPPED_LIST` or `CAPPED_SEARCH` is set.
    """
    limit, waiting = min(max_steps, MOST_STEPS), lo - lo  # no literal: compiled for apart
    for row in range(lo, hi):
        low = window_rows[row - lo] + 0  # 64 bits, as everywhere: kernels are compiled once
        if not _may_close(view, row, low):
            continue
        mark += MOST_STEPS + 1
        if _must_wait(
            view, lo, row, low, length, entries, limit, patience, mark, room, out, column, flags
        ):
            room.pending[waiting], room.pending[ORIGINS + waiting] = row, low
            room.pending[2 * ORIGINS + waiting] = view.target[row - view.base]
            waiting += 1
        if waiting == ORIGINS:
            mark = _finish(
                view, lo, waiting, length, entries, limit, mark, room, out, column, flags
            )
            waiting -= waiting
    _finish(view, lo, waiting, length, entries, limit, mark, room, out, column, flags)
