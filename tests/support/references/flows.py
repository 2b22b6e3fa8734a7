"""What the kernels of flows find, written from the definitions: slow and obvious."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from catalystindex.aml.moves import MOVING
from catalystindex.temporal.payments import CASH_WITHDRAWAL, METHODS


class Row(NamedTuple):
    """A payment; its number is its place. Cash has the source or the target -1."""

    source: int
    target: int
    time: int
    amount: int
    method: int = 0


class Flow(NamedTuple):
    """Which payments follow upon each other."""

    window: int
    gap: int
    history: int
    lowest: float
    highest: float


def moves(row: Row) -> bool:
    """Tell whether a payment moves money between two accounts."""
    apart = row.source >= 0 and row.target >= 0 and row.source != row.target
    return apart and METHODS[row.method] in MOVING


def new(rows: Sequence[Row], number: int, now: int, history: int, recent: int) -> bool:
    """Tell whether a pair did not pay from ``history`` before now until ``recent`` before now."""
    row = rows[number]
    return not any(
        (one.source, one.target) == (row.source, row.target)
        and now - history <= one.time < now - recent
        for one in rows[:number]
    )


def _busy(rows: Sequence[Row], account: int, number: int, window: int, most: int) -> bool:
    held = [one for one in rows[: number + 1] if one.time >= rows[number].time - window]
    out = sum(one.source == account for one in held)
    into = sum(one.target == account for one in held)
    return max(out, into) > most


def loops(
    rows: Sequence[Row], number: int, flow: Flow, shortest: int, longest: int, kept: bool, most: int
) -> Iterator[tuple[int, ...]]:
    """Yield all loops that a payment closes, each from its first payment to its last."""
    last = rows[number]

    def fits(one: int, later: int | None) -> bool:
        row = rows[one]
        if not moves(row) or row.time < last.time - flow.window:
            return False
        if not kept:
            known = new(rows, one, last.time, flow.history, flow.window)
            return known and not _busy(rows, row.source, number, flow.window, most)
        after = row.amount if later is None else rows[later].amount
        return later is None or row.amount * flow.lowest <= after <= row.amount * flow.highest

    def back(path: tuple[int, ...]) -> Iterator[tuple[int, ...]]:
        first = rows[path[0]]
        if len(path) >= shortest and first.source == last.target:
            yield path
        if len(path) == longest or first.source == last.target:
            return
        members = {rows[one].source for one in path}
        for one, row in enumerate(rows[: path[0]]):
            follows = row.target == first.source and first.time - flow.gap <= row.time < first.time
            if follows and row.source not in members and fits(one, path[0]):
                yield from back((one, *path))

    if moves(last) and (kept or fits(number, None)):
        yield from back((number,))


def longest_chain(
    rows: Sequence[Row], number: int, flow: Flow, cash: tuple[float, float], least: int, most: int
) -> int:
    """Return the payments of the longest chain that ends with a row, 0 if none can."""
    last = rows[number]
    drawn = last.method == CASH_WITHDRAWAL and last.source >= 0
    if not drawn and not (
        moves(last)
        and last.amount >= least
        and new(rows, number, last.time, flow.history, flow.window)
    ):
        return 0

    def passed(one: int, later: int) -> bool:
        before, after = rows[one].amount, rows[later].amount
        lowest, highest = flow.lowest, flow.highest
        if rows[later].method == CASH_WITHDRAWAL:
            lowest, highest = cash
            after = sum(
                row.amount
                for row in rows[one + 1 : later + 1]
                if row.source == rows[later].source and row.method == CASH_WITHDRAWAL
            )
        return before >= least and before * lowest <= after <= before * highest

    def back(path: tuple[int, ...]) -> int:
        first = rows[path[0]]
        best = len(path)
        members = {side for one in path for side in rows[one][:2]}
        for one, row in enumerate(rows[: path[0]]):
            fits = (
                len(path) < most
                and row.target == first.source
                and max(first.time - flow.gap, last.time - flow.window) <= row.time < first.time
                and row.source not in members
                and moves(row)
                and new(rows, one, last.time, flow.history, flow.window)
                and passed(one, path[0])
            )
            if fits:
                best = max(best, back((one, *path)))
        return best

    return back((number,))
