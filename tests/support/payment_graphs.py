"""Small random graphs of payments, with all that is odd about them."""

from typing import NamedTuple

import numpy as np
from hypothesis import strategies as st

from catalystindex.temporal.features.compute import FeatureComputer
from catalystindex.temporal.features.settings import FeatureSettings
from catalystindex.temporal.features.table import FeatureTable
from catalystindex.temporal.layout import Floats, Shorts
from catalystindex.temporal.payments import Payments, plain, taken
from catalystindex.temporal.window import Window

CASH = -1
HUGE = 10**15


class Row(NamedTuple):
    """A payment; the order of rows is that of time, ties as they come."""

    source: int
    target: int
    time: int
    amount: int


def rows_of(steps: list[tuple[int, int, int, int]]) -> list[Row]:
    """Return rows whose times are given as steps since the one before."""
    rows, time = [], 1_700_000_000_000_000
    for source, target, step, amount in steps:
        time += step
        rows.append(Row(source, target, time, amount))
    return rows


_accounts = st.integers(CASH, 5)
_amounts = st.one_of(
    st.integers(1, 3), st.integers(1, HUGE), st.integers(HUGE - 2, HUGE), st.just(100)
)

graphs = st.lists(
    st.tuples(_accounts, _accounts, st.sampled_from((0, 0, 1, 2, 7, 30)), _amounts).filter(
        lambda step: step[0] != CASH or step[1] != CASH
    ),
    min_size=1,
    max_size=60,
).map(rows_of)
"""Ties, duplicates, self-transfers, cash, hubs; a window of some 40 sees some expire."""


def random_graph(seed: int, longest: int = 40) -> list[Row]:
    """Return the graph of a seed: every kind of shape comes up among a hundred."""
    rng = np.random.default_rng(seed)
    count, accounts = int(rng.integers(1, longest)), int(rng.integers(1, 9))
    steps = []
    for _ in range(count):
        source, target = (int(one) for one in rng.integers(0, accounts, 2))
        if rng.random() < 0.3:
            source = 0  # a hub
        if rng.random() < 0.08:
            target = CASH
        elif rng.random() < 0.08:
            source = CASH
        step = int(rng.integers(0, 12)) if rng.random() < 0.6 else 0
        amount = int(rng.integers(1, 4)) + (HUGE - 3 if rng.random() < 0.5 else 0)
        steps.append((source, target, step, amount))
    return rows_of(steps)


def payments_of(rows: list[Row]) -> Payments:
    source, target, time, amount = np.array(rows, np.int64).reshape(-1, 4).T
    return plain(source, target, time, amount)


def computed(
    rows: list[Row],
    settings: FeatureSettings,
    batches: list[int] | None = None,
    threads: int = 1,
    keep: int | None = None,
) -> FeatureTable:
    """Return the features of rows that are appended in batches of these sizes, then the rest."""
    payments = payments_of(rows)
    window = Window(keep or settings.lookback)
    for code in range(max(max(row.source, row.target) for row in rows) + 1):
        window.codes.accounts.code(str(code))
    values: list[Floats] = []
    flags: list[Shorts] = []
    begin = 0
    with FeatureComputer(settings, threads) as computer:
        for size in [*(batches or ()), len(rows)]:
            fresh = window.append(taken(payments, slice(begin, begin + size)))
            table = computer.compute(window, fresh)
            values.append(table.values)
            flags.append(table.flags)
            begin += size
        return FeatureTable(computer.names, np.concatenate(values), np.concatenate(flags))
