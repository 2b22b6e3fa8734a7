"""Cash: rare among payments, so that its rows are collected first and looked at then."""

import numpy as np

from catalystindex.temporal.compiled import counted
from catalystindex.temporal.layout import Bytes, Longs, View


@counted
def rows_of_method(view: View, method: Bytes, code: int, lo: int, hi: int) -> Longs:
    """Return the rows from ``lo`` to ``hi`` that are of one method, in order."""
    count = 0
    for row in range(lo, hi):
        count += method[row - view.base] == code
    rows = np.empty(count, np.int64)
    count = 0
    for row in range(lo, hi):
        if method[row - view.base] == code:
            rows[count] = row
            count += 1
    return rows


@counted
def rows_between(
    view: View, method: Bytes, code: int, lo: int, hi: int, least: int, below: int
) -> Longs:
    """Return the rows of one method whose amount is at least ``least`` and less than ``below``."""
    rows = rows_of_method(view, method, code, lo, hi)
    kept = 0
    for row in rows:
        if least <= view.amount[row - view.base] < below:
            rows[kept] = row
            kept += 1
    return rows[:kept]
