"""AMLSim (IBM, https://github.com/IBM/AMLSim): payments of a simulated bank, a step a day.

`transactions.csv` has ``sourceNodeId, targetNodeId, value, time``; `nodes.csv` has ``nodeid`` and
the answers. The answers (``isFraud``, ``fraudStep``) never become part of an event: `labels` reads
them. ``init_balance`` has no place in an account event.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar, Final

import pyarrow as pa

from catalystindex.model.currency import exponent
from catalystindex.model.events.envelope import AccountEvent, Event, TransactionEvent
from catalystindex.model.events.money import Transaction
from catalystindex.model.events.parties import Account
from catalystindex.stores.eventlog.base import Message
from catalystindex.streaming.codec import seal
from catalystindex.streaming.importers import columns, values
from catalystindex.streaming.importers.base import Chunk, ImportOptions
from catalystindex.streaming.importers.delimited import Block
from catalystindex.streaming.importers.tables import Layout, table_chunks

PAYMENTS: Final = ("sourceNodeId", "targetNodeId", "value", "time")
NODES: Final = ("nodeid",)


class AmlsimImporter:
    """Reads `transactions.csv` and `nodes.csv`, told apart by their header."""

    name: ClassVar[str] = "amlsim"
    summary: ClassVar[str] = "AMLSim: transactions.csv and nodes.csv; a step is a day."

    def __init__(self, options: ImportOptions) -> None:
        self._source = options.source or self.name
        self._currency = options.currency
        self._start = values.micros(options.start)

    def chunks(self, path: Path) -> Iterator[Chunk]:
        """Give out a file's events and bad rows."""
        return table_chunks(path, self.layout)

    def layout(self, header: list[str]) -> Layout:
        """Return what the rows below this header mean. Raises `EventFileInvalid`."""
        if NODES[0] in header:
            places = values.places(header, NODES, "nodes.csv of AMLSim")
            return _Nodes(places[0], self._source, self._currency, self._start)
        places = values.places(header, PAYMENTS, "transactions.csv of AMLSim")
        return _Payments(places, len(header), self._source, self._currency, self._start)


class _Payments:
    """A row is a payment; its id is made of the line it stands on and all that it says."""

    def __init__(
        self, places: list[int], width: int, source: str, currency: str, start: int
    ) -> None:
        self._places, self._width = places, width
        self._source, self._currency, self._start = source, currency, start
        self._exponent = exponent(currency)

    def events(self, line: int, row: list[str]) -> Iterable[Event]:
        """Return the payment of a row."""
        source, target, value, time = (row[at] for at in self._places)
        day = values.whole(time, "time")
        yield self._event(
            line,
            values.identifier(source, "sourceNodeId"),
            values.identifier(target, "targetNodeId"),
            values.money(value, "value", self._currency),
            values.step(day, "time", self._start, values.DAY),
        )

    def _event(self, line: int, debtor: str, creditor: str, amount: int, at: int) -> Event:
        return TransactionEvent(
            entity_id=f"amlsim-{line}-{debtor}-{creditor}-{amount}-{at}",
            event_time=at,
            source=self._source,
            payload=Transaction(
                amount=amount,
                currency=self._currency,
                debtor_account=debtor,
                creditor_account=creditor,
            ),
        )

    def block(self, block: Block) -> list[Message] | None:
        """Return the payments of a plain block."""
        try:
            texts = columns.parse(block.plain or b"", self._width, self._places)
            rows = zip(
                range(block.first_line, block.first_line + len(texts[0])),
                columns.identifiers(texts[0]),
                columns.identifiers(texts[1]),
                columns.minor_amounts(texts[2], self._exponent),
                columns.steps(texts[3], self._start, values.DAY),
                strict=True,
            )
        except pa.ArrowException:
            return None
        messages = []
        for row in rows:
            event = self._event(*row)
            event_id, data = seal(event)
            messages.append(Message(event.entity_id, event_id, event.event_time, data))
        return messages


class _Nodes:
    """A row is an account, known from the start of the simulation."""

    def __init__(self, place: int, source: str, currency: str, start: int) -> None:
        self._place, self._source, self._currency = place, source, currency
        self._start = start

    def events(self, line: int, row: list[str]) -> Iterable[Event]:
        """Return the account of a row."""
        yield AccountEvent(
            entity_id=values.identifier(row[self._place], "nodeid"),
            event_time=self._start,
            source=self._source,
            payload=Account(currency=self._currency),
        )

    def block(self, block: Block) -> None:
        """Return None: accounts are few."""
