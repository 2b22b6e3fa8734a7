"""Asking the system for huge pages under large arrays.

Accounts lie all over memory, so nearly every access to a large window needs another page: with
pages of 4 KiB, looking up where a page is costs more than what is read there. NumPy asks for huge
pages where it makes a large array, but not where one grows.
"""

import ctypes
import mmap
from collections.abc import Callable
from functools import cache
from typing import Any, Final

from numpy.typing import NDArray

FROM: Final = 1 << 22
"""Bytes of an array that is large, as NumPy has it."""


@cache
def _advise() -> Callable[[int, int, int], int] | None:
    """Return the system's ``madvise``; None where there are no huge pages to ask for."""
    if not hasattr(mmap, "MADV_HUGEPAGE"):
        return None
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    advise.restype = ctypes.c_int
    return advise


def want_huge_pages(array: NDArray[Any]) -> bool:
    """Ask for huge pages under an array if it is large; tell whether the system heard.

    It is advice: what it has an effect on is time. A system that refuses it goes on with small
    pages, so that nobody need look at the answer.
    """
    advise = _advise()
    if advise is None or array.nbytes < FROM:
        return False
    place = array.ctypes.data
    begin = -(-place // mmap.PAGESIZE) * mmap.PAGESIZE
    return advise(begin, place + array.nbytes - begin, mmap.MADV_HUGEPAGE) == 0
