"""Sending events one by one: batches, back-pressure, and what became of each.

An event's delivery is told when its batch is on disk, and never before. A log that is away is
tried again for a while; then the deliveries of the batch carry the error.
"""

import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from types import TracebackType
from typing import Final, NamedTuple, Self

from catalystindex.config.streams import EventsSettings
from catalystindex.model.errors import CatalystError, EventBacklogFull, EventLogUnavailable
from catalystindex.model.events.envelope import Event, kind_of
from catalystindex.model.tenant import Tenant
from catalystindex.stores.eventlog.base import Appended, EventLog, Message
from catalystindex.streaming.backoff import Backoff
from catalystindex.streaming.codec import seal
from catalystindex.telemetry.logs import logger
from catalystindex.telemetry.stream_metrics import UNKNOWN, StreamMetrics

log = logger(__name__)

TRIES: Final = 8
"""Appends of one batch before its deliveries carry the error: with the backoff, about 10 s."""
BATCH_BYTES: Final = 64 * 1024 * 1024


class _Sent(NamedTuple):
    message: Message
    kind: str
    delivery: "Future[Appended]"


class Producer:
    """Sends the events of one tenant. Threads share it; close it, or use it as a context.

    ``patience`` is how many seconds `send` waits while `events.max_waiting` events wait already.
    """

    def __init__(
        self,
        event_log: EventLog,
        tenant: Tenant,
        settings: EventsSettings,
        metrics: StreamMetrics,
        backoff: Backoff,
        patience: float = 30.0,
        tries: int = TRIES,
    ) -> None:
        self._log, self._tenant, self._settings = event_log, tenant, settings
        self._metrics, self._backoff = metrics, backoff
        self._patience, self._tries = patience, tries
        self._changed = threading.Condition()
        self._waiting: deque[_Sent] = deque()
        self._in_hand = 0
        self._flushing = 0
        self._closed = False
        self._cut = threading.Event()
        self._thread = threading.Thread(target=self._run, name="stream-producer", daemon=True)
        self._thread.start()

    def send(self, event: Event) -> "Future[Appended]":
        """Send an event that has no id yet; raises as `send_message` does."""
        sealed = seal(event)
        message = Message(event.entity_id, sealed.event_id, event.event_time, sealed.data)
        return self.send_message(message, kind_of(event))

    def send_message(self, message: Message, kind: str = UNKNOWN) -> "Future[Appended]":
        """Send any bytes. The answer tells where they stand, or the error, once that is known.

        Raises `EventBacklogFull` if there is no room within the patience, and
        `EventLogUnavailable` after `close`.
        """
        sent = _Sent(message, kind, Future())
        sent.delivery.set_running_or_notify_cancel()  # from now on nobody can take it back
        with self._changed:
            room = self._changed.wait_for(self._has_room, self._patience)
            if self._closed:
                raise EventLogUnavailable("The producer is closed.")
            if not room:
                raise EventBacklogFull(f"{self._settings.max_waiting} events wait to be appended.")
            self._waiting.append(sent)
            if len(self._waiting) in (1, self._settings.batch):
                self._changed.notify_all()
        self._metrics.waiting(1)
        return sent.delivery

    def flush(self, timeout: float | None = None) -> bool:
        """Wait until what was sent so far has its answer; tell whether it has."""
        with self._changed:
            self._flushing += 1
            self._changed.notify_all()
            try:
                return self._changed.wait_for(self._is_empty, timeout)
            finally:
                self._flushing -= 1

    def close(self, timeout: float | None = None) -> None:
        """Take nothing more, and wait until everything sent has its answer.

        After ``timeout`` seconds what is left gets an error for an answer.
        """
        with self._changed:
            self._closed = True
            self._changed.notify_all()
        self._thread.join(timeout)
        if self._thread.is_alive():
            self._cut.set()
            self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def _has_room(self) -> bool:
        return self._closed or len(self._waiting) + self._in_hand < self._settings.max_waiting

    def _is_empty(self) -> bool:
        return not self._waiting and not self._in_hand

    def _is_full(self) -> bool:
        return self._closed or bool(self._flushing) or len(self._waiting) >= self._settings.batch

    def _run(self) -> None:
        while batch := self._next():
            self._deliver(batch)
            self._metrics.waiting(-len(batch))
            with self._changed:
                self._in_hand = 0
                self._changed.notify_all()

    def _next(self) -> list[_Sent]:
        """Return a batch: when it is full, or its first event has lingered; none after the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._closed)
            self._changed.wait_for(self._is_full, self._settings.linger)
            taken: list[_Sent] = []
            held = 0
            while self._waiting and len(taken) < self._settings.batch and held < BATCH_BYTES:
                taken.append(self._waiting.popleft())
                held += len(taken[-1].message.data)
            self._in_hand = len(taken)
        return taken

    def _deliver(self, batch: Sequence[_Sent]) -> None:
        began = time.perf_counter()
        try:
            answers = self._append([sent.message for sent in batch])
        except CatalystError as error:
            if error.transient or len(batch) == 1:
                self._fail(batch, error)
                return
            middle = len(batch) // 2  # one message is the cause: the others are not to fail with it
            self._deliver(batch[:middle])
            self._deliver(batch[middle:])
            return
        except Exception as error:  # whatever it is, no delivery may hang
            log.exception("events_not_appended")
            self._fail(batch, EventLogUnavailable(f"A defect: {type(error).__name__}."))
            return
        self._metrics.append_took(time.perf_counter() - began, len(batch))
        for sent, answer in zip(batch, answers, strict=True):
            self._metrics.appended(sent.kind, "fresh" if answer.fresh else "duplicate")
            sent.delivery.set_result(answer)

    def _append(self, messages: Sequence[Message]) -> list[Appended]:
        for failures in range(1, self._tries):
            try:
                return self._log.append(self._tenant, messages)
            except CatalystError as error:
                if not error.transient or self._cut.wait(self._backoff.delay(failures)):
                    raise
        return self._log.append(self._tenant, messages)

    def _fail(self, batch: Sequence[_Sent], error: CatalystError) -> None:
        log.error("events_not_appended", events=len(batch), code=error.code, reason=error.detail)
        for sent in batch:
            self._metrics.appended(sent.kind, "failed")
            sent.delivery.set_exception(error)
