"""Arrays that grow in place: the allocator moves pages, not bytes, so nothing is copied."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

GROWTH = 1.125
"""What an array grows by at least, so that growing costs a constant share of appending."""

NEARLY = 16
"""A share of 1 in so many is all that is left of an array that is nearly full."""

FEWEST = 1024


def room_for(needed: int, room: int) -> int:
    """Return how long an array should be that must hold so many elements."""
    if needed <= room:
        return room
    return max(needed, int(room * GROWTH), FEWEST)


def grown(array: NDArray[Any], needed: int, fill: int = 0) -> None:
    """Lengthen an array in place, new elements being ``fill``. Nobody may hold a view of it."""
    room = len(array)
    size = room_for(needed, room)
    if size == room:
        return
    array.resize(size, refcheck=False)
    if fill:
        array[room:] = fill


def grown_ahead(array: NDArray[Any], used: int) -> bool:
    """Lengthen an array if it is nearly full, and tell whether it was."""
    if used + used // NEARLY <= len(array):
        return False
    grown(array, len(array) + 1)
    return True


def empty(dtype: type[np.generic]) -> NDArray[Any]:
    """Return an array of no elements that may grow."""
    return np.empty(0, dtype)
