"""Ingestion of one document: as text in JSON, or as a file."""

import asyncio
from pathlib import PurePath
from typing import Annotated

from fastapi import APIRouter, File, Form, Query, Response, UploadFile
from pydantic import TypeAdapter, ValidationError

from catalystindex.api.access import GuardedRoute
from catalystindex.api.routes.common import OwnerDep, TenantDep
from catalystindex.api.threads import on_ingest_thread
from catalystindex.documents.library import Submission
from catalystindex.model.document import Document, DocumentStatus, IngestRequest, Metadata
from catalystindex.model.errors import InvalidRequest, error_from_code
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import Owner

router = APIRouter(route_class=GuardedRoute, tags=["ingest"])

Wait = Annotated[
    bool, Query(description="Answer when the document is searchable, not when it is accepted.")
]
FINAL = (DocumentStatus.INDEXED, DocumentStatus.FAILED)
MAX_FILENAME = 255
_metadata: TypeAdapter[Metadata] = TypeAdapter(Metadata)

ANSWERS: dict[int | str, dict[str, object]] = {
    200: {"model": Document, "description": "Unchanged: this content was here already."},
    201: {"model": Document, "description": "Searchable."},
    202: {"model": Document, "description": "Accepted and safe; not searchable yet."},
}


@router.post("/ingest", status_code=201, responses=ANSWERS, summary="Ingest one text document")
async def ingest(
    owner: OwnerDep,
    tenant: TenantDep,
    wanted: IngestRequest,
    response: Response,
    wait: Wait = True,  # a query parameter
) -> Document:
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
    )
    return await _ingest(owner, tenant, submission, response, wait=wait)


@router.post("/ingest/upload", status_code=201, responses=ANSWERS, summary="Ingest one file")
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
    wait: Wait = True,  # a query parameter
) -> Document:
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
    )
    return await _ingest(owner, tenant, submission, response, wait=wait)


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


async def _ingest(
    owner: Owner, tenant: Tenant, submission: Submission, response: Response, *, wait: bool
) -> Document:
    accepted = await on_ingest_thread(owner.library.accept, tenant, submission)
    document = accepted.document
    response.headers["Location"] = f"/v1/documents/{document.id}"
    if accepted.changed:
        owner.dispatcher.wake()
    if wait and document.status not in FINAL:
        document = await _wait(owner, tenant, document)
    if document.status is DocumentStatus.FAILED and document.problem is not None:
        problem = document.problem
        raise error_from_code(problem.code, problem.detail, {"document": document.id})
    if document.status is not DocumentStatus.INDEXED:
        response.status_code = 202
    elif not accepted.changed:
        response.status_code = 200
    return document


async def _wait(owner: Owner, tenant: Tenant, document: Document) -> Document:
    """Return the document when it is final, or as it stands when the wait is over."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + owner.settings.jobs.request_wait
    while True:
        let_go = owner.dispatcher.watch(document.id)
        try:
            document = await on_ingest_thread(owner.library.document, tenant, document.id)
            if document.status in FINAL or loop.time() >= deadline:
                return document
            await asyncio.wait([asyncio.wrap_future(let_go)], timeout=deadline - loop.time())
        finally:
            owner.dispatcher.unwatch(document.id, let_go)
