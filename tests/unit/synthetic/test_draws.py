"""Draws are stable, bounded, and follow their tables."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.synthetic.draws import TABLE_BITS, Dice, Draws
from catalystindex.synthetic.tables import OFFICE, lognormal, time_of_day, zipf_lottery


def test_words_are_those_of_this_release() -> None:
    assert Draws(1, "a", 2).words(2).tolist() == [12540207207872221503, 14684475483244100669]


def test_streams_of_other_names_are_others() -> None:
    one, other, again = Draws(1, "a", 2), Draws(1, "a", 3), Draws(1, "a", 2)
    first = one.words(8).tolist()
    assert other.words(8).tolist() != first
    assert again.words(8).tolist() == first


@given(st.integers(1, 2**31 - 1), st.integers(0, 2**32))
def test_draws_are_below_their_bound(bound: int, seed: int) -> None:
    drawn = Draws(seed, "bound").below(bound, 50)
    assert drawn.min() >= 0
    assert drawn.max() < bound


@given(st.integers(-(10**9), 10**9), st.integers(0, 10**9))
def test_both_ends_of_a_range_may_be_drawn(low: int, width: int) -> None:
    high = low + width
    assert all(low <= value <= high for value in Draws(3, "range").between(low, high, 20).tolist())
    dice = Dice(3, "range")
    assert all(low <= dice.between(low, high) <= high for _ in range(20))


def test_all_values_of_a_small_range_are_drawn() -> None:
    assert set(Draws(1, "small").between(2, 4, 200).tolist()) == {2, 3, 4}


def test_each_has_a_bound_of_its_own() -> None:
    bounds = np.array([1, 2, 1_000])
    drawn = Draws(1, "bounds").below(bounds, 3)
    assert (drawn < bounds).all()


def test_an_order_has_every_number_once() -> None:
    assert sorted(Draws(1, "order").order(100).tolist()) == list(range(100))


def test_chances_come_true_as_often_as_they_say() -> None:
    assert 0.24 < Draws(1, "chance").chance(250_000, 20_000).mean() < 0.26


@given(st.integers(1, 10**12), st.integers(1, 40), st.integers(0, 2**32))
def test_shares_add_up(total: int, parts: int, seed: int) -> None:
    shares = Dice(seed, "shares").shares(total, parts)
    assert sum(shares) == total
    assert len(shares) == parts
    assert min(shares) >= 0


def test_a_lognormal_table_has_its_median_and_its_spread() -> None:
    table = lognormal(10_000, "0.5")
    assert len(table) == 2**TABLE_BITS + 1
    assert (np.diff(table) > 0).all()
    assert table[2 ** (TABLE_BITS - 1)] == 10_000
    drawn = Draws(1, "lognormal").quantile(table, 40_000)
    assert abs(np.log(drawn).std() - 0.5) < 0.01
    assert abs(np.median(drawn) - 10_000) < 150


def test_one_draw_and_many_follow_the_same_table() -> None:
    table, dice = lognormal(10_000, "0.5"), Dice(2, "one")
    drawn = [dice.quantile(table) for _ in range(4_000)]
    assert abs(np.median(drawn) - 10_000) < 500
    assert table[0] <= min(drawn) <= max(drawn) <= table[-1]


def test_times_of_day_follow_the_weights_of_hours() -> None:
    table = time_of_day(OFFICE)
    drawn = Draws(1, "hours").quantile(table, 50_000)
    hours = np.bincount(drawn // 3_600_000_000, minlength=24) / len(drawn)
    assert np.abs(hours - np.array(OFFICE) / sum(OFFICE)).max() < 0.01


def test_the_first_of_a_lottery_win_most() -> None:
    tickets = np.bincount(zipf_lottery(100, 10_000))
    assert tickets.min() >= 1
    assert (np.diff(tickets) <= 0).all()
    assert tickets[0] > 20 * tickets[99]
