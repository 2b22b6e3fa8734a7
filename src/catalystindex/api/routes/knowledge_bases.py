"""Knowledge bases."""

from fastapi import APIRouter, Response

from catalystindex.api.access import GuardedRoute
from catalystindex.api.routes.common import PAGE, Cursor, Limit, OwnerDep, TenantDep
from catalystindex.api.threads import on_ingest_thread
from catalystindex.model.knowledge_base import KnowledgeBase, KnowledgeBaseCreate
from catalystindex.model.metadata import MetadataKeyType
from catalystindex.model.paging import Page

router = APIRouter(route_class=GuardedRoute, tags=["knowledge bases"])


@router.get("/knowledge-bases", summary="List knowledge bases")
def list_knowledge_bases(
    owner: OwnerDep, tenant: TenantDep, cursor: Cursor = None, limit: Limit = PAGE
) -> Page[KnowledgeBase]:
    """Return the workspace's knowledge bases by name."""
    return owner.library.knowledge_bases(tenant, cursor=cursor, limit=limit)


@router.post("/knowledge-bases", status_code=201, summary="Create a knowledge base")
def create_knowledge_base(
    owner: OwnerDep, tenant: TenantDep, wanted: KnowledgeBaseCreate, response: Response
) -> KnowledgeBase:
    """Create one; its name must be new in the workspace."""
    made = owner.library.create_knowledge_base(tenant, wanted)
    response.headers["Location"] = f"/v1/knowledge-bases/{made.id}"
    return made


@router.get("/knowledge-bases/{knowledge_base}", summary="Show a knowledge base")
def show_knowledge_base(owner: OwnerDep, tenant: TenantDep, knowledge_base: str) -> KnowledgeBase:
    """Return one by name or id."""
    return owner.library.knowledge_base(tenant, knowledge_base)


@router.get("/knowledge-bases/{knowledge_base}/metadata", summary="List metadata keys and types")
def list_metadata_keys(
    owner: OwnerDep,
    tenant: TenantDep,
    knowledge_base: str,
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Page[MetadataKeyType]:
    """Return the metadata keys used in a knowledge base, with the types their first use fixed."""
    return owner.library.metadata_keys(tenant, knowledge_base, cursor=cursor, limit=limit)


@router.delete(
    "/knowledge-bases/{knowledge_base}", status_code=204, summary="Delete a knowledge base"
)
async def delete_knowledge_base(owner: OwnerDep, tenant: TenantDep, knowledge_base: str) -> None:
    """Delete one by name or id, with every document in it, from every read at once."""
    await on_ingest_thread(owner.remover.remove_knowledge_base, tenant, knowledge_base)
