"""Times, amounts and derived ids, out of the text that a schema has passed."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from hashlib import blake2b
from typing import Final

from lxml import etree

from catalystindex.model.currency import to_minor
from catalystindex.model.event_errors import EventInvalid
from catalystindex.streaming.importers.iso20022.tags import Tags

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NUMBER: Final = re.compile(r"[+-]?[0-9]{1,18}(\.[0-9]{0,18})?")
_MICRO: Final = timedelta(microseconds=1)
_PERSON: Final = b"iso20022"
_DATE_LENGTH: Final = len("2026-01-31")


@lru_cache(maxsize=4_096)
def micros(text: str) -> int:
    """Return an ``xs:date`` or ``xs:dateTime`` in microseconds since 1970 in UTC.

    A time without an offset counts as UTC, a date as its first moment there. Raises `EventInvalid`
    for what is outside the years 1 to 9999 and for ``24:00:00``, which has no date of its own.
    """
    if "T" not in text:
        text = f"{text[:_DATE_LENGTH]}T00:00:00{text[_DATE_LENGTH:]}"
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        raise EventInvalid(f"{text[:40]!r} is no time between the years 1 and 9999") from None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return (when - _EPOCH) // _MICRO


def minor(element: etree._Element) -> tuple[int, str]:
    """Return an amount in minor units, and its currency.

    Raises `MoneyInvalid` for more decimals than the currency has, and for an unknown currency.
    """
    currency = element.get("Ccy") or ""
    return to_minor((element.text or "").strip(), currency), currency


def money(tags: Tags, element: etree._Element | None, path: str) -> tuple[int, str] | None:
    """Return the amount at a path, None if there is none. Raises as `minor` does."""
    found = tags.at(element, path)
    return None if found is None else minor(found)


def decimal(text: str | None) -> Decimal | None:
    """Return a number of at most 18 digits before and after its point, else None.

    Bounded, as it is read from records that no schema has passed yet.
    """
    found = _NUMBER.fullmatch((text or "").strip())
    return Decimal(found[0]) if found else None


def digest(*parts: str | int | None) -> str:
    """Return 32 hexadecimal digits that follow from the parts, each by itself."""
    hashed = blake2b(digest_size=16, person=_PERSON)
    for part in parts:
        text = b"" if part is None else str(part).encode()
        hashed.update(b"%d:%b," % (len(text) if part is not None else -1, text))
    return hashed.hexdigest()
