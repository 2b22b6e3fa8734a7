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


def bare(function: F) -> F:
    """Compile a function that makes no array, without counting references to those it is given.

    Numba counts them at every use of a tuple of arrays, in places that it does not tidy up: in a
    loop over rows that costs several times the work itself. Numba refuses what needs the count.
    """
    made: F = njit(function, cache=True, nogil=True, error_model="numpy", _nrt=False)
    return made


def bare_inlined(function: F) -> F:
    """Compile a small function that makes no array into its `bare` callers."""
    made: F = njit(
        function, cache=True, nogil=True, error_model="numpy", _nrt=False, inline="always"
    )
    return made
