"""The thread that looks after the index: it has a generation built when one is due."""

import threading

from catalystindex.documents.rebuild import GenerationBuilder
from catalystindex.jobs.compute import ComputeWorker
from catalystindex.telemetry.logs import logger
from catalystindex.telemetry.metrics import Metrics

RETRY_AFTER = 600.0
"""Seconds before a build that failed is tried again."""

log = logger(__name__)


class Maintenance:
    """Builds generations in the background, one at a time."""

    def __init__(
        self,
        builder: GenerationBuilder,
        worker: ComputeWorker,
        metrics: Metrics,
        rebuild_after: int,
    ) -> None:
        self._builder, self._worker = builder, worker
        self._metrics, self._rebuild_after = metrics, rebuild_after
        self._rebuilding = threading.Lock()
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="maintenance", daemon=True)

    def start(self) -> None:
        """Start the thread; the first look is at once."""
        self._awake.set()
        self._thread.start()

    def wake(self) -> None:
        """Say that the fresh shard has grown."""
        self._awake.set()

    def stop(self) -> None:
        """Give up a build under way and end the thread."""
        self._stopping.set()
        self._awake.set()
        self._worker.abort()
        self._thread.join()

    def rebuild(self) -> int:
        """Build a generation now, in the calling thread; return how many points it has."""
        with self._rebuilding:
            return self._rebuild()

    def _rebuild(self) -> int:
        try:
            points = self._builder.build(self._worker)
        except Exception:
            self._metrics.index_rebuilds.labels("failed").inc()
            raise
        finally:
            self._worker.stop()
        self._metrics.index_rebuilds.labels("adopted").inc()
        log.info("generation_adopted", points=points)
        return points

    def _serve(self) -> None:
        while True:
            self._awake.wait()
            self._awake.clear()
            if self._stopping.is_set():
                return
            if self._builder.is_due(self._rebuild_after):
                self._attempt()

    def _attempt(self) -> None:
        try:
            self.rebuild()
        except Exception as error:  # noqa: BLE001  # whatever it is, the thread must go on
            if not self._stopping.is_set():
                log.error("generation_failed", reason=str(error))
            self._stopping.wait(RETRY_AFTER)
            self._awake.set()
