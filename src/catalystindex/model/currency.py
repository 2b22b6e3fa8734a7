"""Money as whole minor units of an ISO 4217 currency. Money is never a float.

The table of currencies is that of the library `iso4217` (the maintenance agency's list one). Codes
without a minor unit (gold, special drawing rights) count as exponent 0.
"""

from decimal import Context, Decimal, Inexact, InvalidOperation
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

_MAX_DIGITS: Final = 15
"""`MAX_MINOR` has 16 digits: the highest power of ten in it."""

_EXACT: Final = Context(prec=100, traps=[Inexact])
"""Raises where a digit would be lost; the default context rounds to 28 digits in silence."""

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
    return to_scaled(amount, exponent(currency))


def to_scaled(amount: str | int | Decimal, places: int) -> int:
    """Return an amount in units of the last of so many decimals, exactly: ("1.5", 3) is 1500.

    Raises `MoneyInvalid` as `to_minor` does.
    """
    exact = _decimal(amount)
    if exact and exact.adjusted() + places > _MAX_DIGITS:  # before it is written out in full
        raise MoneyInvalid(f"{str(amount)[:40]} is above {MAX_MINOR} units of {places} decimals")
    try:
        units = int(exact.scaleb(places, _EXACT).to_integral_exact(context=_EXACT))
    except Inexact:
        raise MoneyInvalid(f"{str(amount)[:40]} has more than {places} decimals") from None
    if not 0 <= units <= MAX_MINOR:
        raise MoneyInvalid(
            f"{str(amount)[:40]} is not within 0 to {MAX_MINOR} units of {places} decimals"
        )
    return units


def _decimal(amount: str | int | Decimal) -> Decimal:
    """Return a number, exactly. Python's own spellings (``1_000``, other digits) are none here."""
    plain = not isinstance(amount, str) or (amount.isascii() and "_" not in amount)
    try:
        value = Decimal(amount) if plain else Decimal("NaN")
    except (InvalidOperation, ValueError):
        value = Decimal("NaN")
    if not value.is_finite():
        raise MoneyInvalid(f"{str(amount)[:40]!r} is no amount")
    return value


def from_minor(minor: int, currency: str) -> Decimal:
    """Return an amount of minor units in major ones, with the currency's decimals."""
    return Decimal(minor).scaleb(-exponent(currency))
