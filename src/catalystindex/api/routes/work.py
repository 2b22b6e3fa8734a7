"""Work for workers elsewhere: the owner's desk over HTTP, in MessagePack.

For `catalystctl worker` alone: tokens of the scope `work` see documents of every workspace, as
does whoever shares the artifacts folder with the server.
"""

from typing import TypeVar

import msgspec
from fastapi import APIRouter, Request, Response

from catalystindex.api.access import GuardedRoute
from catalystindex.api.routes.common import OwnerDep
from catalystindex.api.threads import on_beat_thread, on_work_thread
from catalystindex.jobs.desk import Failure
from catalystindex.jobs.messages import (
    BeatCall,
    ClaimCall,
    GiveUpCall,
    HelloCall,
    Kept,
    PutBackCall,
    ReportCall,
    Welcome,
)
from catalystindex.jobs.roster import stored_worker
from catalystindex.model.errors import InvalidRequest
from catalystindex.stores.queue.base import Lane

router = APIRouter(route_class=GuardedRoute, prefix="/work", include_in_schema=False)

MEDIA_TYPE = "application/msgpack"
Call = TypeVar("Call")


@router.post("/hello")
async def hello(owner: OwnerDep, request: Request) -> Response:
    """Note that a worker lives; tell it what it needs to work."""
    call = await _read(request, HelloCall)
    worker = stored_worker(owner.clock, call.worker, call.host, call.pid, call.started_at)
    await on_beat_thread(owner.work.roster.hear_remote, worker)
    setup = owner.work.setup.model_dump_json()
    return _answer(Welcome(setup, owner.settings.jobs.lease, owner.work.queue.address))


@router.post("/goodbye")
async def goodbye(owner: OwnerDep, request: Request) -> Response:
    """Forget a worker that ends."""
    call = await _read(request, ClaimCall)
    await on_work_thread(owner.work.roster.say_goodbye, [call.worker])
    return Response(status_code=204)


@router.post("/claim")
async def claim(owner: OwnerDep, request: Request) -> Response:
    """Hand out a document that is due; 204 if there is none."""
    call = await _read(request, ClaimCall)
    found = await on_work_thread(owner.work.desk.claim, call.worker)
    return Response(status_code=204) if found is None else _answer(found)


@router.post("/beat")
async def beat(owner: OwnerDep, request: Request) -> Response:
    """Prolong a lease."""
    call = await _read(request, BeatCall)
    wanted = await on_beat_thread(owner.work.desk.beat, call.ticket, call.progress)
    return _answer(Kept(wanted))


@router.post("/report")
async def report(owner: OwnerDep, request: Request) -> Response:
    """Commit a stage; answer with the next, or 204 when the document is done with."""
    call = await _read(request, ReportCall)
    task = await on_work_thread(owner.work.desk.report, call.ticket, call.report)
    if task is None:
        return Response(status_code=204)
    return _answer(task)


@router.post("/give-up")
async def give_up(owner: OwnerDep, request: Request) -> Response:
    """Take note that a stage failed."""
    call = await _read(request, GiveUpCall)
    failure: Failure = call.failure
    await on_work_thread(owner.work.desk.give_up, call.ticket, failure)
    return Response(status_code=204)


@router.post("/put-back")
async def put_back(owner: OwnerDep, request: Request) -> Response:
    """Take a document back untouched."""
    call = await _read(request, PutBackCall)
    await on_work_thread(owner.work.desk.put_back, call.ticket)
    owner.work.wakes.wake(Lane.COMPUTE, call.ticket.job_id)
    return Response(status_code=204)


async def _read(request: Request, kind: type[Call]) -> Call:
    try:
        return msgspec.msgpack.decode(await request.body(), type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError) as error:
        raise InvalidRequest(f"The message is not of this server's version: {error}.") from error


def _answer(value: object) -> Response:
    return Response(msgspec.msgpack.encode(value), media_type=MEDIA_TYPE)
