"""Which rows and entries a window holds."""

from bisect import bisect_right

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.temporal.kernels.spans import place_after, window_rows


@settings(deadline=None)
@given(st.lists(st.integers(0, 50), max_size=80).map(sorted), st.integers(-1, 51), st.data())
def test_the_place_after_a_row_is_found(rows: list[int], row: int, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(rows)))
    stop = data.draw(st.integers(start, len(rows)))
    place = place_after(np.array(rows, np.int32), start, stop, row)
    assert place == bisect_right(rows, row, start, stop)


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=60), st.integers(1, 40), st.data())
def test_windows_begin_at_the_first_row_within_the_span(
    steps: list[int], span: int, data: st.DataObject
) -> None:
    time = np.cumsum(steps)
    lo = data.draw(st.integers(0, len(steps)))
    base = 1000  # rows are not places
    out = np.empty(len(steps) - lo, np.int32)
    window_rows(time, base, base, base + lo, base + len(steps), span, out)
    expected = [
        base + next(at for at in range(row + 1) if time[at] >= time[row] - span)
        for row in range(lo, len(steps))
    ]
    assert out.tolist() == expected
