"""The graph of a window: what each account paid and was paid."""

from typing import Final

import numpy as np

from catalystindex.temporal.columns import Columns
from catalystindex.temporal.growing import empty, grown, grown_ahead
from catalystindex.temporal.kernels.blocks import SMALLEST, Heap, tidy
from catalystindex.temporal.kernels.insert import Activity, Rows, Side, insert_rows
from catalystindex.temporal.layout import NEVER, Flags, Lists
from catalystindex.temporal.pair_table import PairTable

_CLASSES: Final = 40
_TIDIED_AT_ONCE: Final = 512
"""Rows that are appended between two looks at whose blocks can be given back."""

_POOL: Final = ("row", "other", "prev", "time", "amount")


class Graph:
    """Blocks of entries by account, the newest row of each pair, and when accounts were active."""

    def __init__(self) -> None:
        self._out, self._into = _side(), _side()
        self._pools = tuple((side, name) for name in _POOL for side in (self._out, self._into))
        self.activity = Activity(empty(np.int64), empty(np.int64))
        self._table = PairTable()
        self._tidied, self._untidied = 0, 0
        self._accounts = 0
        self._turn = 0

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
        held = (self._out.lists, self._into.lists, self._out.heap, self._into.heap, self.activity)
        return self._table.bytes + sum(array.nbytes for one in held for array in one)

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
        self._table.make_room(end - lo, end - first, first)
        self._tidy(end - lo, first)
        self._grow_one_pool()
        rows = Rows(
            columns.base, columns["source"], columns["target"], columns["time"], columns["amount"],
            columns["tie"], columns["prev"], columns["source_before"], columns["target_before"],
        )  # fmt: skip
        row = lo
        while True:
            row = insert_rows(
                row, end, first, rows, active[row - lo :], self._out, self._into,
                self._table.pairs, self.activity,
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
        self._table.renumber(first, down)

    def _grow_pools(self, rows: int) -> None:
        """Lengthen a pool that is full, with room for the block that was asked for."""
        for lists, heap in (self._out, self._into):
            if not heap.used[1]:
                continue
            needed = int(heap.used[0]) + max(int(heap.used[1]), min(rows, 4096) * SMALLEST)
            heap.used[1] = 0
            for name in _POOL:
                grown(getattr(lists, name), needed)
            _set_room(lists, heap)

    def _grow_one_pool(self) -> None:
        """Lengthen one array in turn before it is full, so that not all must at once."""
        self._turn = (self._turn + 1) % len(self._pools)
        (lists, heap), name = self._pools[self._turn]
        if grown_ahead(getattr(lists, name), int(heap.used[0])):
            _set_room(lists, heap)

    def _tidy(self, rows: int, first: int) -> None:
        """Look at as many accounts as rows were appended, in turn, and give back blocks."""
        self._untidied += rows
        if self._untidied < _TIDIED_AT_ONCE or first == 0:
            return
        begin = self._tidied if self._tidied < self._accounts else 0
        end = min(begin + self._untidied, self._accounts)
        tidy(self._out.lists, self._out.heap, begin, end, first)
        tidy(self._into.lists, self._into.heap, begin, end, first)
        self._tidied, self._untidied = end, 0


def _side() -> Side:
    lists = Lists(
        empty(np.int64), empty(np.int32), empty(np.int32), empty(np.int32), empty(np.int32),
        empty(np.int64), empty(np.int64),
    )  # fmt: skip
    free, used = np.full(_CLASSES, -1, np.int64), np.zeros(3, np.int64)
    return Side(lists, Heap(empty(np.int32), free, used))


def _set_room(lists: Lists, heap: Heap) -> None:
    heap.used[2] = min(len(getattr(lists, name)) for name in _POOL)
