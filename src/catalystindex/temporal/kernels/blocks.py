"""The blocks of accounts, in pools that are never copied as a whole.

A block has room for a power of two of entries. A full one loses its expired prefix if that is half
of it, else its entries move to a block of twice the room, and the old one is used again by another
account. A block that holds much less than its room, or nothing that is alive, is given back when
its account's turn comes (`tidy`). Every entry is moved a bounded number of times on average.
"""

from typing import NamedTuple

from catalystindex.temporal.compiled import compiled, folded, inlined
from catalystindex.temporal.kernels.lists import at_or_after
from catalystindex.temporal.kernels.prefetch import AHEAD, prefetch
from catalystindex.temporal.layout import Ints, Lists, Longs

SMALLEST = 4
"""Room of the smallest block, in entries."""

_SPARSE = 8
"""A block with room for this many times what is alive in it is changed for a smaller one."""


class Heap(NamedTuple):
    """Where blocks come from, in one direction."""

    room: Ints
    """Entries that the block of an account has room for; 0 without a block."""
    free: Longs
    """By class of size: start of a block that is not used, -1 if there is none. The next one's
    start stands in ``lists.time`` at that place."""
    used: Longs
    """Entries of the pool that belong to blocks; the room that was asked for in vain, 0 if none;
    entries that the pool has room for."""


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
    if start + room > heap.used[2]:
        heap.used[1] = room
        return -1
    heap.used[0] = start + room
    return int(start)


@compiled
def _give_back(lists: Lists, heap: Heap, start: int, room: int) -> None:
    size = _class_of(room)
    lists.time[start] = heap.free[size]
    heap.free[size] = start


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
def _change(lists: Lists, heap: Heap, account: int, live: int, wanted: int) -> bool:
    """Move entries from position ``live`` on to another block; False where the pool must grow."""
    start, room = lists.start[account], heap.room[account]
    end = start + lists.length[account]
    to = _allocate(lists, heap, wanted)
    if to < 0:
        return False
    _move(lists, live, end, to)
    lists.start[account], lists.length[account] = to, end - live
    heap.room[account] = wanted
    if room:
        _give_back(lists, heap, start, room)
    return True


@folded
def make_room(lists: Lists, heap: Heap, account: int, first: int) -> bool:
    """See to it that an account's block has room for an entry; False where the pool must grow."""
    count, room = lists.length[account], heap.room[account]
    if count < room:
        return True
    if not room:
        return _change(lists, heap, account, lists.start[account], SMALLEST)
    start = lists.start[account]
    live = at_or_after(lists, account, first)
    if (live - start) * 2 >= count:
        _move(lists, live, start + count, start)
        lists.length[account] = start + count - live
        return True
    return _change(lists, heap, account, live, room * 2)


@inlined
def put(
    lists: Lists, account: int, row: int, other: int, prev: int, time: int, amount: int
) -> None:
    """Write an entry behind the last one of an account's block, which has room."""
    position = lists.start[account] + lists.length[account]
    lists.row[position] = row
    lists.other[position] = other
    lists.prev[position] = prev
    lists.time[position] = time
    lists.amount[position] = amount
    lists.length[account] += 1


@compiled
def _tidy_one(lists: Lists, heap: Heap, account: int, first: int) -> None:
    room, start, count = heap.room[account], lists.start[account], lists.length[account]
    if not room or (count and lists.row[start] >= first and count * _SPARSE > room):
        return
    if not count or lists.row[start + count - 1] < first:
        _give_back(lists, heap, start, room)
        lists.start[account], lists.length[account], heap.room[account] = 0, 0, 0
        return
    live = at_or_after(lists, account, first)
    alive = start + count - live
    if alive * _SPARSE <= room:
        wanted = SMALLEST
        while wanted < alive * 2:
            wanted *= 2
        _change(lists, heap, account, live, wanted)


@compiled
def tidy(lists: Lists, heap: Heap, begin: int, end: int, first: int) -> None:
    """Give back blocks of accounts ``begin`` to ``end`` that hold nothing alive, or little."""
    for account in range(begin, end):
        if account + AHEAD < end and heap.room[account + AHEAD]:
            prefetch(lists.row, lists.start[account + AHEAD])
        _tidy_one(lists, heap, account, first)
