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


@compiled
def goes_on(view: View, out: Longs, begin: int, came: int, until: int, most: float) -> bool:
    """Tell whether one of the rows ``out`` from ``begin`` on passes an income on.

    Rows are in order; one passes it on if it is up to ``until``, of at least ``most`` of what came,
    and not of more.
    """
    for place in range(begin, len(out)):
        at = out[place] - view.base
        if view.time[at] > until:
            return False
        if most * came <= view.amount[at] <= came:
            return True
    return False


@compiled
def through_count(view: View, into: Longs, out: Longs, span: int, most: float) -> int:
    """Count rows of income of which most goes on within a time by one row of ``out``, later."""
    count, begin = 0, 0
    for row in into:
        came, then = view.amount[row - view.base], view.time[row - view.base]
        while begin < len(out) and view.time[out[begin] - view.base] <= then:
            begin += 1
        count += goes_on(view, out, begin, came, then + span, most)
    return count
