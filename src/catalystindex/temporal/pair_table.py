"""The table of pairs, changed for a larger or cleaner one little by little.

A new table is cleared and then filled while payments are appended, so that no payment waits for a
whole table: memory that is touched for the first time costs more than what is written to it.
"""

from typing import Final

import numpy as np

from catalystindex.temporal.kernels.pairs import Pairs, move_slots, renumber_slots
from catalystindex.temporal.layout import Longs

_FEWEST: Final = 1024
_CLEARED_PER_ROW: Final = 64
"""Slots of a new table that are cleared with each row that is appended."""
_MOVED_PER_ROW: Final = 32
"""Slots of an old table that are moved with each row that is appended."""


class PairTable:
    """The newest row of each pair of accounts."""

    def __init__(self) -> None:
        self.pairs = Pairs(_none(_FEWEST), _none(1), _none(1))
        self._next: Longs | None = None
        self._cleared = 0
        self._moved = 0

    @property
    def bytes(self) -> int:
        """Of the tables, with spare room."""
        return sum(array.nbytes for array in (*self.pairs, self._next) if array is not None)

    def make_room(self, rows: int, live: int, first: int) -> None:
        """Make room for rows that are appended next to ``live`` ones from row ``first`` on.

        At most half of the slots are ever used: a new table is begun at three eighths.
        """
        used, size = int(self.pairs.used[0]), len(self.pairs.slots)
        if len(self.pairs.old) > 1:
            self._move(max(_FEWEST, rows * _MOVED_PER_ROW), first)
        elif self._next is None and (used + rows) * 8 > size * 3:
            needed = (min(used, live) + rows) * 4
            self._next = np.empty(max(_FEWEST, 1 << (needed - 1).bit_length()), np.int64)
            self._cleared = 0
        if self._next is not None:
            self._clear(max(_FEWEST, rows * _CLEARED_PER_ROW))
        if (int(self.pairs.used[0]) + rows) * 2 > size:
            self._finish(rows, live, first)
        elif self._next is not None and self._cleared == len(self._next):
            self._change(self._next)

    def renumber(self, first: int, down: int) -> None:
        """Count rows anew: each that has not expired is lower by ``down``."""
        renumber_slots(self.pairs.slots, first, down)
        renumber_slots(self.pairs.old, first, down)

    def _finish(self, rows: int, live: int, first: int) -> None:
        """Have room at once: many rows come together, more than were prepared for."""
        self._move(len(self.pairs.old), first)
        needed = (min(int(self.pairs.used[0]), live) + rows) * 4
        if self._next is None or len(self._next) < needed:
            self._next, self._cleared = np.empty(1 << (needed - 1).bit_length(), np.int64), 0
        self._clear(len(self._next))
        self._change(self._next)

    def _change(self, cleared: Longs) -> None:
        self.pairs = Pairs(cleared, self.pairs.slots, _none(1))
        self._next, self._moved = None, 0

    def _clear(self, slots: int) -> None:
        if self._next is not None:
            end = min(self._cleared + slots, len(self._next))
            self._next[self._cleared : end] = 0
            self._cleared = end

    def _move(self, slots: int, first: int) -> None:
        end = min(self._moved + slots, len(self.pairs.old))
        move_slots(self.pairs, self._moved, end, first)
        self._moved = end
        if end == len(self.pairs.old):
            self.pairs = self.pairs._replace(old=_none(1))


def _none(size: int) -> Longs:
    return np.zeros(size, np.int64)
