"""Moments are right to nine digits, whatever the amounts."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.temporal.kernels.moments import gap_moments, value_moments
from support.references.moments import moments

HUGE = 10**15
NAMES = ("mean", "min", "max", "variance", "skew", "kurtosis")


def of_values(values: list[int]) -> dict[str, float]:
    out = np.zeros(7)
    value_moments(np.array(values, np.int64), out)
    assert out[0] == float(sum(values))
    return dict(zip(NAMES, out[1:].tolist(), strict=True))


def of_gaps(times: list[int], unit: float = 1.0) -> dict[str, float]:
    out = np.zeros(6)
    gap_moments(np.array(times, np.int64), unit, out)
    return dict(zip(NAMES, out.tolist(), strict=True))


def close(expected: dict[str, float]) -> object:
    return pytest.approx(expected, rel=1e-9, abs=1e-9)


@settings(deadline=None)
@given(
    st.one_of(
        st.lists(st.integers(0, 5), min_size=1, max_size=200),
        st.lists(st.integers(0, HUGE), min_size=1, max_size=200),
        st.lists(st.integers(HUGE - 3, HUGE), min_size=1, max_size=200),
        st.lists(st.sampled_from((1, HUGE)), min_size=1, max_size=200),
        st.lists(st.integers(-HUGE, HUGE), min_size=1, max_size=40),
    )
)
def test_moments_are_those_of_the_definition(values: list[int]) -> None:
    assert of_values(values) == close(moments(values))


@pytest.mark.parametrize("spread", [1, 2, 1000])
def test_a_tiny_spread_of_huge_amounts_is_seen(spread: int) -> None:
    values = [HUGE - spread] * 3 + [HUGE] * 3
    found = of_values(values)
    assert found["variance"] == spread**2 / 4
    assert (found["skew"], found["kurtosis"]) == (0.0, 1.0)


def test_a_sum_that_does_not_fit_64_bits_is_right() -> None:
    values = [HUGE - (number % 7) for number in range(20_000)]
    assert sum(values) > 2**64
    assert of_values(values) == close(moments(values))


def test_one_that_is_different_among_many_is_seen() -> None:
    values = [HUGE] * 4095 + [HUGE - 1]
    assert of_values(values) == close(moments(values))


def test_equal_values_have_no_spread() -> None:
    assert of_values([HUGE] * 9) == {
        "mean": HUGE, "min": HUGE, "max": HUGE, "variance": 0.0, "skew": 0.0, "kurtosis": 0.0,
    }  # fmt: skip


@settings(deadline=None)
@given(
    st.one_of(
        st.lists(st.integers(0, 3), min_size=1, max_size=100),
        st.lists(st.integers(0, 86_400_000_000), min_size=1, max_size=100),
    )
)
def test_gaps_are_those_between_neighbours(gaps: list[int]) -> None:
    times = np.cumsum([1_700_000_000_000_000, *gaps]).tolist()
    assert of_gaps(times) == close(moments(gaps))


def test_gaps_are_counted_in_the_unit() -> None:
    found = of_gaps([0, 1_000_000, 4_000_000], 1e-6)
    assert found == close(
        {"mean": 2.0, "min": 1.0, "max": 3.0, "variance": 1.0, "skew": 0.0, "kurtosis": 1.0}
    )
