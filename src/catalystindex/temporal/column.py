"""A column that grows at its end and is dropped at its front, without moving anything at once."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from catalystindex.temporal.growing import empty, grown, grown_ahead


class Column:
    """An array whose first elements may be skipped until there is time to move the rest down."""

    __slots__ = ("_array", "_skip", "shown")

    def __init__(self, dtype: type[np.generic]) -> None:
        self._array: NDArray[Any] = empty(dtype)
        self._skip = 0
        self.shown: NDArray[Any] = self._array[:]
        """What is not skipped, with spare room at the end. Good until the column changes."""

    @property
    def bytes(self) -> int:
        """Of the array, with what is skipped and spare room."""
        return self._array.nbytes

    def reserve(self, needed: int) -> None:
        """Have room for so many elements that are not skipped."""
        grown(self._array, needed + self._skip)
        self.shown = self._array[self._skip :]

    def reserve_ahead(self, used: int) -> bool:
        """Have some room beside elements that are not skipped; tell whether there is more now."""
        if not grown_ahead(self._array, used + self._skip):
            return False
        self.shown = self._array[self._skip :]
        return True

    def skip(self, elements: int) -> None:
        """Leave out elements at the front: at no cost, and without getting their memory back."""
        self._skip += elements
        self.shown = self._array[self._skip :]

    def settle(self, used: int) -> None:
        """Move the first ``used`` elements to the front of the array."""
        if self._skip:
            self._array[:used] = self.shown[:used]
            self._skip = 0
            self.shown = self._array[:]
