"""Windows for tests: small random streams, and what a window says, to be compared."""

import random
from collections.abc import Sequence

import numpy as np

from catalystindex.temporal.columns import LAST_ROW
from catalystindex.temporal.layout import Lists
from catalystindex.temporal.payments import Payments, plain
from catalystindex.temporal.window import Window
from support.references.window import Content, Known, Row


def payments_of(rows: Sequence[Row], number: int = 0) -> Payments:
    """Return rows as payments whose ids are their numbers, from ``number`` on."""
    columns = [np.array([row[at] for row in rows], np.int64) for at in range(5)]
    made = plain(*columns[:4])
    ids = made.id_low + np.uint64(number)
    return made._replace(id_low=ids, entity=ids, method=columns[4].astype(np.int8))


def window_of(keep: int, accounts: int, evidence: bool = True, last_row: int = LAST_ROW) -> Window:
    """Return an empty window that knows accounts 0 to ``accounts``."""
    window = Window(keep, evidence=evidence, last_row=last_row)
    for code in range(accounts):
        window.codes.accounts.code(f"account {code}")
    return window


def random_rows(seed: int, count: int, accounts: int, span: int) -> list[Row]:
    """Return payments with ties, duplicates, a hub, cash, self-transfers, fees, huge amounts."""
    draw = random.Random(seed)
    times = sorted(draw.randrange(span) for _ in range(count))
    rows = []
    for time in times:
        source, target = (
            0 if draw.random() < 0.3 else draw.randrange(-1, accounts) for _ in range(2)
        )
        amount = draw.choice([1, 50, 10**15, draw.randrange(1, 10**6)])
        rows.append(Row(source, target, time, amount, draw.choice([0, 0, 0, 1, 7, 8])))
    return rows


def cut(seed: int, rows: Sequence[Row], longest: int) -> list[Sequence[Row]]:
    """Return rows in batches of random length."""
    draw, batches, at = random.Random(seed), [], 0
    while at < len(rows):
        length = draw.randrange(1, longest + 1)
        batches.append(rows[at : at + length])
        at += length
    return batches


def content_of(window: Window) -> Content:
    """Return all that a window says, by row order."""
    view, first = window.view, window.first
    at = slice(first - view.base, view.end - view.base)
    method = window.column("method")[at]
    rows = [
        Known(
            Row(*(int(value) for value in row)),
            int(tie) - first,
            int(prev) - first if prev >= first else None,
            int(source_before),
            int(target_before),
        )
        for *row, tie, prev, source_before, target_before in zip(
            view.source[at], view.target[at], view.time[at], view.amount[at], method,
            view.tie[at], view.prev[at], window.column("source_before")[at],
            window.column("target_before")[at], strict=True,
        )
    ]  # fmt: skip
    accounts = range(len(window.codes.accounts))
    return Content(
        rows,
        [_entries(window, view.out, account, "target") for account in accounts],
        [_entries(window, view.into, account, "source") for account in accounts],
        window.last_active().tolist(),
    )


def _entries(window: Window, lists: Lists, account: int, other: str) -> list[int]:
    """Return the live rows of an account's block, after comparing entries with the columns."""
    if account >= len(lists.start):
        return []
    view, first = window.view, window.first
    start, length = int(lists.start[account]), int(lists.length[account])
    found: list[int] = []
    for place in range(start, start + length):
        row = int(lists.row[place])
        if row < first:
            assert not found, "an expired entry lies behind a live one"
            continue
        at = row - view.base
        entry = (lists.other[place], lists.time[place], lists.amount[place])
        assert entry == (window.column(other)[at], view.time[at], view.amount[at])
        assert max(lists.prev[place], first - 1) == max(view.prev[at], first - 1)
        found.append(row - first)
    return found
