"""How a leased document's attempt ends in the owner: well, badly, later, or not at all.

One place for both lanes, so that records, document, metrics, log and whoever waits always agree.
"""

from datetime import timedelta

from sqlalchemy import Connection

from catalystindex.audit.chain import timestamp
from catalystindex.documents.pipeline import Pipeline
from catalystindex.jobs.retry import RetryPolicy, problem_of
from catalystindex.jobs.watchers import Watchers
from catalystindex.model.document import DocumentStatus
from catalystindex.model.errors import CatalystError, LeaseLost, ProcessingFailed, WorkCancelled
from catalystindex.model.job import ItemState, Outcome, Stage
from catalystindex.stores.records import leases, processing
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.leases import Lease, LeasedItem
from catalystindex.telemetry.logs import logger
from catalystindex.telemetry.metrics import Metrics

ORDER = tuple(Stage)
FORGIVEN = 2
"""Workers that a document may lose in a stage before it is taken for the reason.

Until then it goes on at once, before all that waits; from then on it goes to the back of the line.
"""

OUTAGE_PAUSE = timedelta(seconds=5)

log = logger(__name__)


class Endings:
    """Ends attempts. Every method raises `LeaseLost` when the document is in other hands."""

    def __init__(
        self,
        records: Records,
        pipeline: Pipeline,
        retry: RetryPolicy,
        metrics: Metrics,
        watchers: Watchers,
    ) -> None:
        self._records, self._pipeline, self._retry = records, pipeline, retry
        self._metrics, self._watchers = metrics, watchers

    def now(self) -> str:
        """Return the present moment as the records write it."""
        return timestamp(self._records.clock.now())

    def item(self, lease: Lease) -> LeasedItem:
        """Return what a lease is on."""
        with self._records.read() as connection:
            return leases.read(connection, lease)

    def succeeded(self, item: LeasedItem, outcome: Outcome) -> None:
        """End a document that needs nothing more."""
        with self._records.bookkeeping() as connection:
            leases.succeed(connection, item.lease, outcome, self.now())
        self.told_success(item, outcome)

    def told_success(self, item: LeasedItem, outcome: Outcome) -> None:
        """Count, log and tell an end that was committed elsewhere."""
        self._metrics.ingestion.ended(outcome)
        log.info("document_succeeded", outcome=outcome.value)
        self._watchers.tell(item.document_id)

    def failed(self, item: LeasedItem, error: CatalystError, *, lost: bool = False) -> None:
        """Try again later, or make it a dead letter, as the error and the attempts say.

        ``lost``: nobody knows what went wrong, the worker is gone.
        """
        problem = problem_of(error)
        result = "lost" if lost else problem.error_class.value
        if self._retry.gives_up(problem, item.attempts):
            self._dead_letter(item, error)
        else:
            self._try_later(item, error, lost=lost)
        self._metrics.ingestion.attempt(stage_after(item.stage), result)

    def _try_later(self, item: LeasedItem, error: CatalystError, *, lost: bool) -> None:
        problem, stage = problem_of(error), stage_after(item.stage)
        ahead = lost and item.attempts <= FORGIVEN
        delay = timedelta(0)
        if not ahead:
            delay = self._retry.delay(item.lease.item_id, item.attempts, error)
        due = timestamp(self._records.clock.now() + delay)
        with self._records.bookkeeping() as connection:
            leases.put_back(connection, item.lease, due, problem, ahead=ahead)
        self._metrics.ingestion.retry(stage)
        log.warning(
            "document_tried_again_later",
            code=error.code,
            stage=stage.value,
            attempts=item.attempts,
            reason=error.detail if isinstance(error, ProcessingFailed) else None,
            seconds=round(delay.total_seconds(), 1),
        )

    def put_back(self, lease: Lease) -> None:
        """Put a document back in line as it was: its worker stops."""
        with self._records.bookkeeping() as connection:
            leases.put_back(connection, lease, self.now(), None)

    def store_is_out(self, lease: Lease) -> None:
        """Put a document back to the end of the line: a store of ours was out of reach.

        It did nothing wrong, so the attempt does not count; but should it be what a store cannot
        bear, others go before it.
        """
        self._metrics.ingestion.dependency_failed("records")
        due = timestamp(self._records.clock.now() + OUTAGE_PAUSE)
        with self._records.bookkeeping() as connection:
            leases.put_back(connection, lease, due, None, behind=True)

    def cancelled(self, item: LeasedItem, error: CatalystError | None = None) -> None:
        """End a document that nobody wants any more."""
        problem = None if error is None else problem_of(error)
        with self._records.bookkeeping() as connection:
            leases.cancel(connection, item.lease, self.now(), problem)
            if item.document_id is not None and item.version_id is not None:
                processing.mark_cancelled(connection, item.document_id, item.version_id, self.now())
        self._metrics.ingestion.attempt(stage_after(item.stage), "cancelled")
        log.info("document_cancelled", code=None if error is None else error.code)
        self.told_cancelled(item.document_id)

    def told_cancelled(self, document_id: str | None) -> None:
        """Count and tell an end that was committed."""
        self._metrics.ingestion.ended(ItemState.CANCELLED)
        self._watchers.tell(document_id)

    def refused(self, lost: LeaseLost, stage: Stage) -> None:
        """Note that a late result was not taken."""
        self._metrics.ingestion.commit_refused()
        self._metrics.ingestion.attempt(stage, "refused")
        log.warning("late_result_refused", item_id=str(lost.context.get("item")))

    def require_wanted(self, lease: Lease) -> None:
        """Raise `LeaseLost`, or `WorkCancelled` when the job was cancelled."""
        with self._records.read() as connection:
            leases.check(connection, lease)
            if leases.cancelled(connection, lease):
                raise WorkCancelled

    def _dead_letter(self, item: LeasedItem, error: CatalystError) -> None:
        problem = problem_of(error)
        if error.transient and item.attempts > 1:
            tried = f"It was tried {item.attempts} times; the last time: {error.detail}"
            problem = problem.model_copy(update={"detail": tried})

        def end(connection: Connection) -> None:
            leases.fail(connection, item.lease, problem, self.now())

        version = self._pending(item)
        if version is None:
            with self._records.bookkeeping() as connection:
                end(connection)
        else:
            self._pipeline.fail(version, type(error)(problem.detail), end)
            self._metrics.documents.labels(DocumentStatus.FAILED.value).inc()
        self._metrics.ingestion.ended(ItemState.FAILED, problem.error_class.value)
        log.warning("document_failed", code=error.code, error_class=problem.error_class.value)
        self._watchers.tell(item.document_id)

    def _pending(self, item: LeasedItem) -> processing.PendingDocument | None:
        if item.document_id is None or item.version_id is None:
            return None
        with self._records.read() as connection:
            return processing.pending(connection, item.document_id, item.version_id)


def stage_after(stage: Stage | None) -> Stage:
    """Return the stage that a document which has passed ``stage`` is at."""
    return Stage.ACQUIRED if stage is None else ORDER[ORDER.index(stage) + 1]
