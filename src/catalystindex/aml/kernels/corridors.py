"""Payments between an account here and a country on a list."""

import numpy as np

from catalystindex.temporal.compiled import compiled, counted
from catalystindex.temporal.layout import Bytes, Longs, Shorts, View

LISTED_GREY = 1
LISTED_BLACK = 2


@compiled
def listed(levels: Bytes, source: int, target: int) -> int:
    """Return the higher level of two countries."""
    return int(max(levels[source], levels[target]))


@counted
def listed_rows(
    view: View, levels: Bytes, source: Shorts, target: Shorts, least: int, lo: int, hi: int
) -> Longs:
    """Return the rows from ``lo`` to ``hi`` that touch a listed country and are large enough."""
    rows = np.empty(hi - lo, np.int64)
    count = 0
    for row in range(lo, hi):
        at = row - view.base
        if view.amount[at] >= least and listed(levels, source[at], target[at]) > 0:
            rows[count] = row
            count += 1
    return rows[:count].copy()
