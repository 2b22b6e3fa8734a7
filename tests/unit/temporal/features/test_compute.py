"""Features of a batch: the same for any batches, threads and codes."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.model.errors import ConfigurationError
from catalystindex.temporal import window as window_module
from catalystindex.temporal.features import compute as compute_module
from catalystindex.temporal.features.compute import FeatureComputer, features
from catalystindex.temporal.features.groups import Group, Scratch
from catalystindex.temporal.features.registry import GROUPS
from catalystindex.temporal.features.settings import FeatureSettings
from catalystindex.temporal.features.table import FeatureTable
from catalystindex.temporal.layout import Floats, Fresh, Ints, Shorts, View
from catalystindex.temporal.window import Window
from support.payment_graphs import CASH, Row, computed, graphs, payments_of, rows_of

SETTINGS = FeatureSettings(window=40, scatter_window=15)


def same(one: FeatureTable, other: FeatureTable) -> None:
    """Bit for bit."""
    assert one.names == other.names
    assert one.values.tobytes() == other.values.tobytes()
    assert one.flags.tobytes() == other.flags.tobytes()


def many_rows(count: int, seed: int) -> list[Row]:
    rng = np.random.default_rng(seed)
    ends = np.minimum(rng.zipf(1.5, (count, 2)), 200) - 1
    steps, amounts = rng.integers(0, 3, count), rng.integers(1, 10**15, count)
    return rows_of(
        [
            (int(source), int(target), int(step), int(amount))
            for (source, target), step, amount in zip(ends, steps, amounts, strict=True)
        ]
    )


@settings(deadline=None)
@given(graphs, st.lists(st.integers(1, 20), max_size=30), st.integers(0, 100))
def test_batches_do_not_show(rows: list[Row], batches: list[int], more: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(window_module, "COMPACT_FROM", 4)
        found = computed(rows, SETTINGS, batches, keep=SETTINGS.lookback + more)
    same(found, computed(rows, SETTINGS))


@settings(deadline=None)
@given(graphs, st.permutations(range(6)))
def test_codes_of_accounts_do_not_show(rows: list[Row], codes: list[int]) -> None:
    def renamed(account: int) -> int:
        return CASH if account == CASH else codes[account]

    others = [row._replace(source=renamed(row.source), target=renamed(row.target)) for row in rows]
    same(computed(others, SETTINGS), computed(rows, SETTINGS))


@pytest.mark.parametrize("threads", [2, 3, 8])
def test_threads_do_not_show(threads: int) -> None:
    settings = FeatureSettings(window=2000, scatter_window=300, max_entries=200)
    rows = many_rows(6000, threads)
    alone = computed(rows, settings)
    assert alone.flags.any()
    assert not alone.flags.all()
    same(computed(rows, settings, [700, 100, 2048], threads), alone)


def test_rows_that_are_computed_again_are_the_same() -> None:
    rows = many_rows(1500, 4)
    window = Window(5000)
    for code in range(200):
        window.codes.accounts.code(str(code))
    fresh = window.append(payments_of(rows))
    settings = FeatureSettings(window=2000, scatter_window=300)
    with FeatureComputer(settings, 2) as computer:
        same(computer.compute(window, fresh), computer.compute(window, fresh))
        middle = computer.compute(window, Fresh(fresh.lo + 200, fresh.lo + 300))
    whole = features(window, fresh, settings)
    assert whole.values.flags.c_contiguous
    assert middle.values.tobytes() == whole.values[200:300].tobytes()


def test_no_rows_have_no_features() -> None:
    window = Window(SETTINGS.lookback)
    table = features(window, Fresh(0, 0), SETTINGS, threads=2)
    assert table.values.shape == (0, len(table.names))
    assert len(set(table.names)) == len(table.names)


@pytest.mark.parametrize("group", GROUPS, ids=lambda group: group.name)
def test_groups_can_be_turned_off(group: Group) -> None:
    rows = many_rows(50, 1)
    found = computed(rows, replace(SETTINGS, **{group.name: False}))
    names = group.columns(SETTINGS)
    assert not set(names) & set(found.names)
    whole = computed(rows, SETTINGS)
    left = [at for at, name in enumerate(whole.names) if name not in names]
    assert found.values.tobytes() == whole.values[:, left].tobytes()


def test_a_window_that_keeps_too_little_is_refused() -> None:
    window = Window(SETTINGS.lookback - 1)
    with pytest.raises(ConfigurationError, match=r"keeps 39 .* look back 40"):
        features(window, Fresh(0, 0), SETTINGS)


def test_rows_that_a_window_does_not_hold_are_refused() -> None:
    with pytest.raises(ValueError, match="not rows of a window"):
        features(Window(40), Fresh(0, 1), SETTINGS)


@pytest.mark.parametrize(
    "wrong",
    [{"window": 0}, {"scatter_window": -1}, {"max_entries": 0}, {"max_steps": 0},
     {"pattern_entries": 0}, {"scatter_gather_steps": 0}, {"cycle_steps": 0},
     {"chain_steps": 0}, {"layer_entries": 0}, {"layer_steps": 0},
     {"cycle_length": 1}, {"cycle_length": 11},
     {"chain_length": 0}, {"chain_length": 33}, {"pass_delay": 0}, {"keep_low": 0.0},
     {"keep_low": 1.1}],
)  # fmt: skip
def test_settings_that_leave_nothing_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match=next(iter(wrong))):
        FeatureSettings(**wrong)


def test_less_than_one_thread_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="at least one thread, not 0"):
        FeatureComputer(SETTINGS, 0)


@pytest.mark.parametrize("threads", [1, 2])
def test_what_fails_in_a_thread_fails_the_batch(threads: int) -> None:
    def fail(
        view: View, lo: int, hi: int, window_rows: Ints, scatter_rows: Ints,
        settings: FeatureSettings, scratch: Scratch, out: Floats, column: int,
        flags: Shorts,
    ) -> None:  # fmt: skip
        if lo <= 800 < hi:
            raise ArithmeticError(f"row 800 of {lo} to {hi}")

    group = Group("statistics", lambda settings: ("one",), fail)
    window = Window(SETTINGS.lookback)
    for code in range(200):
        window.codes.accounts.code(str(code))
    fresh = window.append(payments_of(many_rows(1000, 1)))
    with (
        FeatureComputer(SETTINGS, threads, [group]) as computer,
        pytest.raises(ArithmeticError, match="row 800"),
    ):
        computer.compute(window, fresh)


def test_every_group_is_given_zeros_and_writes_to_its_own_columns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compute_module, "CHUNK", 7)

    def writing(value: float) -> Group:
        def run(
            view: View, lo: int, hi: int, window_rows: Ints, scatter_rows: Ints,
            settings: FeatureSettings, scratch: Scratch, out: Floats, column: int,
            flags: Shorts,
        ) -> None:  # fmt: skip
            assert out.flags.c_contiguous
            assert not out[:, column:].any()
            assert len(out) == len(flags) == len(window_rows) == len(scatter_rows) == hi - lo
            out[:, column + 1] = value + np.arange(lo, hi)
            flags |= int(value)

        return Group("statistics", lambda settings: (f"zero_{value}", f"row_{value}"), run)

    window = Window(SETTINGS.lookback)
    fresh = window.append(payments_of([Row(CASH, CASH, time, 1) for time in range(30)]))
    with FeatureComputer(SETTINGS, 1, [writing(1.0), writing(2.0)]) as computer:
        table = computer.compute(window, fresh)
    assert table.names == ("zero_1.0", "row_1.0", "zero_2.0", "row_2.0")
    assert table.values.tolist() == [[0.0, 1.0 + row, 0.0, 2.0 + row] for row in range(30)]
    assert table.flags.tolist() == [3] * 30
