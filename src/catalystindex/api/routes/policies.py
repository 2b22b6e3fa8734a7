"""Chunking policies: list, show, check, put, delete."""

import yaml
from fastapi import APIRouter, Request

from catalystindex.api.access import GuardedRoute
from catalystindex.api.routes.common import OwnerDep, TenantDep
from catalystindex.api.threads import on_ingest_thread
from catalystindex.model.policy import PolicyInfo, PolicyList

router = APIRouter(route_class=GuardedRoute, tags=["policies"])

EXAMPLE = """name: minutes
description: Minutes of committees.
tiers:
  - tier: semantic
  - {tier: window, sentences: 5, overlap: 2}
"""
BODY: dict[str, object] = {
    "requestBody": {
        "required": True,
        "description": "The policy as YAML or JSON; see policy.schema.json.",
        "content": {
            "application/yaml": {"schema": {"type": "string"}, "example": EXAMPLE},
            "application/json": {"schema": {"type": "object"}, "example": yaml.safe_load(EXAMPLE)},
        },
    }
}


@router.get("/policies", summary="List policies")
def list_policies(owner: OwnerDep, tenant: TenantDep) -> PolicyList:
    """Return the product's policies and the workspace's own."""
    return PolicyList(items=owner.library.policies.all(tenant))


@router.get("/policies/{name}", summary="Show a policy")
def show_policy(owner: OwnerDep, tenant: TenantDep, name: str) -> PolicyInfo:
    """Return the newest revision of one."""
    return owner.library.policies.get(tenant, name)


@router.post("/policies/validate", openapi_extra=BODY, summary="Check a policy")
async def validate_policy(owner: OwnerDep, request: Request) -> PolicyInfo:
    """Return the policy in the body as it was understood; nothing is stored."""
    return await on_ingest_thread(owner.library.policies.check, await request.body())


@router.put("/policies/{name}", openapi_extra=BODY, summary="Put a policy")
async def put_policy(owner: OwnerDep, tenant: TenantDep, name: str, request: Request) -> PolicyInfo:
    """Store the policy in the body as the next revision; an unchanged one stays as it is."""
    return await on_ingest_thread(owner.library.policies.put, tenant, name, await request.body())


@router.delete("/policies/{name}", status_code=204, summary="Delete a policy")
async def delete_policy(owner: OwnerDep, tenant: TenantDep, name: str) -> None:
    """Delete one of the workspace; documents cut by it stay as they are."""
    await on_ingest_thread(owner.library.policies.delete, tenant, name)
