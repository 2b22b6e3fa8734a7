"""Jobs as their workspace sees and steers them: list, show, follow, cancel, retry."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from catalystindex.audit.chain import action, timestamp
from catalystindex.jobs.cancelling import end_waiting
from catalystindex.jobs.views import job_of
from catalystindex.jobs.wakes import Wakes
from catalystindex.model.errors import JobNotRetryable
from catalystindex.model.job import ItemState, Job, JobDocument, JobWarning, Retried
from catalystindex.model.paging import Page
from catalystindex.model.tenant import Tenant
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.records import job_documents, jobs
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.job_documents import MAX_ORDINAL, ItemQuery
from catalystindex.stores.records.jobs import JobQuery, StoredJob

CHANGES = 500
"""Documents of a job that are looked at in one step of following it."""
EVERYTHING = 10_000
"""Failed documents that one call puts back in line at the most."""


@dataclass(frozen=True)
class Changes:
    """What is new in a job since a sequence."""

    job: Job
    documents: Sequence[JobDocument]


class Jobs:
    """The jobs of all workspaces, each seen by its own tenant only."""

    def __init__(
        self, records: Records, wakes: Wakes, warnings: Callable[[], Sequence[JobWarning]]
    ) -> None:
        self._records, self._wakes, self._warnings = records, wakes, warnings
        self.on_cancel: Callable[[str, str, str], None] = lambda *_: None
        """Called with workspace, knowledge base and id of a job that was cancelled."""
        self.on_ended: Callable[[str | None], None] = lambda _document: None
        """Called for each document that a cancellation ended while it waited."""

    def show(self, tenant: Tenant, job_id: str) -> Job:
        """Return one. Raises `JobNotFound`."""
        with self._records.read() as connection:
            stored = jobs.find(connection, tenant, job_id)
            tallies = jobs.tallies(connection, [job_id])
        return job_of(stored, tallies, self._records.clock.now(), self._warnings())

    def page(self, tenant: Tenant, query: JobQuery) -> Page[Job]:
        """Return a page, newest first."""
        with self._records.read() as connection:
            stored, cursor = jobs.page(connection, tenant, query)
            tallies = jobs.tallies(connection, [one.id for one in stored])
        by_job: dict[str, list[jobs.Tally]] = {one.id: [] for one in stored}
        for tally in tallies:
            by_job[tally.job_id].append(tally)
        now, warnings = self._records.clock.now(), self._warnings()
        items = [job_of(one, by_job[one.id], now, warnings) for one in stored]
        return Page(items=items, next_cursor=cursor)

    def documents(self, tenant: Tenant, query: ItemQuery) -> Page[JobDocument]:
        """Return a page of the documents of one job. Raises `JobNotFound`."""
        with self._records.read() as connection:
            jobs.find(connection, tenant, str(query.job_id))
            return job_documents.page(connection, tenant, query)

    def document(self, tenant: Tenant, item_id: str, job_id: str | None = None) -> JobDocument:
        """Return one document of a job. Raises `JobNotFound`."""
        with self._records.read() as connection:
            return job_documents.find(connection, tenant, item_id, job_id)

    def dead_letters(self, tenant: Tenant, query: ItemQuery) -> Page[JobDocument]:
        """Return a page of failed documents of all jobs, the newest first."""
        with self._records.read() as connection:
            wanted = replace(query, job_id=None, state=ItemState.FAILED)
            return job_documents.page(connection, tenant, wanted)

    def changes(
        self, tenant: Tenant, job_id: str, after: int, ordinal: int = MAX_ORDINAL
    ) -> Changes:
        """Return a job, and its documents that changed since a sequence. Raises `JobNotFound`.

        ``ordinal`` is the last document that was seen of those changed with that sequence.
        """
        with self._records.read() as connection:
            stored = jobs.find(connection, tenant, job_id)
            tallies = jobs.tallies(connection, [job_id])
            place = (after, ordinal)
            changed = job_documents.changed(connection, tenant, job_id, place, CHANGES)
        job = job_of(stored, tallies, self._records.clock.now(), self._warnings())
        return Changes(job, changed)

    def cancel(self, tenant: Tenant, job_id: str) -> Job:
        """End what waits, give up what is in hand; what was indexed stays. Raises `JobNotFound`.

        An ended job stays as it is.
        """
        with self._records.read() as connection:
            stored = jobs.find(connection, tenant, job_id)
        if stored.finished_at is None:
            self._cancel(tenant, stored)
            self.on_cancel(tenant.key, stored.knowledge_base_id, job_id)
        return self.show(tenant, job_id)

    def retry(self, tenant: Tenant, job_id: str, item_ids: Sequence[str]) -> Retried:
        """Put failed documents of a job back in line, all of them if none is named.

        Raises `JobNotFound`, and `JobNotRetryable` when nothing that was named has failed.
        """
        with self._records.read() as connection:
            jobs.find(connection, tenant, job_id)
            for item_id in item_ids:
                job_documents.find(connection, tenant, item_id, job_id)
            failed = job_documents.failed_ids(connection, tenant, ItemQuery(job_id=job_id))
        return self._retry(tenant, _named(failed, item_ids))

    def retry_dead_letters(
        self, tenant: Tenant, query: ItemQuery, item_ids: Sequence[str]
    ) -> Retried:
        """Put failed documents of any job back in line: those that fit, or those named.

        Raises `JobNotRetryable` when there are none.
        """
        with self._records.read() as connection:
            failed = job_documents.failed_ids(connection, tenant, query)
        return self._retry(tenant, _named(failed, item_ids))

    def _retry(self, tenant: Tenant, failed: Sequence[tuple[str, str]]) -> Retried:
        if not failed:
            raise JobNotRetryable("None of these documents has failed.")
        retried = 0
        for job_id, pairs in groupby(failed[:EVERYTHING], key=lambda pair: pair[0]):
            named = [item for _, item in pairs]
            again = action("job.retry", job_id, documents=len(named))
            with self._records.change(tenant, again) as connection:
                retried += job_documents.retry(connection, job_id, named, self._now())
            for lane in Lane:
                self._wakes.wake(lane, job_id)
        return Retried(retried=retried)

    def _cancel(self, tenant: Tenant, stored: StoredJob) -> None:
        cancelled = action("job.cancel", stored.id)
        with self._records.change(tenant, cancelled) as connection:
            jobs.request_cancel(connection, stored.id)
            given_up = end_waiting(connection, stored.id, self._now())
        for document_id in given_up:
            self.on_ended(document_id)

    def _now(self) -> str:
        return timestamp(self._records.clock.now())


def _named(failed: Sequence[tuple[str, str]], item_ids: Sequence[str]) -> Sequence[tuple[str, str]]:
    """Return the (job, document) whose documents are named; all of them if none is."""
    wanted = frozenset(item_ids)
    return [pair for pair in failed if pair[1] in wanted] if wanted else failed
