"""Temporal cycles by the definition: every path is tried."""

from collections.abc import Iterator

from support.payment_graphs import CASH, Row


def is_transfer(row: Row) -> bool:
    return CASH not in (row.source, row.target) and row.source != row.target


def cycles(rows: list[Row], at: int, window: int, length: int) -> Iterator[list[int]]:
    """Yield the rows of every cycle that a row closes, itself last."""
    last = rows[at]
    if not is_transfer(last):
        return
    able = [
        number
        for number, row in enumerate(rows)
        if is_transfer(row) and last.time - window <= row.time < last.time
    ]

    def walk(path: list[int], account: int, time: int) -> Iterator[list[int]]:
        for number in able:
            row = rows[number]
            seen = {last.target, *(rows[one].target for one in path)}
            if row.source != account or row.time <= time or row.target in seen:
                continue
            if row.target == last.source:
                yield [*path, number, at]
            elif len(path) + 3 <= length:
                yield from walk([*path, number], row.target, row.time)

    yield from walk([], last.target, -1)


def counts(rows: list[Row], at: int, window: int, length: int) -> list[int]:
    """Return how many cycles of 2, 3, ... ``length`` edges a row closes."""
    found = [0] * (length - 1)
    for cycle in cycles(rows, at, window, length):
        found[len(cycle) - 2] += 1
    return found
