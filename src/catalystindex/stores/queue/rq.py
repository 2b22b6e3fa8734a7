"""Wake-up calls as RQ jobs on a Redis or Valkey. No job is ever run: its argument is the call."""

import threading
import time
from contextlib import AbstractContextManager
from pathlib import Path

from pydantic import SecretStr
from rq import Queue
from rq.exceptions import DequeueTimeout, DeserializationError
from rq.job import Job
from rq.queue import EnqueueData
from rq.serializers import JSONSerializer
from rq.timeouts import TimerDeathPenalty

from catalystindex.model.errors import ConfigurationError, QueueUnreachable
from catalystindex.stores.queue import calls as calls_of
from catalystindex.stores.queue.address import REFUSALS, connect, errors_told
from catalystindex.stores.queue.base import Lane, WakeQueue
from catalystindex.telemetry.logs import logger

log = logger(__name__)

FUNCTION = f"{calls_of.__name__}.{calls_of.look.__name__}"

CALL_TTL = 3600
"""Seconds after which the server drops a call that nobody took."""

FAILURE_TTL = 60
"""Seconds that a foreign `rq worker` may keep a call that it failed to read."""

SLICE = 1.0
"""Longest wait at a time, seconds: so soon `close` is noticed."""

SHORTEST_WAIT = 0.01
"""Seconds. The server counts milliseconds, and takes 0 for ever."""


class RqWakeQueue(WakeQueue):
    """One RQ queue per lane, ``<name>-<lane>``, with JSON instead of pickles.

    Threads share it. It needs a server of version 6 or newer, connects when it is used, and again
    after an outage by itself. ``timeout`` bounds every answer, seconds. Raises
    `ConfigurationError` for an address that cannot be one.
    """

    def __init__(self, address: SecretStr | Path, name: str, timeout: float) -> None:
        self._redis, self._place = connect(address, timeout)
        self._queues = {
            lane: Queue(
                f"{name}-{lane}",
                connection=self._redis,
                serializer=JSONSerializer,
                death_penalty_class=TimerDeathPenalty,
            )
            for lane in Lane
        }
        self._slice = min(SLICE, timeout / 2)
        self._closed = threading.Event()

    @property
    def name(self) -> str:
        """Engine and place, without credentials."""
        return f"RQ on {self._place}"

    def check(self) -> None:
        """Ask once, at start-up.

        Raises `ConfigurationError` if the server refuses our credentials, which no waiting will
        change, and `QueueUnreachable` if it does not answer.
        """
        try:
            self.ping()
        except QueueUnreachable as error:
            if isinstance(error.__cause__, REFUSALS):
                raise ConfigurationError(
                    f"The server at {self._place} refuses the user or password of queue.url."
                ) from None
            raise

    def wake(self, lane: Lane, ident: str, calls: int = 1) -> None:
        """Leave calls, in one transaction; beyond the room of the lane they are dropped."""
        wanted = calls_of.countable(ident, calls)
        with self._asking():
            queue = self._queues[lane]
            room = min(wanted, calls_of.MAX_WAITING - queue.count)
            if room > 0:
                queue.enqueue_many([_call(lane, ident)] * room)

    def wait(self, lane: Lane, timeout: float) -> str | None:
        """Take the next call, oldest first. ``timeout`` has a grain of 10 ms."""
        deadline = time.monotonic() + timeout
        try:
            with errors_told(self._place):
                return self._take_until(lane, deadline)
        finally:
            if self._closed.is_set():
                self._redis.connection_pool.disconnect(inuse_connections=False)

    def depth(self, lane: Lane) -> int:
        """Count the calls that wait."""
        with self._asking():
            return self._queues[lane].count

    def ping(self) -> None:
        """Raise `QueueUnreachable` unless the server answers."""
        with self._asking():
            self._redis.ping()

    def close(self) -> None:
        """Let go of the server; whoever waits gets None within `SLICE`."""
        self._closed.set()
        self._redis.connection_pool.disconnect(inuse_connections=False)

    def _asking(self) -> AbstractContextManager[None]:
        if self._closed.is_set():
            raise QueueUnreachable("The queue is closed.", reason="closed")
        return errors_told(self._place)

    def _take_until(self, lane: Lane, deadline: float) -> str | None:
        while not self._closed.is_set():
            left = deadline - time.monotonic()
            ident = self._take(lane, min(left, self._slice))
            if ident is not None or left <= 0:
                return ident
        return None

    def _take(self, lane: Lane, seconds: float) -> str | None:
        """Take a call. The queue is named twice, which makes RQ pop it (``BLPOP``).

        Named once, RQ would move the call to an intermediate list, where it stays for ever when
        we die before we take it from there. A call may be lost, so that list has no use.
        """
        queue = self._queues[lane]
        try:
            found = Queue.dequeue_any(
                [queue, queue],
                max(seconds, SHORTEST_WAIT) if seconds > 0 else None,  # type: ignore[arg-type]  # the server takes fractions
                connection=self._redis,
                serializer=JSONSerializer,
                death_penalty_class=TimerDeathPenalty,
            )
        except DequeueTimeout:
            return None
        if found is None:
            return None
        job, _ = found
        self._redis.delete(job.key)  # all that RQ keeps of a job that never ran
        return _ident(lane, job)


def _call(lane: Lane, ident: str) -> EnqueueData:
    return Queue.prepare_data(
        FUNCTION,
        args=(ident,),
        description=f"look for work: {lane}",
        timeout=FAILURE_TTL,
        ttl=CALL_TTL,
        result_ttl=0,
        failure_ttl=FAILURE_TTL,
    )


def _ident(lane: Lane, job: Job) -> str | None:
    """Read the id. What somebody else left in our queue is dropped, and told."""
    try:
        match job.args:
            case [str(ident)]:
                return ident
    except DeserializationError:
        pass
    log.warning("queue_call_unreadable", lane=lane.value, call=job.id)
    return None
