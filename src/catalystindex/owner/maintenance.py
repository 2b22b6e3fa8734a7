"""The thread that looks after the index: it builds generations, and compacts when that is due."""

import threading
from collections.abc import Callable

from catalystindex.documents.compaction import Compactor
from catalystindex.documents.reindex.service import Reindexer
from catalystindex.jobs.compute import ComputeWorker
from catalystindex.model.errors import ConfigurationError, ProcessingFailed
from catalystindex.stores.records.generations import StoredGeneration
from catalystindex.telemetry.logs import logger
from catalystindex.telemetry.metrics import Metrics

RETRY_AFTER = 600.0
"""Seconds before a compaction that failed is tried again."""

ATTEMPTS = 3
"""Runs of a build, in one life of the owner, before it is given up."""

RETRY_BUILD_AFTER = 5.0

log = logger(__name__)


class Maintenance:
    """Works on the index in the background, on one thing at a time."""

    def __init__(
        self,
        compactor: Compactor,
        reindexer: Reindexer,
        worker: ComputeWorker,
        metrics: Metrics,
        rebuild_after: int,
    ) -> None:
        self._compactor, self._reindexer, self._worker = compactor, reindexer, worker
        self._metrics, self._rebuild_after = metrics, rebuild_after
        self._working = threading.Lock()
        self._awake = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="maintenance", daemon=True)

    def start(self) -> None:
        """Start the thread; the first look is at once: a build that was cut off goes on."""
        self._awake.set()
        self._thread.start()

    def wake(self) -> None:
        """Say that the fresh shard has grown, or that a generation is to be built."""
        self._awake.set()

    def stop(self) -> None:
        """Leave a build under way as it is, and end the thread."""
        self._stopping.set()
        self._reindexer.stop.set()
        self._awake.set()
        self._worker.abort()
        self._thread.join()

    def rebuild(self) -> int:
        """Compact now, in the calling thread; return how many points the new shard has."""
        with self._working:
            return self._compact()

    def _compact(self) -> int:
        try:
            points = self._compactor.compact(self._worker)
        except Exception:
            self._metrics.index_rebuilds.labels("failed").inc()
            raise
        finally:
            self._worker.stop()
        self._metrics.index_rebuilds.labels("adopted").inc()
        log.info("generation_adopted", points=points)
        return points

    def _serve(self) -> None:
        self._safely(self._reindexer.tidy)
        while True:
            self._awake.wait()
            self._awake.clear()
            if self._stopping.is_set():
                return
            self._safely(self._build_pending)
            if self._compactor.is_due(self._rebuild_after):
                self._attempt_compaction()

    def _safely(self, work: Callable[[], None]) -> None:
        """Do work on generations; when the records are out of reach, look again later."""
        try:
            work()
        except Exception as error:  # noqa: BLE001  # whatever it is, the thread must go on
            if not self._stopping.is_set():
                log.error("generations_left_waiting", reason=str(error))
                self._stopping.wait(RETRY_BUILD_AFTER)
                self._awake.set()

    def _attempt_compaction(self) -> None:
        try:
            self.rebuild()
        except Exception as error:  # noqa: BLE001  # whatever it is, the thread must go on
            if not self._stopping.is_set():
                log.error("generation_failed", reason=str(error))
            self._stopping.wait(RETRY_AFTER)
            self._awake.set()

    def _build_pending(self) -> None:
        """Build the generation that is recorded, if one is; give it up after some attempts."""
        for attempt in range(1, ATTEMPTS + 1):
            generation = self._reindexer.pending()
            if generation is None or self._stopping.is_set():
                return
            if self._attempt_build(generation, attempt):
                return
            self._stopping.wait(RETRY_BUILD_AFTER)

    def _attempt_build(self, generation: StoredGeneration, attempt: int) -> bool:
        try:
            with self._working:
                done = self._reindexer.build(generation, self._worker)
        except Exception as error:  # noqa: BLE001  # whatever it is, the thread must go on
            if self._stopping.is_set():
                return True
            log.error("reindex_failed", number=generation.number, reason=str(error))
            self._metrics.index_rebuilds.labels("failed").inc()
            if attempt == ATTEMPTS or not _may_pass(error):
                self._reindexer.fail(generation, error)
                return True
            return False
        finally:
            self._worker.stop()
        self._metrics.index_rebuilds.labels("adopted" if done else "cancelled").inc()
        log.info("reindex_ended", number=generation.number, swapped=done)
        return True


def _may_pass(error: Exception) -> bool:
    """Tell whether trying again may help: a typed error of a document or a setting stays."""
    return not isinstance(error, ConfigurationError | ProcessingFailed)
