"""Sets of accounts that a kernel fills and forgets without clearing anything."""

from typing import NamedTuple

from catalystindex.temporal.compiled import compiled
from catalystindex.temporal.layout import Longs

_LAST = 2**31 - 1
VALUES = 32
"""Bits of a word that hold the value of a member; the mark stands above them."""


class Marks(NamedTuple):
    """A set of accounts with a number for each, from 0 to 2**32 - 1.

    ``word[a]`` is at least the newest mark exactly where ``a`` is in the set; the difference is its
    number. Arrays begin as zeros, and belong to one thread.
    """

    word: Longs
    used: Longs
    """Element 0: how many marks have been given."""


@compiled
def new_mark(marks: Marks) -> int:
    """Empty the set; return the mark that members are to have."""
    used = marks.used[0] + 1
    if used >= _LAST:
        marks.word[:] = 0
        used = 1
    marks.used[0] = used
    return int(used) << VALUES
