"""The columns of a window: growing at the end, dropped at the front."""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from catalystindex.temporal.growing import empty, grown
from catalystindex.temporal.layout import NEVER
from catalystindex.temporal.payments import DTYPES, Payments

DERIVED: Final[dict[str, type[np.generic]]] = {
    "tie": np.int32,
    "prev": np.int32,
    "source_before": np.int64,
    "target_before": np.int64,
}
"""What the window adds to each payment."""

LAST_ROW: Final = 2**31 - 2
"""Rows are 32-bit numbers."""


class Columns:
    """Named columns of equal length; element 0 is that of row ``base``."""

    def __init__(self) -> None:
        self.base, self.end = 0, 0
        self._arrays: dict[str, NDArray[Any]] = {
            name: empty(dtype) for name, dtype in zip(Payments._fields, DTYPES, strict=True)
        }
        self._arrays.update((name, empty(dtype)) for name, dtype in DERIVED.items())

    def __getitem__(self, name: str) -> NDArray[Any]:
        return self._arrays[name]

    @property
    def last_time(self) -> int:
        """Time of the last row; `NEVER` if there is none."""
        return (
            int(self._arrays["time"][self.end - self.base - 1]) if self.end > self.base else NEVER
        )

    @property
    def bytes(self) -> int:
        """Of all columns, with spare room."""
        return sum(array.nbytes for array in self._arrays.values())

    def append(self, payments: Payments) -> None:
        """Append rows; derived columns other than ``tie`` are left to be filled."""
        begin = self.end - self.base
        stop = begin + len(payments.time)
        for array in self._arrays.values():
            grown(array, stop)
        for name, values in zip(Payments._fields, payments, strict=True):
            self._arrays[name][begin:stop] = values
        for name in ("source_before", "target_before"):
            self._arrays[name][begin:stop] = NEVER
        self._tie(begin, stop)
        self.end += stop - begin

    def drop(self, first: int) -> None:
        """Move rows from ``first`` on to the front; what was before them is gone."""
        live = self.end - first
        for array in self._arrays.values():
            array[:live] = array[first - self.base : self.end - self.base]
        self.base = first

    def _tie(self, begin: int, stop: int) -> None:
        """Note the first row of equal time for each new row."""
        time, tie = self._arrays["time"], self._arrays["tie"]
        fresh = time[begin:stop]
        starts = np.arange(begin, stop)
        starts[1:][fresh[1:] == fresh[:-1]] = 0
        if begin and time[begin] == time[begin - 1]:
            starts[0] = tie[begin - 1] - self.base
        tie[begin:stop] = np.maximum.accumulate(starts) + self.base
