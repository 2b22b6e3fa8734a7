"""The graph of a window: what each account paid and was paid."""

import numpy as np

from catalystindex.temporal.columns import Columns
from catalystindex.temporal.growing import empty, grown
from catalystindex.temporal.kernels.blocks import SMALLEST, Heap, tidy
from catalystindex.temporal.kernels.insert import Activity, Rows, Side, insert_rows
from catalystindex.temporal.kernels.pairs import Pairs, move_slots, renumber_slots
from catalystindex.temporal.layout import NEVER, Flags, Lists, Longs

_CLASSES = 40
_FEWEST_PAIRS = 1024
_MOVED_PER_ROW = 32
"""Slots of an old table of pairs that are moved with each row that is appended."""


class Graph:
    """Blocks of entries by account, the newest row of each pair, and when accounts were active."""

    def __init__(self) -> None:
        self._out, self._into = _side(), _side()
        self.activity = Activity(empty(np.int64), empty(np.int64))
        self._pairs = Pairs(_slots(_FEWEST_PAIRS), _slots(1), np.zeros(1, np.int64))
        self._moved = 0
        self._tidied = 0
        self._accounts = 0

    @property
    def out(self) -> Lists:
        """What accounts paid."""
        return self._out.lists

    @property
    def into(self) -> Lists:
        """What accounts were paid."""
        return self._into.lists

    @property
    def bytes(self) -> int:
        """Of all arrays, with spare room."""
        sides = (self._out.lists, self._into.lists, self._out.heap, self._into.heap)
        return sum(array.nbytes for one in (*sides, self._pairs, self.activity) for array in one)

    def grow(self, accounts: int) -> None:
        """Make room for accounts with codes below this."""
        self._accounts = accounts
        if accounts <= len(self.activity.last):
            return
        for lists, heap in (self._out, self._into):
            for array in (lists.start, lists.length, heap.room):
                grown(array, accounts)
        grown(self.activity.first, accounts, -NEVER)
        grown(self.activity.last, accounts, NEVER)

    def insert(self, columns: Columns, lo: int, first: int, active: Flags) -> None:
        """Append the rows of columns from ``lo`` on to the blocks of their accounts."""
        end = columns.end
        self._make_room_for_pairs(end - lo, first, end)
        self._tidy(end - lo, first)
        rows = Rows(
            columns.base, columns["source"], columns["target"], columns["time"], columns["amount"],
            columns["tie"], columns["prev"], columns["source_before"], columns["target_before"],
        )  # fmt: skip
        row = lo
        while True:
            row = insert_rows(
                row, end, first, rows, active[row - lo :], self._out, self._into, self._pairs,
                self.activity,
            )  # fmt: skip
            if row == end:
                return
            self._grow_pools(end - row)

    def renumber(self, first: int, down: int) -> None:
        """Count rows anew: each that has not expired is lower by ``down``."""
        for side in (self._out, self._into):
            for array in (side.lists.row, side.lists.prev):
                array -= down
                np.maximum(array, -1, out=array)
        renumber_slots(self._pairs.slots, first, down)
        renumber_slots(self._pairs.old, first, down)

    def _grow_pools(self, rows: int) -> None:
        """Lengthen the pools that are nearly full, with room for the block that was asked for."""
        for lists, heap in (self._out, self._into):
            needed = int(heap.used[0]) + max(int(heap.used[1]), min(rows, 4096) * SMALLEST)
            heap.used[1] = 0
            for array in (lists.row, lists.other, lists.prev, lists.time, lists.amount):
                grown(array, needed)

    def _tidy(self, rows: int, first: int) -> None:
        """Look at as many accounts as there are rows, in turn, and give back blocks."""
        if first == 0 or not self._accounts:
            return
        begin = self._tidied if self._tidied < self._accounts else 0
        end = min(begin + rows, self._accounts)
        tidy(self._out.lists, self._out.heap, begin, end, first)
        tidy(self._into.lists, self._into.heap, begin, end, first)
        self._tidied = end

    def _make_room_for_pairs(self, rows: int, first: int, end: int) -> None:
        """Keep the table of pairs half empty, and go on moving to it what an old one holds."""
        used = int(self._pairs.used[0])
        if (used + rows) * 2 > len(self._pairs.slots):
            self._move_slots(len(self._pairs.old), first)
            needed = (min(int(self._pairs.used[0]), end - first) + rows) * 3
            size = max(_FEWEST_PAIRS, 1 << (needed - 1).bit_length())
            self._pairs = Pairs(_slots(size), self._pairs.slots, np.zeros(1, np.int64))
            self._moved = 0
        if len(self._pairs.old) > 1:
            self._move_slots(max(_FEWEST_PAIRS, rows * _MOVED_PER_ROW), first)

    def _move_slots(self, slots: int, first: int) -> None:
        size = len(self._pairs.old)
        end = min(self._moved + slots, size)
        move_slots(self._pairs, self._moved, end, first)
        self._moved = end
        if end == size:
            self._pairs = self._pairs._replace(old=_slots(1))


def _side() -> Side:
    lists = Lists(
        empty(np.int64), empty(np.int32), empty(np.int32), empty(np.int32), empty(np.int32),
        empty(np.int64), empty(np.int64),
    )  # fmt: skip
    return Side(
        lists, Heap(empty(np.int32), np.full(_CLASSES, -1, np.int64), np.zeros(2, np.int64))
    )


def _slots(size: int) -> Longs:
    return np.zeros(size, np.int64)
