"""Documents: list, show, read, delete."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Response
from fastapi.responses import PlainTextResponse

from catalystindex.api.access import GuardedRoute
from catalystindex.api.routes.common import PAGE, Cursor, Limit, OwnerDep, TenantDep
from catalystindex.api.threads import on_ingest_thread
from catalystindex.model.chunk import Chunk
from catalystindex.model.document import Document, DocumentStatus
from catalystindex.model.paging import Page
from catalystindex.model.structure import DocumentStructure
from catalystindex.stores.records.documents import DocumentQuery

router = APIRouter(route_class=GuardedRoute, tags=["documents"])

KnowledgeBaseFilter = Annotated[
    str | None, Query(max_length=64, description="Only documents of this one, by name or id.")
]
StatusFilter = Annotated[DocumentStatus | None, Query(description="Only documents that stand so.")]

VersionParameter = Annotated[
    str | None,
    Query(
        max_length=64,
        description="A `version_id`; by default the version that answers searches, or the newest.",
    ),
]
NO_SNIFF = {"X-Content-Type-Options": "nosniff"}


@router.get("/documents", summary="List documents")
def list_documents(  # one argument per query parameter
    owner: OwnerDep,
    tenant: TenantDep,
    knowledge_base: KnowledgeBaseFilter = None,
    status: StatusFilter = None,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Page[Document]:
    """Return the workspace's documents, oldest first; texts of events when their base is named."""
    base = None
    if knowledge_base is not None:
        base = owner.library.knowledge_base(tenant, knowledge_base).id
    return owner.library.documents(tenant, DocumentQuery(base, status, cursor, limit))


@router.get("/documents/{document_id}", summary="Show a document")
def show_document(owner: OwnerDep, tenant: TenantDep, document_id: str) -> Document:
    """Return one with its newest version."""
    return owner.library.document(tenant, document_id)


@router.get("/documents/{document_id}/chunks", summary="List a document's chunks")
def list_chunks(
    owner: OwnerDep,
    tenant: TenantDep,
    document_id: str,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Page[Chunk]:
    """Return the chunks that answer searches, in the order of the document."""
    return owner.library.chunks(tenant, document_id, cursor=cursor, limit=limit)


@router.get(
    "/documents/{document_id}/text",
    summary="Read a document's text",
    response_class=PlainTextResponse,
)
def read_text(
    owner: OwnerDep, tenant: TenantDep, document_id: str, version: VersionParameter = None
) -> PlainTextResponse:
    """Return the parsed text that the spans of a version's citations refer to."""
    return PlainTextResponse(owner.library.text(tenant, document_id, version), headers=NO_SNIFF)


@router.get("/documents/{document_id}/structure", summary="Show a document's structure")
def show_structure(
    owner: OwnerDep, tenant: TenantDep, document_id: str, version: VersionParameter = None
) -> DocumentStructure:
    """Return sections, tables, figures and pages of a version, with their places."""
    return owner.library.structure(tenant, document_id, version)


@router.get(
    "/documents/{document_id}/raw",
    summary="Download a document",
    response_class=Response,
    responses={200: {"content": {"application/octet-stream": {}}}},
)
def read_raw(
    owner: OwnerDep, tenant: TenantDep, document_id: str, version: VersionParameter = None
) -> Response:
    """Return the bytes of a version as they came, always as a download."""
    found, data = owner.library.raw(tenant, document_id, version)
    headers = {
        "Content-Disposition": f"attachment; filename*=UTF-8''{quote(found.filename, safe='')}",
        "ETag": f'"{found.content_hash}"',
        **NO_SNIFF,
    }
    return Response(data, media_type="application/octet-stream", headers=headers)


@router.delete("/documents/{document_id}", status_code=204, summary="Delete a document")
async def delete_document(owner: OwnerDep, tenant: TenantDep, document_id: str) -> None:
    """Delete one with all its versions, from every read at once."""
    await on_ingest_thread(owner.remover.remove_document, tenant, document_id)
    owner.watchers.tell(document_id)
