"""The graph of a window: what each account paid and was paid."""

import numpy as np

from catalystindex.temporal.columns import Columns
from catalystindex.temporal.growing import empty, grown
from catalystindex.temporal.kernels.insert import Activity, Heap, Pairs, insert_rows, rehash
from catalystindex.temporal.layout import NEVER, Flags, Lists

_CLASSES = 40
_FEWEST_PAIRS = 1024


class Graph:
    """Blocks of entries by account, the newest row of each pair, and when accounts were active."""

    def __init__(self) -> None:
        self.out, self._out_heap = _lists(), _heap()
        self.into, self._into_heap = _lists(), _heap()
        self.activity = Activity(empty(np.int64), empty(np.int64))
        self._pairs = _pairs(_FEWEST_PAIRS)

    @property
    def bytes(self) -> int:
        """Of all arrays, with spare room."""
        held = (self.out, self.into, self._out_heap, self._into_heap, self._pairs, self.activity)
        return sum(array.nbytes for one in held for array in one)

    def grow(self, accounts: int) -> None:
        """Make room for accounts with codes below this."""
        for lists, heap in ((self.out, self._out_heap), (self.into, self._into_heap)):
            for array in (lists.start, lists.length, heap.room):
                grown(array, accounts)
        grown(self.activity.first, accounts, -NEVER)
        grown(self.activity.last, accounts, NEVER)

    def insert(self, columns: Columns, lo: int, first: int, active: Flags) -> None:
        """Append the rows of columns from ``lo`` on to the blocks of their accounts."""
        self._make_room_for_pairs(columns.end - lo, first)
        row = lo
        while row < columns.end:
            row = insert_rows(
                row, columns.end, columns.base, first, columns["source"], columns["target"],
                columns["time"], columns["amount"], active[row - lo :], columns["prev"],
                columns["source_before"], columns["target_before"], self.out, self.into,
                self._out_heap, self._into_heap, self._pairs, self.activity,
            )  # fmt: skip
            if row < columns.end:
                self._grow_pools(columns.end - row)

    def _grow_pools(self, rows: int) -> None:
        """Lengthen the pools that are nearly full, with room for the largest block to double."""
        for lists, heap in ((self.out, self._out_heap), (self.into, self._into_heap)):
            largest = int(heap.room.max(initial=0)) * 2
            needed = int(heap.used[0]) + max(min(rows, 4096) * 8, largest)
            if needed > len(lists.row):
                for array in (lists.row, lists.other, lists.prev, lists.time, lists.amount):
                    grown(array, needed)

    def _make_room_for_pairs(self, rows: int, first: int) -> None:
        """Keep the table of pairs half empty: without those that expired, if that is enough."""
        if (int(self._pairs.used[0]) + rows) * 2 <= len(self._pairs.key):
            return
        live = int(np.count_nonzero((self._pairs.key != 0) & (self._pairs.row >= first)))
        size = len(self._pairs.key)
        while (live + rows) * 2 > size or (live * 4 > size):
            size *= 2
        made = _pairs(size)
        rehash(self._pairs, made, first)
        self._pairs = made


def _lists() -> Lists:
    return Lists(
        empty(np.int64), empty(np.int32), empty(np.int32), empty(np.int32), empty(np.int32),
        empty(np.int64), empty(np.int64),
    )  # fmt: skip


def _heap() -> Heap:
    return Heap(empty(np.int32), np.full(_CLASSES, -1, np.int64), np.zeros(1, np.int64))


def _pairs(size: int) -> Pairs:
    return Pairs(np.zeros(size, np.int64), np.zeros(size, np.int32), np.zeros(1, np.int64))
