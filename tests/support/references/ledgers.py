"""What wakes, rushes and is round, written from the definitions: slow and obvious."""

from collections.abc import Sequence
from typing import NamedTuple

from catalystindex.aml.moves import MOVING
from catalystindex.temporal.payments import METHODS

_INACTIVE = ("fee", "interest")


class Entry(NamedTuple):
    """A payment with who holds its accounts; -1 where that is not known."""

    source: int
    target: int
    time: int
    amount: int
    method: int
    payer: int
    payee: int


def _own(one: Entry) -> bool:
    return (one.payer >= 0 and one.payer == one.payee) or (one.source == one.target >= 0)


def _income(one: Entry) -> bool:
    return METHODS[one.method] in (*MOVING, "cash_deposit") and not _own(one)


def _leaves(one: Entry) -> bool:
    return METHODS[one.method] in (*MOVING, "cash_withdrawal") and not _own(one)


def _silent_before(rows: Sequence[Entry], number: int, account: int) -> int | None:
    """Return for how long an account had been silent when a row came; None if it was new."""
    times = [
        one.time
        for one in rows[:number]
        if account in (one.source, one.target) and METHODS[one.method] not in _INACTIVE
    ]
    return rows[number].time - max(times) if times else None


def waking(
    rows: Sequence[Entry], number: int, silence: int, window: int, least: int, part: float
) -> tuple[int, int, int] | None:
    """Return the row of the largest income since waking, all income, and what left since."""
    last = rows[number]
    account = last.source
    if account < 0 or not _leaves(last):
        return None
    woken = -1
    for place, one in enumerate(rows[:number]):
        mine = one.source == account or (one.target == account and one.time < last.time)
        if mine and one.time >= last.time - window:
            silent = _silent_before(rows, place, account)
            woken = place if silent is not None and silent >= silence else woken
    came = [
        place
        for place, one in enumerate(rows[:number])
        if one.target == account and one.time < last.time and place >= woken and _income(one)
    ]
    if woken < 0 or not came:
        return None
    income = sum(rows[place].amount for place in came)
    large = max(came, key=lambda place: (rows[place].amount, -place))
    if rows[large].amount < max(1, least) or rows[large].amount < income * part:
        return None
    return large, income, _left(rows, large, number)


def _left(rows: Sequence[Entry], since: int, number: int) -> int:
    return sum(
        one.amount
        for one in rows[since + 1 : number + 1]
        if one.source == rows[number].source and one.time > rows[since].time and _leaves(one)
    )


def rush(rows: Sequence[Entry], number: int, span: int, least: int) -> tuple[int, int, int] | None:
    """Return the row of the first income within a span, all income in it, and what left since."""
    last = rows[number]
    came = [
        place
        for place, one in enumerate(rows[:number])
        if one.target == last.source and last.time - span <= one.time < last.time and _income(one)
    ]
    income = sum(rows[place].amount for place in came)
    if last.source < 0 or not _leaves(last) or not came or income < least:
        return None
    return came[0], income, _left(rows, came[0], number)


def rounded(
    rows: Sequence[Entry], number: int, window: int, unit: int, least: int, *, out: bool
) -> bool:
    """Tell whether a row is one of enough round ones of its payer, or of its payee."""

    def is_round(one: Entry) -> bool:
        apart = one.source >= 0 and one.target >= 0 and one.source != one.target
        return apart and METHODS[one.method] in MOVING and one.amount > 0 and one.amount % unit == 0

    last = rows[number]
    side = 0 if out else 1
    held = [
        one
        for one in rows[: number + 1]
        if one[side] == last[side] and one.time >= last.time - window and is_round(one)
    ]
    return is_round(last) and len(held) >= least
