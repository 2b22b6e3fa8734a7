"""How a window lies in memory: what every kernel reads.

A *row* is the number of a payment in order of (time, event id), counted from the first one the
window ever took. Columns begin with row ``base``: a kernel reads ``view.time[row - view.base]``.
Rows before ``first`` have expired and must not be looked at.

Each account has a block of entries per direction, in order of row: what it paid (``out``) and what
it was paid (``into``). Entries before ``first`` may still lie at the beginning of a block, so
kernels find their place by row (`kernels.lists`).

An account without a number is ``NOBODY``: cash has one side only. Payments to oneself and cash are
entries like others; patterns leave them out.
"""

from typing import Final, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

Bytes: TypeAlias = NDArray[np.int8]
Octets: TypeAlias = NDArray[np.uint8]
Shorts: TypeAlias = NDArray[np.int16]
Ints: TypeAlias = NDArray[np.int32]
Longs: TypeAlias = NDArray[np.int64]
Words: TypeAlias = NDArray[np.uint64]
Floats: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]

NOBODY: Final = -1
"""Code of an account, party or branch that is not known."""

NEVER: Final = -(2**62)
"""A time before all times: the account has not been active before."""


class Lists(NamedTuple):
    """The entries of all accounts in one direction.

    Account ``a`` has ``length[a]`` entries from ``start[a]`` on.
    """

    start: Longs
    length: Ints
    row: Ints
    other: Ints
    """The account on the other side; `NOBODY` for cash."""
    prev: Ints
    """Row of the previous payment from the same account to the same account, -1 if there is none.

    An entry is the first of its pair within a window that begins at row ``lo`` exactly where
    ``prev < lo``: distinct counterparties are counted without a hash.
    """
    time: Longs
    amount: Longs


class View(NamedTuple):
    """What kernels read of a window. Arrays may be longer than what is in use."""

    base: int
    """Row of the first element of the columns."""
    first: int
    """First row that has not expired."""
    end: int
    """Row after the last one."""
    source: Ints
    target: Ints
    time: Longs
    """Microseconds since 1970-01-01T00:00:00Z."""
    amount: Longs
    """Minor units of the window's currency."""
    tie: Ints
    """First row of the same time: rows below it are strictly earlier."""
    prev: Ints
    """As `Lists.prev`."""
    out: Lists
    into: Lists


class Fresh(NamedTuple):
    """The rows that were appended last: ``lo <= row < hi``."""

    lo: int
    hi: int
