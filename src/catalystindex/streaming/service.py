"""The event stream as the API offers it: hand in, see how far everything is, go back.

Log and records are two stores, so an action and its audit entry cannot be one transaction. The
entry is written first: an entry may tell of something that then failed (the caller was told so),
but nothing happens without one.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from catalystindex.audit.chain import action
from catalystindex.config.streams import EventsSettings
from catalystindex.model.errors import (
    CatalystError,
    Conflict,
    ConsumerUnknown,
    InvalidRequest,
)
from catalystindex.model.events.envelope import kind_of
from catalystindex.model.stream import (
    ConsumerState,
    ConsumerStatus,
    EventReceipt,
    PartitionLag,
    RejectedEvent,
    SeekRequest,
    StreamStatus,
    SubmitResult,
)
from catalystindex.model.tenant import Tenant
from catalystindex.stores.eventlog.base import (
    MAX_APPEND,
    Appended,
    EventLog,
    Message,
    PartitionStatus,
)
from catalystindex.stores.eventlog.instant import micros
from catalystindex.stores.records.engine import Records
from catalystindex.streaming.codec import submitted
from catalystindex.streaming.follow import Followers
from catalystindex.telemetry.stream_metrics import StreamMetrics

_KIND_AT = len(b'{"kind":"')


@dataclass
class _Lines:
    """The lines of one request, sorted into events and others."""

    numbers: list[int] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    rejected: list[RejectedEvent] = field(default_factory=list)


class Events:
    """The event stream of one owner."""

    def __init__(
        self,
        log: EventLog,
        records: Records,
        settings: EventsSettings,
        followers: Followers,
        metrics: StreamMetrics,
    ) -> None:
        self._log, self._records, self._settings = log, records, settings
        self._followers, self._metrics = followers, metrics

    def submit(
        self, tenant: Tenant, lines: Iterable[bytes], *, receipts: bool = True
    ) -> SubmitResult:
        """Append the events among ``lines``, one JSON object each; blank lines are passed over.

        What was accepted is on disk; without ``receipts`` the result does not name each. Raises
        `InvalidRequest` for more lines than `events.max_request_events` before anything is
        appended, and `EventLogUnavailable` where the log is away: some may have been appended then,
        and the same lines can be sent again.
        """
        found = self._sorted(lines)
        self._metrics.rejected(len(found.rejected))
        if not found.messages:
            return _result(found, [], receipts=receipts)
        return self._append(tenant, found, receipts=receipts)

    def take(self, tenant: Tenant, messages: Sequence[Message]) -> SubmitResult:
        """Append what an importer of this process made: sealed events, `MAX_APPEND` at the most.

        They are not looked at again. Raises as `submit` does.
        """
        kinds = [_kind_in(message.data) for message in messages]
        numbers = list(range(1, len(messages) + 1))
        return self._append(tenant, _Lines(numbers, kinds, list(messages)), receipts=False)

    def _append(self, tenant: Tenant, found: _Lines, *, receipts: bool) -> SubmitResult:
        done = action(
            "events.submit",
            "events",
            events=len(found.messages),
            rejected=len(found.rejected),
        )
        with self._records.change(tenant, done):
            pass
        appended: list[Appended] = []
        for start in range(0, len(found.messages), MAX_APPEND):
            part = found.messages[start : start + MAX_APPEND]
            appended += self._log.append(tenant, part)
        fresh = (where.fresh for where in appended)
        for (kind, new), events in Counter(zip(found.kinds, fresh, strict=True)).items():
            self._metrics.appended(kind, "fresh" if new else "duplicate", events)
        return _result(found, appended, receipts=receipts)

    def status(self, tenant: Tenant) -> StreamStatus:
        """Return how far every consumer is. Dead events are counted of this workspace alone."""
        size, letters = self._log.size(), self._log.open_letters(tenant)
        return StreamStatus(
            partitions=self._log.partitions,
            records=size.records,
            bytes=size.bytes,
            consumers=[self._consumer(group, letters) for group in self.groups()],
        )

    def consumer(self, tenant: Tenant, group: str) -> ConsumerStatus:
        """Return how far one consumer is. Raises `ConsumerUnknown`."""
        return self._consumer(group, self._log.open_letters(tenant))

    def groups(self) -> list[str]:
        """Return the names of the consumers, sorted."""
        return self._log.groups()

    def seek(self, tenant: Tenant, group: str, to: SeekRequest) -> ConsumerStatus:
        """Have a consumer go on from elsewhere; it concerns all workspaces.

        Raises `ConsumerUnknown`, `PositionExpired` for offsets below what is kept, and
        `InvalidRequest` for a partition or an offset that there is not.
        """
        positions = self._target(self._log.status(group), to)
        said = ",".join(f"{key}:{positions[key]}" for key in sorted(positions))
        with self._records.change(tenant, action("consumer.seek", group, positions=said)):
            pass
        self._followers.move(group, positions)
        return self.consumer(tenant, group)

    def restart(self, tenant: Tenant, group: str) -> ConsumerStatus:
        """Start a stopped consumer again; one that runs goes on. Raises `ConsumerUnknown`."""
        if group not in self.groups():
            raise ConsumerUnknown(f"{group[:64]!r} is no consumer of this installation")
        with self._records.change(tenant, action("consumer.restart", group)):
            pass
        self._followers.restart(group)
        return self.consumer(tenant, group)

    def forget(self, tenant: Tenant, group: str) -> None:
        """Forget a consumer that is switched off, for all workspaces: nothing waits for it.

        If it comes back it begins at the oldest event that is kept. Raises `ConsumerUnknown`, and
        `Conflict` while it is followed here.
        """
        if group not in self.groups():
            raise ConsumerUnknown(f"{group[:64]!r} is no consumer of this installation")
        if self._followers.condition(group).state is not ConsumerState.OFF:
            raise Conflict(
                f"{group} runs here; switch it off in the settings (`consumers.{group}`) first."
            )
        with self._records.change(tenant, action("consumer.forget", group)):
            pass
        self._log.forget(group)

    def caught_up(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds; tell whether every consumer did what is in the log.

        False at once if one that is behind is stopped.
        """
        return self._followers.caught_up(timeout)

    def _sorted(self, lines: Iterable[bytes]) -> _Lines:
        found = _Lines()
        bound = self._settings.max_request_events
        for number, line in enumerate(lines, start=1):
            if not line.strip():
                continue
            if len(found.messages) + len(found.rejected) == bound:
                raise InvalidRequest(f"More than {bound} events; send them in several requests.")
            _sort(found, number, line)
        return found

    def _target(self, now: Sequence[PartitionStatus], to: SeekRequest) -> dict[int, int]:
        if to.to == "start":
            return {one.partition: one.start for one in now}
        if to.to == "end":
            return {one.partition: one.end for one in now}
        if to.time is not None:
            return self._log.offsets_at(micros(to.time))
        return dict(to.positions or {})

    def _consumer(self, group: str, letters: dict[str, int]) -> ConsumerStatus:
        now = micros(self._records.clock.now())
        partitions = [_lag(one, now) for one in self._log.status(group)]
        condition = self._followers.condition(group)
        return ConsumerStatus(
            group=group,
            state=condition.state,
            code=condition.code,
            reason=condition.reason,
            since=condition.since,
            lag=sum(one.lag for one in partitions),
            behind_seconds=max((one.behind_seconds for one in partitions), default=0.0),
            events_per_second=condition.events_per_second,
            open_letters=letters.get(group, 0),
            partitions=partitions,
        )


def _kind_in(data: bytes) -> str:
    """Return the kind that stands at the beginning of a sealed event."""
    return data[_KIND_AT : data.index(b'"', _KIND_AT)].decode()


def _sort(found: _Lines, number: int, line: bytes) -> None:
    try:
        event, sealed = submitted(line)
    except CatalystError as error:
        found.rejected.append(RejectedEvent(line=number, code=error.code, reason=error.detail))
        return
    found.numbers.append(number)
    found.kinds.append(kind_of(event))
    found.messages.append(Message(event.entity_id, sealed.event_id, event.event_time, sealed.data))


def _result(found: _Lines, appended: Sequence[Appended], *, receipts: bool) -> SubmitResult:
    fresh = sum(one.fresh for one in appended)
    return SubmitResult(
        accepted=fresh,
        duplicates=len(appended) - fresh,
        rejected=found.rejected,
        events=_receipts(found, appended) if receipts else [],
    )


def _receipts(found: _Lines, appended: Sequence[Appended]) -> list[EventReceipt]:
    return [
        EventReceipt(
            line=number,
            event_id=message.message_id,
            partition=where.partition,
            offset=where.offset,
            duplicate=not where.fresh,
        )
        for number, message, where in zip(
            found.numbers, found.messages, appended, strict=bool(appended)
        )
    ]


def _lag(one: PartitionStatus, now: int) -> PartitionLag:
    behind = 0.0 if one.behind_since is None else max(0, now - one.behind_since) / 1e6
    return PartitionLag(
        partition=one.partition,
        start=one.start,
        end=one.end,
        position=one.position,
        lag=max(0, one.end - one.position),
        behind_seconds=behind,
    )
