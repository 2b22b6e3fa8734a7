"""Leases on documents of jobs: taken, kept alive, committed under, given back, run out.

Every change under a lease names its fencing token. A lease is lost when the document was taken by
another, cancelled or deleted since: `LeaseLost`, and the caller's transaction is rolled back. The
owner's view, over all workspaces.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, select, update

from catalystindex.model.errors import JobNotFound, LeaseLost
from catalystindex.model.job import ErrorClass, ItemProblem, ItemState, Outcome, Stage
from catalystindex.stores.records import jobs as job_records
from catalystindex.stores.records import lease_statements as statements
from catalystindex.stores.records.job_documents import AHEAD_PRIORITY, RETRY_PRIORITY
from catalystindex.stores.records.schema import job_documents


@dataclass(frozen=True)
class Lease:
    """The right to commit work on one document, until the token is another's."""

    item_id: str
    job_id: str
    token: int


@dataclass(frozen=True)
class LeasedItem:
    """A document of a job in somebody's hands, with what working on it needs."""

    lease: Lease
    tenant_key: str
    created_by: str
    knowledge_base_id: str
    kind: str
    place: str
    source: dict[str, object]
    key: str | None
    title: str | None
    metadata: dict[str, object]
    policy: str | None
    force: bool
    document_id: str | None
    version_id: str | None
    stage: Stage | None
    attempts: int
    artifacts: dict[str, str]
    seconds: dict[str, float]
    created_at: str


@dataclass(frozen=True)
class Expired:
    """A lease that ran out."""

    lease: Lease
    attempts: int
    stage: Stage | None
    holder: str | None


def claim(
    connection: Connection, tenant_key: str, lane: str, holder: str, now: str, until: str
) -> LeasedItem | None:
    """Take the next document of a workspace that is due in a lane; None if there is none.

    The attempt is counted now, so that whatever becomes of the worker it counts.
    """
    wanted = {"tenant": tenant_key, "lane": lane, "now": now}
    found = connection.execute(statements.NEXT_DUE, wanted).first()
    if found is None:
        return None
    item_id, job_id = found
    job_records.mark_running(connection, job_id, now)
    taken = {
        "of": item_id,
        "at_sequence": job_records.next_sequence(connection, job_id),
        "until": until,
        "by": holder,
        "now": now,
    }
    connection.execute(statements.TAKE, taken)
    return _leased(connection, item_id)


def beat(
    connection: Connection, lease: Lease, until: str, progress: tuple[int, int] | None
) -> bool:
    """Prolong a lease; tell whether it is still the holder's, and still wanted."""
    values: dict[str, object] = {"lease_expires_at": until}
    if progress is not None:
        values |= {"steps_done": progress[0], "steps_total": progress[1]}
    own = _own(lease)
    kept = connection.execute(update(job_documents).where(*own).values(values)).rowcount == 1
    return kept and not cancelled(connection, lease)


def cancelled(connection: Connection, lease: Lease) -> bool:
    """Tell whether the job of a lease is to be given up."""
    wanted = connection.execute(statements.CANCEL_REQUESTED, {"job": lease.job_id})
    return bool(wanted.scalar_one_or_none())


def check(connection: Connection, lease: Lease) -> None:
    """Raise `LeaseLost` unless the lease is the newest and the document is in its hands."""
    _held(connection, lease)


def advance(
    connection: Connection,
    lease: Lease,
    stage: Stage,
    *,
    artifact: str,
    seconds: float,
    document_id: str | None = None,
    version_id: str | None = None,
) -> None:
    """Record a stage as done; the attempts of the next one are counted from one.

    Raises `LeaseLost`.
    """
    artifacts, seconds_so_far = _held(connection, lease)
    values: dict[str, object] = {
        "stage": stage,
        "attempts": 1,
        "total_attempts": job_documents.c.total_attempts + 1,
        "artifacts": artifacts | {stage.value: artifact},
        "seconds": seconds_so_far | {stage.value: round(seconds, 6)},
        "steps_done": None,
        "steps_total": None,
    }
    if document_id is not None:
        values |= {"document_id": document_id, "version_id": version_id}
    _change(connection, lease, values)


def hand_on(connection: Connection, lease: Lease, lane: str, now: str) -> None:
    """Put a document whose stage is done in line for the next lane. Raises `LeaseLost`."""
    _change(
        connection,
        lease,
        {
            "state": ItemState.QUEUED,
            "lane": lane,
            "due_at": now,
            "attempts": 0,
            "total_attempts": job_documents.c.total_attempts - 1,
            "lease_expires_at": None,
            "holder": None,
        },
    )


def put_back(
    connection: Connection,
    lease: Lease,
    due_at: str,
    problem: ItemProblem | None,
    *,
    ahead: bool = False,
    behind: bool = False,
) -> None:
    """Put a document back in line, later. Raises `LeaseLost`.

    With no ``problem`` nothing was wrong with it (the worker stops, a store is out): the attempt is
    taken back, and it keeps its place unless it is to go ``behind``. With one it goes behind all
    that waits, or ``ahead`` of it.
    """
    columns = job_documents.c
    at_the_back = columns.priority % RETRY_PRIORITY + RETRY_PRIORITY
    values: dict[str, object] = {
        "state": ItemState.QUEUED,
        "due_at": due_at,
        "lease_expires_at": None,
        "holder": None,
        "steps_done": None,
        "steps_total": None,
    }
    if problem is None:
        values |= {
            "attempts": columns.attempts - 1,
            "total_attempts": columns.total_attempts - 1,
        } | ({"priority": at_the_back} if behind else {})
    else:
        values |= _problem(problem) | {"priority": AHEAD_PRIORITY if ahead else at_the_back}
    _change(connection, lease, values)


def succeed(
    connection: Connection, lease: Lease, outcome: Outcome, now: str, seconds: float | None = None
) -> None:
    """End a document well, and its job if it was the last. Raises `LeaseLost`."""
    values: dict[str, object] = {
        "state": ItemState.SUCCEEDED,
        "outcome": outcome,
        "problem_code": None,
        "problem_detail": None,
        "problem_class": None,
    }
    if seconds is not None:
        _, seconds_so_far = _held(connection, lease)
        values["seconds"] = seconds_so_far | {Stage.INDEXED.value: round(seconds, 6)}
        values["stage"] = Stage.INDEXED
    _end(connection, lease, values, now)


def fail(connection: Connection, lease: Lease, problem: ItemProblem, now: str) -> None:
    """End a document as a dead letter. Raises `LeaseLost`."""
    _end(connection, lease, {"state": ItemState.FAILED} | _problem(problem), now)


def cancel(connection: Connection, lease: Lease, now: str, problem: ItemProblem | None) -> None:
    """End a document that is not wanted any more. Raises `LeaseLost`."""
    values: dict[str, object] = {"state": ItemState.CANCELLED}
    _end(connection, lease, values | (_problem(problem) if problem else {}), now)


def expired(connection: Connection, now: str, besides: Collection[str]) -> list[Expired]:
    """Return leases that ran out, but those of documents known to be in work, in one order."""
    columns = job_documents.c
    rows = connection.execute(
        select(
            columns.id,
            columns.job_id,
            columns.lease_token,
            columns.attempts,
            columns.stage,
            columns.holder,
        )
        .where(
            columns.state == ItemState.RUNNING,
            columns.lease_expires_at < now,
            columns.id.not_in(sorted(besides)),
        )
        .order_by(columns.id)
    )
    return [
        Expired(Lease(item, job, token), attempts, Stage(stage) if stage else None, holder)
        for item, job, token, attempts, stage, holder in rows
    ]


def end_local(connection: Connection, now: str) -> int:
    """Let the leases of workers of an owner that is gone run out; return how many there were.

    Local workers die with their owner.
    """
    gone = update(job_documents).where(
        job_documents.c.state == ItemState.RUNNING,
        job_documents.c.holder.startswith("local-", autoescape=True),
    )
    return int(connection.execute(gone.values(lease_expires_at=now)).rowcount)


def read(connection: Connection, lease: Lease) -> LeasedItem:
    """Return the document of a lease. Raises `LeaseLost`."""
    check(connection, lease)
    return _leased(connection, lease.item_id)


def _leased(connection: Connection, item_id: str) -> LeasedItem:
    row = connection.execute(statements.LEASED, {"of": item_id}).one()
    fields = dict(row._mapping)
    lease = Lease(fields.pop("id"), fields.pop("job_id"), fields.pop("lease_token"))
    stage = None if row.stage is None else Stage(row.stage)
    return LeasedItem(lease=lease, **fields | {"stage": stage})


def _held(connection: Connection, lease: Lease) -> tuple[dict[str, str], dict[str, float]]:
    """Return the artifacts and times of what is in the lease's hands. Raises `LeaseLost`."""
    own = {"of": lease.item_id, "job": lease.job_id, "token": lease.token}
    held = connection.execute(statements.HELD, own).first()
    if held is None:
        raise LeaseLost(item=lease.item_id)
    return held.artifacts, held.seconds


def _own(lease: Lease) -> tuple[ColumnElement[bool], ...]:
    columns = job_documents.c
    return (
        columns.id == lease.item_id,
        columns.job_id == lease.job_id,
        columns.lease_token == lease.token,
        columns.state == ItemState.RUNNING,
    )


def _change(connection: Connection, lease: Lease, values: Mapping[str, object]) -> None:
    try:
        sequence = job_records.next_sequence(connection, lease.job_id)
    except JobNotFound as error:  # deleted with its knowledge base
        raise LeaseLost(item=lease.item_id) from error
    changed = connection.execute(
        update(job_documents).where(*_own(lease)).values({**values, "sequence": sequence})
    )
    if changed.rowcount != 1:
        raise LeaseLost(item=lease.item_id)


def _end(connection: Connection, lease: Lease, values: Mapping[str, object], now: str) -> None:
    ended = {"finished_at": now, "lease_expires_at": None, "holder": None}
    _change(connection, lease, {**values, **ended, "steps_done": None, "steps_total": None})
    job_records.settle(connection, lease.job_id, now)


def _problem(problem: ItemProblem) -> dict[str, object]:
    return {
        "problem_code": problem.code,
        "problem_detail": problem.detail,
        "problem_class": ErrorClass(problem.error_class),
    }
