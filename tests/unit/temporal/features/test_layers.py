"""Layers and stacks of each payment, against their definition."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.temporal.features.settings import FeatureSettings
from catalystindex.temporal.features.table import CAPPED_LIST, CAPPED_SEARCH, FeatureTable
from catalystindex.temporal.layout import View
from catalystindex.temporal.window import Window
from support.payment_graphs import CASH, Row, computed, graphs, payments_of, random_graph, rows_of
from support.references.layers import layered

Features = tuple[float, ...]


def only(window: int, most: int = 4096, steps: int = 200_000) -> FeatureSettings:
    return FeatureSettings(
        window=window, scatter_window=1, layer_entries=most, layer_steps=steps,
        statistics=False, gather_scatter=False, scatter_gather=False, cycles=False, chains=False,
    )  # fmt: skip


def expected(rows: list[Row], window: int) -> list[Features]:
    return [layered(rows, at, window).features for at in range(len(rows))]


def found(table: FeatureTable) -> list[Features]:
    assert table.names == ("layer_senders", "layer_receivers", "layer_density", "stack_depth")
    return [tuple(row) for row in table.values.tolist()]


def stacked_graph(seed: int) -> list[Row]:
    """Return a graph in which accounts mostly pay those of the next of four layers."""
    rng = np.random.default_rng(seed)
    steps = []
    for number in range(int(rng.integers(20, 60))):
        level = min(number // 12, 2) if rng.random() < 0.8 else int(rng.integers(0, 3))
        source, target = (3 * level + int(rng.integers(0, 3)) for _ in range(2))
        target += 3 if rng.random() < 0.95 else -3 * level
        steps.append((source, target, int(rng.integers(0, 3)), 1 + int(rng.integers(0, 9))))
    return rows_of(steps)


def view_of(rows: list[Row], keep: int = 10**9) -> View:
    window = Window(keep)
    for code in range(max(max(row.source, row.target) for row in rows) + 1):
        window.codes.accounts.code(str(code))
    window.append(payments_of(rows))
    return window.view


@settings(deadline=None)
@given(graphs, st.integers(1, 90))
def test_features_are_those_of_the_definition(rows: list[Row], window: int) -> None:
    table = computed(rows, only(window))
    assert found(table) == expected(rows, window)
    assert not table.flags.any()


@pytest.mark.parametrize(("make", "window"), [(random_graph, 70), (stacked_graph, 90)])
def test_features_of_a_thousand_graphs_are_those_of_the_definition(
    make: Callable[[int], list[Row]], window: int
) -> None:
    depths = np.zeros(4, int)
    for seed in range(1000):
        rows, length = make(seed), 1 + seed % window
        wanted = expected(rows, length)
        assert found(computed(rows, only(length), [seed % 9] * 4)) == wanted, (seed, rows)
        depths += np.bincount([int(one[3]) for one in wanted], minlength=4)
    assert depths[1] > 300
    if make is stacked_graph:
        assert depths[2:].min() > 100


@settings(deadline=None)
@given(graphs, st.integers(1, 90), st.integers(1, 6), st.integers(1, 20))
def test_bounds_that_bite_are_flagged_and_leave_lower_bounds(
    rows: list[Row], window: int, most: int, steps: int
) -> None:
    table = computed(rows, only(window, most, steps))
    for one, wanted, flag in zip(
        found(table), expected(rows, window), table.flags.tolist(), strict=True
    ):
        assert one[0] <= wanted[0]
        assert one[1] <= wanted[1]
        assert flag or one == wanted


def every(sources: range, targets: range, time: int) -> list[Row]:
    """Return payments from every one of some accounts to every one of others."""
    return [
        Row(source, target, time + number, 5)
        for number, (source, target) in enumerate(
            (source, target) for source in sources for target in targets
        )
    ]


LAYER = every(range(3), range(10, 14), 0)
STACK = [
    *every(range(30, 32), range(20, 22), 0),
    *every(range(20, 22), range(2), 10),
    *every(range(2), range(10, 12), 20),
]


def test_a_layer_in_which_everyone_pays_everyone_is_dense() -> None:
    assert found(computed(LAYER, only(50)))[-1] == (3, 4, 1, 1)
    assert found(computed(LAYER[:5] + LAYER[6:], only(50)))[-1] == (3, 4, 11 / 12, 1)


def test_two_payments_of_one_sender_are_no_layer() -> None:
    assert set(found(computed(LAYER[:5], only(50)))) == {(0, 0, 0, 0)}


def test_a_window_holds_what_is_exactly_as_old_as_it_is_long() -> None:
    assert found(computed(LAYER, only(11)))[-1] == (3, 4, 1, 1)
    assert found(computed(LAYER, only(5)))[-1] == (2, 2, 1, 1)


def test_layers_stand_upon_each_other() -> None:
    assert found(computed(STACK, only(50)))[-1] == (2, 2, 1, 3)
    assert found(computed(STACK[4:], only(50)))[-1] == (2, 2, 1, 2)
    assert found(computed(STACK[8:], only(50)))[-1] == (2, 2, 1, 1)


def test_what_comes_in_at_the_instant_of_the_last_payment_is_no_layer_above() -> None:
    rows = [*every(range(2), range(10, 12), 0)[:3], *every(range(20, 22), range(2), 0)]
    rows = sorted(
        [row._replace(time=5) for row in rows] + [Row(1, 11, 5, 5)], key=lambda row: row.source < 9
    )
    assert found(computed(rows, only(50)))[-1] == (2, 2, 1, 1)
    rows = [row._replace(time=4 if row.source > 9 else 5) for row in rows]
    assert found(computed(rows, only(50)))[-1] == (2, 2, 1, 2)


def test_cash_and_payments_to_oneself_are_no_part_of_it() -> None:
    rows = [row for one in (0, 1, 0, 1) for row in (Row(one, CASH, 1, 5), Row(one, one, 1, 5))] + [
        Row(CASH, 0, 2, 5),
        Row(0, 2, 3, 5),
        Row(1, 2, 4, 5),
    ]
    assert set(found(computed(rows, only(50)))) == {(0, 0, 0, 0)}


def test_a_list_that_is_too_long_is_flagged() -> None:
    assert computed(LAYER, only(50, most=3)).flags.tolist()[-1] & CAPPED_LIST
    assert not computed(LAYER, only(50, most=4)).flags.any()


def test_a_search_that_is_too_long_is_flagged_and_ended() -> None:
    table = computed(STACK, only(50, steps=12))
    assert table.flags.tolist()[-1] == CAPPED_SEARCH
    assert found(table)[-1][3] < 3


@pytest.mark.parametrize("seed", range(3))
def test_both_ways_of_counting_agree_on_hubs(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ends = np.minimum(rng.zipf(1.4, (300, 2)), 60) - 1
    rows = [Row(int(a), int(b), time // 2, 1) for time, (a, b) in enumerate(ends.tolist())]
    assert found(computed(rows, only(90), [37] * 9)) == expected(rows, 90)
