"""Pass-through chains and the flow through an account, against their definitions."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.temporal.features.chains import CHAINS
from catalystindex.temporal.features.settings import FeatureSettings
from catalystindex.temporal.features.table import CAPPED_LIST, CAPPED_SEARCH
from catalystindex.temporal.kernels.chains import ChainTerms, Trail
from catalystindex.temporal.kernels.chains import longest_chain as chain_kernel
from catalystindex.temporal.kernels.spans import window_rows
from support.payment_graphs import Row, graphs, random_graph
from support.references.chains import flow, longest_chain
from support.small_windows import features_of, filled, passing

COLUMNS = ("chain_length", "chain_share", "flow_in", "flow_share")


def wanted(window: int, longest: int, delay: int, flow_window: int) -> FeatureSettings:
    return FeatureSettings(
        window=window, scatter_window=flow_window, chain_length=longest, pass_delay=delay
    )


def agree(rows: list[Row], settings: FeatureSettings, batch: int) -> int:
    """Compare with the definition; return how many chains have three edges and more."""
    found = features_of(CHAINS, rows, settings, batch)
    assert found.names == COLUMNS
    expected = []
    for at, row in enumerate(rows):
        chain = longest_chain(
            rows, at, settings.window, settings.chain_length, settings.pass_delay, 0.8, 1.0
        )
        share = row.amount / rows[chain[0]].amount if chain else 0.0
        came, moved = flow(rows, at, settings.scatter_window)
        expected.append([len(chain), share, came, moved])
    np.testing.assert_allclose(found.values, np.array(expected), rtol=1e-15, err_msg=str(rows))
    assert not found.flags.any()
    return int((found.values[:, 0] > 2).sum())


def test_chains_of_a_thousand_graphs_are_those_of_the_definition() -> None:
    long = 0
    for seed in range(550):
        settings = wanted(1 + seed % 90, 1 + seed % 8, 1 + seed % 13, 1 + seed % 31)
        agree(random_graph(seed), settings, 1 + seed % 50)
        rows = passing(seed, 26 + seed % 10, 4 + seed % 5, (0.0, 0.3, 0.6)[seed % 3])
        long += agree(rows, settings, 1 + seed % 50)
    assert long > 300


@settings(deadline=None, max_examples=50)
@given(graphs, st.integers(1, 200), st.integers(1, 6), st.integers(1, 60), st.integers(1, 20))
def test_chains_are_those_of_the_definition(
    rows: list[Row], window: int, longest: int, delay: int, batch: int
) -> None:
    agree(rows, wanted(window, longest, delay, window // 2 + 1), batch)


def test_the_rows_of_a_chain_are_those_of_the_definition() -> None:
    terms = ChainTerms(5, 9, 0.8, 1.0, 10**6)
    for seed in range(60):
        rows = passing(seed, 40, 6)
        ((window, fresh),) = filled(rows, 30)
        view, count = window.view, len(rows)
        since = np.empty(count, np.int32)
        window_rows(view.time, view.base, view.first, fresh.lo, fresh.hi, 30, since)
        found, trail = np.empty(5, np.int32), Trail(*np.zeros((4, 34), np.int64))
        for at in range(count):
            chain = longest_chain(rows, at, 30, 5, 9, 0.8, 1.0)
            if chain:
                chain_kernel(view, at, since[at], terms, trail, found)
                assert [row for row in found.tolist() if row >= 0] == chain


def test_mules_pass_a_sum_on_and_each_keeps_some() -> None:
    rows = [Row(step, step + 1, step, 1000 - 50 * step) for step in range(5)]
    found = features_of(CHAINS, rows, wanted(100, 6, 10, 100)).values
    assert found[:, 0].tolist() == [1, 2, 3, 4, 5]
    assert found[4, 1] == 0.8
    assert found[4, 2:].tolist() == [850.0, 800 / 850]
    assert features_of(CHAINS, rows, wanted(100, 3, 10, 100)).values[4, 0] == 3
    late = [row._replace(time=20 * row.time) for row in rows]
    assert features_of(CHAINS, late, wanted(100, 6, 10, 100)).values[:, 0].tolist() == [1] * 5


def many(count: int) -> list[Row]:
    rng = np.random.default_rng(2)
    ends = np.minimum(rng.zipf(1.5, (count, 2)), 30) - 1
    return [Row(int(one), int(two), time, 100) for time, (one, two) in enumerate(ends)]


def test_a_hub_is_bounded_and_flagged_and_batches_do_not_show() -> None:
    rows = many(2500)
    settings = FeatureSettings(window=900, scatter_window=900, pattern_entries=50, chain_steps=300)
    whole = features_of(CHAINS, rows, settings)
    assert set(whole.flags.tolist()) >= {0, CAPPED_LIST | CAPPED_SEARCH}
    for batch, threads in ((1, 1), (77, 1), (1200, 2)):
        other = features_of(CHAINS, rows, settings, batch, threads)
        assert other.values.tobytes() == whole.values.tobytes()
        assert other.flags.tobytes() == whole.flags.tobytes()


def test_flow_counts_cash_but_no_payment_to_oneself() -> None:
    rows = [Row(-1, 0, 0, 100), Row(0, 0, 1, 70), Row(0, -1, 2, 40), Row(0, 1, 3, 30)]
    found = features_of(CHAINS, rows, wanted(100, 6, 10, 100)).values[:, 2:]
    assert found.tolist() == [[0, 0], [0, 0], [100, 0.4], [100, 0.7]]
