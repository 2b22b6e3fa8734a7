"""Statistics and gather-scatter of each payment, against their definitions."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.temporal.features.settings import FeatureSettings
from catalystindex.temporal.features.table import CAPPED_LIST, FeatureTable
from support.payment_graphs import CASH, Row, computed, graphs, random_graph
from support.references.statistics import gather_scatter, statistics

RELATIVE = 1e-9
"""What features may differ from exact arithmetic; absolutely for skew, which may cancel to 0."""


def only(window: int, scatter_window: int, most: int = 4096) -> FeatureSettings:
    return FeatureSettings(
        window=window, scatter_window=scatter_window, max_entries=most,
        scatter_gather=False, cycles=False, layers=False, chains=False,
    )  # fmt: skip


def expected(rows: list[Row], settings: FeatureSettings) -> FeatureTable:
    values, flags = [], []
    names: tuple[str, ...] = ()
    for at in range(len(rows)):
        found, cut = statistics(rows, at, settings.window, settings.max_entries)
        hub, hub_cut = gather_scatter(rows, at, settings.scatter_window, settings.max_entries)
        found |= {f"gather_scatter_{name}": value for name, value in hub.items()}
        names = tuple(found)
        values.append(list(found.values()))
        flags.append(CAPPED_LIST if cut or hub_cut else 0)
    return FeatureTable(names, np.array(values, float), np.array(flags, np.int16))


def agree(rows: list[Row], settings: FeatureSettings, batches: list[int] | None = None) -> None:
    found, wanted = computed(rows, settings, batches), expected(rows, settings)
    assert set(found.names) == set(wanted.names)
    order = [found.names.index(name) for name in wanted.names]
    np.testing.assert_allclose(
        found.values[:, order], wanted.values, rtol=RELATIVE, atol=RELATIVE, err_msg=str(rows)
    )
    assert found.flags.tolist() == wanted.flags.tolist()


@settings(deadline=None)
@given(graphs, st.integers(1, 60), st.integers(1, 60), st.sampled_from((1, 2, 5, 4096)))
def test_features_are_those_of_the_definition(
    rows: list[Row], window: int, scatter_window: int, most: int
) -> None:
    agree(rows, only(window, scatter_window, most))


def test_features_of_a_thousand_graphs_are_those_of_the_definition() -> None:
    for seed in range(1000):
        most = (4096, 3)[seed % 5 == 0]
        agree(random_graph(seed), only(1 + seed % 70, 1 + seed % 41, most), [seed % 9] * 4)


def named(table: FeatureTable, row: int) -> dict[str, float]:
    return dict(zip(table.names, table.values[row].tolist(), strict=True))


def test_a_payment_sees_itself_and_not_what_comes_later() -> None:
    found = computed([Row(0, 1, 10, 5), Row(0, 2, 10, 7)], only(100, 100))
    assert [named(found, row)["source_out_degree"] for row in (0, 1)] == [1, 2]
    assert [named(found, row)["source_out_fan"] for row in (0, 1)] == [1, 2]


def test_a_window_holds_what_is_exactly_as_old_as_it_is_long() -> None:
    rows = [Row(0, 1, 0, 5), Row(0, 2, 100, 7), Row(0, 3, 101, 7)]
    found = computed(rows, only(100, 100))
    assert [named(found, row)["source_out_degree"] for row in range(3)] == [1, 2, 2]


def test_cash_and_payments_to_oneself_count_but_are_no_counterparty() -> None:
    rows = [Row(CASH, 0, 1, 10), Row(0, 0, 2, 20), Row(0, CASH, 3, 30)]
    last = named(computed(rows, only(100, 100)), 2)
    assert (last["source_out_degree"], last["source_out_fan"]) == (2, 0)
    assert (last["source_into_degree"], last["source_into_fan"]) == (2, 0)
    assert (last["source_out_amount_sum"], last["source_into_amount_sum"]) == (50, 30)
    assert last["target_out_degree"] == 0
    assert last["gather_scatter_senders"] == 0


def test_money_is_gathered_strictly_before_it_is_scattered() -> None:
    rows = [
        Row(0, 9, 10, 1),  # before anything came in: not scattered
        Row(1, 0, 20, 5),
        Row(0, 8, 20, 1),  # at the same instant: neither
        Row(2, 0, 30, 6),
        Row(0, 3, 40, 4),
        Row(0, 4, 50, 4),
        Row(5, 0, 50, 7),  # at the same instant as the next
        Row(0, 3, 50, 2),
    ]
    last = named(computed(rows, only(100, 100)), 7)
    found = [last[f"gather_scatter_{name}"] for name in ("senders", "gathered")]
    assert found == [2, 11]
    found = [last[f"gather_scatter_{name}"] for name in ("receivers", "scattered")]
    assert found == [2, 10]


@pytest.mark.parametrize(("most", "flag"), [(3, CAPPED_LIST), (4, 0)])
def test_a_list_that_is_too_long_is_flagged_and_its_degree_still_exact(
    most: int, flag: int
) -> None:
    rows = [Row(0, 1 + number, number, 10 + number) for number in range(4)]
    found = computed(rows, only(100, 100, most))
    last = named(found, 3)
    assert found.flags.tolist() == [0, 0, 0, flag]
    assert last["source_out_degree"] == 4
    assert last["source_out_fan"] == most
    assert last["source_out_amount_min"] == 14 - most
