"""Which rows money can have come to from an account: one sweep for 64 accounts at once.

In order of time, an account that money of origin j may lie on has bit j set; a payment carries the
bits of its payer to its payee. A search that goes back from the end enters only rows with the bit
of its origin, so it follows no path that cannot be closed.
"""

from typing import NamedTuple

from catalystindex.temporal.compiled import compiled
from catalystindex.temporal.layout import Longs, View

ORIGINS = 64
"""Origins of one sweep: the bits of a word."""


class Reach(NamedTuple):
    """The result of a sweep."""

    by_account: Longs
    """By code; zeros between sweeps."""
    by_row: Longs
    """By row from ``first`` on: origins that its payer's money may have come from."""
    first: int


@compiled
def _settle(view: View, reach: Reach, begin: int, end: int) -> None:
    """Let the money of an instant arrive."""
    for row in range(begin, end):
        target = view.target[row - view.base]
        if target >= 0:
            reach.by_account[target] |= reach.by_row[row - reach.first]


@compiled
def sweep(view: View, origins: Longs, lows: Longs, count: int, high: int, reach: Reach) -> None:
    """Fill ``reach.by_row`` for rows from ``reach.first`` to ``high``.

    Origin j is an account whose money counts from row ``lows[j]`` on; ``lows`` are ascending, the
    first one is ``reach.first``.
    """
    opened, settled = 0, reach.first
    for row in range(reach.first, high):
        if view.tie[row - view.base] == row:
            _settle(view, reach, settled, row)
            settled = row
        while opened < count and lows[opened] <= row:
            reach.by_account[origins[opened]] |= 1 << opened
            opened += 1
        source = view.source[row - view.base]
        reach.by_row[row - reach.first] = reach.by_account[source] if source >= 0 else 0
    for row in range(reach.first, high):
        reach.by_account[max(view.target[row - view.base], 0)] = 0
    for number in range(count):
        reach.by_account[origins[number]] = 0
