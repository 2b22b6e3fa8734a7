"""The columns of a window: growing at the end, dropped at the front."""

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from catalystindex.model.errors import WindowWithoutEvidence
from catalystindex.temporal.column import Column
from catalystindex.temporal.layout import NEVER
from catalystindex.temporal.payments import DTYPES, Payments

CORE: Final = ("time", "amount", "source", "target")
"""Columns of payments that every window holds; the others are its evidence."""

DERIVED: Final[dict[str, type[np.generic]]] = {
    "tie": np.int32,
    "prev": np.int32,
    "source_before": np.int64,
    "target_before": np.int64,
}
"""What the window adds to each payment."""

KINDS: Final = dict(zip(Payments._fields, DTYPES, strict=True)) | DERIVED
"""The type of each column."""

LAST_ROW: Final = 2**31 - 2
"""Rows are 32-bit numbers."""

_SETTLED_WITHIN: Final = 16
"""Columns are moved to the front while a live part of 1 in so many is appended."""


class Columns:
    """Named columns of equal length; element 0 is that of row ``base``."""

    def __init__(self, evidence: bool = True) -> None:
        self.base, self.end = 0, 0
        self.evidence = evidence
        self.last_time = NEVER
        """Time of the last row there ever was; `NEVER` if there was none."""
        self._taken = [name for name in Payments._fields if evidence or name in CORE]
        self._columns = {name: Column(KINDS[name]) for name in (*self._taken, *DERIVED)}
        self._taking = [(self._columns[name], Payments._fields.index(name)) for name in self._taken]
        self._each = tuple(self._columns.values())
        self._unsettled: list[Column] = []
        self._turn = 0
        self._room = 0

    def __getitem__(self, name: str) -> NDArray[Any]:
        """Return a column. Raises `KeyError`, `WindowWithoutEvidence`."""
        column = self._columns.get(name)
        if column is not None:
            return column.shown
        if name in Payments._fields:
            raise WindowWithoutEvidence(
                f"this window was made without evidence: it does not hold the column {name!r}"
            )
        raise KeyError(name)

    def since(self, row: int, names: Iterable[str]) -> dict[str, NDArray[Any]]:
        """Return columns from a row on."""
        return {name: self[name][row - self.base : self.end - self.base] for name in names}

    @property
    def taken(self) -> tuple[str, ...]:
        """Names of the columns of payments that are held."""
        return tuple(self._taken)

    @property
    def bytes(self) -> int:
        """Of all columns, with spare room."""
        return sum(column.bytes for column in self._each)

    def append(self, payments: Payments) -> None:
        """Append rows; derived columns are left to be filled."""
        begin = self.end - self.base
        stop = begin + len(payments.time)
        if stop > self._room:
            self._reserve(stop)
        for column, at in self._taking:
            column.shown[begin:stop] = payments[at]
        self.end += stop - begin
        self.last_time = int(payments.time[-1])
        if self._unsettled:
            self._settle(stop - begin)
        else:
            self._grow_one(stop)

    def drop(self, first: int) -> None:
        """Let go of rows before ``first``; their memory comes back as rows are appended."""
        self._settle(self.end - self.base)
        for column in self._each:
            column.skip(first - self.base)
        self._room -= first - self.base
        self.base = first
        self._unsettled = list(self._each)

    def renumber(self, down: int) -> None:
        """Count rows anew: each is lower by ``down``."""
        for name in ("tie", "prev"):
            rows = self[name][: self.end - self.base]
            rows -= down
            np.maximum(rows, -1, out=rows)
        self.base -= down
        self.end -= down

    def _reserve(self, needed: int) -> None:
        for column in self._each:
            column.reserve(needed)
        self._room = min(len(column.shown) for column in self._each)

    def _grow_one(self, used: int) -> None:
        """Lengthen one column in turn before it is full, so that not all must at once."""
        self._turn = (self._turn + 1) % len(self._each)
        if self._each[self._turn].reserve_ahead(used):
            self._room = min(len(column.shown) for column in self._each)

    def _settle(self, rows: int) -> None:
        """Move some columns to the front: the more, the more rows were appended."""
        used = self.end - self.base
        columns = max(1, len(self._each) * rows * _SETTLED_WITHIN // max(used, 1))
        for column in self._unsettled[:columns]:
            column.settle(used)
        self._unsettled = self._unsettled[columns:]
        if not self._unsettled:
            self._room = min(len(column.shown) for column in self._each)
