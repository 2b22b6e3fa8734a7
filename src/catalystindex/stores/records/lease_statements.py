"""The statements of leases that run for every document, built once.

Building one costs more than running it (0.2 ms here, against 0.05), and there are a dozen for each
stage of each document.
"""

from typing import Final

from sqlalchemy import bindparam, exists, func, select, update

from catalystindex.model.job import ItemState, JobState
from catalystindex.stores.records.schema import job_documents, jobs

_item, _job = job_documents.c, jobs.c
_other = job_documents.alias("other")

IN_WORK: Final = exists().where(
    _other.c.document_id == _item.document_id, _other.c.state == ItemState.RUNNING
)
"""Another document of a job with the same key is in somebody's hands."""

OWN: Final = (
    _item.id == bindparam("of"),
    _item.job_id == bindparam("job"),
    _item.lease_token == bindparam("token"),
    _item.state == ItemState.RUNNING,
)
"""The lease is the newest, and the document is in its hands."""

NEXT_DUE: Final = (
    select(_item.id, _item.job_id)
    .where(
        _item.tenant == bindparam("tenant"),
        _item.lane == bindparam("lane"),
        _item.state == ItemState.QUEUED,
        # An expression, since SQLite has no statistics of a table that is filled and emptied: it
        # would take the index on what is due and sort all of that, not the one in line's order.
        _item.due_at.concat("") <= bindparam("now"),
        ~IN_WORK,
    )
    .order_by(_item.priority, _item.due_at, _item.ordinal)
    .limit(1)
)

ANY_DUE: Final = (
    select(_item.id)
    .where(
        _item.state == ItemState.QUEUED,
        _item.lane == bindparam("lane"),
        _item.due_at <= bindparam("now"),
    )
    .limit(1)
)

TAKE: Final = (
    update(job_documents)
    .where(_item.id == bindparam("of"))
    .values(
        state=ItemState.RUNNING,
        sequence=bindparam("at_sequence"),
        attempts=_item.attempts + 1,
        total_attempts=_item.total_attempts + 1,
        lease_token=_item.lease_token + 1,
        lease_expires_at=bindparam("until"),
        holder=bindparam("by"),
        steps_done=None,
        steps_total=None,
        started_at=func.coalesce(_item.started_at, bindparam("now")),
    )
)

LEASED: Final = (
    select(
        _item.id,
        _item.job_id,
        _item.lease_token,
        _item.tenant.label("tenant_key"),
        _job.created_by,
        _item.knowledge_base_id,
        _item.kind,
        _item.place,
        _item.source,
        _item.key,
        _item.title,
        _item.metadata,
        _item.policy,
        _item.force,
        _item.document_id,
        _item.version_id,
        _item.stage,
        _item.attempts,
        _item.artifacts,
        _item.seconds,
        _item.created_at,
    )
    .join(jobs, _job.id == _item.job_id)
    .where(_item.id == bindparam("of"))
)

HELD: Final = select(_item.artifacts, _item.seconds).where(*OWN)

CANCEL_REQUESTED: Final = select(_job.cancel_requested).where(_job.id == bindparam("job"))

BEING_CANCELLED: Final = exists().where(
    _job.id == _item.job_id,
    _job.cancel_requested,
    _job.state.in_((JobState.QUEUED, JobState.RUNNING)),
)
"""The document's job was cancelled and has not ended: what waits in it is going to be ended."""

RAISE_SEQUENCE: Final = (
    update(jobs)
    .where(_job.id == bindparam("job"))
    .values(sequence=_job.sequence + 1)
    .returning(_job.sequence)
)

MARK_RUNNING: Final = (
    update(jobs)
    .where(_job.id == bindparam("job"), _job.state != JobState.RUNNING)
    .values(
        state=JobState.RUNNING,
        started_at=func.coalesce(_job.started_at, bindparam("now")),
        finished_at=None,
    )
)

UNFINISHED: Final = (
    select(_item.id)
    .where(
        _item.job_id == bindparam("job"),
        _item.state.in_((ItemState.QUEUED, ItemState.RUNNING)),
    )
    .limit(1)
)

OPEN_TENANTS: Final = (
    select(_job.tenant).where(_job.state.in_((JobState.QUEUED, JobState.RUNNING))).distinct()
)
