"""One turn of a consumer: read a batch, decode, apply, and commit the position with the letters.

Nothing is skipped: every record that was read is applied, is of no concern to the group, or
becomes a dead letter, before the position moves past it.
"""

from collections.abc import Sequence

from catalystindex.model.errors import CatalystError
from catalystindex.model.events.envelope import kind_of
from catalystindex.security.tenants import restore_tenant
from catalystindex.stores.eventlog.base import EventLog, NewLetter, Record
from catalystindex.streaming.codec import decode
from catalystindex.streaming.sink import Batch, Delivery, Outcome, Sink, Verdict
from catalystindex.streaming.stage import Done, ErrorHook, Pause
from catalystindex.telemetry.stream_metrics import UNKNOWN


class Interrupted(Exception):
    """The consumer is to stop: the turn is given up, and is done again after a start."""


class Turn:
    """Applies what a partition has for one group, as a `Stage`."""

    def __init__(
        self,
        log: EventLog,
        sink: Sink,
        batch: int,
        max_attempts: int,
        pause: Pause,
        on_error: ErrorHook = lambda _error: None,
    ) -> None:
        self._log, self._sink, self._on_error = log, sink, on_error
        self._batch, self._max_attempts, self._pause = batch, max_attempts, pause

    @property
    def group(self) -> str:
        """The group of the sink."""
        return self._sink.group

    @property
    def trouble(self) -> None:
        """None: whoever cannot go on with a part stops as a whole."""

    def rest(self) -> None:
        """Nothing waits: the sink has everything."""

    def moved(self) -> None:
        """Go on where the group is: there is no other state."""

    def leave(self) -> None:
        """Leave as it is: the position is committed with every turn."""

    def take(self, partition: int, position: int) -> Done | None:
        """Do what stands at a position; return None if nothing does.

        Raises what the log raises, transient errors of the sink, and `Interrupted`; the position
        has not moved then, and the same records come again.
        """
        records = self._log.read(partition, position, self._batch)
        if not records:
            return None
        done = Done(records[-1].offset + 1)
        for tenant_key, deliveries in self._decoded(records, done).items():
            tenant = restore_tenant(tenant_key, deliveries[-1].record.user)
            self._apply(Batch(tenant, partition, done.position, deliveries), done)
        self._log.commit(self._sink.group, partition, done.position, done.letters)
        return done

    def _decoded(self, records: Sequence[Record], done: Done) -> dict[str, list[Delivery]]:
        """Return what is to be applied by tenant, in order."""
        group = self._sink.group
        found: dict[str, list[Delivery]] = {}
        for record in records:
            if record.only is not None and record.only != group:
                done.outcomes[UNKNOWN, Outcome.IGNORED] += 1
                continue
            try:
                event = decode(record.data)
            except CatalystError as error:
                self._bury(record, None, error, 1, done)
                continue
            found.setdefault(record.tenant, []).append(Delivery(event, record))
        return found

    def _apply(self, batch: Batch, done: Done) -> None:
        """Apply a batch; halve it where it fails, until what causes that stands alone.

        The first half ends where the second begins: a sink that keeps the position itself must not
        take the second for done.
        """
        if len(batch.deliveries) == 1:
            self._apply_alone(batch, done)
            return
        try:
            verdicts = self._sink.apply(batch)
        except CatalystError as error:
            if error.transient:
                raise
            self._on_error(error)
            middle = len(batch.deliveries) // 2
            first, second = batch.deliveries[:middle], batch.deliveries[middle:]
            between = second[0].record.offset
            self._apply(Batch(batch.tenant, batch.partition, between, first), done)
            self._apply(Batch(batch.tenant, batch.partition, batch.position, second), done)
            return
        self._note(batch, verdicts, done)

    def _apply_alone(self, batch: Batch, done: Done) -> None:
        for attempt in range(1, self._max_attempts + 1):
            try:
                verdicts = self._sink.apply(batch)
            except CatalystError as error:
                if error.transient:
                    raise
                self._on_error(error)
                if attempt == self._max_attempts:
                    delivery = batch.deliveries[0]
                    kind = kind_of(delivery.event)
                    self._bury(delivery.record, kind, error, attempt, done)
                elif not self._pause(attempt):
                    raise Interrupted from None
            else:
                self._note(batch, verdicts, done)
                return

    def _note(self, batch: Batch, verdicts: Sequence[Verdict], done: Done) -> None:
        for delivery, verdict in zip(batch.deliveries, verdicts, strict=True):
            kind = kind_of(delivery.event)
            if verdict.outcome is not Outcome.REFUSED:
                done.outcomes[kind, verdict.outcome] += 1
                continue
            if verdict.error is None:
                raise ValueError(f"the sink of {self._sink.group} refuses without an error")
            self._bury(delivery.record, kind, verdict.error, 1, done)

    def _bury(
        self, record: Record, kind: str | None, error: CatalystError, attempts: int, done: Done
    ) -> None:
        known = kind or error.context.get("kind")
        named = known if isinstance(known, str) else None
        done.letters.append(NewLetter(record, named, error.code, error.detail, attempts))
        done.outcomes[named or UNKNOWN, Outcome.REFUSED] += 1
