"""AMLworld (Altman et al. 2023, IBM): payments between the banks of a simulated world.

The header names ``Account`` twice: the first is the payer's, the second the payee's. An account's
number is its bank's own, so an id is ``BANK-ACCOUNT``. The currency that was paid is the amount's;
what was received is kept beside it where it differs. Every amount has two decimals, also where the
currency has none (yen): those are rounded half to even; bitcoin has up to eight. The answer
(``Is Laundering``) never becomes part of an event: `labels` reads it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Final

from catalystindex.model.currency import exponent
from catalystindex.model.errors import EventFileInvalid, EventInvalid, MoneyInvalid
from catalystindex.model.events.envelope import Event, TransactionEvent
from catalystindex.model.events.money import Method, Transaction
from catalystindex.streaming.importers import values
from catalystindex.streaming.importers.base import Chunk, ImportOptions
from catalystindex.streaming.importers.delimited import Block
from catalystindex.streaming.importers.tables import Layout, table_chunks

COLUMNS: Final = (
    "Timestamp",
    "From Bank",
    "Account",
    "To Bank",
    "Account",
    "Amount Received",
    "Receiving Currency",
    "Amount Paid",
    "Payment Currency",
    "Payment Format",
    "Is Laundering",
)
"""In this order; pandas would call the second ``Account`` ``Account.1``, which is taken as well."""

CURRENCIES: Final = {
    "Australian Dollar": "AUD",
    "Bitcoin": "XBT",
    "Brazil Real": "BRL",
    "Canadian Dollar": "CAD",
    "Euro": "EUR",
    "Mexican Peso": "MXN",
    "Ruble": "RUB",
    "Rupee": "INR",
    "Saudi Riyal": "SAR",
    "Shekel": "ILS",
    "Swiss Franc": "CHF",
    "UK Pound": "GBP",
    "US Dollar": "USD",
    "Yen": "JPY",
    "Yuan": "CNY",
}

METHODS: Final[dict[str, Method]] = {
    "ACH": "transfer",
    "Bitcoin": "transfer",
    "Cash": "other",
    "Cheque": "cheque",
    "Credit Card": "card",
    "Reinvestment": "other",
    "Wire": "wire",
}
"""By payment format, which is kept as the channel. Cash has two accounts here: no deposit."""

_DECIMALS: Final = 2


class AmlworldImporter:
    """Reads `*_Trans.csv`."""

    name: ClassVar[str] = "amlworld"
    summary: ClassVar[str] = "IBM AMLworld: *_Trans.csv."

    def __init__(self, options: ImportOptions) -> None:
        self._source = options.source or self.name

    def chunks(self, path: Path) -> Iterator[Chunk]:
        """Give out a file's events and bad rows."""
        return table_chunks(path, self.layout)

    def layout(self, header: list[str]) -> Layout:
        """Return what the rows below this header mean. Raises `EventFileInvalid`."""
        names = [name.removesuffix(".1") for name in header]
        if tuple(names) != COLUMNS:
            raise EventFileInvalid(
                f"this is no file of AMLworld: its header has to be {','.join(COLUMNS)}"
            )
        return _Payments(self._source)


class _Payments:
    """A row is a payment; its id is made of the line it stands on and what it says."""

    def __init__(self, source: str) -> None:
        self._source = source

    def events(self, line: int, row: list[str]) -> Iterable[Event]:
        """Return the payment of a row."""
        yield payment(line, row, self._source)

    def block(self, block: Block) -> None:
        """Return None: currencies differ from row to row."""


def payment(line: int, row: Sequence[str], source: str) -> TransactionEvent:
    """Return the payment of a row of eleven values. Raises `EventInvalid`."""
    time, from_bank, debtor, to_bank, creditor, received, in_name, paid, out_name, how, _ = row
    method = METHODS.get(how)
    if method is None:
        raise EventInvalid(f"Payment Format {how[:40]!r} is none of {', '.join(METHODS)}")
    at = _time(time)
    debtor, creditor = _account(from_bank, debtor), _account(to_bank, creditor)
    out_currency, in_currency = _currency(out_name), _currency(in_name)
    amount = amount_of(paid, "Amount Paid", out_currency)
    credited = amount_of(received, "Amount Received", in_currency)
    same = amount == credited and in_currency == out_currency
    return TransactionEvent(
        entity_id=f"amlworld-{line}-{debtor}-{creditor}-{amount}{out_currency}-{at}",
        event_time=at,
        source=source,
        payload=Transaction(
            amount=amount,
            currency=out_currency,
            debtor_account=debtor,
            creditor_account=creditor,
            method=method,
            debtor_agent=from_bank,
            creditor_agent=to_bank,
            credited_amount=None if same else credited,
            credited_currency=None if same else in_currency,
            channel=how.lower().replace(" ", "_"),
        ),
    )


def amount_of(text: str, column: str, currency: str) -> int:
    """Return an amount in minor units; what two decimals say too much is rounded half to even.

    Raises `MoneyInvalid`.
    """
    places = exponent(currency)
    if places >= _DECIMALS:
        return values.money(text, column, currency)
    hundredths = values.money(text, column, "USD")
    return int((Decimal(hundredths) / 100).quantize(Decimal(1).scaleb(-places), ROUND_HALF_EVEN))


def _account(bank: str, number: str) -> str:
    return f"{values.identifier(bank, 'bank')}-{values.identifier(number, 'Account')}"


def _currency(name: str) -> str:
    code = CURRENCIES.get(name)
    if code is None:
        raise MoneyInvalid(f"currency {name[:40]!r} is not one of AMLworld's")
    return code


@lru_cache(maxsize=4_096)  # thousands of rows share a minute
def _time(text: str) -> int:
    """Return the microseconds of ``2022/09/01 02:38``, taken as UTC."""
    try:
        return values.micros(datetime.strptime(text, "%Y/%m/%d %H:%M").replace(tzinfo=UTC))
    except ValueError:
        raise EventInvalid(f"Timestamp {text[:40]!r} is not of the form 2022/09/01 02:38") from None
