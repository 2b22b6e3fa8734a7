"""The event log in a SQLite file: the engine of the embedded profile.

WAL lets readers go on while one writer commits; ``synchronous=FULL`` makes an append that was
acknowledged survive a power cut. One process owns the file.
"""

from collections.abc import Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from catalystindex.model.clock import Clock
from catalystindex.model.errors import EventLogUnavailable, InvalidRequest
from catalystindex.model.tenant import Tenant
from catalystindex.stores.eventlog import letters as letters_in
from catalystindex.stores.eventlog import positions as positions_in
from catalystindex.stores.eventlog import retention
from catalystindex.stores.eventlog.appends import Appender, ticket_of
from catalystindex.stores.eventlog.base import (
    Appended,
    Letter,
    LetterFilter,
    LetterState,
    LogSize,
    Message,
    NewLetter,
    PartitionStatus,
    Record,
)
from catalystindex.stores.eventlog.blocks import blocks_from, unpack
from catalystindex.stores.eventlog.instant import micros
from catalystindex.stores.eventlog.names import Names
from catalystindex.stores.eventlog.schema import FILE_NAME
from catalystindex.stores.eventlog.store import Store

MAX_READ: Final = 10_000
READ_BYTES: Final = 16 * 1024 * 1024
"""Bytes of blocks after which a read ends, so that a batch of large events fits into memory."""
MAX_LETTERS: Final = 1_000
BUSY_TIMEOUT: Final = 5.0
"""Seconds that a transaction waits for another process, such as a backup."""


class SqliteEventLog:
    """The log in a data folder, made if it is not there. See `EventLog` for what it promises."""

    def __init__(
        self, folder: Path, partitions: int, clock: Clock, busy_timeout: float = BUSY_TIMEOUT
    ) -> None:
        """Open the log; ``partitions`` is for a new one, an existing one keeps its.

        Raises `EventLogUnavailable` for a file that is damaged, of another program, or of a newer
        release.
        """
        if not 1 <= partitions <= 256:
            raise InvalidRequest("a log has 1 to 256 partitions")
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise EventLogUnavailable("The folder of the event log cannot be made.") from error
        self._clock, self._names = clock, Names()
        self._store = Store(folder / FILE_NAME, partitions, busy_timeout)
        try:
            self._appender = Appender(self._store, self._names, clock)
        except BaseException:
            self._store.close()
            raise
        self._closed, self._calls = False, 0

    @property
    def partitions(self) -> int:
        """How many there are."""
        return self._store.partitions

    def ends(self) -> dict[int, int]:
        """Return where each partition ends; an append changes them together."""
        with self._appender.grown:
            return dict(enumerate(self._appender.ends))

    def append(self, tenant: Tenant, messages: Sequence[Message]) -> list[Appended]:
        """Append; threads that do so at the same time share a transaction."""
        if not messages:
            return []
        return self._appender.append(ticket_of(tenant, messages, self.partitions))

    def read(self, partition: int, position: int, limit: int) -> list[Record]:
        """Return records in order of offset, `MAX_READ` or about `READ_BYTES` at the most."""
        self._check_partition(partition)
        if position >= self._appender.ends[partition] or limit < 1:
            return []
        limit = min(limit, MAX_READ)
        found: list[Record] = []
        held = 0
        with self._store.reading() as connection:
            if position < self._appender.starts[partition]:
                raise positions_in.expired(partition, position, self._appender.starts[partition])
            for block in blocks_from(connection, partition, position):
                records = unpack(block, self._names.all(connection, max(block.tenant, block.user)))
                skipped = max(0, position - block.first)
                found += islice(records, skipped, skipped + limit - len(found))
                held += len(block.data)
                if len(found) >= limit or (found and held >= READ_BYTES):
                    break
        if not found or found[0].offset != position:  # trimmed while it was read
            raise positions_in.expired(partition, position, self._appender.starts[partition])
        return found

    def wait(self, after: Mapping[int, int], timeout: float) -> bool:
        """Wait for an append."""
        ends, grown = self._appender.ends, self._appender.grown

        def has_grown() -> bool:
            return any(ends[partition] > position for partition, position in after.items())

        with grown:
            calls = self._calls
            grown.wait_for(lambda: has_grown() or self._calls != calls or self._closed, timeout)
            if self._closed:
                raise EventLogUnavailable("The event log is closed.")
            return has_grown()

    def wake(self) -> None:
        """Have everyone who waits return."""
        with self._appender.grown:
            self._calls += 1
            self._appender.grown.notify_all()

    def register(self, group: str) -> None:
        """Make a group known."""
        with self._store.writing() as connection:
            positions_in.register(connection, group, self._appender.starts)

    def forget(self, group: str) -> None:
        """Make a group unknown."""
        with self._store.writing() as connection:
            positions_in.forget(connection, group)

    def positions(self, group: str) -> dict[int, int]:
        """Return where a group stands."""
        with self._store.reading() as connection:
            return positions_in.of(connection, group)

    def commit(
        self, group: str, partition: int, position: int, letters: Sequence[NewLetter] = ()
    ) -> None:
        """Move a group on, with its dead letters.

        Without letters it does not wait for the disk: after a power cut the group is a little back,
        and applies again what it has applied.
        """
        positions_in.check({partition: position}, self._appender.starts, self._appender.ends)
        with self._store.writing(durable=bool(letters)) as connection:
            positions_in.put(connection, group, {partition: position})
            numbered = [(self._names.number(connection, one.record.tenant), one) for one in letters]
            letters_in.write(connection, group, numbered, micros(self._clock.now()))

    def seek(self, group: str, positions: Mapping[int, int]) -> None:
        """Move a group to anywhere that is kept."""
        with self._store.writing() as connection:
            positions_in.of(connection, group)
            positions_in.check(positions, self._appender.starts, self._appender.ends)
            positions_in.put(connection, group, positions)

    def offsets_at(self, event_time: int) -> dict[int, int]:
        """Return the first offsets of a time; blocks know their latest time."""
        return {one: self._offset_at(one, event_time) for one in range(self.partitions)}

    def status(self, group: str) -> list[PartitionStatus]:
        """Return where a group stands in each partition."""
        with self._store.reading() as connection:
            positions = positions_in.of(connection, group)
            found = []
            for partition, position in positions.items():
                start, end = self._appender.starts[partition], self._appender.ends[partition]
                first = next(blocks_from(connection, partition, position), None)
                behind = None if first is None or position >= end else first.appended_at
                found.append(PartitionStatus(partition, start, end, position, behind))
        return found

    def groups(self) -> list[str]:
        """Return the groups."""
        with self._store.reading() as connection:
            return positions_in.groups(connection)

    def letters(
        self, tenant: Tenant, where: LetterFilter, limit: int, after: str | None = None
    ) -> list[Letter]:
        """Return dead events, `MAX_LETTERS` at the most."""
        with self._store.reading() as connection:
            number = self._names.find(connection, tenant.key)
            if number is None or limit < 1:
                return []
            return letters_in.several(connection, number, where, min(limit, MAX_LETTERS), after)

    def open_letters(self, tenant: Tenant | None = None) -> dict[str, int]:
        """Count open dead events by group."""
        with self._store.reading() as connection:
            if tenant is None:
                return letters_in.count_open(connection, None)
            number = self._names.find(connection, tenant.key)
            return {} if number is None else letters_in.count_open(connection, number)

    def letter(self, tenant: Tenant, letter_id: str) -> Letter:
        """Return one dead event."""
        with self._store.reading() as connection:
            number = self._names.find(connection, tenant.key)
            return letters_in.find(connection, number, letter_id)

    def settle(self, tenant: Tenant, letter_id: str, state: LetterState) -> None:
        """Note what became of a dead event."""
        with self._store.writing() as connection:
            number = self._names.find(connection, tenant.key)
            now = micros(self._clock.now())
            letters_in.settle(connection, number, letter_id, state, (now, tenant.user))

    def replay(self, tenant: Tenant, letter_id: str, message: Message) -> Appended:
        """Append a successor and settle the letter, or neither."""
        ticket = ticket_of(tenant, [message], self.partitions)
        settled = (micros(self._clock.now()), tenant.user)
        return self._appender.append_with(
            ticket,
            lambda connection: letters_in.settle(
                connection,
                self._names.find(connection, tenant.key),
                letter_id,
                LetterState.REPLAYED,
                settled,
            ),
        )[0]

    def trim(self, appended_before: int, max_records: int | None = None) -> int:
        """Drop the oldest records; room in the file is used again."""
        appender = self._appender
        with self._store.turn():
            with self._store.writing() as connection:
                before = list(appender.starts)
                floors = positions_in.slowest(connection, appender.ends)
                starts = retention.starts_after(
                    connection, before, appender.ends, floors, appended_before, max_records
                )
                kept = appender.begin_at(connection, starts)
            kept()
        while self._delete_some(starts) or self._delete_letters(appended_before):
            pass
        return sum(starts) - sum(before)

    def size(self) -> LogSize:
        """Return how much is kept."""
        records = sum(self._appender.ends) - sum(self._appender.starts)
        return LogSize(records, self._store.bytes_used())

    def close(self) -> None:
        """Close the file; whoever waits is told."""
        with self._appender.grown:
            self._closed = True
            self._appender.grown.notify_all()
        self._store.close()

    def _delete_some(self, starts: Sequence[int]) -> int:
        with self._store.writing(durable=False) as connection:
            return retention.delete_blocks(connection, starts)

    def _delete_letters(self, before: int) -> int:
        with self._store.writing(durable=False) as connection:
            return letters_in.drop_settled(connection, before, retention.DELETED_AT_ONCE)

    def _offset_at(self, partition: int, event_time: int) -> int:
        start, end = self._appender.starts[partition], self._appender.ends[partition]
        with self._store.reading() as connection:
            for block in blocks_from(connection, partition, start):
                if block.highest < event_time:
                    continue
                names = self._names.all(connection, max(block.tenant, block.user))
                for record in unpack(block, names):
                    if record.offset >= start and record.event_time >= event_time:
                        return record.offset
        return end

    def _check_partition(self, partition: int) -> None:
        if not 0 <= partition < self.partitions:
            raise InvalidRequest(f"there is no partition {partition}")
