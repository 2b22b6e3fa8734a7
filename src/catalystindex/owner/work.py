"""Putting the work together: queue, workers, reconciler, and the use cases on top of them."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta

from catalystindex.config.settings import Settings
from catalystindex.documents.acquire.router import Acquisition
from catalystindex.documents.library import Library
from catalystindex.documents.pipeline import Pipeline
from catalystindex.jobs.acquire_desk import AcquireDesk
from catalystindex.jobs.compute import ComputeWorker
from catalystindex.jobs.crew import Crew
from catalystindex.jobs.endings import Endings
from catalystindex.jobs.heart import Heart
from catalystindex.jobs.line import Line
from catalystindex.jobs.packs import Packs
from catalystindex.jobs.reconciler import Reconciler
from catalystindex.jobs.retry import RetryPolicy
from catalystindex.jobs.room import Room
from catalystindex.jobs.roster import Roster, warnings_of
from catalystindex.jobs.service import Jobs
from catalystindex.jobs.submissions import Submissions
from catalystindex.jobs.wakes import Wakes
from catalystindex.jobs.watchers import Watchers
from catalystindex.jobs.work_desk import WorkDesk
from catalystindex.jobs.worker import WorkerSetup
from catalystindex.model.job import JobWarning
from catalystindex.stores.artifacts.base import ArtifactStore
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.queue.open import OpenQueue, open_queue
from catalystindex.stores.records.engine import Records
from catalystindex.telemetry.metrics import Metrics

BEATS_PER_LEASE = 4
"""A worker may miss this many heartbeats but one before its lease runs out."""


@dataclass(frozen=True)
class Foundation:
    """What work stands on."""

    records: Records
    artifacts: ArtifactStore
    pipeline: Pipeline
    library: Library
    setup: WorkerSetup
    metrics: Metrics


@dataclass(frozen=True)
class Work:
    """The parts of background work that others call."""

    setup: WorkerSetup
    queue: OpenQueue
    wakes: Wakes
    desk: WorkDesk
    crew: Crew
    roster: Roster
    reconciler: Reconciler
    submissions: Submissions
    jobs: Jobs
    watchers: Watchers


def start_work(
    settings: Settings, foundation: Foundation, stack: ExitStack, *, serves: bool
) -> Work:
    """Open the queue, end what an owner before left in hand, start everything.

    What is started is stopped by ``stack``, in reverse. Raises `ConfigurationError` and
    `QueueUnreachable`.
    """
    queue = open_queue(settings.queue, settings.data_dir, embedded=serves)
    stack.callback(queue.close)
    key = settings.security.key_file
    private = [settings.data_dir] if key is None else [settings.data_dir, key]
    acquisition = Acquisition(settings.acquisition, foundation.artifacts, private=private)
    stack.callback(acquisition.close)
    work = _assemble(settings, foundation, queue, acquisition)
    work.roster.start_anew()
    work.reconciler.adopt_orphans()
    work.reconciler.end_expired()
    stack.callback(work.watchers.close)
    for part in (work.crew, work.reconciler):
        part.start()
        stack.callback(part.stop)
    return work


def _assemble(
    settings: Settings, foundation: Foundation, queue: OpenQueue, acquisition: Acquisition
) -> Work:
    records, pipeline, metrics = foundation.records, foundation.pipeline, foundation.metrics
    jobs = settings.jobs
    watchers, wakes = Watchers(), Wakes(queue.queue, metrics)
    line, heart = Line(records, jobs.lease), Heart(jobs.lease / BEATS_PER_LEASE)
    roster = Roster(records, jobs.lease)
    endings = Endings(records, pipeline, RetryPolicy.of(jobs), metrics, watchers)
    desk = WorkDesk(records, pipeline, line, endings, metrics)
    packs = Packs(foundation.artifacts)
    acquiring = AcquireDesk(
        records, foundation.library, acquisition, packs, line, endings, heart, metrics
    )
    room = Room(records, jobs)
    acquiring.require_room = room.require
    acquiring.on_acquired = lambda job_id: _call(wakes, job_id)
    computers = [ComputeWorker(foundation.setup, jobs.task_timeout) for _ in range(jobs.workers)]
    crew = Crew(desk, acquiring, computers, jobs.acquirers, queue.queue, heart, roster, metrics)

    def held() -> set[str]:
        return heart.held() | desk.held()

    reconciler = Reconciler(records, endings, wakes, roster, metrics, held)
    reconciler.beat, reconciler.flush = crew.beat, pipeline.flush
    reconciler.keep = (timedelta(days=jobs.keep_days), timedelta(days=jobs.keep_failed_days))
    reconciler.on_forgotten = packs.remove

    def warnings() -> Sequence[JobWarning]:
        return warnings_of(roster.everyone(), reachable=wakes.reachable)

    work = Work(
        setup=foundation.setup,
        queue=queue,
        wakes=wakes,
        desk=desk,
        crew=crew,
        roster=roster,
        reconciler=reconciler,
        submissions=Submissions(records, foundation.library, packs, wakes, room, jobs, metrics),
        jobs=Jobs(records, wakes, warnings),
        watchers=watchers,
    )

    def cancelled(tenant_key: str, knowledge_base_id: str, job_id: str) -> None:
        heart.hurry()
        packs.let_go(records, tenant_key, knowledge_base_id, job_id)

    work.jobs.on_cancel, work.jobs.on_ended = cancelled, endings.told_cancelled
    return work


def _call(wakes: Wakes, job_id: str) -> None:
    """Call a worker for a document that was acquired, and a fetcher for one that was listed."""
    for lane in (Lane.COMPUTE, Lane.ACQUIRE):
        wakes.wake(lane, job_id)
