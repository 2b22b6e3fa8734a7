"""The checks behind readiness: each part is really used, and a check that cannot run says so."""

from collections.abc import Callable
from datetime import datetime
from functools import partial

from catalystindex.audit.chain import timestamp
from catalystindex.model.errors import CatalystError
from catalystindex.model.health import Check, CheckState, Readiness
from catalystindex.model.stream import ConsumerState
from catalystindex.owner.assembly import Owner
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.records import due
from catalystindex.stores.records.processing import count_pending
from catalystindex.stores.vectors.edge import EdgeVectorStore

SERVING = (CheckState.OK, CheckState.DEGRADED)
ENGINE_NAMES = {"edge": "Qdrant Edge", "qdrant": "a Qdrant server"}


def readiness(owner: Owner) -> Readiness:
    """Check every part of a running owner."""
    parts: dict[str, Callable[[Owner], str]] = {
        "records": _records,
        "vectors": _vectors,
        "embedding": _embedding,
        "queue": _queue,
        "workers": _workers,
        "events": _events,
    }
    checks = [run_check(name, partial(part, owner)) for name, part in parts.items()]
    return Readiness(ready=all(check.state in SERVING for check in checks), checks=checks)


class CheckFailed(Exception):
    """The part was checked and is not well."""


class Degraded(Exception):
    """The part was checked and is not well, but requests are served."""


def run_check(name: str, part: Callable[[], str]) -> Check:
    """Run one check and put what happened into words."""
    try:
        return Check(name=name, state=CheckState.OK, detail=part())
    except CheckFailed as failed:
        return Check(name=name, state=CheckState.FAILED, detail=str(failed))
    except Degraded as degraded:
        return Check(name=name, state=CheckState.DEGRADED, detail=str(degraded))
    except CatalystError as error:
        return Check(name=name, state=CheckState.FAILED, detail=error.detail)
    except Exception as error:  # noqa: BLE001  # whatever it is, it is reported as the finding
        detail = f"could not be checked: {type(error).__name__}"
        return Check(name=name, state=CheckState.UNKNOWN, detail=detail)


def _records(owner: Owner) -> str:
    owner.records.check_owner()
    if not owner.records.at_head():
        raise CheckFailed("the schema is not at the newest revision")
    with owner.records.read() as connection:
        waiting = count_pending(connection)
    return f"{owner.records.engine_name}; {waiting} documents waiting"


def _vectors(owner: Owner) -> str:
    index = owner.index.current()
    vectors = index.vectors
    where = f"generation {index.number} on {ENGINE_NAMES[index.engine]}"
    if not isinstance(vectors, EdgeVectorStore):
        vectors.version_counts()
        return where
    return f"{where}; {vectors.fresh_points()} points in the fresh shard"


def _embedding(owner: Owner) -> str:
    with owner.index.lease() as index:
        index.encoder.encode(["ready"])
    return index.model.name


def _queue(owner: Owner) -> str:
    """Say whether the queue answers, how many documents are due, and how long the oldest waits."""
    work, now = owner.work, owner.clock.now()
    work.wakes.look()
    with owner.records.read() as connection:
        lanes = due.waiting(connection, list(Lane), timestamp(now))
    documents = sum(lane.documents for lane in lanes)
    oldest = min((lane.oldest for lane in lanes if lane.oldest is not None), default=None)
    waits = 0.0
    if oldest is not None:
        waits = max(0.0, (now - datetime.fromisoformat(oldest)).total_seconds())
    state = f"{documents} documents due, the oldest for {waits:.0f} s"
    if not work.wakes.reachable:
        raise Degraded(f"{work.queue.queue.name} does not answer; {state}; work goes on by polling")
    return f"{work.queue.queue.name}; {state}"


def _workers(owner: Owner) -> str:
    everyone = [one for one in owner.work.roster.everyone() if one.lane == Lane.COMPUTE]
    live = [one for one in everyone if one.live]
    found = (
        f"{len(live)} compute workers live ({sum(one.local for one in live)} of the server's own), "
        f"{sum(one.busy for one in live)} at work"
    )
    wanted = owner.settings.jobs.workers
    served = len(owner.work.crew.live(Lane.COMPUTE))
    if served < wanted:
        raise CheckFailed(f"{served} of {wanted} compute workers are served; {found}")
    if not live and not served:
        raise Degraded("no compute worker lives: documents are accepted and wait")
    return found


def _events(owner: Owner) -> str:
    """Say how much the log keeps and how its consumers are; it is asked for an answer."""
    stream = owner.stream
    size, groups = stream.log.size(), stream.log.groups()
    state = f"{size.records} events in {stream.log.partitions} partitions"
    ill = []
    for group in stream.runner.groups():
        condition = stream.runner.condition(group)
        if condition.state is not ConsumerState.RUNNING:
            ill.append(f"{group} is {condition.state}: {condition.code}")
    if ill:
        raise Degraded(f"{state}; {'; '.join(ill)}; events are taken and wait")
    return f"{state}; {len(groups)} consumers"
