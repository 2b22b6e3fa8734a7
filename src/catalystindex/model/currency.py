"""Money as whole minor units of an ISO 4217 currency. Money is never a float.

The table of currencies is that of the library `iso4217` (the maintenance agency's list one). Codes
without a minor unit (gold, special drawing rights) count as exponent 0.
"""

from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Literal

import iso4217

from catalystindex.model.event_errors import MoneyInvalid

BITCOIN: Final = "XBT"
"""Not ISO 4217: the code by which markets name bitcoin, in satoshi (ISO reserves X for such)."""

EXPONENTS: Final = MappingProxyType(
    {currency.code: currency.exponent or 0 for currency in iso4217.Currency} | {BITCOIN: 8}
)
"""Decimal places of the minor unit, by code: 2 for USD, 0 for JPY, 3 for KWD."""

MAX_MINOR: Final = 2**53 - 1
"""Largest amount: exact in every program that reads JSON numbers as doubles (RFC 8259)."""

if TYPE_CHECKING:
    CurrencyCode = str
else:
    CurrencyCode = Literal[tuple(sorted(EXPONENTS))]


def exponent(currency: str) -> int:
    """Return the decimal places of a currency. Raises `MoneyInvalid` for an unknown code."""
    try:
        return EXPONENTS[currency]
    except KeyError:
        raise MoneyInvalid(f"{currency[:20]!r} is no ISO 4217 currency") from None


def to_minor(amount: str | int | Decimal, currency: str) -> int:
    """Return an amount of major units ("12.30") in minor units (1230), exactly.

    Raises `MoneyInvalid` where the text is no number, the amount has more digits than the currency
    (nothing is rounded), is negative, or is above `MAX_MINOR`.
    """
    places = exponent(currency)
    try:
        minor = Decimal(amount).scaleb(places)
        whole = int(minor)
    except (InvalidOperation, ValueError, OverflowError):
        raise MoneyInvalid(f"{str(amount)[:40]!r} is no amount") from None
    if whole != minor:
        raise MoneyInvalid(f"{amount} has more than the {places} decimals of {currency}")
    if not 0 <= whole <= MAX_MINOR:
        raise MoneyInvalid(f"{amount} {currency} is outside 0 to {MAX_MINOR} minor units")
    return whole


def from_minor(minor: int, currency: str) -> Decimal:
    """Return an amount of minor units in major ones, with the currency's decimals."""
    return Decimal(minor).scaleb(-exponent(currency))
