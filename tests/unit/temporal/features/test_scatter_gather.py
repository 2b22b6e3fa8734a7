"""Scatter-gathers of each payment, against their definition."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.temporal.features.settings import FeatureSettings
from catalystindex.temporal.features.table import CAPPED_LIST, CAPPED_SEARCH, FeatureTable
from catalystindex.temporal.layout import View
from catalystindex.temporal.window import Window
from support.payment_graphs import CASH, Row, computed, graphs, payments_of, random_graph
from support.references.scatter_gather import scatter_gather


def only(window: int, most: int = 4096, steps: int = 200_000) -> FeatureSettings:
    return FeatureSettings(
        window=1, scatter_window=window, pattern_entries=most, scatter_gather_steps=steps,
        statistics=False, gather_scatter=False, cycles=False, layers=False, chains=False,
    )  # fmt: skip


def expected(rows: list[Row], window: int) -> list[tuple[int, int]]:
    return [scatter_gather(rows, at, window) for at in range(len(rows))]


def found(table: FeatureTable) -> list[tuple[int, int]]:
    assert table.names == ("sg_middlemen", "sg_sources")
    return [(int(most), int(sources)) for most, sources in table.values.tolist()]


def view_of(rows: list[Row]) -> View:
    window = Window(10**9)
    for code in range(max(max(row.source, row.target) for row in rows) + 1):
        window.codes.accounts.code(str(code))
    window.append(payments_of(rows))
    return window.view


def first_row(rows: list[Row], at: int, window: int) -> int:
    return next(i for i, row in enumerate(rows) if row.time >= rows[at].time - window)


@settings(deadline=None)
@given(graphs, st.integers(1, 60))
def test_features_are_those_of_the_definition(rows: list[Row], window: int) -> None:
    table = computed(rows, only(window))
    assert found(table) == expected(rows, window)
    assert not table.flags.any()


def test_features_of_a_thousand_graphs_are_those_of_the_definition() -> None:
    reached = 0
    for seed in range(1200):
        rows, window = random_graph(seed, 60), 1 + seed % 70
        wanted = expected(rows, window)
        assert found(computed(rows, only(window), [seed % 9] * 4)) == wanted, (seed, rows)
        reached += sum(sources for _, sources in wanted)
    assert reached > 500


@settings(deadline=None)
@given(graphs, st.integers(1, 60), st.integers(1, 6), st.integers(1, 12))
def test_bounds_that_bite_are_flagged_and_leave_lower_bounds(
    rows: list[Row], window: int, most: int, steps: int
) -> None:
    table = computed(rows, only(window, most, steps))
    for (one, other), wanted, flag in zip(
        found(table), expected(rows, window), table.flags.tolist(), strict=True
    ):
        assert one <= wanted[0]
        assert other <= wanted[1]
        assert flag or (one, other) == wanted


SCATTERED = [
    *(Row(0, middle, 10 + middle, 100) for middle in (1, 2, 3)),
    *(Row(middle, 9, 20 + middle, 90) for middle in (1, 2, 3)),
]


def test_middlemen_are_counted_as_they_pay_the_sink() -> None:
    assert found(computed(SCATTERED, only(50))) == [*[(0, 0)] * 3, (1, 0), (2, 1), (3, 1)]


def test_what_came_in_at_the_same_instant_has_not_been_passed_on() -> None:
    rows = [Row(0, 1, 10, 5), Row(0, 2, 20, 5), Row(1, 9, 20, 5), Row(2, 9, 20, 5)]
    assert found(computed(rows, only(50))) == [(0, 0), (0, 0), (1, 0), (0, 0)]


def test_a_window_holds_what_is_exactly_as_old_as_it_is_long() -> None:
    assert found(computed(SCATTERED, only(12)))[-1] == (3, 1)
    assert found(computed(SCATTERED, only(11)))[-1] == (2, 1)
    assert found(computed(SCATTERED, only(9)))[-1] == (0, 0)


def test_cash_and_payments_to_oneself_are_no_part_of_it() -> None:
    rows = [
        Row(CASH, 1, 1, 5), Row(CASH, 2, 2, 5), Row(1, 1, 3, 5), Row(1, 9, 4, 5), Row(2, 9, 5, 5),
        Row(9, 9, 6, 5), Row(9, CASH, 7, 5),
    ]  # fmt: skip
    assert set(found(computed(rows, only(50)))) == {(0, 0)}


def test_a_list_that_is_too_long_is_flagged() -> None:
    assert computed(SCATTERED, only(50, most=2)).flags.tolist()[-1] & CAPPED_LIST
    assert not computed(SCATTERED, only(50, most=3)).flags.any()


def test_what_is_older_than_the_window_makes_no_list_too_long() -> None:
    rows = [Row(5, 9, 1, 5), *SCATTERED]
    assert computed(rows, only(12, most=3)).flags.tolist()[-1] == 0
    assert computed(rows, only(50, most=3)).flags.tolist()[-1] == CAPPED_LIST


def test_a_search_that_is_too_long_is_flagged_and_ended() -> None:
    table = computed(SCATTERED, only(50, steps=1))
    assert table.flags.tolist() == [0, 0, 0, 0, CAPPED_SEARCH, CAPPED_SEARCH]
    assert found(table)[-1] == (1, 0)


@pytest.mark.parametrize("seed", range(3))
def test_both_ways_of_counting_agree_on_hubs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ends = np.minimum(rng.zipf(1.4, (400, 2)), 60) - 1
    rows = [Row(int(a), int(b), time // 2, 1) for time, (a, b) in enumerate(ends.tolist())]
    assert found(computed(rows, only(90), [37] * 9)) == expected(rows, 90)
