"""The one way functions are compiled here: cached on disk, without Python's lock or its counts.

Kernels work in the arrays that they are given. They allocate nothing and return numbers only: so
they are compiled without counting references to arrays (numba's ``_nrt``). Counting is an atomic
addition at each use of an array of a named tuple: it costs more than what kernels do, and threads
would wait for one another's. A kernel that allocates fails when it is compiled; one that must, and
does so rarely (the evidence of a finding), is `counted`.

Numba knows that a cached function is stale by its own file, not by the files of functions that it
calls, nor by the options here: who changes such a thing removes ``__pycache__``.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from numba import njit
from numba.core.event import Event, Listener, install_listener

F = TypeVar("F", bound=Callable[..., object])

_OPTIONS: Final[dict[str, Any]] = {
    "cache": True,
    "nogil": True,
    "error_model": "numpy",
    "_nrt": False,
    "forceinline": False,  # else it is the caller's, if that is what compiles a function first
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


def folded(function: F) -> F:
    """Compile a function that is called for each row into its callers, one or two.

    A call hands over every array as seven words: a View alone is 150 of them, and stack traffic
    comes to cost more than what most rows need. Unlike `inlined`, it is the compiler's back end
    that puts the function in, so that types are inferred once.
    """
    made: F = njit(function, **{**_OPTIONS, "forceinline": True})
    return made


def counted(function: F) -> F:
    """Compile a function that makes arrays; what it calls for each row is `compiled`."""
    made: F = njit(function, **{**_OPTIONS, "_nrt": True})
    return made


@contextmanager
def compilation_told(tell: Callable[[], object]) -> Iterator[None]:
    """Call ``tell`` before the first function that this process must compile, if there is one.

    What is loaded from the cache is not compiled: so it is only told where there is no cache yet,
    or it is of another version of the source, of numba or of the processor. It holds for all
    threads of this process, and for none of other processes.
    """
    with install_listener("numba:compile", _First(tell)):
        yield


class _First(Listener):
    """Hears of compilations; passes on the first one."""

    def __init__(self, tell: Callable[[], object]) -> None:
        self._tell: Callable[[], object] | None = tell

    def on_start(self, event: Event) -> None:
        tell, self._tell = self._tell, None
        if tell is not None:
            tell()

    def on_end(self, event: Event) -> None:
        """Do nothing: how long it took is nobody's question."""
