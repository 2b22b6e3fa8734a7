"""Jobs: list, show, follow, cancel, retry; dead letters; workers."""

from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from fastapi.responses import StreamingResponse

from catalystindex.api.access import GuardedRoute
from catalystindex.api.events import MEDIA_TYPE, follow
from catalystindex.api.routes.common import PAGE, Cursor, Limit, OwnerDep, TenantDep
from catalystindex.api.streams import CountedStream, Streams
from catalystindex.api.threads import on_ingest_thread
from catalystindex.model.job import (
    ErrorClass,
    ItemState,
    Job,
    JobDocument,
    JobState,
    Retried,
    RetryRequest,
    WorkerInfo,
)
from catalystindex.model.paging import Page
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import Owner
from catalystindex.stores.records.job_documents import ItemQuery
from catalystindex.stores.records.jobs import JobQuery

router = APIRouter(route_class=GuardedRoute, tags=["jobs"])

KnowledgeBase = Annotated[
    str | None, Query(max_length=64, description="Only of this knowledge base, by name or id.")
]
ErrorClassFilter = Annotated[
    ErrorClass | None, Query(description="Only those whose last error is of this class.")
]
Code = Annotated[
    str | None, Query(max_length=64, description="Only those whose last error has this code.")
]


@router.get("/jobs", summary="List jobs")
def list_jobs(
    owner: OwnerDep,
    tenant: TenantDep,
    state: Annotated[JobState | None, Query(description="Only jobs that stand so.")] = None,
    knowledge_base: KnowledgeBase = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Page[Job]:
    """Return the workspace's jobs, newest first."""
    base = _base(owner, tenant, knowledge_base)
    return owner.jobs.page(tenant, JobQuery(state, base, cursor, limit))


@router.get("/jobs/{job_id}", summary="Show a job")
def show_job(owner: OwnerDep, tenant: TenantDep, job_id: str) -> Job:
    """Return one with its counts, percentage and time left."""
    return owner.jobs.show(tenant, job_id)


@router.get("/jobs/{job_id}/documents", summary="List the documents of a job")
def list_job_documents(  # one argument per query parameter
    owner: OwnerDep,
    tenant: TenantDep,
    job_id: str,
    state: Annotated[ItemState | None, Query(description="Only those that stand so.")] = None,
    error_class: ErrorClassFilter = None,
    code: Code = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Page[JobDocument]:
    """Return them in the order of the submission."""
    query = ItemQuery(job_id, state, error_class, code, cursor=cursor, limit=limit)
    return owner.jobs.documents(tenant, query)


@router.get("/jobs/{job_id}/documents/{item_id}", summary="Show a document of a job")
def show_job_document(owner: OwnerDep, tenant: TenantDep, job_id: str, item_id: str) -> JobDocument:
    """Return one with its stages, attempts, artifacts and problem."""
    return owner.jobs.document(tenant, item_id, job_id)


@router.get(
    "/jobs/{job_id}/events",
    summary="Follow a job",
    response_class=StreamingResponse,
    responses={200: {"content": {MEDIA_TYPE: {}}, "description": "Server-sent events."}},
)
async def follow_job(
    owner: OwnerDep,
    tenant: TenantDep,
    request: Request,
    job_id: str,
    last_event_id: Annotated[
        int | None, Header(alias="Last-Event-ID", ge=0, le=2**62, description="Go on after this.")
    ] = None,
) -> CountedStream:
    """Send `document` for each document that changed, `job` with it, `end` when all has ended.

    Event ids are sequences of the job; a stream that broke goes on after `Last-Event-ID`.
    """
    first = await on_ingest_thread(owner.jobs.changes, tenant, job_id, last_event_id or 0)
    streams: Streams = request.app.state.streams
    ended = streams.opened(tenant)
    events = follow(owner.jobs, tenant, first, last_event_id or 0, request.app.state.stopping)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return CountedStream(events, MEDIA_TYPE, headers, ended)


@router.post("/jobs/{job_id}/cancel", summary="Cancel a job")
async def cancel_job(owner: OwnerDep, tenant: TenantDep, job_id: str) -> Job:
    """End what waits and give up what is in work; what was indexed stays."""
    return await on_ingest_thread(owner.jobs.cancel, tenant, job_id)


@router.post("/jobs/{job_id}/retry", summary="Try failed documents of a job again")
async def retry_job(
    owner: OwnerDep, tenant: TenantDep, job_id: str, wanted: RetryRequest | None = None
) -> Retried:
    """Put the failed documents that are named, or all of them, back in line."""
    named = wanted.documents if wanted is not None else []
    return await on_ingest_thread(owner.jobs.retry, tenant, job_id, named)


@router.get("/dead-letters", summary="List dead letters")
def list_dead_letters(  # one argument per query parameter
    owner: OwnerDep,
    tenant: TenantDep,
    knowledge_base: KnowledgeBase = None,
    error_class: ErrorClassFilter = None,
    code: Code = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Page[JobDocument]:
    """Return documents that failed and were not retried, of all jobs, the newest first."""
    base = _base(owner, tenant, knowledge_base)
    query = ItemQuery(
        error_class=error_class, code=code, knowledge_base_id=base, cursor=cursor, limit=limit
    )
    return owner.jobs.dead_letters(tenant, query)


@router.post("/dead-letters/retry", summary="Try dead letters again")
async def retry_dead_letters(
    owner: OwnerDep,
    tenant: TenantDep,
    wanted: RetryRequest | None = None,
    knowledge_base: KnowledgeBase = None,
    error_class: ErrorClassFilter = None,
    code: Code = None,
) -> Retried:
    """Put those that fit the filters, and are named if any is named, back in line."""
    base = await on_ingest_thread(_base, owner, tenant, knowledge_base)
    query = ItemQuery(error_class=error_class, code=code, knowledge_base_id=base)
    named = wanted.documents if wanted is not None else []
    return await on_ingest_thread(owner.jobs.retry_dead_letters, tenant, query, named)


@router.get("/workers", summary="List workers")
def list_workers(owner: OwnerDep, tenant: TenantDep) -> list[WorkerInfo]:
    """Return the workers that were heard of in the last hour."""
    del tenant  # workers serve every workspace
    return owner.work.roster.everyone()


def _base(owner: Owner, tenant: Tenant, name_or_id: str | None) -> str | None:
    return None if name_or_id is None else owner.library.knowledge_base(tenant, name_or_id).id
