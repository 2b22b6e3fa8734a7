"""Payments as columns: what a window is fed with.

`from_events` and `from_arrow` (module `intake`) make them of events, `latest` (module `versions`)
leaves those that hold, and `ordered` brings them into the one order that every run shares.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catalystindex.temporal.layout import NOBODY, Bytes, Ints, Longs, Shorts, Words

METHODS: Final = (
    "transfer",
    "wire",
    "card",
    "cheque",
    "direct_debit",
    "cash_deposit",
    "cash_withdrawal",
    "fee",
    "interest",
    "other",
)
"""Methods in the order of their codes (`model.events.money.Method`)."""

CASH_DEPOSIT: Final = METHODS.index("cash_deposit")
CASH_WITHDRAWAL: Final = METHODS.index("cash_withdrawal")
FEE: Final = METHODS.index("fee")
INTEREST: Final = METHODS.index("interest")

NO_COUNTRY: Final = 0
"""Code of a country that is not known."""


class Payments(NamedTuple):
    """Columns of n payments that took place (declined ones are left out)."""

    id_high: Words
    id_low: Words
    """The event id: 128 bits, so that ids sort as their hexadecimal form does."""
    entity: Words
    """Hash of the payment's entity id (`entity_key`): versions of one payment share it."""
    time: Longs
    """Microseconds since 1970-01-01T00:00:00Z."""
    amount: Longs
    """Minor units of the currency that the run counts in."""
    source: Ints
    """Code of the debtor's account; `NOBODY` for cash that is paid in."""
    target: Ints
    """Code of the creditor's account; `NOBODY` for cash that is drawn."""
    source_party: Ints
    """Code of who holds the debtor's account, or is named as the debtor; `NOBODY` if unknown."""
    target_party: Ints
    method: Bytes
    """Place in `METHODS`."""
    currency: Shorts
    """Code (`code_of_currency`) of the currency it was paid in."""
    source_country: Shorts
    """Code (`code_of_country`), `NO_COUNTRY` if unknown."""
    target_country: Shorts
    branch: Ints
    purpose: Ints


DTYPES: Final[tuple[type[np.generic], ...]] = (
    *(np.uint64,) * 3,
    *(np.int64,) * 2,
    *(np.int32,) * 4,
    np.int8,
    *(np.int16,) * 3,
    *(np.int32,) * 2,
)
"""The type of each column, in order."""


def no_payments() -> Payments:
    """Return the columns of none."""
    return Payments._make(np.empty(0, dtype) for dtype in DTYPES)


def plain(
    source: NDArray[np.integer], target: NDArray[np.integer], time: Longs, amount: Longs
) -> Payments:
    """Return payments that say nothing but who paid whom what when; their ids are their numbers."""
    n = len(time)
    number = np.arange(n, dtype=np.uint64)
    nobody, none = np.full(n, NOBODY, np.int32), np.zeros(n, np.int16)
    return Payments(
        np.zeros(n, np.uint64), number, number, time.astype(np.int64), amount.astype(np.int64),
        source.astype(np.int32), target.astype(np.int32), nobody, nobody, np.zeros(n, np.int8),
        none, none, none, nobody, nobody,
    )  # fmt: skip


def taken(payments: Payments, which: NDArray[np.generic] | slice) -> Payments:
    """Return some of the payments, by a mask, positions or a slice."""
    return Payments._make(column[which] for column in payments)


def joined(parts: Sequence[Payments]) -> Payments:
    """Return payments one after the other."""
    if not parts:
        return no_payments()
    return Payments._make(np.concatenate(columns) for columns in zip(*parts, strict=True))


def ordered(payments: Payments) -> Payments:
    """Return payments in order of time, of equal times in order of event id.

    The one order of every run: what is found does not depend on how equal times arrived.
    """
    if is_ordered(payments):
        return payments
    order = np.argsort(payments.time, kind="stable")
    time = payments.time[order]
    tied = np.zeros(len(order), np.bool_)
    tied[1:] = time[1:] == time[:-1]
    tied[:-1] |= tied[1:]
    some = order[tied]  # only they need the ids, which are slow to sort by
    order[tied] = some[
        np.lexsort((payments.id_low[some], payments.id_high[some], payments.time[some]))
    ]
    return taken(payments, order)


def is_ordered(payments: Payments) -> bool:
    """Tell whether payments are in order of time and event id."""
    time, high, low = payments.time, payments.id_high, payments.id_low
    later = time[1:] > time[:-1]
    if later.all():
        return True
    same_time = time[1:] == time[:-1]
    same_high = high[1:] == high[:-1]
    good = later | (same_time & ((high[1:] > high[:-1]) | (same_high & (low[1:] >= low[:-1]))))
    return bool(good.all())


def check_codes(payments: Payments, known: int) -> None:
    """Raise `IndexError` for the code of an account that is not below ``known``, or `NOBODY`."""
    for codes in (payments.source, payments.target):
        if codes.max() >= known or codes.min() < NOBODY:
            raise IndexError("a payment has a code of an account that is not in the codebook")


def event_id(high: int, low: int) -> str:
    """Return an event id as it is written."""
    return f"{int(high):016x}{int(low):016x}"


def code_of_country(country: str | None) -> int:
    """Return the code of an ISO 3166-1 alpha-2 country, 1 to 676, else `NO_COUNTRY`."""
    if country is None or len(country) != 2 or not (country.isascii() and country.isupper()):
        return NO_COUNTRY
    return (ord(country[0]) - 65) * 26 + ord(country[1]) - 65 + 1


def country_of_code(code: int) -> str:
    """Return the country of a code. Raises `ValueError` for `NO_COUNTRY`."""
    if not 1 <= code <= 676:
        raise ValueError(f"{code} is the code of no country")
    first, second = divmod(code - 1, 26)
    return chr(65 + first) + chr(65 + second)


def code_of_currency(currency: str) -> int:
    """Return the code of an ISO 4217 currency. Raises `ValueError` for what is no three letters."""
    if len(currency) != 3 or not (currency.isascii() and currency.isupper()):
        raise ValueError(f"{currency[:20]!r} is no code of a currency")
    return ((ord(currency[0]) - 65) * 26 + ord(currency[1]) - 65) * 26 + ord(currency[2]) - 65


def currency_of_code(code: int) -> str:
    """Return the currency of a code."""
    rest, third = divmod(int(code), 26)
    first, second = divmod(rest, 26)
    return chr(65 + first) + chr(65 + second) + chr(65 + third)
