"""The loop of one consumer group: turn after turn over the partitions, in one thread.

Where the store or the log is away it waits and hands in the same events again. Where it meets a
defect it stops and says so: what it did not understand it does not skip.
"""

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Final

from catalystindex.model.clock import Clock
from catalystindex.model.errors import CatalystError, EventLogUnavailable
from catalystindex.model.stream import ConsumerState
from catalystindex.stores.eventlog.base import EventLog
from catalystindex.streaming.backoff import Backoff
from catalystindex.streaming.follow import Condition
from catalystindex.streaming.rate import Rate
from catalystindex.streaming.stage import DEFECT, Done, Stage, StageMaker
from catalystindex.streaming.turn import Interrupted
from catalystindex.telemetry.logs import logger
from catalystindex.telemetry.stream_metrics import StreamMetrics

log = logger(__name__)

RUNNING: Final = Condition(ConsumerState.RUNNING)
STOP_PATIENCE: Final = 30.0
"""Seconds that a stop waits for a batch under way."""


class Consumer:
    """Follows the log with one stage. It has one thread, which ends when it stops."""

    def __init__(
        self,
        event_log: EventLog,
        make_stage: StageMaker,
        poll: float,
        clock: Clock,
        metrics: StreamMetrics,
        backoff: Backoff,
    ) -> None:
        self._log, self._poll = event_log, poll
        self._clock, self._metrics, self._backoff = clock, metrics, backoff
        self._stopping = threading.Event()
        self._stage: Stage = make_stage(self._pause, self._count)
        self._between = threading.Lock()
        """Held during a turn: whoever moves the group waits for it."""
        self._starting = threading.Lock()
        """Held while it is started: two who do so at once make one thread."""
        self._positions: dict[int, int] | None = None
        self._partition = 0
        self._failures = 0
        self._condition = Condition(ConsumerState.OFF)
        self._rate = Rate(clock.now())
        self._thread: threading.Thread | None = None

    @property
    def group(self) -> str:
        """The group that it follows the log for."""
        return self._stage.group

    @property
    def condition(self) -> Condition:
        """How it is. One that goes on in part only counts as stopped: a person has to look."""
        rate = self._rate.per_second(self._clock.now())
        condition, trouble = self._condition, self._stage.trouble
        if trouble is not None and condition.state is ConsumerState.RUNNING:
            condition = trouble
        return replace(condition, events_per_second=rate)

    def start(self) -> None:
        """Start, or start again after a stop; one that runs goes on."""
        with self._starting:
            if self._is_running():
                return
            self._stopping.clear()
            self._condition, self._positions, self._failures = RUNNING, None, 0
            self._thread = threading.Thread(
                target=self._run, name=f"stream-{self.group}", daemon=True
            )
            self._thread.start()

    def stop(self) -> None:
        """End the thread after the batch under way; the next start goes on from there."""
        self._stopping.set()
        self._log.wake()
        if self._thread is not None:
            self._thread.join(STOP_PATIENCE)
            if self._thread.is_alive():
                log.warning("consumer_left_behind", group=self.group)

    def move(self, positions: Mapping[int, int]) -> None:
        """Move the group between two turns. Raises as `EventLog.seek` does."""
        with self._between:
            self._log.seek(self.group, positions)
            self._stage.moved()
            self._positions = None
        self._log.wake()

    def _is_running(self) -> bool:
        """Tell whether there is a thread that goes on; one that is about to end is waited for."""
        if self._thread is None:
            return False
        if self._stage.trouble is not None:  # it goes on in part: that ends, and all begins again
            self._stopping.set()
            self._log.wake()
        if self._stopping.is_set() or self._condition.state is ConsumerState.STOPPED:
            self._thread.join(STOP_PATIENCE)
        return self._thread.is_alive()

    def _run(self) -> None:
        while not self._stopping.is_set():
            if not self._goes_on(self._step):
                return
        if self._goes_on(self._leave):
            self._condition = Condition(ConsumerState.OFF)

    def _step(self) -> None:
        if not self._round():
            self._well()
            with self._between:
                self._stage.rest()
            self._rest()

    def _leave(self) -> None:
        with self._between:
            self._stage.leave()

    def _goes_on(self, work: Callable[[], None]) -> bool:
        """Do something, or wait where something is away; False after a defect."""
        try:
            work()
        except Interrupted:
            return True
        except CatalystError as error:
            if error.transient:
                self._away(error)
                return True
            self._stop_at(error.code, _said(error), error.detail)
        except Exception as error:  # a defect: it must be seen, and must not be skipped
            log.exception("consumer_stopped", group=self.group)
            place = self._defect(error)
            self._stop_at(DEFECT, place, place)
        else:
            return True
        return False

    def _round(self) -> bool:
        """Do one turn in each partition; tell whether there was anything to do."""
        worked = False
        for partition in range(self._log.partitions):
            if self._stopping.is_set():
                return True
            with self._between:
                worked |= self._one(partition)
            if worked:
                self._well()
        return worked

    def _one(self, partition: int) -> bool:
        self._partition, began = partition, time.perf_counter()
        positions = self._where()
        done = self._stage.take(partition, positions[partition])
        if done is None:
            return False
        positions[partition] = done.position
        self._tell(done, time.perf_counter() - began)
        return True

    def _where(self) -> dict[int, int]:
        if self._positions is None:
            self._log.register(self.group)
            self._positions = self._log.positions(self.group)
        return self._positions

    def _rest(self) -> None:
        with self._between:
            positions = dict(self._where())
        if not self._stopping.is_set():
            self._log.wait(positions, self._poll)

    def _tell(self, done: Done, seconds: float) -> None:
        self._metrics.batch(self.group, seconds, done.outcomes)
        self._rate.add(self._clock.now(), done.events)
        for letter in done.letters:
            log.warning(
                "event_refused",
                group=self.group,
                partition=letter.record.partition,
                offset=letter.record.offset,
                code=letter.code,
            )

    def _well(self) -> None:
        if self._failures:
            log.info("consumer_goes_on", group=self.group, failures=self._failures)
        self._failures, self._condition = 0, RUNNING

    def _away(self, error: CatalystError) -> None:
        """Wait because a store is away. Since when is told, not since which try."""
        self._failures += 1
        self._metrics.error(self.group, "transient")
        since = self._condition.since if self._failures > 1 else self._clock.now()
        self._condition = _ill(ConsumerState.WAITING, error.code, _said(error), since)
        if self._failures == 1:
            log.warning("consumer_waits", group=self.group, code=error.code, reason=error.detail)
        self._stopping.wait(self._backoff.delay(self._failures))

    def _stop_at(self, code: str, said: str, reason: str) -> None:
        self._metrics.error(self.group, "unexpected")
        log.error("consumer_stopped", group=self.group, code=code, reason=reason)
        self._condition = _ill(ConsumerState.STOPPED, code, said, self._clock.now())

    def _defect(self, error: Exception) -> str:
        """Say where it was, without the words of the error: they may quote anybody's data."""
        positions = self._positions or {}
        place = f"partition {self._partition}, offset {positions.get(self._partition, 0)}"
        return f"{type(error).__name__} in the events from {place} on; the log has the trace."

    def _pause(self, failures: int) -> bool:
        return not self._stopping.wait(self._backoff.delay(failures))

    def _count(self, _error: CatalystError) -> None:
        self._metrics.error(self.group, "permanent")


def _said(error: CatalystError) -> str:
    """Return what every reader of events may see: a store's own words may name any workspace."""
    return error.detail if isinstance(error, EventLogUnavailable) else f"{error.title}."


def _ill(state: ConsumerState, code: str, reason: str, since: datetime | None) -> Condition:
    return Condition(state, code, reason, since)
