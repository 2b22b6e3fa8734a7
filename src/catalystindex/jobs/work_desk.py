"""The owner's desk for compute workers: hands out stages, commits what comes back.

After the last stage the owner itself applies the version to the index, in the thread that brought
the report.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy import Connection

from catalystindex.documents.pipeline import Pipeline, Version, version_of
from catalystindex.documents.tasks import Crashed, Done, StageTask
from catalystindex.jobs.desk import Assignment, Failure, Report, Ticket, error_of
from catalystindex.jobs.endings import Endings, stage_after
from catalystindex.jobs.line import Line
from catalystindex.model.errors import (
    CatalystError,
    DocumentSuperseded,
    LeaseLost,
    ProcessingFailed,
    Unavailable,
    WorkCancelled,
)
from catalystindex.model.job import Outcome, Stage
from catalystindex.stores.artifacts.base import CHUNKS, PARSED, VersionPlace
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.records import documents, leases, processing
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.leases import Lease, LeasedItem
from catalystindex.telemetry.logs import bound, logger
from catalystindex.telemetry.metrics import Metrics

CLAIM_SECONDS = 5.0
"""A worker that asks is answered after so long, though all that was found needed no work."""

log = logger(__name__)


class WorkDesk:
    """A `Desk` on the records; threads share it."""

    def __init__(
        self, records: Records, pipeline: Pipeline, line: Line, endings: Endings, metrics: Metrics
    ) -> None:
        self._records, self._pipeline = records, pipeline
        self._line, self._endings, self._metrics = line, endings, metrics
        self._last: dict[str, VersionPlace] = {}
        self._own: Counter[str] = Counter()
        self._lock = threading.Lock()
        self.after_document: Callable[[], None] = lambda: None

    def claim(self, worker: str) -> Assignment | None:
        """Return the next document with its first stage; what needs none is ended here.

        A worker that asks for more writes nothing more of what it had before: if that was deleted
        meanwhile, what was written of it goes too.
        """
        self._tidy_after(worker)
        enough = time.monotonic() + CLAIM_SECONDS
        while time.monotonic() < enough:
            item = self._line.take(Lane.COMPUTE, worker)
            if item is None:
                return None
            ids = {"job_id": item.lease.job_id, "document_id": str(item.document_id)}
            with bound(**ids), self._at_it(item.lease):
                stage = stage_after(item.stage)
                task = self._safely(item.lease, stage, partial(self._begin, item))
            if task is not None:
                self._last[worker] = task.place.place()
                return Assignment(_ticket(item), task)
        return None

    def beat(self, ticket: Ticket, progress: tuple[int, int] | None) -> bool:
        """Prolong the lease; False if it was lost or the job was cancelled."""
        with self._records.bookkeeping() as connection:
            return leases.beat(connection, _lease(ticket), self._line.until(), progress)

    def report(self, ticket: Ticket, report: Report) -> StageTask | None:
        """Commit a stage and return the next one. Raises `LeaseLost`."""
        lease = _lease(ticket)
        ids = {"job_id": ticket.job_id, "document_id": ticket.document_id}
        with bound(**ids), self._at_it(lease):
            work = partial(self._commit, ticket, report)
            return self._safely(lease, report.stage, work, raises=True)

    def give_up(self, ticket: Ticket, failure: Failure) -> None:
        """Try the stage again later, or not. Raises `LeaseLost`."""
        with bound(job_id=ticket.job_id, document_id=ticket.document_id):
            lease = _lease(ticket)
            item = self._endings.item(lease)
            if self._cancelled(lease):
                self._endings.cancelled(item)
            else:
                lost = isinstance(failure, Crashed)
                self._endings.failed(item, error_of(failure), lost=lost)

    def put_back(self, ticket: Ticket) -> None:
        """Put a document back in line; its attempt does not count. Raises `LeaseLost`."""
        self._endings.put_back(_lease(ticket))

    def held(self) -> set[str]:
        """Return the documents of jobs that the owner itself is at, as when it indexes them.

        Their leases do not run out: whoever waits for it may be unable to say that it lives.
        """
        with self._lock:
            return set(self._own)

    @contextmanager
    def _at_it(self, lease: Lease) -> Iterator[None]:
        with self._lock:
            self._own[lease.item_id] += 1
        try:
            yield
        finally:
            with self._lock:
                self._own[lease.item_id] -= 1
                self._own = +self._own  # only those that are left

    def _tidy_after(self, worker: str) -> None:
        if worker in self._last:
            self._pipeline.discard_version(self._last[worker])
            del self._last[worker]

    def _cancelled(self, lease: Lease) -> bool:
        with self._records.read() as connection:
            return leases.cancelled(connection, lease)

    def _safely(
        self,
        lease: Lease,
        stage: Stage,
        work: Callable[[], StageTask | None],
        *,
        raises: bool = False,
    ) -> StageTask | None:
        """Do work under a lease; what fails ends the attempt and nothing else.

        When a store is out of reach the document did nothing wrong: it goes back in line.
        """
        try:
            return work()
        except LeaseLost as lost:
            self._endings.refused(lost, stage)
            if raises:
                raise
        except WorkCancelled:
            self._endings.cancelled(self._endings.item(lease))
        except DocumentSuperseded as newer:
            self._endings.cancelled(self._endings.item(lease), newer)
        except Unavailable:
            self._endings.store_is_out(lease)
            raise
        except CatalystError as error:
            self._endings.failed(self._endings.item(lease), error)
        except Exception as error:
            log.exception("document_interrupted")
            unforeseen = ProcessingFailed(f"An unforeseen {type(error).__name__} in the server.")
            self._endings.failed(self._endings.item(lease), unforeseen)
        return None

    def _begin(self, item: LeasedItem) -> StageTask | None:
        self._endings.require_wanted(item.lease)
        version = self._awaited(item)
        if version is None:
            self._endings.succeeded(item, Outcome.UNCHANGED)
            return None
        return self._next(item.lease, version)

    def _awaited(self, item: LeasedItem) -> Version | None:
        """Return the version to work on; None if it answers searches already.

        Raises `DocumentSuperseded` when the document waits for another.
        """
        document_id, version_id = str(item.document_id), str(item.version_id)
        with self._records.read() as connection:
            pending = processing.pending(connection, document_id, version_id)
            current = documents.current_version(connection, document_id)
        if pending is not None:
            return version_of(pending)
        if current == version_id:
            return None
        with self._records.bookkeeping() as connection:
            if not processing.await_again(connection, document_id, version_id, self._endings.now()):
                raise DocumentSuperseded(document=document_id)
            again = processing.pending(connection, document_id, version_id)
        if again is None:
            raise DocumentSuperseded(document=document_id)
        return version_of(again)

    def _commit(self, ticket: Ticket, report: Report) -> StageTask | None:
        lease, stage = _lease(ticket), report.stage
        version = self._version(lease)
        place = version.place
        if (place.document_id, place.version_id) != (ticket.document_id, ticket.version_id):
            raise LeaseLost(item=ticket.item_id)
        name = {
            Stage.PARSED: PARSED,
            Stage.CHUNKED: CHUNKS,
            Stage.EMBEDDED: self._pipeline.vectors_artifact(),
        }[stage]
        # vectors may be of the encoder before: then the next task is to embed anew
        if stage is not Stage.EMBEDDED and not self._pipeline.has(version, name):
            raise ProcessingFailed(
                f"A worker said that the document is {stage.value}, and left nothing of it in the "
                "artifacts folder: does it share the server's?"
            )

        def advance(connection: Connection) -> None:
            leases.advance(
                connection,
                lease,
                stage,
                artifact=self._pipeline.artifact_of(version, name),
                seconds=report.seconds,
            )

        self._record(version, stage, report.done, advance)
        self._metrics.ingestion.attempt(stage, "ok")
        self._metrics.stage_took(stage, report.seconds)
        self._endings.require_wanted(lease)
        return self._next(lease, self._version(lease))

    def _record(
        self, version: Version, stage: Stage, done: Done, advance: Callable[[Connection], None]
    ) -> None:
        if stage is Stage.PARSED:
            self._pipeline.record_parsed(version, done, advance)
            return
        with self._records.bookkeeping() as connection:
            advance(connection)

    def _version(self, lease: Lease) -> Version:
        """Return what a lease is on, as its row says, whatever a ticket says of it."""
        item = self._endings.item(lease)
        document_id, version_id = str(item.document_id), str(item.version_id)
        with self._records.read() as connection:
            pending = processing.pending(connection, document_id, version_id)
        if pending is None:
            raise DocumentSuperseded(document=document_id)
        return version_of(pending)

    def _next(self, lease: Lease, version: Version) -> StageTask | None:
        """Return the stage that is missing, or index the version."""
        while True:
            task = self._pipeline.next_task(version)
            if task is not None:
                return task
            if self._index(lease, version):
                return None

    def _index(self, lease: Lease, version: Version) -> bool:
        item = self._endings.item(lease)
        outcomes: list[Outcome] = []
        began = time.perf_counter()

        def end(connection: Connection, replaced: str | None) -> None:
            outcome = _outcome(item, replaced)
            seconds = time.perf_counter() - began
            leases.succeed(connection, lease, outcome, self._endings.now(), seconds)
            outcomes.append(outcome)

        if not self._pipeline.index(version, end):
            return False
        self._metrics.ingestion.attempt(Stage.INDEXED, "ok")
        self._metrics.stage_took(Stage.INDEXED, time.perf_counter() - began)
        self._metrics.documents.labels("indexed").inc()
        self._endings.told_success(item, outcomes[-1])
        self.after_document()
        return True


def _outcome(item: LeasedItem, replaced: str | None) -> Outcome:
    if replaced is None:
        return Outcome.CREATED
    if item.force:  # not by the version: what comes after one that was forced is only newer
        return Outcome.REDONE
    return Outcome.UNCHANGED if replaced == item.version_id else Outcome.UPDATED


def _lease(ticket: Ticket) -> Lease:
    return Lease(ticket.item_id, ticket.job_id, ticket.token)


def _ticket(item: LeasedItem) -> Ticket:
    return Ticket(
        item.lease.item_id,
        item.lease.job_id,
        item.lease.token,
        str(item.document_id),
        str(item.version_id),
    )
