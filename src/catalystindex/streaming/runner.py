"""The consumers of one owner, and the thread that trims the log and shows how it is."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Final

from catalystindex.config.streams import ConsumersSettings, EventsSettings
from catalystindex.model.clock import Clock
from catalystindex.model.errors import CatalystError, ConsumerUnknown
from catalystindex.model.stream import ConsumerState
from catalystindex.stores.eventlog.base import EventLog, PartitionStatus
from catalystindex.stores.eventlog.instant import micros
from catalystindex.streaming.backoff import Backoff
from catalystindex.streaming.consumer import Consumer
from catalystindex.streaming.follow import OFF, Condition
from catalystindex.streaming.sink import Sink
from catalystindex.streaming.stage import StageMaker
from catalystindex.streaming.turn import Turn
from catalystindex.telemetry.logs import logger
from catalystindex.telemetry.stream_metrics import StreamMetrics

log = logger(__name__)

LOOK_EVERY: Final = 5.0
"""Seconds between two looks at the log for the gauges."""
TRIM_EVERY: Final = 300.0
"""Seconds between two times that old events are dropped."""
POLL: Final = 0.02
"""Seconds between looks of who waits until everything is applied."""


def _applying(event_log: EventLog, sink: Sink, batch: int, max_attempts: int) -> StageMaker:
    return lambda pause, on_error: Turn(event_log, sink, batch, max_attempts, pause, on_error)


FOLLOWING = (ConsumerState.RUNNING, ConsumerState.WAITING)


class StreamRunner:
    """Starts, watches and stops consumers; drops what is over the log's bounds."""

    def __init__(
        self,
        event_log: EventLog,
        sinks: Sequence[tuple[Sink, int]],
        events: EventsSettings,
        consumers: ConsumersSettings,
        clock: Clock,
        metrics: StreamMetrics,
        backoff: Backoff | None = None,
        stages: Sequence[StageMaker] = (),
    ) -> None:
        """Take sinks, each with how many events it is given at once, and stages of other kinds."""
        self._log, self._events, self._clock, self._metrics = event_log, events, clock, metrics
        waits = backoff or Backoff(random.SystemRandom().random)
        makers = [_applying(event_log, *one, consumers.max_attempts) for one in sinks]
        made = [
            Consumer(event_log, maker, consumers.poll, clock, metrics, waits)
            for maker in (*makers, *stages)
        ]
        self._consumers = {one.group: one for one in made}
        self._stopping = threading.Event()
        self._keeper = threading.Thread(target=self._keep, name="stream-keeper", daemon=True)

    def start(self) -> None:
        """Start every thread. Each makes its group known to the log as the first thing it does."""
        for consumer in self._consumers.values():
            consumer.start()
        self._keeper.start()

    def stop(self) -> None:
        """End the threads, each after what it has in hand."""
        self._stopping.set()
        for consumer in self._consumers.values():
            consumer.stop()
        if self._keeper.is_alive():
            self._keeper.join()

    def groups(self) -> list[str]:
        """Return the groups that are followed here, sorted."""
        return sorted(self._consumers)

    def condition(self, group: str) -> Condition:
        """Return how a group's consumer is."""
        consumer = self._consumers.get(group)
        return OFF if consumer is None else consumer.condition

    def move(self, group: str, positions: Mapping[int, int]) -> None:
        """Move a group, whoever follows it."""
        consumer = self._consumers.get(group)
        if consumer is None:
            self._log.seek(group, positions)
        else:
            consumer.move(positions)

    def restart(self, group: str) -> None:
        """Start a stopped consumer again."""
        consumer = self._consumers.get(group)
        if consumer is None:
            raise ConsumerUnknown(f"{group[:64]!r} is not followed here")
        consumer.start()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Have consumers wait while the block runs, for who hands in faster alone."""
        held = [one for one in self._consumers.values() if one.condition.state in FOLLOWING]
        for one in held:
            one.stop()
        try:
            yield
        finally:
            for one in held:
                one.start()

    def caught_up(self, timeout: float) -> bool:
        """Wait until every consumer that runs here did what is in the log."""
        deadline = time.monotonic() + timeout
        while behind := self._behind():
            if ConsumerState.STOPPED in [self.condition(group).state for group in behind]:
                return False
            left = deadline - time.monotonic()
            if left <= 0 or self._stopping.wait(min(POLL, left)):
                return False
        return True

    def trim(self) -> int:
        """Drop what is over age or number now; return how many events."""
        before = self._clock.now() - timedelta(days=self._events.retention_days)
        dropped = self._log.trim(micros(before), self._events.max_records)
        if dropped:
            self._metrics.trimmed(dropped)
            log.info("events_dropped", events=dropped)
        return dropped

    def look(self) -> None:
        """Show how far consumers are, and how much the log keeps."""
        letters, now = self._log.open_letters(), micros(self._clock.now())
        for group in self._log.groups():
            for one in self._log.status(group):
                self._show(group, one, now)
            self._metrics.show_consumer(group, self.condition(group).state, letters.get(group, 0))
        size = self._log.size()
        self._metrics.show_log(size.records, size.bytes)

    def _show(self, group: str, one: PartitionStatus, now: int) -> None:
        seconds = 0.0 if one.behind_since is None else max(0, now - one.behind_since) / 1e6
        self._metrics.show_lag(group, one.partition, max(0, one.end - one.position), seconds)

    def _behind(self) -> list[str]:
        return [group for group in self._consumers if self._lag(group)]

    def _lag(self, group: str) -> int:
        try:
            return sum(one.end - one.position for one in self._log.status(group))
        except ConsumerUnknown:  # its thread has not come to that
            return 1

    def _keep(self) -> None:
        due = time.monotonic() + LOOK_EVERY
        while not self._stopping.wait(LOOK_EVERY):
            self._safely(self.look)
            if time.monotonic() >= due:
                due = time.monotonic() + TRIM_EVERY
                self._safely(self.trim)

    def _safely(self, work: Callable[[], object]) -> None:
        """Do what can be done again at the next time: the thread must go on."""
        try:
            work()
        except CatalystError as error:
            log.warning("eventlog_not_looked_at", code=error.code, reason=error.detail)
        except Exception:
            log.exception("eventlog_not_looked_at")
