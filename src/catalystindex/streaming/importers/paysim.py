"""PaySim (Lopez-Rojas, Elmir and Axelsson 2016): simulated mobile money, a step an hour.

What a row becomes, by its ``type``:

* ``TRANSFER``: a transfer between two customers.
* ``PAYMENT``: a transfer from a customer to ``merchant`` (``M...``), whose account the file does
  not know.
* ``DEBIT``: a direct debit from a customer to a bank's account.
* ``CASH_IN``, ``CASH_OUT``: cash has one account, the customer's (``nameOrig``); the agent who took
  or gave the cash (``nameDest``) is the ``branch``.

The answers (``isFraud``, and ``isFlaggedFraud``, which is a rule's opinion) never become part of an
event: `labels` reads them. Balances have no place in a payment.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import ClassVar, Final

from catalystindex.model.errors import EventInvalid
from catalystindex.model.events.envelope import Event, TransactionEvent
from catalystindex.model.events.money import Transaction
from catalystindex.streaming.importers import values
from catalystindex.streaming.importers.base import Chunk, ImportOptions
from catalystindex.streaming.importers.delimited import Block
from catalystindex.streaming.importers.tables import Layout, table_chunks

COLUMNS: Final = ("step", "type", "amount", "nameOrig", "nameDest")
CHANNEL: Final = "mobile"


class PaysimImporter:
    """Reads the published CSV file."""

    name: ClassVar[str] = "paysim"
    summary: ClassVar[str] = "PaySim: mobile money as CSV; a step is an hour."

    def __init__(self, options: ImportOptions) -> None:
        self._options = options

    def chunks(self, path: Path) -> Iterator[Chunk]:
        """Give out a file's events and bad rows."""
        return table_chunks(path, self.layout)

    def layout(self, header: list[str]) -> Layout:
        """Return what the rows below this header mean. Raises `EventFileInvalid`."""
        return _Payments(values.places(header, COLUMNS, "PaySim file"), self._options)


class _Payments:
    """A row is a payment; its id is made of the line it stands on and what it says."""

    def __init__(self, places: list[int], options: ImportOptions) -> None:
        self._places = places
        self._source = options.source or PaysimImporter.name
        self._currency = options.currency
        self._start = values.micros(options.start)

    def events(self, line: int, row: list[str]) -> Iterable[Event]:
        """Return the payment of a row."""
        step, kind, text, origin, other = (row[at] for at in self._places)
        made = _KINDS.get(kind)
        if made is None:
            raise EventInvalid(f"type {kind[:40]!r} is none of {', '.join(_KINDS)}")
        values.identifier(origin, "nameOrig")
        values.identifier(other, "nameDest")
        amount = values.money(text, "amount", self._currency)
        number = values.whole(step, "step")
        yield TransactionEvent(
            entity_id=f"paysim-{line}-{origin}-{other}-{amount}-{number}",
            event_time=values.step(number, "step", self._start, values.HOUR),
            source=self._source,
            payload=made(amount, self._currency, origin, other),
        )

    def block(self, block: Block) -> None:
        """Return None: types differ from row to row."""


def _transfer(amount: int, currency: str, origin: str, other: str) -> Transaction:
    return Transaction(
        amount=amount,
        currency=currency,
        debtor_account=origin,
        creditor_account=other,
        channel=CHANNEL,
    )


def _payment(amount: int, currency: str, origin: str, other: str) -> Transaction:
    if not other.startswith("M"):
        return _transfer(amount, currency, origin, other)
    return Transaction(
        amount=amount, currency=currency, debtor_account=origin, merchant=other, channel=CHANNEL
    )


def _debit(amount: int, currency: str, origin: str, other: str) -> Transaction:
    return Transaction(
        amount=amount,
        currency=currency,
        debtor_account=origin,
        creditor_account=other,
        method="direct_debit",
        channel=CHANNEL,
    )


def _cash_in(amount: int, currency: str, origin: str, other: str) -> Transaction:
    return Transaction(
        amount=amount,
        currency=currency,
        creditor_account=origin,
        branch=other,
        method="cash_deposit",
        channel=CHANNEL,
    )


def _cash_out(amount: int, currency: str, origin: str, other: str) -> Transaction:
    return Transaction(
        amount=amount,
        currency=currency,
        debtor_account=origin,
        branch=other,
        method="cash_withdrawal",
        channel=CHANNEL,
    )


_KINDS: Final[dict[str, Callable[[int, str, str, str], Transaction]]] = {
    "CASH_IN": _cash_in,
    "CASH_OUT": _cash_out,
    "DEBIT": _debit,
    "PAYMENT": _payment,
    "TRANSFER": _transfer,
}
