"""Leaving wake-up calls, and knowing whether the queue takes them."""

import threading

from catalystindex.model.errors import QueueUnreachable
from catalystindex.stores.queue.base import Lane, WakeQueue
from catalystindex.telemetry.logs import logger
from catalystindex.telemetry.metrics import Metrics

log = logger(__name__)


class Wakes:
    """Calls workers. A call that cannot be left is counted and never an error of its caller."""

    def __init__(self, queue: WakeQueue, metrics: Metrics) -> None:
        self.queue, self._metrics = queue, metrics
        self._reachable = threading.Event()
        self._reachable.set()

    @property
    def reachable(self) -> bool:
        """Whether the queue answered when it was last asked."""
        return self._reachable.is_set()

    def wake(self, lane: Lane, ident: str, calls: int = 1) -> bool:
        """Leave calls; False if that was not possible. What is due is safe all the same.

        While the queue is known not to answer nobody waits for it: the reconciler asks again.
        """
        if self.reachable:
            try:
                self.queue.wake(lane, ident, calls)
            except QueueUnreachable as error:
                self._lost(error)
            else:
                return True
        self._metrics.ingestion.wake_failed(lane)
        return False

    def look(self) -> None:
        """Ask whether the queue answers now."""
        try:
            self.queue.ping()
        except QueueUnreachable as error:
            self._lost(error)
        else:
            self._metrics.ingestion.queue_answered(up=True)
            if not self.reachable:
                self._reachable.set()
                log.info("queue_reachable_again", queue=self.queue.name)

    def depth(self, lane: Lane) -> int | None:
        """Return how many calls nobody has taken; None when the queue does not say."""
        if not self.reachable:
            return None
        try:
            return self.queue.depth(lane)
        except QueueUnreachable as error:
            self._lost(error)
            return None

    def _lost(self, error: QueueUnreachable) -> None:
        self._metrics.ingestion.queue_answered(up=False)
        self._metrics.ingestion.dependency_failed("queue")
        if self.reachable:
            self._reachable.clear()
            log.error("queue_unreachable", queue=self.queue.name, reason=error.detail)
