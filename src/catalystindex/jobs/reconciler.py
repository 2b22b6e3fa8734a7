"""The reconciler: once a second it makes true what the records say, and the gauges with it.

It ends leases that ran out, calls workers where something is due, gives documents that wait
without a job one, and looks whether the queue answers.
"""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from catalystindex.audit.chain import action, timestamp
from catalystindex.documents.removal import SYSTEM_USER
from catalystindex.jobs.cancelling import end_waiting
from catalystindex.jobs.endings import Endings, stage_after
from catalystindex.jobs.planning import BULK, item_id
from catalystindex.jobs.roster import Roster, counted
from catalystindex.jobs.wakes import Wakes
from catalystindex.model.errors import LeaseLost, ProcessingFailed
from catalystindex.model.ids import content_id
from catalystindex.model.job import Stage
from catalystindex.security.tenants import restore_tenant
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.records import due, job_documents, jobs, leases, processing
from catalystindex.stores.records.due import Waiting
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.job_documents import NewItem
from catalystindex.stores.records.jobs import NewJob
from catalystindex.stores.records.leases import Expired
from catalystindex.telemetry.logs import bound, logger
from catalystindex.telemetry.metrics import Metrics

PERIOD = 1.0
TIDY_EVERY = 60
"""Looks between two rounds of what need not be done every second."""
ORPHANS_AT_ONCE = 1000
JOBS_AT_ONCE = 200
CHEAP = 0.05
"""Seconds. Counting all that waits takes longer when much does (0.2 for 100,000 documents)."""
SHARE = 20
"""Counting that is not cheap has at most one in so many seconds."""
CALLS = 8
"""Calls that are left for a lane at a time."""

log = logger(__name__)


class Reconciler:
    """A thread of the owner. `look` is one round, for tests and the first start."""

    def __init__(
        self,
        records: Records,
        endings: Endings,
        wakes: Wakes,
        roster: Roster,
        metrics: Metrics,
        held: Callable[[], set[str]],
    ) -> None:
        self._records, self._endings, self._wakes = records, endings, wakes
        self._roster, self._metrics, self._held = roster, metrics, held
        self.beat: Callable[[], None] = lambda: None
        """Called every round: the owner's own workers say that they live."""
        self.flush: Callable[[], None] = lambda: None
        """Called once a minute: what was indexed goes to disk."""
        self.keep = (timedelta(days=90), timedelta(days=365))
        """How long jobs are kept after they ended: well, and with dead letters."""
        self.on_forgotten: Callable[[str, str, str], None] = lambda *_: None
        """Called with workspace, knowledge base and id of a job that is kept no longer."""
        self._rounds = 0
        self._count_again = time.monotonic()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="reconciler", daemon=True)

    def start(self) -> None:
        """Start the thread."""
        self._thread.start()

    def stop(self) -> None:
        """End the thread."""
        self._stopping.set()
        self._thread.join()

    def look(self) -> None:
        """Do one round. A step that fails keeps none of the others from being done."""
        steps: list[Callable[[], object]] = [
            self.beat,
            self.end_expired,
            self.end_cancelled,
            self._wakes.look,
            self._call_and_show if time.monotonic() >= self._count_again else self._call_only,
        ]
        if self._rounds % TIDY_EVERY == 0:
            steps += [
                self._roster.tidy,
                self.adopt_orphans,
                self.forget_old_jobs,
                self.flush,
            ]
        self._rounds += 1
        for step in steps:
            self._safely(step)

    def end_expired(self) -> int:
        """End leases that ran out; return how many. Their workers are dead, or slower than that."""
        now = self._endings.now()
        with self._records.read() as connection:
            found = leases.expired(connection, now, self._held())
        for one in found:
            self._safely(partial(self._end, one))
        return len(found)

    def end_cancelled(self) -> int:
        """End what came back in line in a cancelled job; return how many documents.

        What was in hand may be put back: its worker was lost, or its source told it to wait.
        """
        with self._records.read() as connection:
            found = jobs.being_cancelled(connection)
        ended: list[str | None] = []
        for job_id in found:
            with self._records.bookkeeping() as connection:
                ended += end_waiting(connection, job_id, self._endings.now())
        for document_id in ended:
            self._endings.told_cancelled(document_id)
        return len(ended)

    def adopt_orphans(self) -> int:
        """Give a job to documents that wait without one; return how many documents.

        They come from a version before there were jobs, or lost their artifacts.
        """
        with self._records.read() as connection:
            orphans = processing.without_job(connection, ORPHANS_AT_ONCE)
        for tenant_key, base_id, document_id, version_id in orphans:
            self._adopt(tenant_key, base_id, document_id, version_id)
        return len(orphans)

    def forget_old_jobs(self) -> int:
        """Delete jobs that are kept no longer; return how many. Their documents stay."""
        now = self._records.clock.now()
        before, failed_before = (timestamp(now - kept) for kept in self.keep)
        with self._records.read() as connection:
            if not jobs.any_ended(connection, max(before, failed_before)):
                return 0
        with self._records.bookkeeping() as connection:
            gone = jobs.forget_ended(connection, before, failed_before, JOBS_AT_ONCE)
        for job in gone:
            self.on_forgotten(*job)
        if gone:
            log.info("jobs_forgotten", jobs=len(gone))
        return len(gone)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self.look()
            self._stopping.wait(PERIOD)

    def _safely(self, step: Callable[[], object]) -> None:
        try:
            step()
        except Exception:
            log.exception("reconciliation_failed")  # the next round may succeed

    def _end(self, one: Expired) -> None:
        with bound(job_id=one.lease.job_id, item_id=one.lease.item_id):
            try:
                item = self._endings.item(one.lease)
                self._metrics.ingestion.lease_expired()
                stage = stage_after(one.stage)
                log.warning("lease_expired", holder=str(one.holder), stage=stage.value)
                gone = ProcessingFailed("The worker that had the document in hand is gone.")
                self._endings.failed(item, gone, lost=True)
            except LeaseLost:
                return  # it was brought back while we looked

    def _adopt(self, tenant_key: str, base_id: str, document_id: str, version_id: str) -> None:
        tenant = restore_tenant(tenant_key, SYSTEM_USER)
        at = self._endings.now()
        job_id = content_id("job", tenant_key, "repair", version_id, at)
        item = NewItem(
            id=item_id(job_id, 0),
            ordinal=0,
            kind="upload",
            place="(repair)",
            source={},
            key=None,
            title=None,
            metadata={},
            policy=None,
            force=False,
            lane=Lane.COMPUTE,
            priority=BULK,
            document_id=document_id,
            version_id=version_id,
            stage=Stage.ACQUIRED,
        )
        submitted = action("job.submit", job_id, documents=1, repair=True)
        with self._records.change(tenant, submitted) as connection:
            jobs.add(connection, tenant, NewJob(job_id, base_id, "repair"), at)
            job_documents.add(connection, tenant, job_id, base_id, [item], at)
        log.warning("document_adopted", document_id=document_id, job_id=job_id)

    def _call_only(self) -> None:
        """Call lanes in which something is due, without counting it."""
        now = timestamp(self._records.clock.now())
        with self._records.read() as connection:
            lanes = [lane for lane in Lane if due.any_due(connection, lane, now)]
        for lane in lanes:
            if self._wakes.depth(lane) == 0:
                self._wakes.wake(lane, lane, CALLS)

    def _call_and_show(self) -> None:
        now, began = self._records.clock.now(), time.monotonic()
        with self._records.read() as connection:
            lanes = due.waiting(connection, list(Lane), timestamp(now))
            open_documents = job_documents.tally_open(connection)
            dead = job_documents.tally_failed(connection)
            open_jobs = jobs.count_open(connection)
        took = time.monotonic() - began
        self._count_again = began + (SHARE * took if took > CHEAP else 0.0)
        everyone = self._roster.everyone()
        for waiting in lanes:
            self._call(waiting, now)
        ingestion = self._metrics.ingestion
        ingestion.show_open(open_documents, open_jobs)
        ingestion.show_dead_letters(dead.get("permanent", 0), dead.get("transient", 0))
        ingestion.show_workers(counted(everyone))
        self._metrics.documents_waiting.set(sum(open_documents.values()))

    def _call(self, waiting: Waiting, now: datetime) -> None:
        """Call a lane in which something is due and no call waits."""
        lane = Lane(waiting.lane)
        calls = self._wakes.depth(lane)
        oldest = 0.0
        if waiting.oldest is not None:
            oldest = max(0.0, (now - datetime.fromisoformat(waiting.oldest)).total_seconds())
        self._metrics.ingestion.show_lane(lane, waiting.documents, oldest, calls)
        if waiting.documents and calls == 0:
            self._wakes.wake(lane, lane, min(waiting.documents, CALLS))
