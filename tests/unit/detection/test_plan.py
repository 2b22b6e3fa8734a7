"""Cutting a run into slices."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.detection.plan import FEWEST_ROWS, rows_between, slice_count, slices_of

TIMES = st.lists(st.integers(0, 30), max_size=60).map(
    lambda times: np.array(sorted(times), np.int64)
)


@given(TIMES, st.integers(1, 10), st.integers(1, 20), st.integers(0, 60), st.integers(0, 60))
def test_slices_are_all_rows_once_and_cut_between_times(
    time: np.ndarray[tuple[int], np.dtype[np.int64]], lookback: int, count: int, one: int, two: int
) -> None:
    begin, end = min(one, two, len(time)), min(max(one, two), len(time))
    slices = slices_of(time, lookback, (begin, end), count)
    rows = [row for part in slices for row in range(part.begin, part.end)]
    assert rows == list(range(begin, end))
    assert len(slices) <= count
    assert [part.number for part in slices] == list(range(len(slices)))
    for part in slices:
        assert part.begin < part.end
        assert part.begin == begin or time[part.begin] > time[part.begin - 1]
        needed = np.flatnonzero(time >= time[part.begin] - lookback)
        assert part.since == needed[0]


def test_slices_have_about_equally_many_rows_however_they_lie_in_time() -> None:
    time = np.concatenate([np.arange(900), np.arange(10**9, 10**9 + 100)])
    sizes = [part.end - part.begin for part in slices_of(time, 5, (0, 1000), 4)]
    assert sizes == [250, 250, 250, 250]


def test_rows_of_one_time_are_not_cut() -> None:
    assert len(slices_of(np.zeros(100, np.int64), 5, (0, 100), 7)) == 1


def test_rows_of_a_range_of_time_begin_with_it_and_end_before_its_end() -> None:
    time = np.array([1, 2, 2, 3, 5])
    assert rows_between(time, None, None) == (0, 5)
    assert rows_between(time, 2, 3) == (1, 3)
    assert rows_between(time, 4, None) == (4, 5)
    assert rows_between(time, 9, 3) == (5, 5)


def test_there_are_slices_for_all_processes_but_none_too_small() -> None:
    assert slice_count(10**7, 8) == 32
    assert slice_count(3 * FEWEST_ROWS, 8) == 3
    assert slice_count(10, 8) == 1
    assert slice_count(10**7, 1) == slice_count(10**7, 0) == 1
