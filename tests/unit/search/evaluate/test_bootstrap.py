import numpy as np
import pytest

from catalystindex.search.evaluate import bootstrap
from catalystindex.search.evaluate.bootstrap import interval, paired_difference


def test_the_same_seed_gives_the_same_bounds_and_another_seed_others() -> None:
    values = list(np.random.default_rng(1).random(50))
    assert interval(values, seed=3) == interval(values, seed=3)
    assert interval(values, seed=3) != interval(values, seed=4)


def test_bounds_do_not_depend_on_how_many_are_drawn_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    values = list(np.random.default_rng(1).random(50))
    whole = interval(values, seed=3)
    monkeypatch.setattr(bootstrap, "CELLS", 999)
    assert interval(values, seed=3) == whole


def test_bounds_are_those_of_the_normal_law_for_many_values() -> None:
    values = np.random.default_rng(2).normal(0.5, 0.2, 1000)
    found = interval(list(values), seed=0)
    error = 1.96 * values.std() / np.sqrt(len(values))
    assert found.mean == pytest.approx(values.mean())
    assert found.low == pytest.approx(values.mean() - error, abs=0.1 * error)
    assert found.high == pytest.approx(values.mean() + error, abs=0.1 * error)


def test_equal_values_leave_no_doubt() -> None:
    found = interval([0.25] * 7, seed=0)
    assert (found.low, found.mean, found.high) == (0.25, 0.25, 0.25)


def test_a_difference_is_paired_query_by_query() -> None:
    hard_and_easy = [0.0, 1.0] * 40
    better = [value * 0.9 + 0.1 for value in hard_and_easy]
    difference = paired_difference(better, hard_and_easy, seed=0)
    assert difference.mean == pytest.approx(0.05)
    assert 0.0 < difference.low < 0.05 < difference.high < 0.1


def test_a_mean_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        interval([], seed=0)
    with pytest.raises(ValueError, match=r"zip|shorter|longer"):
        paired_difference([1.0], [1.0, 2.0], seed=0)
