"""A window filled batch by batch from rows, and the features of one group on the way."""

from collections.abc import Iterator

import numpy as np

from catalystindex.temporal.features.compute import FeatureComputer
from catalystindex.temporal.features.groups import Group
from catalystindex.temporal.features.settings import FeatureSettings
from catalystindex.temporal.features.table import FeatureTable
from catalystindex.temporal.layout import Fresh
from catalystindex.temporal.payments import taken
from catalystindex.temporal.window import Window
from support.payment_graphs import Row, payments_of


def filled(rows: list[Row], keep: int, batch: int = 10**6) -> Iterator[tuple[Window, Fresh]]:
    """Yield the window after each batch of rows, and the rows of the batch."""
    payments, window = payments_of(rows), Window(keep)
    for code in range(max(max(row.source, row.target) for row in rows) + 1):
        window.codes.accounts.code(str(code))
    for begin in range(0, len(rows), batch):
        yield window, window.append(taken(payments, slice(begin, begin + batch)))


def features_of(
    group: Group, rows: list[Row], settings: FeatureSettings, batch: int = 10**6, threads: int = 1
) -> FeatureTable:
    """Return the features of one group."""
    with FeatureComputer(settings, threads, groups=(group,)) as computer:
        tables = [computer.compute(*step) for step in filled(rows, settings.lookback, batch)]
    return FeatureTable(
        computer.names,
        np.concatenate([one.values for one in tables]),
        np.concatenate([one.flags for one in tables]),
    )


def passing(seed: int, count: int, accounts: int, ties: float = 0.3) -> list[Row]:
    """Return payments that mostly go on from where the one before came to.

    So long chains and cycles come up. Amounts are near to one another; some are odd, some equal.
    """
    rng = np.random.default_rng(seed)
    rows, time, source = [], 1000, 0
    for _ in range(count):
        target = int(rng.integers(-1, accounts))
        time += int(rng.random() > ties)
        amount = int(rng.choice([100, 100, 95, 95, 90, 90, 80, 79, 60, 10**15]))
        rows.append(Row(source, target, time, amount))
        source = target if target >= 0 and rng.random() < 0.7 else int(rng.integers(0, accounts))
    return rows
