"""The dispatcher: a thread per compute worker that takes waiting documents to their end.

The records say what waits; nothing is lost with this process. Each thread takes the document
that waited longest and is in nobody's hands, runs it, and tells whoever waits for it.
"""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress

from sqlalchemy.exc import SQLAlchemyError

from catalystindex.audit.chain import timestamp
from catalystindex.documents.pipeline import Pipeline
from catalystindex.jobs.compute import ComputeWorker, WorkerLost
from catalystindex.model.errors import CatalystError, ProcessingFailed, Unavailable
from catalystindex.stores.records import processing
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.processing import PendingDocument
from catalystindex.telemetry.logs import bound, logger
from catalystindex.telemetry.metrics import Metrics

IDLE_WAIT = 5.0
"""Seconds between looks at the records when nobody calls: a safety net, not the mechanism."""

TROUBLE_PAUSE = 1.0
"""Seconds to wait when the records themselves fail, before going on."""

log = logger(__name__)


class Dispatcher:
    """Feeds compute workers. `wake` after accepting a document; `watch` for one to end."""

    def __init__(
        self,
        records: Records,
        pipeline: Pipeline,
        workers: list[ComputeWorker],
        metrics: Metrics,
        max_attempts: int,
    ) -> None:
        self._records, self._pipeline, self._workers = records, pipeline, workers
        self._metrics, self._max_attempts = metrics, max_attempts
        self._changed = threading.Condition()
        self._active: dict[str, str] = {}
        self._watchers: dict[str, list[Future[None]]] = {}
        self._stopping = False
        self._paused = threading.Event()
        self._threads: list[threading.Thread] = []
        self.after_document: Callable[[], None] = lambda: None

    def start(self) -> None:
        """Start the threads and their workers."""
        for number, worker in enumerate(self._workers):
            thread = threading.Thread(
                target=self._serve, args=(worker,), name=f"dispatch-{number}", daemon=True
            )
            thread.start()
            self._threads.append(thread)

    def stop(self) -> None:
        """Stop taking documents, end the workers, wait for the threads."""
        with self._changed:
            self._stopping = True
            self._paused.set()
            self._changed.notify_all()
            watchers = [future for waiting in self._watchers.values() for future in waiting]
        for future in watchers:
            future.cancel()
        for worker in self._workers:
            worker.abort()
        for thread in self._threads:
            thread.join()

    def wake(self) -> None:
        """Say that a document waits."""
        with self._changed:
            self._changed.notify_all()

    def is_active(self, document_id: str) -> bool:
        """Tell whether a worker has the document in hand."""
        with self._changed:
            return document_id in self._active.values()

    def alive(self) -> int:
        """Return how many threads take documents."""
        return sum(thread.is_alive() for thread in self._threads)

    def unwatch(self, document_id: str, future: Future[None]) -> None:
        """Forget a future that nobody waits for any longer."""
        with self._changed:
            watchers = self._watchers.get(document_id, [])
            if future in watchers:
                watchers.remove(future)
            if not watchers:
                self._watchers.pop(document_id, None)

    def let_go(self, document_id: str) -> None:
        """Tell whoever waits for a document that something happened to it."""
        with self._changed:
            watchers = self._watchers.pop(document_id, [])
        for future in watchers:
            if future.set_running_or_notify_cancel():
                future.set_result(None)

    def watch(self, document_id: str) -> Future[None]:
        """Return a future that ends when a worker next lets go of the document.

        Watch first, then look at the document: it may have ended in between.
        """
        future: Future[None] = Future()
        with self._changed:
            if self._stopping:
                future.cancel()
            self._watchers.setdefault(document_id, []).append(future)
        return future

    def _serve(self, worker: ComputeWorker) -> None:
        try:
            self._warm_up(worker)
            while document := self._take():
                try:
                    self._run(document, worker)
                except Exception:
                    # A thread that ends here would be ingestion that ends: wait, and go on.
                    log.exception("document_left_waiting")
                    self._paused.wait(TROUBLE_PAUSE)
                finally:
                    self._release(document.document_id)
        finally:
            worker.stop()

    def _warm_up(self, worker: ComputeWorker) -> None:
        """Start the worker before it is needed; stopping meanwhile is no error."""
        if not self._stopping:
            with suppress(WorkerLost):
                worker.start()

    def _take(self) -> PendingDocument | None:
        """Return the next document, waiting for one; None when it is time to stop."""
        me = threading.current_thread().name
        with self._changed:
            while not self._stopping:
                waiting = self._longest_waiting()
                if waiting is not None:
                    self._active[me] = waiting.document_id
                    return waiting
                self._changed.wait(IDLE_WAIT)
        return None

    def _longest_waiting(self) -> PendingDocument | None:
        try:
            with self._records.read() as connection:
                besides = sorted(self._active.values())
                waiting = processing.pending(connection, besides=besides, limit=1)
        except (SQLAlchemyError, Unavailable):  # a disk full or slow now may not be so later
            log.exception("records_unreadable")
            return None
        return waiting[0] if waiting else None

    def _release(self, document_id: str) -> None:
        with self._changed:
            self._active.pop(threading.current_thread().name, None)
            self._changed.notify_all()
        self.let_go(document_id)

    def _run(self, document: PendingDocument, worker: ComputeWorker) -> None:
        with bound(document_id=document.document_id, version_id=document.version_id):
            try:
                wanted = self._pipeline.process(document, worker)
            except WorkerLost as lost:
                self._count_attempt(document, lost)
            except Unavailable:  # a store is out: the document did nothing wrong, and waits
                raise
            except CatalystError as error:
                self._fail(document, error)
            except Exception:
                log.exception("document_interrupted")
                self._count_attempt(document, WorkerLost("an error in the owner"))
            else:
                self._finish(document, wanted=wanted)

    def _finish(self, document: PendingDocument, *, wanted: bool) -> None:
        if wanted:
            self._metrics.documents.labels("indexed").inc()
            log.info("document_indexed")
            self.after_document()
        else:
            self._pipeline.discard(document)
            log.info("document_no_longer_wanted")

    def _count_attempt(self, document: PendingDocument, lost: WorkerLost) -> None:
        if self._stopping:
            return  # the worker was stopped, the document did nothing wrong
        self._metrics.worker_restarts.inc()
        with self._records.housekeeping() as connection:
            now = timestamp(self._records.clock.now())
            attempts = processing.count_attempt(connection, document, now)
        if not attempts:
            self._finish(document, wanted=False)
            return
        log.warning("document_attempt_lost", reason=str(lost), attempts=attempts)
        if attempts >= self._max_attempts:
            detail = f"Processing was tried {attempts} times; the last time {lost}."
            self._fail(document, ProcessingFailed(detail, attempts=attempts))

    def _fail(self, document: PendingDocument, error: CatalystError) -> None:
        self._pipeline.fail(document, error)
        self._metrics.documents.labels("failed").inc()
        log.warning("document_failed", code=error.code)
