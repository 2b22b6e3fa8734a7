"""Collecting a chunk: sealing events, keeping what was set aside."""

from collections.abc import Mapping
from typing import Final

from lxml import etree

from catalystindex.model.event_errors import EventInvalid
from catalystindex.model.events.envelope import Event, TransactionEvent
from catalystindex.stores.eventlog.base import Message
from catalystindex.streaming.codec import decode, seal
from catalystindex.streaming.importers.base import MAX_RAW, Chunk, Rejected

CHUNK: Final = 2_000
"""Records in a chunk."""
_MAX_SEEN: Final = 1 << 16


class Batch:
    """What was read since the last chunk.

    Accounts and parties come up in many payments; each of their events is given out once, and a
    payment told twice in different words is noticed, within some 65,536 events of each other.
    """

    def __init__(self, file: str) -> None:
        """Begin with nothing read from a file of this name."""
        self._file = file
        self._seen: set[str] = set()
        self._payments: dict[str, str] = {}
        self._messages: list[Message] = []
        self._rejected: list[Rejected] = []
        self._rows = 0
        self.given = 0
        """Records in earlier chunks and in this one."""

    @property
    def full(self) -> bool:
        """Whether it is time for a chunk."""
        return self._rows >= CHUNK or len(self._rejected) >= CHUNK

    def count(self) -> None:
        """Count a record."""
        self._rows += 1
        self.given += 1

    def add(self, events: list[Event]) -> None:
        """Take all events of a record, or none.

        Raises `EventInvalid` for a bad one, and for a payment that came before in other words.
        """
        messages = {message.message_id: message for message in map(_sealed, events)}
        payments = {e.entity_id for e in events if isinstance(e, TransactionEvent)}
        told = {m.key: key for key, m in messages.items() if m.key in payments}
        self._check_new(told)
        fresh = [message for key, message in messages.items() if key not in self._seen]
        if len(self._seen) + len(fresh) > _MAX_SEEN:
            self._seen.clear()
            self._payments.clear()
        self._payments.update(told)
        self._messages += fresh
        self._seen.update(messages)

    def _check_new(self, told: Mapping[str, str]) -> None:
        for entity_id, event_id in told.items():
            if self._payments.get(entity_id, event_id) != event_id:
                raise EventInvalid(
                    f"another payment of the id {entity_id} came before in this file"
                )

    def reject(self, element: etree._Element, line: int, error: EventInvalid) -> None:
        """Set something aside with what it is."""
        raw = etree.tostring(element, encoding="unicode", with_tail=False)
        self._rejected.append(
            Rejected(self._file, line, error.code, error.detail, str(raw)[:MAX_RAW])
        )

    def flush(self) -> Chunk:
        """Return the chunk and begin the next one."""
        chunk = Chunk(self._rows, self._messages, self._rejected)
        self._messages, self._rejected, self._rows = [], [], 0
        return chunk

    @property
    def empty(self) -> bool:
        """Whether nothing was read since the last chunk."""
        return not (self._rows or self._messages or self._rejected)


def _sealed(event: Event) -> Message:
    """Return a message, having seen that its bytes are an event."""
    event_id, data = seal(event)
    decode(data)
    return Message(event.entity_id, event_id, event.event_time, data)
