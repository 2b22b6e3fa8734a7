"""What one text of a row means, or why it means nothing."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Final

from catalystindex.model.currency import to_minor
from catalystindex.model.errors import EventFileInvalid, EventInvalid, MoneyInvalid
from catalystindex.model.events.fields import MAX_MICROS

MAX_ID: Final = 64
"""Characters of an account's id in a simulator's file: ids of payments are made of them."""

MAX_STEP: Final = 1_000_000
"""Largest step of a simulation: 2,700 years of days."""

DAY: Final = 86_400_000_000
HOUR: Final = 3_600_000_000
MILLION: Final = 1_000_000

_WHOLE: Final = re.compile(r"[+-]?\d{1,18}", re.ASCII)
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


def micros(moment: datetime) -> int:
    """Return microseconds since 1970 in UTC. ``moment`` has a time zone."""
    return (moment - _EPOCH) // _MICROSECOND


def identifier(text: str, column: str) -> str:
    """Return an id, as it is. Raises `EventInvalid` if it is empty or above `MAX_ID`."""
    if not 1 <= len(text) <= MAX_ID:
        raise EventInvalid(f"{column} has {len(text)} characters; an id has 1 to {MAX_ID}")
    return text


def whole(text: str, column: str) -> int:
    """Return a whole number. Raises `EventInvalid`."""
    if not _WHOLE.fullmatch(text.strip()):
        raise EventInvalid(f"{column}: {text[:40]!r} is no whole number")
    return int(text)


def money(text: str, column: str, currency: str) -> int:
    """Return an amount in minor units, exactly. Raises `MoneyInvalid`."""
    try:
        return to_minor(text.strip(), currency)
    except MoneyInvalid as error:
        raise MoneyInvalid(f"{column}: {error.detail}") from None


def rounded_money(amount: float, column: str, currency: str, places: int) -> int:
    """Return a float of a simulator in minor units, rounded half to even.

    The float's exact value is rounded, once. Raises `MoneyInvalid`.
    """
    exact = Decimal(amount)
    if not exact.is_finite():
        raise MoneyInvalid(f"{column}: {amount} is no amount")
    if abs(amount) < 1e15:
        exact = exact.quantize(Decimal(1).scaleb(-places))
    return money(str(exact), column, currency)


def step(number: int, column: str, start: int, length: int) -> int:
    """Return the microseconds at which a step begins. Raises `EventInvalid`."""
    if not 0 <= number <= MAX_STEP:
        raise EventInvalid(f"{column}: step {number} is not within 0 to {MAX_STEP}")
    at = start + number * length
    if at > MAX_MICROS:
        raise EventInvalid(f"{column}: step {number} is after the year 9999")
    return at


def places(header: list[str], wanted: tuple[str, ...], what: str) -> list[int]:
    """Return where columns are. Raises `EventFileInvalid` if one is missing or there twice."""
    for name in wanted:
        if header.count(name) != 1:
            found = "is missing" if name not in header else "is there more than once"
            raise EventFileInvalid(
                f"this is no {what}: column {name!r} {found}; it has {', '.join(header)[:300]}"
            )
    return [header.index(name) for name in wanted]
