"""What is due in each lane, and whose hands are full: the owner's view, over all workspaces."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from catalystindex.model.job import ItemState
from catalystindex.stores.records import lease_statements as statements
from catalystindex.stores.records.schema import job_documents


@dataclass(frozen=True)
class Waiting:
    """What a lane has due."""

    lane: str
    documents: int
    oldest: str | None


def waiting(connection: Connection, lanes: Sequence[str], now: str) -> list[Waiting]:
    """Return what each lane has due, and since when the oldest waits."""
    columns = job_documents.c
    rows = connection.execute(
        select(columns.lane, func.count(), func.min(columns.due_at))
        .where(columns.state == ItemState.QUEUED, columns.lane.in_(lanes), columns.due_at <= now)
        .group_by(columns.lane)
    )
    found = {str(lane): Waiting(str(lane), count, oldest) for lane, count, oldest in rows}
    return [found.get(lane, Waiting(lane, 0, None)) for lane in lanes]


def any_due(connection: Connection, lane: str, now: str) -> bool:
    """Tell whether a lane has anything due."""
    return connection.execute(statements.ANY_DUE, {"lane": lane, "now": now}).first() is not None


def far_ahead(
    connection: Connection, lane: str, tenants: Sequence[str], limit: int, now: str
) -> set[str]:
    """Return the workspaces that have at least ``limit`` documents due in a lane.

    What waits for another attempt does not count: nobody could work on it.
    """
    columns = job_documents.c
    rows = connection.execute(
        select(columns.tenant)
        .where(
            columns.tenant.in_(tenants),
            columns.lane == lane,
            columns.state == ItemState.QUEUED,
            columns.due_at.concat("") <= now,  # an expression, as in `NEXT_DUE`
        )
        .group_by(columns.tenant)
        .having(func.count() >= limit)
    )
    return set(rows.scalars())


def busy_holders(connection: Connection) -> set[str]:
    """Return the workers that have something in hand."""
    wanted = select(job_documents.c.holder).where(job_documents.c.state == ItemState.RUNNING)
    return {holder for holder in connection.execute(wanted).scalars() if holder}
