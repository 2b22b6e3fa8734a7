"""Ingestion of one document: as text in JSON, or as a file."""

import asyncio
from pathlib import PurePath
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, File, Form, Header, Query, Response, UploadFile
from pydantic import TypeAdapter, ValidationError

from catalystindex.api.access import GuardedRoute
from catalystindex.api.routes.common import OwnerDep, TenantDep
from catalystindex.api.threads import on_ingest_thread
from catalystindex.documents.library import Submission
from catalystindex.jobs.submissions import Order
from catalystindex.model.document import Document, DocumentStatus, IngestRequest, Metadata
from catalystindex.model.errors import InvalidRequest, WorkCancelled, error_from_code
from catalystindex.model.job import Job
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import Owner

router = APIRouter(route_class=GuardedRoute, tags=["ingest"])

Wait = Annotated[
    bool | None,
    Query(
        description="Answer when the document is searchable, not when it is accepted. By default "
        "as the setting `jobs.synchronous` says, which is no."
    ),
]
IdempotencyKey = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        pattern=r"^[\x21-\x7e]{1,255}$",
        description="The same key with the same request answers with the same job: a request that "
        "may have been lost can be sent again.",
    ),
]
FINAL = (DocumentStatus.INDEXED, DocumentStatus.FAILED, DocumentStatus.CANCELLED)
MAX_FILENAME = 255
_metadata: TypeAdapter[Metadata] = TypeAdapter(Metadata)

ANSWERS: dict[int | str, dict[str, object]] = {
    200: {"model": Document, "description": "Unchanged: this content was here already."},
    201: {"model": Document, "description": "Searchable."},
    202: {"model": Job, "description": "Accepted and safe; the job tells how far it is."},
}
Answer = Document | Job


@router.post("/ingest", status_code=202, responses=ANSWERS, summary="Ingest one text document")
async def ingest(
    owner: OwnerDep,
    tenant: TenantDep,
    wanted: IngestRequest,
    response: Response,
    wait: Wait = None,
    idempotency_key: IdempotencyKey = None,
) -> Answer:
    """Ingest the text in the body."""
    submission = Submission(
        knowledge_base=wanted.knowledge_base,
        data=wanted.content.encode("utf-8", "replace"),
        filename=clean_filename(wanted.filename),
        media_type=wanted.media_type,
        key=wanted.key,
        title=wanted.title,
        metadata=wanted.metadata,
        policy=wanted.policy,
        force=wanted.force,
    )
    order = Order(uuid4().hex, idempotency_key)
    return await _ingest(owner, tenant, submission, order, "text", response, wait)


@router.post("/ingest/upload", status_code=202, responses=ANSWERS, summary="Ingest one file")
async def upload(  # one argument per form field
    owner: OwnerDep,
    tenant: TenantDep,
    response: Response,
    file: Annotated[
        UploadFile,
        File(description="PDF, DOCX, HTML, Markdown or plain text.", examples=["aml-manual.pdf"]),
    ],
    knowledge_base: Annotated[str, Form(min_length=1, max_length=64, examples=["bank"])],
    key: Annotated[str | None, Form(max_length=512, examples=["policies/aml-manual"])] = None,
    title: Annotated[str | None, Form(max_length=500, examples=["AML manual"])] = None,
    metadata: Annotated[
        str,
        Form(
            description="A JSON object.",
            max_length=100_000,
            examples=['{"department": "compliance", "year": 2025}'],
        ),
    ] = "{}",
    policy: Annotated[
        str | None,
        Form(
            description="Name of the chunking policy; `default` if absent.",
            max_length=64,
            examples=["policy_manual"],
        ),
    ] = None,
    force: Annotated[
        bool, Form(description="Do an unchanged document again too.")
    ] = False,  # a form field
    wait: Wait = None,
    idempotency_key: IdempotencyKey = None,
) -> Answer:
    """Ingest the file in the form."""
    submission = Submission(
        knowledge_base=knowledge_base,
        data=await file.read(),
        filename=clean_filename(file.filename or "document"),
        media_type=file.content_type,
        key=key or None,
        title=title,
        metadata=parse_metadata(metadata),
        policy=policy or None,
        force=force,
    )
    order = Order(uuid4().hex, idempotency_key)
    return await _ingest(owner, tenant, submission, order, "upload", response, wait)


def parse_metadata(text: str) -> Metadata:
    """Return the metadata in a form field. Raises `InvalidRequest` naming the place."""
    try:
        return _metadata.validate_json(text)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = ".".join(["metadata", *(str(part) for part in first["loc"][:1])])
        raise InvalidRequest(f"{place}: {first['msg']}.", field=place) from None


def clean_filename(name: str) -> str:
    """Return the last part of a file name without control characters, of bounded length."""
    last = PurePath(name.replace("\\", "/")).name
    visible = "".join(char for char in last if char.isprintable())
    return visible[-MAX_FILENAME:] if visible.strip(". ") else "document"


async def _ingest(  # what the two routes share
    owner: Owner,
    tenant: Tenant,
    submission: Submission,
    order: Order,
    route: str,
    response: Response,
    wait: bool | None,
) -> Answer:
    submitted = await on_ingest_thread(owner.submissions.one, tenant, submission, order, route)
    waits = owner.settings.jobs.synchronous if wait is None else wait
    document = None
    if waits and submitted.document_id is not None:
        document = await _wait(owner, tenant, submitted.document_id)
    if document is None or document.status not in FINAL:
        response.headers["Location"] = f"/v1/jobs/{submitted.job_id}"
        return await on_ingest_thread(owner.jobs.show, tenant, submitted.job_id)
    response.headers["Location"] = f"/v1/documents/{document.id}"
    if document.status is DocumentStatus.FAILED and document.problem is not None:
        problem = document.problem
        raise error_from_code(problem.code, problem.detail, {"document": document.id})
    if document.status is DocumentStatus.CANCELLED:
        raise WorkCancelled("The document was cancelled while it was waited for.")
    response.status_code = 200 if submitted.unchanged else 201
    return document


async def _wait(owner: Owner, tenant: Tenant, document_id: str) -> Document:
    """Return the document when it is final, or as it stands when the wait is over."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + owner.settings.jobs.request_wait
    while True:
        let_go = owner.watchers.watch(document_id)
        try:
            document = await on_ingest_thread(owner.library.document, tenant, document_id)
            if document.status in FINAL or loop.time() >= deadline:
                return document
            await asyncio.wait([asyncio.wrap_future(let_go)], timeout=deadline - loop.time())
        finally:
            owner.watchers.unwatch(document_id, let_go)
