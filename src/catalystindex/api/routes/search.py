"""Search."""

from fastapi import APIRouter

from catalystindex.api.access import GuardedRoute
from catalystindex.api.routes.common import OwnerDep, TenantDep
from catalystindex.model.search import SearchRequest, SearchResponse

router = APIRouter(route_class=GuardedRoute, tags=["search"])


@router.post("/search", summary="Search for evidence")
def search(owner: OwnerDep, tenant: TenantDep, request: SearchRequest) -> SearchResponse:
    """Return ranked passages, each cited to document version, page and characters."""
    return owner.searcher.search(tenant, request)
