"""AMLSim (IBM, https://github.com/IBM/AMLSim): payments of a simulated bank, a step a day.

`transactions.csv` has ``sourceNodeId, targetNodeId, value, time``; `nodes.csv` has ``nodeid`` and
the answers. The answers (``isFraud``, ``fraudStep``) never become part of an event: `labels` reads
them. ``init_balance`` has no place in an account event.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import ClassVar, Final

import numpy as np
import pyarrow as pa

from catalystindex.model.currency import exponent
from catalystindex.model.events.envelope import AccountEvent, Event, TransactionEvent
from catalystindex.model.events.money import Transaction
from catalystindex.model.events.parties import Account
from catalystindex.stores.eventlog.base import Message
from catalystindex.streaming.arrow_calls import pc, pl
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
            batch = self._batch(block.first_line, texts)
        except pa.ArrowException:
            return None
        return columns.messages("transaction", batch)

    def _batch(self, first_line: int, texts: list[pa.StringArray]) -> pa.RecordBatch:
        """Return what `_event` makes of each row, by column. Raises `pa.ArrowInvalid`."""
        debtors, creditors = (columns.identifiers(one) for one in texts[:2])
        amounts = pl.array(columns.minor_amounts(texts[2], self._exponent))
        times = pl.array(columns.steps(texts[3], self._start, values.DAY))
        count = len(debtors)
        lines = pl.array(np.arange(first_line, first_line + count))
        parts = (
            pl.scalar("amlsim"),
            *(one.cast(pa.string()) for one in (lines, debtors, creditors, amounts, times)),
        )
        batch: pa.RecordBatch = pl.RecordBatch.from_pydict(
            {
                "entity_id": pc.binary_join_element_wise(*parts, "-"),
                "event_time": times,
                "source": pl.repeat(self._source, count),
                "amount": amounts,
                "currency": pl.repeat(self._currency, count),
                "debtor_account": debtors,
                "creditor_account": creditors,
            }
        )
        return batch


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
