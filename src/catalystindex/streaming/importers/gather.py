"""Making messages of events, and collecting them with bad rows into chunks."""

from collections.abc import Iterable, Iterator
from typing import Final

from catalystindex.model.errors import CatalystError
from catalystindex.model.events.envelope import Event
from catalystindex.stores.eventlog.base import Message
from catalystindex.streaming.codec import decode, seal
from catalystindex.streaming.importers.base import MAX_RAW, Chunk, Rejected

CHUNK_ROWS: Final = 5_000


def checked(event: Event) -> Message:
    """Return the message of an event that a row was made into, after decoding it once.

    Raises `EventInvalid`, `EventTooLarge` where the event does not have the form of its kind:
    structs made in Python are not checked otherwise.
    """
    sealed = seal(event)
    decode(sealed.data)
    return Message(event.entity_id, sealed.event_id, event.event_time, sealed.data)


def rejected(file: str, line: int, error: CatalystError, raw: str | bytes) -> Rejected:
    """Return a bad row with its reason; bytes that are no UTF-8 are shown as escapes."""
    if isinstance(raw, bytes):
        raw = raw[: MAX_RAW * 4].decode("utf-8", "backslashreplace")
    return Rejected(file, line, error.code, error.detail, raw[:MAX_RAW])


class Gathering:
    """Collects what rows gave until there is a chunk of them."""

    def __init__(self, rows: int = CHUNK_ROWS) -> None:
        self._limit = rows
        self._rows = 0
        self._messages: list[Message] = []
        self._rejected: list[Rejected] = []

    def row(self, messages: Iterable[Message]) -> None:
        """Note a row and the events that it gave."""
        self._rows += 1
        self._messages.extend(messages)

    def bad(self, row: Rejected) -> None:
        """Note a row that was set aside."""
        self._rows += 1
        self._rejected.append(row)

    def late(self, row: Rejected) -> None:
        """Note why a row gave nothing that was counted before."""
        self._rejected.append(row)

    def full(self) -> Iterator[Chunk]:
        """Give out a chunk if there are enough rows."""
        if self._rows >= self._limit:
            yield from self.rest()

    def rest(self) -> Iterator[Chunk]:
        """Give out what there is, if anything."""
        if self._rows or self._rejected:
            yield Chunk(self._rows, self._messages, self._rejected)
        self._rows, self._messages, self._rejected = 0, [], []
