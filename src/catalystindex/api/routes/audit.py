"""The audit log of the caller's workspace."""

from typing import Annotated

from fastapi import APIRouter, Query

from catalystindex.api.access import GuardedRoute
from catalystindex.api.routes.common import PAGE, Limit, OwnerDep, TenantDep
from catalystindex.model.audit import AuditEntry, AuditReport
from catalystindex.model.paging import Page
from catalystindex.stores.records import audit_log

router = APIRouter(route_class=GuardedRoute, tags=["audit"])

After = Annotated[int, Query(ge=0, le=2**63 - 1, description="Entries after this sequence number.")]


@router.get("/audit", summary="List audit entries")
def list_entries(
    owner: OwnerDep, tenant: TenantDep, after: After = 0, limit: Limit = PAGE
) -> Page[AuditEntry]:
    """Return entries in the order of the chain; `next_cursor` is the next `after`."""
    with owner.records.read() as connection:
        entries = audit_log.page(connection, tenant, after=after, limit=limit + 1)
    more = str(entries[limit - 1].sequence) if len(entries) > limit else None
    return Page(items=entries[:limit], next_cursor=more)


@router.get("/audit/verify", summary="Verify the audit chain")
def verify(owner: OwnerDep, tenant: TenantDep) -> AuditReport:
    """Walk the whole chain and say whether it holds."""
    with owner.records.read() as connection:
        return audit_log.verify(connection, tenant)
