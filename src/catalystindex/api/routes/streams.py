"""The event stream: its consumers, and the events that they could not apply.

The log is one for all workspaces. How far consumers are is a number about the installation, that
every reader of events may see; dead events are seen by their own workspace alone. Moving or
starting a consumer concerns all workspaces, and needs a scope that tokens of workspaces lack.
"""

from typing import Annotated

from fastapi import APIRouter, Query

from catalystindex.api.access import GuardedRoute
from catalystindex.api.routes.common import PAGE, Cursor, Limit, OwnerDep, TenantDep
from catalystindex.api.threads import on_event_thread
from catalystindex.model.paging import Page
from catalystindex.model.stream import (
    ConsumerStatus,
    DeadEvent,
    DeadEventQuery,
    LetterShown,
    LetterState,
    Replayed,
    ReplayRequest,
    ReplayResult,
    SeekRequest,
    StreamStatus,
)

router = APIRouter(route_class=GuardedRoute, prefix="/streams", tags=["streams"])

Group = Annotated[str | None, Query(max_length=64, description="Only of this consumer.")]
Kind = Annotated[str | None, Query(max_length=64, description="Only of this kind of event.")]
Code = Annotated[str | None, Query(max_length=64, description="Only with this error code.")]


@router.get("", summary="Show the stream")
async def status(owner: OwnerDep, tenant: TenantDep) -> StreamStatus:
    """Return the log, and of every consumer how far and how it is."""
    return await on_event_thread(owner.events.status, tenant)


@router.get("/dead-letters", summary="List dead events")
async def list_letters(  # one argument per query parameter
    owner: OwnerDep,
    tenant: TenantDep,
    group: Group = None,
    kind: Kind = None,
    code: Code = None,
    state: Annotated[LetterShown, Query(description="How they stand.")] = "open",
    cursor: Cursor = None,
    limit: Limit = PAGE,
) -> Page[DeadEvent]:
    """Return the workspace's events that a consumer could not apply, with bytes and reason."""
    wanted = None if state == "all" else LetterState(state)
    query = DeadEventQuery(group=group, kind=kind, code=code, state=wanted)
    return await on_event_thread(owner.dead_events.page, tenant, query, limit=limit, cursor=cursor)


@router.post("/dead-letters/replay", summary="Replay dead events")
async def replay_letters(
    owner: OwnerDep, tenant: TenantDep, wanted: DeadEventQuery | None = None
) -> ReplayResult:
    """Hand in again, as they are, open ones that fit; at most a thousand in one call."""
    return await on_event_thread(owner.dead_events.replay_all, tenant, wanted or DeadEventQuery())


@router.get("/dead-letters/{letter_id}", summary="Show a dead event")
async def show_letter(owner: OwnerDep, tenant: TenantDep, letter_id: str) -> DeadEvent:
    """Return one with its bytes, its reason and the attempts."""
    return await on_event_thread(owner.dead_events.show, tenant, letter_id)


@router.post("/dead-letters/{letter_id}/replay", summary="Replay a dead event")
async def replay_letter(
    owner: OwnerDep, tenant: TenantDep, letter_id: str, wanted: ReplayRequest | None = None
) -> Replayed:
    """Hand one in again for the consumer that refused it, mended if `data` is given."""
    return await on_event_thread(owner.dead_events.replay, tenant, letter_id, wanted)


@router.post("/dead-letters/{letter_id}/discard", summary="Discard a dead event")
async def discard_letter(owner: OwnerDep, tenant: TenantDep, letter_id: str) -> DeadEvent:
    """Settle one for good: it is not applied; its bytes stay to be looked at."""
    return await on_event_thread(owner.dead_events.discard, tenant, letter_id)


@router.get("/{group}", summary="Show a consumer")
async def show_consumer(owner: OwnerDep, tenant: TenantDep, group: str) -> ConsumerStatus:
    """Return how far one consumer is, by partition, and how it is."""
    return await on_event_thread(owner.events.consumer, tenant, group)


@router.post("/{group}/seek", summary="Move a consumer")
async def seek(
    owner: OwnerDep, tenant: TenantDep, group: str, wanted: SeekRequest
) -> ConsumerStatus:
    """Have a consumer go on from elsewhere, for all workspaces.

    Going back is harmless: what was applied is not applied twice. Going forward skips events.
    """
    return await on_event_thread(owner.events.seek, tenant, group, wanted)


@router.post("/{group}/restart", summary="Start a stopped consumer")
async def restart(owner: OwnerDep, tenant: TenantDep, group: str) -> ConsumerStatus:
    """Start a consumer that a defect stopped, for all workspaces; one that runs goes on."""
    return await on_event_thread(owner.events.restart, tenant, group)


@router.post("/{group}/forget", summary="Forget a consumer", status_code=204)
async def forget(owner: OwnerDep, tenant: TenantDep, group: str) -> None:
    """Forget a consumer that is switched off, for all workspaces: retention waits for it no longer.

    If it is switched on again it begins at the oldest event that is kept then.
    """
    await on_event_thread(owner.events.forget, tenant, group)
