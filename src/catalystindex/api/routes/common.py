"""What routes share: the parameters that come from the request itself."""

from typing import Annotated

from fastapi import Depends, Query, Request

from catalystindex.api.access import owner_of, tenant_of
from catalystindex.model.paging import DEFAULT_PAGE, MAX_PAGE
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import Owner


async def _owner(request: Request) -> Owner:
    return owner_of(request)


async def _tenant(request: Request) -> Tenant:
    return tenant_of(request)


# Coroutines, because the framework sends every plain function to a thread and back.
OwnerDep = Annotated[Owner, Depends(_owner)]
TenantDep = Annotated[Tenant, Depends(_tenant)]
Cursor = Annotated[
    str | None,
    Query(max_length=2048, description="`next_cursor` of the page before; the first if absent."),
]
Limit = Annotated[int, Query(ge=1, le=MAX_PAGE, description="Items on a page.")]
PAGE = DEFAULT_PAGE
