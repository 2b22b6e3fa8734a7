"""What wakes, rushes, is round or is cash is found as the slow references find it."""

import random
from collections.abc import Sequence
from typing import Final

import numpy as np

from catalystindex.aml.kernels import cash, corridors, rounded, rushing, waking
from catalystindex.aml.ledger import ledger_of, rows_of
from catalystindex.temporal.codes import Codebook
from catalystindex.temporal.payments import (
    CASH_DEPOSIT,
    CASH_WITHDRAWAL,
    FEE,
    METHODS,
    joined,
    plain,
    taken,
)
from catalystindex.temporal.window import Window
from support.references import ledgers
from support.references.ledgers import Entry

ACCOUNTS: Final = 4
WAKE: Final = waking.WakeRules(10, 9, 40, 0.7, 0.5, 1_000)
RUSH: Final = rushing.RushRules(6, 60, 0.8, 1.0, 1_000)
ROUND: Final = rounded.RoundRules(12, 50, 3, 1_000)
AMOUNTS: Final = (0, 20, 50, 100, 150, 10**15)


def entries(draw: random.Random) -> list[Entry]:
    span = draw.choice((4, 25, 70))
    rows = []
    for time in sorted(draw.randrange(span) for _ in range(draw.randrange(1, 18))):
        method = draw.choice((0, 0, 0, 1, 2, CASH_DEPOSIT, CASH_WITHDRAWAL, FEE))
        source = -1 if method == CASH_DEPOSIT else draw.randrange(ACCOUNTS)
        target = -1 if method in (CASH_WITHDRAWAL, FEE) else draw.randrange(ACCOUNTS)
        holders = [side // 2 if side >= 0 and draw.random() < 0.5 else -1
                   for side in (source, target)]  # fmt: skip
        rows.append(Entry(source, target, time, draw.choice(AMOUNTS), method, *holders))
    return rows


def window_of(rows: Sequence[Entry], batch: int) -> Window:
    table = np.array(rows, np.int64)
    payments = plain(table[:, 0], table[:, 1], table[:, 2], table[:, 3])._replace(
        method=table[:, 4].astype(np.int8),
        source_party=table[:, 5].astype(np.int32),
        target_party=table[:, 6].astype(np.int32),
    )
    names = [f"account-{number}" for number in range(ACCOUNTS)]
    window = Window(1_000, Codebook(names, ["one", "two"]))
    for begin in range(0, len(rows), batch):
        window.append(taken(joined([payments]), slice(begin, begin + batch)))
    return window


def check_waking(rows: Sequence[Entry], window: Window) -> None:
    view, ledger = window.view, ledger_of(window)
    flags = waking.waking_rows(view, ledger, WAKE, 0, len(rows))
    for number in range(len(rows)):
        found = waking.waking_of(view, ledger, WAKE, number)
        wanted = ledgers.waking(rows, number, 10, 9, 40, 0.7)
        assert (found.large >= 0) == (wanted is not None)
        if wanted is not None:
            assert (found.large, found.income, found.left) == wanted
            assert flags[number] == (found.left >= 0.5 * rows[found.large].amount)


def check_rush(rows: Sequence[Entry], window: Window) -> None:
    view, ledger = window.view, ledger_of(window)
    flags = rushing.rushing_rows(view, ledger, RUSH, 0, len(rows))
    for number in range(len(rows)):
        found = rushing.rush_of(view, ledger, RUSH, number)
        wanted = ledgers.rush(rows, number, 6, 60)
        assert tuple(found) == (wanted or (-1, 0, 0))
        assert flags[number] == (
            wanted is not None and wanted[1] * 0.8 <= wanted[2] <= wanted[1] * 1.0
        )


def check_round(rows: Sequence[Entry], window: Window) -> None:
    for out in (True, False):
        flags = rounded.rounded_rows(window.view, window.column("method"), ROUND, out, 0, len(rows))
        assert flags.tolist() == [
            ledgers.rounded(rows, number, 12, 50, 3, out=out) for number in range(len(rows))
        ]


def check_collected(rows: Sequence[Entry], window: Window) -> None:
    view, method = window.view, window.column("method")
    held = cash.rows_between(view, method, CASH_DEPOSIT, 0, len(rows), 50, 150)
    assert held.tolist() == [
        number for number, one in enumerate(rows)
        if METHODS[one.method] == "cash_deposit" and 50 <= one.amount < 150
    ]  # fmt: skip
    paid = [number for number, one in enumerate(rows) if one.source == 1]
    assert rows_of(view.out, 1, 2, 9).tolist() == [one for one in paid if 2 <= one <= 9]


def test_a_thousand_random_ledgers() -> None:
    for seed in range(1_500):
        draw = random.Random(seed)
        rows = entries(draw)
        window = window_of(rows, draw.choice((1, 5, 100)))
        check_waking(rows, window)
        check_rush(rows, window)
        check_round(rows, window)
        check_collected(rows, window)


def test_accounts_with_many_payments_are_not_looked_at() -> None:
    rows = [Entry(1, 0, time, 100, 0, -1, -1) for time in range(20)]
    rows += [Entry(0, 2, 21, 1_900, 0, -1, -1)]
    window = window_of(rows, 100)
    view, ledger = window.view, ledger_of(window)
    wide = RUSH._replace(span=100)
    assert rushing.rush_of(view, ledger, wide, 20).since == 0
    assert rushing.rush_of(view, ledger, wide._replace(entries=10), 20).since == -1


def test_rows_with_listed_countries() -> None:
    rows = [Entry(0, 1, time, 100 * time, 0, -1, -1) for time in range(4)]
    window = window_of(rows, 100)
    levels = np.zeros(677, np.int8)
    levels[7] = 2
    source = np.array([0, 7, 0, 0], np.int16)
    target = np.array([7, 0, 3, 7], np.int16)
    found = corridors.listed_rows(window.view, levels, source, target, 100, 0, 4)
    assert found.tolist() == [1, 3]
