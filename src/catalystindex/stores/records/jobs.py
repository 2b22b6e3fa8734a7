"""Jobs in the records: made, shown, counted, ended. A workspace sees its own only."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Connection,
    Row,
    Select,
    case,
    delete,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from catalystindex.model.errors import JobNotFound
from catalystindex.model.job import ENDED_JOBS, ItemState, JobState
from catalystindex.model.sources import LISTING_KINDS
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records import lease_statements as statements
from catalystindex.stores.records.cursors import decode_cursor, encode_cursor
from catalystindex.stores.records.schema import job_documents, jobs

CURSOR_PARTS = 2
OPEN_JOBS = (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True)
class NewJob:
    """A submission as it is accepted."""

    id: str
    knowledge_base_id: str
    label: str
    idempotency_key: str | None = None
    fingerprint: str | None = None


@dataclass(frozen=True)
class StoredJob:
    """A job's own row."""

    id: str
    tenant: str
    knowledge_base_id: str
    label: str
    state: JobState
    sequence: int
    cancel_requested: bool
    fingerprint: str | None
    created_by: str
    created_at: str
    started_at: str | None
    finished_at: str | None


@dataclass(frozen=True)
class Tally:
    """How many documents of a job share what is counted."""

    job_id: str
    state: ItemState
    stage: str | None
    outcome: str | None
    retrying: bool
    listing: bool
    documents: int
    attempts: int
    document_id: str | None


@dataclass(frozen=True)
class JobQuery:
    """Which jobs a listing shows."""

    state: JobState | None = None
    knowledge_base_id: str | None = None
    cursor: str | None = None
    limit: int = 50


def add(connection: Connection, tenant: Tenant, new: NewJob, at: str) -> None:
    """Record a job, queued; its documents are added in the same transaction."""
    connection.execute(
        insert(jobs).values(
            id=new.id,
            tenant=tenant.key,
            knowledge_base_id=new.knowledge_base_id,
            label=new.label,
            state=JobState.QUEUED,
            sequence=0,
            cancel_requested=False,
            idempotency_key=new.idempotency_key,
            fingerprint=new.fingerprint,
            created_by=tenant.user,
            created_at=at,
        )
    )


def find(connection: Connection, tenant: Tenant, job_id: str) -> StoredJob:
    """Return one. Raises `JobNotFound`, for another tenant's too."""
    found = connection.execute(_select(tenant).where(jobs.c.id == job_id)).first()
    if found is None:
        raise JobNotFound(f"There is no job {job_id[:64]!r}.", job=job_id[:64])
    return _stored(found)


def with_key(connection: Connection, tenant: Tenant, idempotency_key: str) -> StoredJob | None:
    """Return the job that was submitted with an idempotency key."""
    found = connection.execute(
        _select(tenant).where(jobs.c.idempotency_key == idempotency_key)
    ).first()
    return None if found is None else _stored(found)


def page(
    connection: Connection, tenant: Tenant, query: JobQuery
) -> tuple[list[StoredJob], str | None]:
    """Return a page, newest first, and the cursor of the next one."""
    statement = _select(tenant)
    if query.state is not None:
        statement = statement.where(jobs.c.state == query.state)
    if query.knowledge_base_id is not None:
        statement = statement.where(jobs.c.knowledge_base_id == query.knowledge_base_id)
    if query.cursor is not None:
        created_at, identifier = decode_cursor(query.cursor, CURSOR_PARTS)
        older = (jobs.c.created_at == created_at) & (jobs.c.id < identifier)
        statement = statement.where(or_(jobs.c.created_at < created_at, older))
    ordered = statement.order_by(jobs.c.created_at.desc(), jobs.c.id.desc())
    rows = [_stored(row) for row in connection.execute(ordered.limit(query.limit + 1))]
    shown = rows[: query.limit]
    more = encode_cursor(shown[-1].created_at, shown[-1].id) if len(rows) > query.limit else None
    return shown, more


def tallies(connection: Connection, job_ids: Sequence[str]) -> list[Tally]:
    """Count the documents of jobs by all that is shown of them, in one order.

    Those of an ended job were counted when it ended: a page of large jobs is not counted anew.
    """
    rows = connection.execute(
        select(jobs.c.id, jobs.c.tallies).where(jobs.c.id.in_(job_ids), jobs.c.tallies.is_not(None))
    )
    kept = {str(job): [_tally(str(job), row) for row in counted] for job, counted in rows}
    live = _counted(connection, [job for job in job_ids if job not in kept])
    return sorted(
        [*(tally for counted in kept.values() for tally in counted), *live],
        key=lambda tally: tally.job_id,
    )


def _counted(connection: Connection, job_ids: Sequence[str]) -> list[Tally]:
    if not job_ids:
        return []
    columns = job_documents.c
    retrying = case((columns.attempts > 0, 1), else_=0)
    listing = case((columns.kind.in_(sorted(LISTING_KINDS)), 1), else_=0)
    grouped = (columns.job_id, columns.state, columns.stage, columns.outcome, retrying, listing)
    rows = connection.execute(
        select(
            *grouped,
            func.count(),
            func.sum(columns.total_attempts),
            func.min(columns.document_id),
        )
        .where(columns.job_id.in_(job_ids))
        .group_by(*grouped)
        .order_by(*grouped)
    )
    return [_tally(job, counted) for job, *counted in rows]


def _tally(job_id: str, counted: Sequence[Any]) -> Tally:
    state, stage, outcome, again, lists, *numbers = counted
    return Tally(job_id, ItemState(state), stage, outcome, bool(again), bool(lists), *numbers)


def _kept(counted: Sequence[Tally]) -> list[list[object]]:
    """Return tallies as the row of their job keeps them."""
    return [list(vars(tally).values())[1:] for tally in counted]


def next_sequence(connection: Connection, job_id: str) -> int:
    """Raise the sequence of a job and return it. Raises `JobNotFound`."""
    found = connection.execute(statements.RAISE_SEQUENCE, {"job": job_id}).scalar_one_or_none()
    if found is None:
        raise JobNotFound(job=job_id)
    return int(found)


def mark_running(connection: Connection, job_id: str, at: str) -> None:
    """Note that a job's first document is in hand; an ended one that is retried runs again."""
    connection.execute(statements.MARK_RUNNING, {"job": job_id, "now": at})


def reopen(connection: Connection, job_id: str) -> None:
    """Let an ended job go on: some of its documents are tried again."""
    connection.execute(
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state.in_(ENDED_JOBS))
        .values(state=JobState.QUEUED, finished_at=None, cancel_requested=False, tallies=None)
    )


def settle(connection: Connection, job_id: str, at: str) -> JobState | None:
    """End a job whose last document has ended; return the state it ended in.

    Of one that had ended before only the tallies are counted again.
    """
    if connection.execute(statements.UNFINISHED, {"job": job_id}).first() is not None:
        return None
    found = _counted(connection, [job_id])
    counted: Counter[str] = Counter()
    for tally in found:
        counted[tally.state] += tally.documents
    state = ended_state(counted)
    connection.execute(update(jobs).where(jobs.c.id == job_id).values(tallies=_kept(found)))
    connection.execute(
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state.not_in(ENDED_JOBS))
        .values(state=state, finished_at=at)
    )
    return state


def ended_state(counts: Mapping[str, int]) -> JobState:
    """Return what a job ends as, given how many of its documents ended in each state."""
    if counts.get(ItemState.FAILED):
        return JobState.PARTIAL if counts.get(ItemState.SUCCEEDED) else JobState.FAILED
    if counts.get(ItemState.CANCELLED):
        return JobState.CANCELLED
    return JobState.SUCCEEDED


def request_cancel(connection: Connection, job_id: str) -> None:
    """Note that what is in hand is to be given up; what waits is ended by the caller."""
    connection.execute(
        update(jobs)
        .where(jobs.c.id == job_id, jobs.c.state.in_(OPEN_JOBS))
        .values(cancel_requested=True)
    )


def forget_ended(
    connection: Connection, before: str, failed_before: str, limit: int
) -> list[tuple[str, str, str]]:
    """Delete jobs that ended long ago, those with dead letters later; the oldest first.

    Returns (workspace, knowledge base, job) of what was deleted.
    """
    well, ill = (JobState.SUCCEEDED, JobState.CANCELLED), (JobState.PARTIAL, JobState.FAILED)
    old = or_(
        jobs.c.state.in_(well) & (jobs.c.finished_at < before),
        jobs.c.state.in_(ill) & (jobs.c.finished_at < failed_before),
    )
    rows = connection.execute(
        select(jobs.c.tenant, jobs.c.knowledge_base_id, jobs.c.id)
        .where(old)
        .order_by(jobs.c.finished_at, jobs.c.id)
        .limit(limit)
    )
    found = [(str(tenant), str(base), str(job)) for tenant, base, job in rows]
    connection.execute(delete(jobs).where(jobs.c.id.in_([job for *_, job in found])))
    return found


def any_ended(connection: Connection, before: str) -> bool:
    """Tell whether a job ended before a moment."""
    old = select(jobs.c.id).where(jobs.c.finished_at < before).limit(1)
    return connection.execute(old).first() is not None


def being_cancelled(connection: Connection) -> list[str]:
    """Return jobs of all workspaces that were cancelled and have something that waits again."""
    waits = exists().where(
        job_documents.c.job_id == jobs.c.id, job_documents.c.state == ItemState.QUEUED
    )
    wanted = select(jobs.c.id).where(jobs.c.state.in_(OPEN_JOBS), jobs.c.cancel_requested, waits)
    return sorted(connection.execute(wanted).scalars())


def count_open(connection: Connection) -> int:
    """Return how many jobs have not ended, in all workspaces."""
    counted = select(func.count()).where(jobs.c.state.in_(OPEN_JOBS))
    return int(connection.execute(counted).scalar_one())


def tenants_with_open_jobs(connection: Connection) -> list[str]:
    """Return the workspaces that have unfinished jobs, in one order."""
    return sorted(connection.execute(statements.OPEN_TENANTS).scalars())


def _select(tenant: Tenant) -> Select[tuple[object, ...]]:
    return select(
        jobs.c.id,
        jobs.c.tenant,
        jobs.c.knowledge_base_id,
        jobs.c.label,
        jobs.c.state,
        jobs.c.sequence,
        jobs.c.cancel_requested,
        jobs.c.fingerprint,
        jobs.c.created_by,
        jobs.c.created_at,
        jobs.c.started_at,
        jobs.c.finished_at,
    ).where(jobs.c.tenant == tenant.key)


def _stored(row: Row[tuple[object, ...]]) -> StoredJob:
    fields = dict(row._mapping)
    return StoredJob(**fields | {"state": JobState(str(fields["state"]))})
