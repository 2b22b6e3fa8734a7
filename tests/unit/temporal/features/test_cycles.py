"""Temporal cycles that a payment closes, against every path there is."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.temporal.features import cycles as module
from catalystindex.temporal.features.cycles import CYCLES
from catalystindex.temporal.features.settings import FeatureSettings
from catalystindex.temporal.features.table import CAPPED_LIST, CAPPED_SEARCH, FeatureTable
from support.payment_graphs import Row, graphs, random_graph
from support.references.cycles import counts
from support.small_windows import features_of, passing


def wanted(window: int, length: int, most: int = 10**6) -> FeatureSettings:
    return FeatureSettings(window=window, cycle_length=length, max_steps=most, cycle_steps=most)


def counted(
    rows: list[Row], settings: FeatureSettings, batch: int = 10**6, threads: int = 1
) -> FeatureTable:
    return features_of(CYCLES, rows, settings, batch, threads)


def agree(rows: list[Row], window: int, length: int, batch: int) -> float:
    """Compare with the definition; return how many cycles of five edges and more there are."""
    found = counted(rows, wanted(window, length), batch)
    expected = [counts(rows, at, window, length) for at in range(len(rows))]
    assert found.values.tolist() == expected, rows
    assert not found.flags.any()
    return float(found.values[:, 3:].sum())


@pytest.fixture(params=["at once", "patient"])
def patience(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Search with the rows that can be reached at once, or after some steps as usual."""
    if request.param == "at once":
        monkeypatch.setattr(module, "PATIENCE", 0)


@pytest.mark.usefixtures("patience")
def test_counts_of_a_thousand_graphs_are_those_of_the_definition() -> None:
    closed = 0.0
    for seed in range(600):
        agree(random_graph(seed), 1 + seed % 90, 2 + seed % 9, 1 + seed % 50)
        rows = passing(seed, 26 + seed % 10, 4 + seed % 5, (0.0, 0.3, 0.6)[seed % 3])
        closed += agree(rows, 5 + seed % 40, 2 + (seed // 3) % 9, 1 + seed % 50)
    assert closed > 500


@settings(deadline=None, max_examples=60)
@given(graphs, st.integers(1, 200), st.integers(2, 10), st.integers(1, 20))
def test_counts_are_those_of_the_definition(
    rows: list[Row], window: int, length: int, batch: int
) -> None:
    agree(rows, window, length, batch)


def test_a_ring_of_ten_is_counted_when_it_is_closed() -> None:
    rows = [Row(step, (step + 1) % 10, step, 5) for step in range(10)]
    found = counted(rows, wanted(100, 10))
    assert found.names == tuple(f"cycles_{edges}" for edges in range(2, 11))
    assert found.values[9].tolist() == [0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert not found.values[:9].any()
    assert not counted(rows, wanted(8, 10)).values.any()
    assert not counted(rows, wanted(100, 9)).values.any()


def test_payments_of_one_instant_close_nothing() -> None:
    assert not counted([Row(0, 1, 5, 1), Row(1, 0, 5, 1)], wanted(100, 4)).values.any()


def test_parallel_payments_are_different_cycles() -> None:
    rows = [Row(*ends, time, 1) for time, ends in enumerate([(0, 1)] * 3 + [(1, 2)] * 4)]
    assert counted([*rows, Row(2, 0, 9, 1)], wanted(100, 4)).values[-1].tolist() == [0, 12, 0]


def dense(count: int, accounts: int, seed: int = 5) -> list[Row]:
    rng = np.random.default_rng(seed)
    ends = rng.integers(0, accounts, (count, 2)).tolist()
    return [Row(source, target, time, 1) for time, (source, target) in enumerate(ends)]


@pytest.mark.parametrize(("length", "most"), [(7, 10**6), (7, 500), (4, 10**6), (4, 40)])
def test_batches_and_threads_do_not_show_even_where_a_search_is_ended(
    length: int, most: int
) -> None:
    rows = dense(3000, 60)
    settings = wanted(400, length, most)
    whole = counted(rows, settings)
    assert bool(whole.flags.any()) == (most < 1000)
    for batch, threads in ((1, 1), (37, 1), (1000, 2)):
        other = counted(rows, settings, batch, threads)
        assert other.values.tobytes() == whole.values.tobytes()
        assert other.flags.tobytes() == whole.flags.tobytes()


def test_codes_of_accounts_do_not_show() -> None:
    rows = dense(1500, 50)
    shift = np.random.default_rng(1).permutation(50)
    other = [row._replace(source=shift[row.source], target=shift[row.target]) for row in rows]
    one, two = counted(rows, wanted(300, 7)), counted(other, wanted(300, 7))
    assert one.values.tobytes() == two.values.tobytes()


def test_a_hub_is_bounded_and_flagged_and_counts_are_lower_bounds() -> None:
    rng = np.random.default_rng(3)
    others = rng.integers(1, 40, (2000, 2)).tolist()
    rows = [
        Row(0 if step % 3 == 0 else one, 0 if step % 3 == 1 else two, step, 1)
        for step, (one, two) in enumerate(others)
    ]
    free, held = counted(rows, wanted(1500, 5)), counted(rows, wanted(1500, 5, 300))
    assert not free.flags.any()
    assert set(held.flags.tolist()) == {0, CAPPED_SEARCH}
    assert (held.values <= free.values).all()
    assert (held.values[held.flags == 0] == free.values[held.flags == 0]).all()


@pytest.mark.parametrize("length", [3, 4, 6])
def test_a_long_list_is_flagged_and_counts_are_lower_bounds_for_any_batch(length: int) -> None:
    ends = np.minimum(np.random.default_rng(length).zipf(1.6, (1500, 2)), 40) - 1
    rows = [Row(int(one), int(two), time // 2, 1) for time, (one, two) in enumerate(ends)]
    free = counted(rows, wanted(120, length))
    tight = replace(wanted(120, length), pattern_entries=12)
    held = counted(rows, tight)
    assert set(held.flags.tolist()) == {0, CAPPED_LIST}
    assert (held.values <= free.values).all()
    assert (held.values < free.values).any()
    assert (held.values[held.flags == 0] == free.values[held.flags == 0]).all()
    for batch, threads in ((1, 1), (90, 1), (700, 2)):
        other = counted(rows, tight, batch, threads)
        assert other.values.tobytes() == held.values.tobytes()
        assert other.flags.tobytes() == held.flags.tobytes()


def test_a_payee_that_pays_later_makes_no_search_too_long() -> None:
    rows = [*(Row(1, 0, time, 1) for time in range(20)), Row(0, 2, 30, 1), Row(2, 3, 40, 1)]
    for batch in (1, 100):
        assert not counted(rows, replace(wanted(100, 4, 5), pattern_entries=3), batch).flags.any()


@pytest.mark.parametrize(("length", "bounded"), [(4, True), (5, False)])
def test_cycles_of_more_than_four_edges_have_a_bound_of_their_own(
    length: int, bounded: bool
) -> None:
    settings = FeatureSettings(window=400, cycle_length=length, cycle_steps=10)
    assert counted(dense(600, 30), settings).flags.any() == bounded


def test_more_rows_than_one_sweep_serves_are_searched_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "PATIENCE", 0)
    rows = dense(700, 25)
    found = counted(rows, wanted(90, 6))
    fours = counted(rows, wanted(90, 4))
    for at in range(0, 700, 23):
        expected = counts(rows, at, 90, 6)
        assert found.values[at].tolist() == expected
        assert fours.values[at].tolist() == expected[:3]
