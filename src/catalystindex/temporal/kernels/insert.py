"""Appending rows to the graph: entries of both accounts, the previous row of the pair, activity."""

from typing import NamedTuple

from catalystindex.temporal.compiled import compiled, folded, inlined
from catalystindex.temporal.kernels.blocks import Heap, make_room, put
from catalystindex.temporal.kernels.pairs import Pairs, previous_of, tag_of
from catalystindex.temporal.kernels.prefetch import (
    AHEAD,
    prefetch,
    prefetch_block,
    prefetch_entries,
)
from catalystindex.temporal.layout import NEVER, Flags, Ints, Lists, Longs


class Rows(NamedTuple):
    """Columns of a window, from row ``base`` on; the last four are filled by appending."""

    base: int
    source: Ints
    target: Ints
    time: Longs
    amount: Longs
    tie: Ints
    prev: Ints
    source_before: Longs
    target_before: Longs


class Activity(NamedTuple):
    """When an account was first and last active, by code: the memory that outlives the window."""

    first: Longs
    last: Longs


class Side(NamedTuple):
    """One direction of the graph."""

    lists: Lists
    heap: Heap


@inlined
def _has_room(side: Side, account: int) -> bool:
    return account < 0 or side.lists.length[account] < side.heap.room[account]


@inlined
def _enter(
    side: Side,
    activity: Activity,
    account: int,
    row: int,
    other: int,
    prev: int,
    time: int,
    amount: int,
) -> int:
    """Write an entry and return when the account was last active before it."""
    if account < 0:
        return NEVER
    put(side.lists, account, row, other, prev, time, amount)
    return int(activity.last[account])


@inlined
def _seen(activity: Activity, account: int, time: int) -> None:
    if account < 0:
        return
    if activity.last[account] == NEVER:
        activity.first[account] = time
    if activity.last[account] < time:
        activity.last[account] = time


@folded
def _prefetch_ahead(
    row: int, hi: int, rows: Rows, out: Side, into: Side, pairs: Pairs, activity: Activity
) -> None:
    """Ask for what a row that comes soon after ``row`` will change."""
    if row + 2 * AHEAD < hi:
        at = row + 2 * AHEAD - rows.base
        payer, payee = rows.source[at], rows.target[at]
        if payer >= 0:
            prefetch_block(out.lists, payer)
            prefetch(out.heap.room, payer)
            prefetch(activity.last, payer)
        if payee >= 0:
            prefetch_block(into.lists, payee)
            prefetch(into.heap.room, payee)
            prefetch(activity.last, payee)
        tag = tag_of(payer, payee)
        prefetch(pairs.slots, tag & (len(pairs.slots) - 1))
        prefetch(pairs.old, tag & (len(pairs.old) - 1))
    if row + AHEAD < hi:
        at = row + AHEAD - rows.base
        prefetch_entries(out.lists, rows.source[at])
        prefetch_entries(into.lists, rows.target[at])


@inlined
def _insert(
    row: int,
    first: int,
    rows: Rows,
    active: bool,
    out: Side,
    into: Side,
    pairs: Pairs,
    activity: Activity,
) -> bool:
    """Append one row; False where a pool must grow first."""
    at = row - rows.base
    payer, payee, time, amount = rows.source[at], rows.target[at], rows.time[at], rows.amount[at]
    if not (_has_room(out, payer) or make_room(out.lists, out.heap, payer, first)):
        return False
    if not (_has_room(into, payee) or make_room(into.lists, into.heap, payee, first)):
        return False
    prev = -1
    if payer >= 0 and payee >= 0:
        prev = previous_of(pairs, row, rows.source, rows.target, rows.base, first)
    rows.prev[at] = prev
    rows.tie[at] = rows.tie[at - 1] if at > 0 and rows.time[at - 1] == time else row
    rows.source_before[at] = _enter(out, activity, payer, row, payee, prev, time, amount)
    rows.target_before[at] = _enter(into, activity, payee, row, payer, prev, time, amount)
    if active:
        _seen(activity, payer, time)
        _seen(activity, payee, time)
    return True


@compiled
def insert_rows(
    lo: int,
    hi: int,
    first: int,
    rows: Rows,
    active: Flags,
    out: Side,
    into: Side,
    pairs: Pairs,
    activity: Activity,
) -> int:
    """Append rows ``lo`` to ``hi``; return the row at which a pool must grow, else ``hi``.

    ``active`` begins with ``lo``: a row that is not active (a fee, interest) is an entry, but no
    sign of life of its accounts.
    """
    for row in range(lo, hi):
        _prefetch_ahead(row, hi, rows, out, into, pairs, activity)
        if not _insert(row, first, rows, active[row - lo], out, into, pairs, activity):
            return row
    return hi
