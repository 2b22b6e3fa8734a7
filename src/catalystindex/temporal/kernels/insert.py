"""Appending rows to the blocks of accounts, without ever copying more than one account's block.

A block has room for a power of two of entries. A full one loses its expired prefix if that is half
of it, else its entries move to a block of twice the room, and the old one is used again by another
account. Every entry is moved a bounded number of times on average.
"""

from typing import NamedTuple

from catalystindex.temporal.compiled import compiled
from catalystindex.temporal.layout import Flags, Ints, Lists, Longs

SMALLEST = 4
"""Room of the smallest block, in entries."""

_GOLDEN = -7046029254386353131  # 2**64 / golden ratio, as a signed word: Fibonacci hashing


class Heap(NamedTuple):
    """Where blocks come from, in one direction."""

    room: Ints
    """Entries that the block of an account has room for; 0 without a block."""
    free: Longs
    """By class of size: start of a block that is not used, -1 if there is none. The next one's
    start stands in ``lists.time`` at that place."""
    used: Longs
    """One number: entries of the pool that belong to blocks."""


class Pairs(NamedTuple):
    """The newest row of each pair of accounts: a hash table with open addressing."""

    key: Longs
    """0 where a place is empty."""
    row: Ints
    used: Longs
    """One number: places that are not empty."""


class Activity(NamedTuple):
    """When an account was first and last active, by code: the memory that outlives the window."""

    first: Longs
    last: Longs


@compiled
def place_of(pairs: Pairs, key: int) -> int:
    """Return the place of a key: where it stands, or where it is to be put."""
    mask = len(pairs.key) - 1
    place = ((key * _GOLDEN) >> 20) & mask
    while pairs.key[place] != 0 and pairs.key[place] != key:
        place = (place + 1) & mask
    return place


@compiled
def rehash(old: Pairs, new: Pairs, first: int) -> None:
    """Put the pairs whose newest row has not expired into a new table."""
    for place in range(len(old.key)):
        if old.key[place] != 0 and old.row[place] >= first:
            there = place_of(new, old.key[place])
            new.key[there] = old.key[place]
            new.row[there] = old.row[place]
            new.used[0] += 1


@compiled
def _class_of(room: int) -> int:
    size = 0
    while (1 << size) < room:
        size += 1
    return size


@compiled
def _allocate(lists: Lists, heap: Heap, room: int) -> int:
    """Return the start of a block, or -1 where the pool must grow first."""
    size = _class_of(room)
    start = heap.free[size]
    if start >= 0:
        heap.free[size] = lists.time[start]
        return int(start)
    start = heap.used[0]
    if start + room > len(lists.row):
        return -1
    heap.used[0] = start + room
    return int(start)


@compiled
def _move(lists: Lists, begin: int, end: int, to: int) -> None:
    """Move entries to the front or to another block: upwards, so that overlaps do not matter."""
    for position in range(begin, end):
        there = to + position - begin
        lists.row[there] = lists.row[position]
        lists.other[there] = lists.other[position]
        lists.prev[there] = lists.prev[position]
        lists.time[there] = lists.time[position]
        lists.amount[there] = lists.amount[position]


@compiled
def _make_room(lists: Lists, heap: Heap, account: int, first: int) -> bool:
    """See to it that an account's block has room for an entry; False where the pool must grow."""
    count, room = lists.length[account], heap.room[account]
    if count < room:
        return True
    start = lists.start[account]
    live = start
    while live < start + count and lists.row[live] < first:
        live += 1
    if room and (live - start) * 2 >= count:
        _move(lists, live, start + count, start)
        lists.length[account] = start + count - live
        return True
    wanted = room * 2 if room else SMALLEST
    to = _allocate(lists, heap, wanted)
    if to < 0:
        return False
    _move(lists, live, start + count, to)
    lists.start[account], lists.length[account] = to, start + count - live
    heap.room[account] = wanted
    if room:
        size = _class_of(room)
        lists.time[start] = heap.free[size]
        heap.free[size] = start
    return True


@compiled
def _put(
    lists: Lists, account: int, row: int, other: int, prev: int, time: int, amount: int
) -> None:
    position = lists.start[account] + lists.length[account]
    lists.row[position] = row
    lists.other[position] = other
    lists.prev[position] = prev
    lists.time[position] = time
    lists.amount[position] = amount
    lists.length[account] += 1


@compiled
def _previous(pairs: Pairs, source: int, target: int, row: int, first: int) -> int:
    """Return the previous row of a pair, -1 if it has expired, and note the new one."""
    place = place_of(pairs, ((source + 1) << 32) | (target + 1))
    prev = -1
    if pairs.key[place] == 0:
        pairs.key[place] = ((source + 1) << 32) | (target + 1)
        pairs.used[0] += 1
    elif pairs.row[place] >= first:
        prev = pairs.row[place]
    pairs.row[place] = row
    return prev


@compiled
def _seen(activity: Activity, account: int, time: int) -> None:
    if activity.last[account] < time:
        activity.last[account] = time
    if activity.first[account] > time:
        activity.first[account] = time


@compiled
def insert_rows(
    lo: int,
    hi: int,
    base: int,
    first: int,
    source: Ints,
    target: Ints,
    time: Longs,
    amount: Longs,
    active: Flags,
    prev: Ints,
    source_before: Longs,
    target_before: Longs,
    out: Lists,
    into: Lists,
    out_heap: Heap,
    into_heap: Heap,
    pairs: Pairs,
    activity: Activity,
) -> int:
    """Append rows ``lo`` to ``hi``; return the row at which a pool must grow, else ``hi``.

    Columns begin with row ``base``; ``active`` begins with ``lo``: a row that is not active (a fee,
    interest) is an entry, but no sign of life of its accounts.
    """
    for row in range(lo, hi):
        at = row - base
        payer, payee = source[at], target[at]
        if payer >= 0 and not _make_room(out, out_heap, payer, first):
            return row
        if payee >= 0 and not _make_room(into, into_heap, payee, first):
            return row
        before = -1
        if payer >= 0 and payee >= 0:
            before = _previous(pairs, payer, payee, row, first)
        prev[at] = before
        if payer >= 0:
            _put(out, payer, row, payee, before, time[at], amount[at])
            source_before[at] = activity.last[payer]
        if payee >= 0:
            _put(into, payee, row, payer, before, time[at], amount[at])
            target_before[at] = activity.last[payee]
        if active[row - lo]:
            if payer >= 0:
                _seen(activity, payer, time[at])
            if payee >= 0:
                _seen(activity, payee, time[at])
    return hi
