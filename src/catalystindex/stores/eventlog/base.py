"""The port: what an event log keeps and promises.

It is shaped like a Kafka topic: partitions with gapless offsets from 0, keyed appends, groups that
commit one position per partition. Events of one key are in one partition, in the order in which
they were appended. Unlike a bare topic it takes an event only once (by tenant and message id), and
keeps dead letters beside positions, so that both change in one transaction.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from catalystindex.model.stream import LetterState as LetterState
from catalystindex.model.tenant import Tenant

MAX_APPEND = 10_000
"""Messages in one append."""

LETTERS_BYTES = 16 * 1024 * 1024
"""Of events in one answer with letters: the one that reaches it is the last."""


class Message(NamedTuple):
    """What is appended. ``message_id`` makes it idempotent: an event's id, as a rule."""

    key: str
    """Decides the partition: the entity's id."""
    message_id: str
    event_time: int
    """Microseconds since 1970 in UTC; what a replay by time goes by."""
    data: bytes
    """Anything at all: a reader must expect bytes that are no event."""
    only: str | None = None
    """The one group that this is for (a replayed dead letter); everybody's if None."""
    origin: str | None = None
    """Id of the dead letter that this replays."""


class Appended(NamedTuple):
    """Where a message stands. ``fresh`` is False if it stood there before."""

    partition: int
    offset: int
    fresh: bool


class Record(NamedTuple):
    """A message in the log."""

    partition: int
    offset: int
    tenant: str
    """`Tenant.key` of the workspace it belongs to."""
    user: str
    """Who appended it."""
    key: str
    message_id: str
    event_time: int
    appended_at: int
    """Microseconds since 1970 in UTC."""
    data: bytes
    only: str | None = None
    origin: str | None = None


@dataclass(frozen=True, slots=True)
class NewLetter:
    """A record that a group cannot apply, and why."""

    record: Record
    kind: str | None
    """Kind of event where the bytes tell."""
    code: str
    """Code of the error (`CatalystError.code`)."""
    reason: str
    attempts: int


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead event: the bytes as they came, and what was tried."""

    letter_id: str
    """Content id of group, partition and offset."""
    group: str
    partition: int
    offset: int
    key: str
    message_id: str
    kind: str | None
    code: str
    reason: str
    attempts: int
    event_time: int
    created_at: int
    state: LetterState
    settled_at: int | None
    settled_by: str | None
    data: bytes


@dataclass(frozen=True, slots=True)
class LetterFilter:
    """Which dead events: every field that is set must match."""

    group: str | None = None
    kind: str | None = None
    code: str | None = None
    state: LetterState | None = LetterState.OPEN


@dataclass(frozen=True, slots=True)
class PartitionStatus:
    """One partition, as a group sees it."""

    partition: int
    start: int
    """Offset of the oldest record that is kept."""
    end: int
    """Offset after the newest record."""
    position: int
    """Offset of the next record to be applied."""
    behind_since: int | None
    """When the record at the position was appended; None if nothing waits."""


@dataclass(frozen=True, slots=True)
class LogSize:
    """How much a log keeps."""

    records: int
    bytes: int
    """On disk, with what it needs besides the records."""


class EventLog(Protocol):
    """Keeps events of all tenants. Safe for use by many threads of the owning process.

    Every method raises `EventLogUnavailable` when the log cannot be read or written.
    """

    @property
    def partitions(self) -> int:
        """How many partitions there are; fixed when the log is made."""
        ...

    def ends(self) -> dict[int, int]:
        """Return the offset after the newest record of each partition, all of one moment.

        Of an append they count all records or none, and of any two appends the earlier one first.
        """
        ...

    def append(self, tenant: Tenant, messages: Sequence[Message]) -> list[Appended]:
        """Append up to `MAX_APPEND` messages in one durable transaction: all or none.

        A message whose id the tenant's log holds is not appended again: the answer says where it
        stands. When this returns, what was appended survives a power cut.
        """
        ...

    def read(self, partition: int, position: int, limit: int) -> list[Record]:
        """Return up to ``limit`` records from ``position`` on, in order of offset.

        One at least if there is one, and fewer than ``limit`` where they are large. Raises
        `PositionExpired` if records from there on are no longer kept.
        """
        ...

    def wait(self, after: Mapping[int, int], timeout: float) -> bool:
        """Return True once any partition has a record at or after these positions, else False."""
        ...

    def wake(self) -> None:
        """Have everyone who waits return now: a consumer is to stop, or was moved."""
        ...

    def register(self, group: str) -> None:
        """Make a group known; a new one begins at the oldest record. Retention waits for it."""
        ...

    def forget(self, group: str) -> None:
        """Make a group unknown: retention no longer waits for it, its letters stay.

        Raises `ConsumerUnknown`.
        """
        ...

    def positions(self, group: str) -> dict[int, int]:
        """Return the next offset of each partition for a group. Raises `ConsumerUnknown`."""
        ...

    def commit(
        self, group: str, partition: int, position: int, letters: Sequence[NewLetter] = ()
    ) -> None:
        """Note that a group is done with everything before ``position``, dead letters included.

        One transaction. A letter that is there already (same group, partition, offset) keeps its
        state. Raises `ConsumerUnknown`.
        """
        ...

    def seek(self, group: str, positions: Mapping[int, int]) -> None:
        """Move a group, backwards to replay or forwards to skip; who is not named stays.

        Raises `ConsumerUnknown`, `PositionExpired` below the oldest record that is kept, and
        `InvalidRequest` for a partition or an offset that there is not.
        """
        ...

    def offsets_at(self, event_time: int) -> dict[int, int]:
        """Return for each partition the first offset whose event time is at or after this.

        The end of the partition where there is none.
        """
        ...

    def status(self, group: str) -> list[PartitionStatus]:
        """Return where a group stands in each partition. Raises `ConsumerUnknown`."""
        ...

    def groups(self) -> list[str]:
        """Return the known groups, sorted."""
        ...

    def letters(
        self, tenant: Tenant, where: LetterFilter, limit: int, after: str | None = None
    ) -> list[Letter]:
        """Return a tenant's dead events in order of id, after the id given.

        Fewer than ``limit`` where their bytes come to `LETTERS_BYTES`.
        """
        ...

    def open_letters(self, tenant: Tenant | None = None) -> dict[str, int]:
        """Return how many dead events are open by group, of one tenant or of all."""
        ...

    def letter(self, tenant: Tenant, letter_id: str) -> Letter:
        """Return one dead event. Raises `StreamLetterNotFound`."""
        ...

    def settle(self, tenant: Tenant, letter_id: str, state: LetterState) -> None:
        """Note what became of an open letter. Raises `StreamLetterNotOpen` if it was settled."""
        ...

    def replay(self, tenant: Tenant, letter_id: str, message: Message) -> Appended:
        """Append a letter's successor and settle the letter, in one transaction.

        Raises `StreamLetterNotFound` and `StreamLetterNotOpen`.
        """
        ...

    def trim(self, appended_before: int, max_records: int | None = None) -> int:
        """Drop the oldest records that are over age or number; return how many.

        Never one that a group has not applied. Ids are remembered as long as their record. Letters
        that were settled before ``appended_before`` go too; open ones stay.
        """
        ...

    def size(self) -> LogSize:
        """Return how much is kept, of all tenants."""
        ...

    def close(self) -> None:
        """Let go of the log."""
        ...
