"""Events: hand in, and what they look like."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request

from catalystindex.api.access import GuardedRoute
from catalystindex.api.event_lines import events_of
from catalystindex.api.intake import Intake, size_of, whole_body
from catalystindex.api.middleware import EVENT_BYTES
from catalystindex.api.routes.common import OwnerDep, TenantDep
from catalystindex.api.threads import on_event_thread
from catalystindex.model.event_kinds import EventKinds
from catalystindex.model.stream import SubmitResult
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import Owner
from catalystindex.streaming.schema import event_kinds, event_schema

router = APIRouter(route_class=GuardedRoute, tags=["events"])

NDJSON = "application/x-ndjson"
EXAMPLE = {
    "kind": "transaction",
    "entity_id": "T-1",
    "event_time": 1_735_689_600_000_000,
    "source": "core-banking",
    "payload": {
        "amount": 125_000,
        "currency": "EUR",
        "debtor_account": "A-1",
        "creditor_account": "A-2",
    },
}
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            NDJSON: {
                "schema": {
                    "type": "string",
                    "description": "One event in each line; `GET /v1/events/schema` tells their "
                    "form.",
                },
                "example": json.dumps(EXAMPLE) + "\n",
            },
            "application/json": {
                "schema": {"type": "array", "items": {"type": "object"}},
                "example": [EXAMPLE],
            },
        },
    }
}


@router.post("/events", summary="Hand in events", openapi_extra=BODY)
async def submit(
    owner: OwnerDep,
    tenant: TenantDep,
    request: Request,
    *,
    receipts: Annotated[
        bool, Query(description="Name the id and the place in the log of each accepted event.")
    ] = False,
) -> SubmitResult:
    """Append events to the log; what is answered as accepted is on disk.

    A line that is no event is in `rejected`, and the others are taken. An event's id is computed
    from its content, so sending events again does no harm.
    """
    intake: Intake = request.app.state.intake
    most = min(EVENT_BYTES, owner.settings.limits.max_body_bytes)
    with intake.room(tenant, size_of(request, most)):
        body = await whole_body(request)
        return await on_event_thread(_take, tenant, owner, body, receipts=receipts)


@router.get("/events/schema", summary="Show the schema of events")
async def schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of an event."""
    return event_schema()


@router.get("/events/kinds", summary="List the kinds of events")
async def kinds() -> EventKinds:
    """Return every kind with the fields of its payload."""
    return event_kinds()


def _take(tenant: Tenant, owner: Owner, body: bytearray, *, receipts: bool) -> SubmitResult:
    lines = events_of(body, owner.settings.events.max_request_events)
    return owner.events.submit(tenant, lines, receipts=receipts)
