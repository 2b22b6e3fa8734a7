"""The documents of jobs: added, listed, shown, retried, cancelled. Leases are `leases`'s."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    case,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)

from catalystindex.model.errors import InvalidRequest, JobNotFound
from catalystindex.model.job import (
    ErrorClass,
    ItemProblem,
    ItemState,
    JobDocument,
    StageProgress,
)
from catalystindex.model.paging import Page
from catalystindex.model.sources import LISTING_KINDS
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records import jobs as job_records
from catalystindex.stores.records.cursors import decode_cursor, encode_cursor
from catalystindex.stores.records.lease_statements import BEING_CANCELLED
from catalystindex.stores.records.schema import job_documents

RETRY_PRIORITY = 10
"""Added to the priority of what is tried again: what was never tried goes first."""
AHEAD_PRIORITY = 0
"""Of what is tried again before all that waits."""

NOT_DONE = (ItemState.QUEUED, ItemState.RUNNING, ItemState.FAILED)
MAX_ORDINAL = 2**31 - 1  # what the column holds on every engine


@dataclass(frozen=True)
class NewItem:
    """A document of a job as it is accepted."""

    id: str
    ordinal: int
    kind: str
    place: str
    source: dict[str, object]
    key: str | None
    title: str | None
    metadata: dict[str, object]
    policy: str | None
    force: bool
    lane: str
    priority: int
    document_id: str | None = None
    version_id: str | None = None
    stage: str | None = None
    artifacts: dict[str, str] = field(default_factory=dict)
    problem: ItemProblem | None = None  # of what a listing knew not to be had: failed at once


@dataclass(frozen=True)
class ItemQuery:
    """Which documents a listing shows: of one job, or of all in the workspace."""

    job_id: str | None = None
    state: ItemState | None = None
    error_class: ErrorClass | None = None
    code: str | None = None
    knowledge_base_id: str | None = None
    cursor: str | None = None
    limit: int = 50


def add(
    connection: Connection,
    tenant: Tenant,
    job_id: str,
    knowledge_base_id: str,
    items: Sequence[NewItem],
    at: str,
) -> None:
    """Record documents of a job, queued and due at once, or failed where a problem is known."""
    if not items:
        return
    shared = {
        "job_id": job_id,
        "tenant": tenant.key,
        "knowledge_base_id": knowledge_base_id,
        "sequence": job_records.next_sequence(connection, job_id),
        "due_at": at,
        "attempts": 0,
        "total_attempts": 0,
        "lease_token": 0,
        "seconds": {},
        "created_at": at,
    }
    connection.execute(insert(job_documents), [_row(item, at) | shared for item in items])


def _row(item: NewItem, at: str) -> dict[str, object]:
    problem = item.problem
    row = dict(vars(item))
    del row["problem"]
    return row | {
        "state": ItemState.QUEUED if problem is None else ItemState.FAILED,
        "finished_at": None if problem is None else at,
        "problem_code": problem and problem.code,
        "problem_detail": problem and problem.detail,
        "problem_class": problem and problem.error_class,
    }


def known(connection: Connection, job_id: str, item_ids: Sequence[str]) -> set[str]:
    """Return which of these documents a job has already."""
    wanted = select(job_documents.c.id).where(
        job_documents.c.job_id == job_id, job_documents.c.id.in_(item_ids)
    )
    return set(connection.execute(wanted).scalars())


def next_ordinal(connection: Connection, job_id: str) -> int:
    """Return the place of the next document that is added to a job."""
    highest = select(func.coalesce(func.max(job_documents.c.ordinal), -1)).where(
        job_documents.c.job_id == job_id
    )
    return int(connection.execute(highest).scalar_one()) + 1


def only_document(connection: Connection, job_id: str) -> str | None:
    """Return the document of a job of one."""
    wanted = select(job_documents.c.document_id).where(job_documents.c.job_id == job_id).limit(2)
    found = list(connection.execute(wanted).scalars())
    return found[0] if len(found) == 1 else None


def needs_pack(connection: Connection, job_id: str) -> bool:
    """Tell whether a job's bytes are still needed: something of it was not acquired, or may be."""
    wanted = _unacquired().where(job_documents.c.job_id == job_id).limit(1)
    return connection.execute(wanted).first() is not None


def jobs_with_packs(connection: Connection) -> set[str]:
    """Return the jobs, of all workspaces, whose bytes are still needed."""
    return {str(job) for job in connection.execute(_unacquired().distinct()).scalars()}


def _unacquired() -> Select[tuple[str]]:
    """Select jobs with packed documents to acquire; listings bring some, failed ones come back."""
    columns = job_documents.c
    kinds = ("packed", *sorted(LISTING_KINDS))
    return select(columns.job_id).where(
        columns.kind.in_(kinds),
        columns.stage.is_(None),
        columns.state.in_((ItemState.QUEUED, ItemState.RUNNING, ItemState.FAILED)),
    )


def find(connection: Connection, tenant: Tenant, item_id: str, job_id: str | None) -> JobDocument:
    """Return one. Raises `JobNotFound`, for another tenant's and another job's too."""
    statement = _select(tenant).where(job_documents.c.id == item_id)
    if job_id is not None:
        statement = statement.where(job_documents.c.job_id == job_id)
    row = connection.execute(statement).first()
    if row is None:
        raise JobNotFound(f"There is no document {item_id[:64]!r} of a job.", item=item_id[:64])
    return _shown(row)


def page(connection: Connection, tenant: Tenant, query: ItemQuery) -> Page[JobDocument]:
    """Return a page: of a job in its order, of a workspace the newest endings first."""
    of_workspace = query.job_id is None
    statement = _filtered(_select(tenant), query)
    if query.cursor is not None:
        after = _older if of_workspace else _later
        statement = statement.where(after(query.cursor))
    columns = job_documents.c
    order = (columns.finished_at.desc(), columns.id.desc()) if of_workspace else (columns.ordinal,)
    rows = connection.execute(statement.order_by(*order).limit(query.limit + 1)).all()
    more = None
    if len(rows) > query.limit:
        last = rows[query.limit - 1]._mapping
        names = ("finished_at", "id") if of_workspace else ("ordinal",)
        more = encode_cursor(*(str(last[name]) for name in names))
    return Page(items=[_shown(row) for row in rows[: query.limit]], next_cursor=more)


def _older(cursor: str) -> ColumnElement[bool]:
    at, identifier = decode_cursor(cursor, 2)
    columns = job_documents.c
    return or_(columns.finished_at < at, (columns.finished_at == at) & (columns.id < identifier))


def _later(cursor: str) -> ColumnElement[bool]:
    (ordinal,) = decode_cursor(cursor, 1)
    if not ordinal.isdecimal() or int(ordinal) > MAX_ORDINAL:
        raise InvalidRequest("The cursor is not one of this listing's.", field="cursor")
    return job_documents.c.ordinal > int(ordinal)


def changed(
    connection: Connection, tenant: Tenant, job_id: str, after: tuple[int, int], limit: int
) -> list[JobDocument]:
    """Return documents of a job that changed after a (sequence, ordinal), in that order."""
    columns, (sequence, ordinal) = job_documents.c, after
    # one comparison of both, which the index answers: of alternatives all of the job is looked at
    later = tuple_(columns.sequence, columns.ordinal) > tuple_(sequence, ordinal)
    statement = _select(tenant).where(columns.job_id == job_id, later)
    ordered = statement.order_by(columns.sequence, columns.ordinal).limit(limit)
    return [_shown(row) for row in connection.execute(ordered)]


def count_open(connection: Connection, tenant: Tenant | None = None) -> int:
    """Return how many documents have not ended, in a workspace or in all."""
    counted = select(func.count()).where(
        job_documents.c.state.in_((ItemState.QUEUED, ItemState.RUNNING))
    )
    if tenant is not None:
        counted = counted.where(job_documents.c.tenant == tenant.key)
    return int(connection.execute(counted).scalar_one())


def tally_open(connection: Connection) -> dict[tuple[str, str], int]:
    """Count what has not ended, in all workspaces, by (state, last stage or ``none``)."""
    columns = job_documents.c
    again = case((columns.attempts > 0, 1), else_=0)
    rows = connection.execute(
        select(columns.state, again, columns.stage, func.count())
        .where(columns.state.in_((ItemState.QUEUED, ItemState.RUNNING)))
        .group_by(columns.state, again, columns.stage)
    )
    found: Counter[tuple[str, str]] = Counter()
    for state, retrying, stage, count in rows:
        waits_again = state == ItemState.QUEUED and retrying
        found[ItemState.RETRYING if waits_again else str(state), stage or "none"] += count
    return dict(found)


def tally_failed(connection: Connection) -> dict[str, int]:
    """Count dead letters of all workspaces by class of error."""
    columns = job_documents.c
    failed = select(columns.problem_class, func.count()).where(columns.state == ItemState.FAILED)
    rows = connection.execute(failed.group_by(columns.problem_class))
    return {str(kind): int(count) for kind, count in rows}


def failed_ids(connection: Connection, tenant: Tenant, query: ItemQuery) -> list[tuple[str, str]]:
    """Return (job, document) of what failed and fits, in one order; not of a job in cancelling."""
    columns = job_documents.c
    statement = select(columns.job_id, columns.id).where(
        columns.tenant == tenant.key, columns.state == ItemState.FAILED, ~BEING_CANCELLED
    )
    ordered = _filtered(statement, query).order_by(columns.job_id, columns.ordinal)
    return [(str(row.job_id), str(row.id)) for row in connection.execute(ordered)]


def retry(connection: Connection, job_id: str, item_ids: Sequence[str], at: str) -> int:
    """Put failed documents of a job back in line with all their attempts; return how many."""
    sequence = job_records.next_sequence(connection, job_id)
    done = connection.execute(
        update(job_documents)
        .where(
            job_documents.c.job_id == job_id,
            job_documents.c.id.in_(item_ids),
            job_documents.c.state == ItemState.FAILED,
        )
        .values(
            state=ItemState.QUEUED,
            attempts=0,
            due_at=at,
            sequence=sequence,
            finished_at=None,
        )
    )
    if done.rowcount:  # a job that went on without any open document would never end
        job_records.reopen(connection, job_id)
    return int(done.rowcount)


Ended = tuple[str | None, str | None]
"""The document and the version of what ended, where it had them."""


def cancel_waiting(connection: Connection, job_id: str, at: str) -> list[Ended]:
    """End what waits in a job."""
    columns = job_documents.c
    waiting = (columns.job_id == job_id, columns.state == ItemState.QUEUED)
    held = select(columns.document_id, columns.version_id).where(*waiting)
    found = [(document, version) for document, version in connection.execute(held)]
    sequence = job_records.next_sequence(connection, job_id)
    connection.execute(
        update(job_documents)
        .where(*waiting)
        .values(state=ItemState.CANCELLED, finished_at=at, sequence=sequence)
    )
    return found


def forget_document(connection: Connection, tenant: Tenant, document_id: str, at: str) -> list[str]:
    """Cancel what waits or runs for a deleted document, and forget what jobs said of it.

    A dead letter of it ends too: nothing is left to try again. Returns the jobs concerned.
    """
    columns = job_documents.c
    own = (columns.tenant == tenant.key, columns.document_id == document_id)
    found = sorted(set(connection.execute(select(columns.job_id).where(*own)).scalars()))
    for job_id in found:
        sequence = job_records.next_sequence(connection, job_id)
        mine = (*own, columns.job_id == job_id)
        connection.execute(
            update(job_documents)
            .where(*mine, columns.state.in_(NOT_DONE))
            .values(state=ItemState.CANCELLED, finished_at=at, holder=None, lease_expires_at=None)
        )
        connection.execute(
            update(job_documents)
            .where(*mine)
            .values(
                place="(deleted)",
                source={},
                key=None,
                title=None,
                metadata={},
                problem_detail=None,
                artifacts={},
                sequence=sequence,
            )
        )
        job_records.settle(connection, job_id, at)
    return found


def _filtered(
    statement: Select[tuple[object, ...]], query: ItemQuery
) -> Select[tuple[object, ...]]:
    columns = job_documents.c
    same = {
        columns.job_id: query.job_id,
        columns.problem_class: query.error_class,
        columns.problem_code: query.code,
        columns.knowledge_base_id: query.knowledge_base_id,
    }
    for column, wanted in same.items():
        if wanted is not None:
            statement = statement.where(column == wanted)
    if query.state is None:
        return statement
    if query.state is ItemState.RETRYING:
        return statement.where(columns.state == ItemState.QUEUED, columns.attempts > 0)
    if query.state is ItemState.QUEUED:
        statement = statement.where(columns.attempts == 0)
    return statement.where(columns.state == query.state)


def _select(tenant: Tenant) -> Select[tuple[object, ...]]:
    columns = job_documents.c
    return select(
        *(
            columns[name]
            for name in (
                "id", "job_id", "ordinal", "sequence", "kind", "place", "key", "document_id",
                "version_id", "state", "stage", "steps_done", "steps_total", "outcome", "attempts",
                "total_attempts", "due_at", "problem_code", "problem_detail", "problem_class",
                "artifacts", "seconds", "holder", "created_at", "started_at", "finished_at",
            )
        )
    ).where(columns.tenant == tenant.key)  # fmt: skip


def _shown(row: Row[tuple[object, ...]]) -> JobDocument:
    fields = dict(row._mapping)
    state = ItemState(str(fields.pop("state")))
    due, holder = fields.pop("due_at"), fields.pop("holder")
    done, total = fields.pop("steps_done"), fields.pop("steps_total")
    code, detail, kind = (fields.pop(f"problem_{part}") for part in ("code", "detail", "class"))
    again = state is ItemState.QUEUED and bool(fields["attempts"])
    problem = None
    if code is not None:
        problem = ItemProblem(code=code, detail=detail or "", error_class=kind)
    progress = None
    if state is ItemState.RUNNING and total:
        progress = StageProgress(done=done or 0, total=total)
    return JobDocument.model_validate(
        fields
        | {
            "state": ItemState.RETRYING if again else state,
            "next_attempt_at": due if again else None,
            "progress": progress,
            "problem": problem,
            "worker": holder if state is ItemState.RUNNING else None,
        }
    )
