"""The checks behind readiness: each part is really used, and a check that cannot run says so."""

from collections.abc import Callable
from functools import partial

from catalystindex.model.errors import CatalystError
from catalystindex.model.health import Check, CheckState, Readiness
from catalystindex.owner.assembly import Owner
from catalystindex.stores.records.processing import count_pending
from catalystindex.stores.vectors.edge import EdgeVectorStore

ENGINE_NAMES = {"edge": "Qdrant Edge", "qdrant": "a Qdrant server"}


def readiness(owner: Owner) -> Readiness:
    """Check every part of a running owner."""
    parts: dict[str, Callable[[Owner], str]] = {
        "records": _records,
        "vectors": _vectors,
        "embedding": _embedding,
        "workers": _workers,
    }
    checks = [run_check(name, partial(part, owner)) for name, part in parts.items()]
    return Readiness(ready=all(check.state is CheckState.OK for check in checks), checks=checks)


class CheckFailed(Exception):
    """The part was checked and is not well."""


def run_check(name: str, part: Callable[[], str]) -> Check:
    """Run one check and put what happened into words."""
    try:
        return Check(name=name, state=CheckState.OK, detail=part())
    except CheckFailed as failed:
        return Check(name=name, state=CheckState.FAILED, detail=str(failed))
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
    owner.metrics.documents_waiting.set(waiting)
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


def _workers(owner: Owner) -> str:
    wanted, alive = owner.settings.jobs.workers, owner.dispatcher.alive()
    if alive < wanted:
        raise CheckFailed(f"{alive} of {wanted} compute workers are served")
    return f"{alive} compute workers"
