"""The one way functions are compiled here: cached on disk, without Python's lock."""

from collections.abc import Callable
from typing import TypeVar

from numba import njit

F = TypeVar("F", bound=Callable[..., object])


def compiled(function: F) -> F:
    """Compile a function with numba at its first call; a later process loads it from the cache.

    Division follows NumPy (no exception inside a kernel), sums keep their order (no fast math):
    the same bytes on every run.
    """
    made: F = njit(function, cache=True, nogil=True, error_model="numpy")
    return made


def inlined(function: F) -> F:
    """Compile a small function into its callers, where a call would cost more than its work."""
    made: F = njit(function, cache=True, nogil=True, error_model="numpy", inline="always")
    return made
