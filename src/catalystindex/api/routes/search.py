"""Search."""

from fastapi import APIRouter, Response

from catalystindex.api.access import GuardedRoute
from catalystindex.api.routes.common import OwnerDep, TenantDep
from catalystindex.api.threads import on_search_thread
from catalystindex.model.search import SearchRequest, SearchResponse
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import Owner

router = APIRouter(route_class=GuardedRoute, tags=["search"])


@router.post("/search", summary="Search for evidence", response_model=SearchResponse)
async def search(owner: OwnerDep, tenant: TenantDep, request: SearchRequest) -> Response:
    """Return ranked passages, each cited to document version, page and characters."""
    body = await on_search_thread(_answer, owner, tenant, request)
    return Response(body, media_type="application/json")


def _answer(owner: Owner, tenant: Tenant, request: SearchRequest) -> bytes:
    """Search, and write the answer as JSON on the same thread."""
    return owner.searcher.search(tenant, request).model_dump_json().encode()
