"""The chunks beside a chunk: of the same version and tier, next to it by ordinal."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, or_, select

from catalystindex.model.chunk import Chunk
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records.chunks import IS_CURRENT, chunk_of, of_tenant
from catalystindex.stores.records.schema import chunks, documents, versions

AT_ONCE = 50
"""Chunks in one statement: each adds a term to it, and engines bound their depth."""

_Key = tuple[str, str, int]
"""Version, tier, ordinal."""


@dataclass(frozen=True)
class Neighbours:
    """The chunks on either side of one, the nearest first."""

    before: list[Chunk]
    after: list[Chunk]


def neighbours(
    connection: Connection, tenant: Tenant, of: Sequence[Chunk], reach: int
) -> list[Neighbours]:
    """Return, for each chunk, up to ``reach`` chunks on each side without a gap.

    Chunks of a version that is not the current one of its document have none: it was replaced or
    deleted since it was found.
    """
    found = _found(connection, tenant, of, reach)
    return [
        Neighbours(before=_run(found, chunk, reach, -1), after=_run(found, chunk, reach, 1))
        for chunk in of
    ]


def _found(
    connection: Connection, tenant: Tenant, of: Sequence[Chunk], reach: int
) -> dict[_Key, Chunk]:
    found: dict[_Key, Chunk] = {}
    for start in range(0, len(of), AT_ONCE):
        # Each range is one look-up by the index; row values in a list would be a scan of SQLite's.
        ranges = [
            and_(
                chunks.c.version_id == chunk.version_id,
                chunks.c.ordinal.between(chunk.ordinal - reach, chunk.ordinal + reach),
            )
            for chunk in of[start : start + AT_ONCE]
        ]
        statement = (
            select(chunks, versions.c.document_id)
            .join(versions, versions.c.id == chunks.c.version_id)
            .join(documents, IS_CURRENT)
            .where(of_tenant(tenant), or_(*ranges))
        )
        for row in connection.execute(statement):
            chunk = chunk_of(row)
            found[chunk.version_id, chunk.tier, chunk.ordinal] = chunk
    return found


def _run(found: dict[_Key, Chunk], beside: Chunk, reach: int, sign: int) -> list[Chunk]:
    run: list[Chunk] = []
    for step in range(1, reach + 1):
        chunk = found.get((beside.version_id, beside.tier, beside.ordinal + sign * step))
        if chunk is None:
            break
        run.append(chunk)
    return run
