"""Workers that were heard of. No question is put to them: what counts is their heartbeat."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select, update

from catalystindex.stores.records.schema import workers


@dataclass(frozen=True)
class StoredWorker:
    """A worker's row."""

    id: str
    host: str
    pid: int
    lane: str
    local: bool
    started_at: str
    heartbeat_at: str


def hear(connection: Connection, worker: StoredWorker) -> None:
    """Note a sign of life."""
    known = connection.execute(
        update(workers)
        .where(workers.c.id == worker.id)
        .values(heartbeat_at=worker.heartbeat_at, lane=worker.lane)
    )
    if not known.rowcount:
        connection.execute(insert(workers).values(vars(worker)))


def every(connection: Connection) -> list[StoredWorker]:
    """Return all of them, in one order."""
    return [
        StoredWorker(*row) for row in connection.execute(select(workers).order_by(workers.c.id))
    ]


def forget(connection: Connection, worker_ids: Collection[str]) -> None:
    """Forget workers that said goodbye."""
    connection.execute(delete(workers).where(workers.c.id.in_(sorted(worker_ids))))


def forget_silent(connection: Connection, before: str) -> None:
    """Forget workers that have been silent since ``before``."""
    connection.execute(delete(workers).where(workers.c.heartbeat_at < before))


def forget_local(connection: Connection) -> None:
    """Forget the workers of an owner that is gone."""
    connection.execute(delete(workers).where(workers.c.local))
