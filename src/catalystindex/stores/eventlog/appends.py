"""Appending: threads that append at once share one transaction, and one wait for the disk."""

import sqlite3
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final
from zlib import crc32

from catalystindex.model.clock import Clock
from catalystindex.model.errors import CatalystError, EventLogUnavailable, InvalidRequest
from catalystindex.model.tenant import Tenant
from catalystindex.stores.eventlog.base import MAX_APPEND, Appended, Message
from catalystindex.stores.eventlog.blocks import INSERT, blocks_from, pack, unpack
from catalystindex.stores.eventlog.ids import Ids, kept_from, packed_ids
from catalystindex.stores.eventlog.instant import micros
from catalystindex.stores.eventlog.names import Names
from catalystindex.stores.eventlog.schema import OFFSET_BITS, place_of, split_place
from catalystindex.stores.eventlog.store import Store

GROUP: Final = 2 * MAX_APPEND
"""Messages in one transaction, about: more would hold up who came first."""
LIMIT: Final = 1 << 63
_new: Final = tuple.__new__
MAX_DATA: Final = 64 * 1024 * 1024
"""Bytes of one message. Events have far fewer; this bounds what is no event."""


@dataclass(slots=True)
class Ticket:
    """One call of append: what is asked, and then what came of it."""

    tenant: Tenant
    messages: Sequence[Message]
    ids: list[bytes]
    partitions: list[int]
    answer: list[Appended] = field(default_factory=list)
    error: CatalystError | None = None
    done: bool = False


def ticket_of(tenant: Tenant, messages: Sequence[Message], partitions: int) -> Ticket:
    """Return a ticket, all checked that needs no look at the log. Raises `InvalidRequest`."""
    if len(messages) > MAX_APPEND:
        raise InvalidRequest(f"{len(messages)} messages in one append; at most {MAX_APPEND}")
    start = crc32(f"{tenant.key}\n".encode())
    try:
        _check(messages)
        places = [crc32(message.key.encode(), start) % partitions for message in messages]
    except UnicodeEncodeError as error:
        raise InvalidRequest("a key, id or group has a lone surrogate") from error
    return Ticket(tenant, messages, packed_ids([one.message_id for one in messages]), places)


def _check(messages: Sequence[Message]) -> None:
    times = [message.event_time for message in messages]
    if messages and not -LIMIT <= min(times) <= max(times) < LIMIT:
        raise InvalidRequest("an event time is outside 64 bits")
    largest = max([len(message.data) for message in messages], default=0)
    if largest > MAX_DATA:
        raise InvalidRequest(f"{largest} bytes in a message; at most {MAX_DATA}")
    for message in messages:
        if message.only is not None or message.origin is not None:
            f"{message.only}{message.origin}".encode()
    "".join([message.message_id for message in messages]).encode()


class Appender:
    """Appends to one file, and knows where its partitions start and end."""

    def __init__(self, store: Store, names: Names, clock: Clock) -> None:
        self._store, self._names, self._clock = store, names, clock
        self._lock = threading.Lock()
        self._queue: deque[Ticket] = deque()
        self.grown = threading.Condition()
        """Told whenever a partition has grown, and when the log is closed."""
        self.starts: list[int] = []
        self.ends: list[int] = []
        self._latest = 0
        self._ids = Ids(lambda _place: True)
        self._knows_ids = False
        with store.reading() as connection:
            self._look(connection)

    def append(self, ticket: Ticket) -> list[Appended]:
        """Append, in the transaction of whoever comes to write first."""
        with self._lock:
            self._queue.append(ticket)
        while not ticket.done:
            with self._store.turn():
                if not ticket.done:
                    self._write(self._take(), None)
        if ticket.error is not None:
            raise type(ticket.error)(ticket.error.detail, **ticket.error.context) from ticket.error
        return ticket.answer

    def append_with(
        self, ticket: Ticket, also: Callable[[sqlite3.Connection], None]
    ) -> list[Appended]:
        """Append, and do something else in the same transaction, before it."""
        with self._store.turn():
            self._write([ticket], also)
        return ticket.answer

    def begin_at(self, connection: sqlite3.Connection, starts: Sequence[int]) -> Callable[[], None]:
        """Have partitions begin later, in the caller's transaction; call the answer once kept."""
        connection.executemany(
            "UPDATE partitions SET start = ? WHERE partition = ?",
            [(start, partition) for partition, start in enumerate(starts)],
        )
        forgotten = self._ids.forget(connection, starts)

        def kept() -> None:
            forgotten()
            self.starts[:] = starts

        return kept

    def _take(self) -> list[Ticket]:
        taken: list[Ticket] = []
        held = 0
        with self._lock:
            while self._queue and (not taken or held + len(self._queue[0].messages) <= GROUP):
                taken.append(self._queue.popleft())
                held += len(taken[-1].messages)
        return taken

    def _write(
        self, tickets: Sequence[Ticket], also: Callable[[sqlite3.Connection], None] | None
    ) -> None:
        """Write tickets in one transaction; each has its answer or its error after it."""
        try:
            self._transact(tickets, also)
        except CatalystError as error:
            # Whether the commit was kept is not known: what is known is read from the file again.
            self._knows_ids = False
            self._names.forget()
            for ticket in tickets:
                ticket.error = error
            if also is not None:
                raise
        except BaseException:
            self._knows_ids = False
            self._names.forget()
            for ticket in tickets:
                ticket.error = EventLogUnavailable("The append was cut off by a defect.")
            raise
        finally:
            for ticket in tickets:
                ticket.done = True

    def _transact(
        self, tickets: Sequence[Ticket], also: Callable[[sqlite3.Connection], None] | None
    ) -> None:
        keep: Callable[[], None] | None = None
        with self._store.writing() as connection:
            self._load(connection)
            if also is not None:
                also(connection)
            if self._ids.run_is_due:
                keep = self._ids.write_run(connection, self.ends)
            write = _Write(connection, self, max(self._latest + 1, micros(self._clock.now())))
            for ticket in tickets:
                write.add(ticket)
            write.finish()
        if keep is not None:
            keep()
        for tenant, places in write.fresh.items():
            self._ids.add(tenant, places.items())
        with self.grown:
            self.ends[:], self._latest = write.ends, write.at
            self.grown.notify_all()

    def known(
        self, connection: sqlite3.Connection, tenant: int, ids: Sequence[bytes]
    ) -> dict[bytes, int]:
        """Return where those of these ids are that the log holds."""
        return self._ids.find(connection, tenant, ids)

    def number(self, connection: sqlite3.Connection, name: str) -> int:
        """Return the number of a name."""
        return self._names.number(connection, name)

    def _look(self, connection: sqlite3.Connection) -> None:
        rows = connection.execute(
            'SELECT start, "end" FROM partitions ORDER BY partition'
        ).fetchall()
        self.starts[:] = [row[0] for row in rows]
        self.ends[:] = [row[1] for row in rows]
        for partition in range(len(rows)):
            newest = connection.execute(
                "SELECT appended_at FROM blocks WHERE place >= ? AND place < ? "
                "ORDER BY place DESC LIMIT 1",
                (place_of(partition, 0), place_of(partition + 1, 0)),
            ).fetchone()
            self._latest = max(self._latest, 0 if newest is None else newest[0])

    def _load(self, connection: sqlite3.Connection) -> None:
        """Read from the file what is known of it, unless that is known."""
        if self._knows_ids:
            return
        self._look(connection)
        self._ids = Ids(kept_from(self.starts))
        ends = self._ids.load(connection) or [0] * len(self.ends)
        for partition, end in enumerate(ends):
            self._load_partition(connection, partition, max(end, self.starts[partition]))
        self._knows_ids = True

    def _load_partition(self, connection: sqlite3.Connection, partition: int, start: int) -> None:
        for block in blocks_from(connection, partition, start):
            records = unpack(block, self._names.all(connection, block.user))
            ids = packed_ids([record.message_id for record in records])
            self._ids.add(
                block.tenant, zip(ids, range(block.place, block.place + len(ids)), strict=True)
            )


class _Write:
    """What one transaction appends, until it is known that it was kept."""

    def __init__(self, connection: sqlite3.Connection, appender: Appender, at: int) -> None:
        self._connection, self._appender, self.at = connection, appender, at
        self.ends = list(appender.ends)
        self.fresh: dict[int, dict[bytes, int]] = {}

    def add(self, ticket: Ticket) -> None:
        """Append what is new of a ticket, and answer it."""
        tenant = self._appender.number(self._connection, ticket.tenant.key)
        user = self._appender.number(self._connection, ticket.tenant.user)
        begin = list(self.ends)
        parts = self._sort(ticket, tenant)
        blocks = []
        for partition in sorted(parts):
            place = place_of(partition, begin[partition])
            blocks += pack(place, parts[partition], tenant, user, self.at)
        self._connection.executemany(INSERT, blocks)

    def finish(self) -> None:
        """Write where partitions end now."""
        self._connection.executemany(
            'UPDATE partitions SET "end" = ? WHERE partition = ?',
            [
                (end, partition)
                for partition, end in enumerate(self.ends)
                if end != self._appender.ends[partition]
            ],
        )

    def _sort(self, ticket: Ticket, tenant: int) -> dict[int, list[Message]]:
        """Give each new message its place, and return them by partition."""
        known = self._appender.known(self._connection, tenant, ticket.ids)
        fresh, ends = self.fresh.setdefault(tenant, {}), self.ends
        parts: dict[int, list[Message]] = {partition: [] for partition in range(len(ends))}
        add = ticket.answer.append
        for message, one, partition in zip(
            ticket.messages, ticket.ids, ticket.partitions, strict=True
        ):
            place = known.get(one) if known else None
            if place is None:
                place = fresh.get(one)
            if place is not None:
                add(Appended(*split_place(place), False))
                continue
            offset = ends[partition]
            ends[partition] = offset + 1
            fresh[one] = partition << OFFSET_BITS | offset
            parts[partition].append(message)
            add(_new(Appended, (partition, offset, True)))  # half the time of calling the class
        return {partition: new for partition, new in parts.items() if new}
