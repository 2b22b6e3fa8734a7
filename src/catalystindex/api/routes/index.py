"""The index: its generations, rebuilding, rolling back."""

from fastapi import APIRouter, Response

from catalystindex.api.access import GuardedRoute
from catalystindex.api.routes.common import OwnerDep, TenantDep
from catalystindex.api.threads import on_ingest_thread
from catalystindex.model.generation import Generation, ReindexRequest

router = APIRouter(route_class=GuardedRoute, tags=["index"])


@router.get("/index/generations", summary="List index generations")
def list_generations(owner: OwnerDep, tenant: TenantDep) -> list[Generation]:
    """Return the newest hundred, newest first. One answers searches; one before it is kept."""
    return owner.reindexer.generations(tenant)


@router.get("/index/generations/{number}", summary="Show an index generation")
def show_generation(owner: OwnerDep, tenant: TenantDep, number: int) -> Generation:
    """Return one, with the progress of its building."""
    return owner.reindexer.generation(tenant, number)


@router.post("/index/reindex", status_code=202, summary="Rebuild the index")
async def reindex(
    owner: OwnerDep, tenant: TenantDep, request: ReindexRequest, response: Response
) -> Generation:
    """Build a generation beside the one that answers, and swap it in when it is whole.

    It takes the encoder and the engine of the settings; with `policy`, documents of the caller's
    workspace are chunked anew. Everything stays searchable throughout.
    """
    made = await on_ingest_thread(owner.reindexing.start, tenant, request)
    response.headers["Location"] = f"/v1/index/generations/{made.number}"
    return made


@router.post("/index/rollback", status_code=202, summary="Go back to the generation before")
async def roll_back(owner: OwnerDep, tenant: TenantDep, response: Response) -> Generation:
    """Bring the generation before up to date, and swap it in again."""
    made = await on_ingest_thread(owner.reindexer.roll_back, tenant)
    response.headers["Location"] = f"/v1/index/generations/{made.number}"
    return made


@router.post("/index/cancel", summary="Give up the build under way")
async def cancel(owner: OwnerDep, tenant: TenantDep) -> Generation:
    """Stop building; the generation that answers stays as it is."""
    return await on_ingest_thread(owner.reindexer.cancel, tenant)


@router.post("/index/retire", summary="Drop the generation that is kept")
async def retire(owner: OwnerDep, tenant: TenantDep) -> Generation:
    """Remove the generation kept for a rollback, and what it holds of deleted documents."""
    return await on_ingest_thread(owner.reindexer.retire, tenant)
