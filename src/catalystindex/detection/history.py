"""Events of the past, from a log or from files, as the payments that a batch run looks at."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

import pyarrow as pa

from catalystindex.model.errors import CatalystError
from catalystindex.model.events.envelope import KINDS, AccountEvent, TransactionEvent, kind_of
from catalystindex.streaming.codec import decode
from catalystindex.temporal.codes import Codebook
from catalystindex.temporal.holders import Holders
from catalystindex.temporal.intake import from_arrow, from_events
from catalystindex.temporal.money import Money
from catalystindex.temporal.payments import Payments, ordered
from catalystindex.temporal.versions import Versions, join_versions, latest

CONCERNS: Final = ("transaction", "account")
"""Kinds of events that detection reads."""

AT_ONCE: Final = 50_000
"""Events that become columns together."""

_OTHERS: Final = tuple(f'{{"kind":"{kind}"'.encode() for kind in KINDS if kind not in CONCERNS)
"""How sealed events of other kinds begin: they are not decoded."""


class History:
    """Takes events in any order, and gives the payments that hold in the end."""

    def __init__(self, money: Money) -> None:
        self.codes = Codebook()
        self.money = money
        self.read: Counter[str] = Counter()
        """Events by kind, of the kinds that detection reads."""
        self.unreadable: Counter[str] = Counter()
        """What is no event, by code of the error."""
        self._holders = Holders(self.codes)
        self._parts: list[Versions] = []
        self._waiting: list[TransactionEvent] = []

    def take_bytes(self, messages: Iterable[bytes]) -> None:
        """Take events as they are on the wire; what is none is counted and passed over."""
        accounts: list[AccountEvent] = []
        for data in messages:
            if data.startswith(_OTHERS):
                continue
            try:
                event = decode(data)
            except CatalystError as error:
                self.unreadable[error.code] += 1
                continue
            if isinstance(event, TransactionEvent):
                self._waiting.append(event)
            elif isinstance(event, AccountEvent):
                accounts.append(event)
            else:
                continue
            self.read[kind_of(event)] += 1
        self._holders.apply(accounts)
        if len(self._waiting) >= AT_ONCE:
            self._flush()

    def take_table(self, kind: str, batch: pa.RecordBatch) -> None:
        """Take a table of events of one kind with their ids. Raises `EventInvalid`."""
        if kind == "transaction":
            self._parts.append(from_arrow(batch, self.codes, self.money))
        elif kind == "account":
            self._holders.apply_arrow(batch)
        else:
            return
        self.read[kind] += batch.num_rows

    def payments(self) -> Payments:
        """Return the payments that hold in the end, in order of time and event id."""
        self._flush()
        versions = join_versions(self._parts)
        self._parts = [versions]
        return self._holders.fill(ordered(latest(versions)))

    def _flush(self) -> None:
        if self._waiting:
            self._parts.append(from_events(self._waiting, self.codes, self.money))
            self._waiting = []
