<<<<<<< HEAD
"""The one way functions are compiled here: cached on disk, without Python's lock or its counts.

Kernels work in the arrays that they are given. They allocate nothing and return numbers only: so
they are compiled without counting references to arrays (numba's ``_nrt``). Counting is an atomic
addition at each use of an array of a named tuple: it costs more than what kernels do, and threads
would wait for one another's. A kernel that allocates fails when it is compiled.

Whoever changes the options here must remove the caches (``__pycache__``): they do not name them.
=======
"""The one way functions are compiled here: cached on disk, without Python's lock.

Numba knows that a cached function is stale by its own file, not by the files of functions that it
calls: who changes a kernel that others call removes the `*.nbi` files beside the callers.
>>>>>>> w/win
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from numba import njit

_UNCOUNTED: Final[dict[str, Any]] = {"_nrt": False}
"""Numba's option to leave out its run time for memory, which its own run time is compiled with."""

F = TypeVar("F", bound=Callable[..., object])

_OPTIONS: Final[dict[str, Any]] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "_nrt": False,
}


def compiled(function: F) -> F:
    """Compile a function with numba at its first call; a later process loads it from the cache.

    Division follows NumPy (no exception inside a kernel), sums keep their order (no fast math):
    the same bytes on every run.
    """
    made: F = njit(function, **_OPTIONS)
    return made


def inlined(function: F) -> F:
    """Compile a small function into its callers, where a call would cost more than its work."""
    made: F = njit(function, inline="always", **_OPTIONS)
    return made


def bare(function: F) -> F:
    """Compile a function that makes no array, without counting references to those it is given.

    Numba counts them wherever a tuple of arrays is used, also inside loops over rows, where that
    costs several times the work itself. What makes an array is refused when it is compiled.
    """
    made: F = njit(function, cache=True, nogil=True, error_model="numpy", **_UNCOUNTED)
    return made


def bare_inlined(function: F) -> F:
    """Compile a small function that makes no array into its `bare` callers."""
    made: F = njit(
        function, cache=True, nogil=True, error_model="numpy", inline="always", **_UNCOUNTED
    )
    return made
