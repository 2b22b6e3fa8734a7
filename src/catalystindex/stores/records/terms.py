"""Document frequencies of terms, exact and per knowledge base, for the IDF of BM25.

The engine's own IDF is computed per shard and across tenants: it would differ between a fresh
shard and an optimised one, between one server and three, and would let one tenant's words weigh
in another's ranking. These counts move in the same transaction that makes a version visible, so
every engine ranks by the same numbers.

A version keeps what it added as a blob (int64 term, int64 count; little-endian), so that
removing it takes away exactly that.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, func, select, text, update

from catalystindex.stores.records.schema import knowledge_bases, term_stats, versions

TermCounts = NDArray[np.int64]
"""Shape (terms, 2): term and the number of chunks that hold it, ordered by term."""

_ADD = text(
    "INSERT INTO term_stats (knowledge_base_id, term, frequency) VALUES (:kb, :term, :count) "
    "ON CONFLICT (knowledge_base_id, term) DO UPDATE SET frequency = frequency + excluded.frequency"
)

_TOTAL = select(func.coalesce(func.sum(knowledge_bases.c.chunks), 0)).where(
    knowledge_bases.c.id.in_(bindparam("bases", expanding=True))
)
_FREQUENCIES = (
    select(term_stats.c.term, func.sum(term_stats.c.frequency))
    .where(
        term_stats.c.knowledge_base_id.in_(bindparam("bases", expanding=True)),
        term_stats.c.term.in_(bindparam("terms", expanding=True)),
    )
    .group_by(term_stats.c.term)
)
# Every search runs these: built once, because building one takes longer than running it.


@dataclass(frozen=True)
class CollectionStatistics:
    """How many chunks a search looks through, and how many hold each term asked for."""

    chunks: int
    frequencies: dict[int, int]


def count_terms(rows: Sequence[NDArray[np.uint32]]) -> TermCounts:
    """Count, for each term, in how many of the rows (one per chunk) it occurs."""
    if not rows:
        return np.empty((0, 2), np.int64)
    terms, counts = np.unique(np.concatenate(rows), return_counts=True)
    return np.stack([terms.astype(np.int64), counts.astype(np.int64)], axis=1)


def apply_version(
    connection: Connection, knowledge_base_id: str, version_id: str, counts: TermCounts
) -> None:
    """Add a version's chunks and term counts, and remember the counts with the version."""
    _count_chunks(connection, knowledge_base_id, version_id, 1)
    connection.execute(
        update(versions)
        .where(versions.c.id == version_id)
        .values(terms=counts.astype("<i8").tobytes())
    )
    _add(connection, knowledge_base_id, counts)


def withdraw_version(connection: Connection, knowledge_base_id: str, version_id: str) -> None:
    """Take away what a version added. A version that added nothing is left alone."""
    blob = connection.execute(
        select(versions.c.terms).where(versions.c.id == version_id)
    ).scalar_one_or_none()
    if blob is None:
        return
    _count_chunks(connection, knowledge_base_id, version_id, -1)
    counts = np.frombuffer(blob, "<i8").reshape(-1, 2).astype(np.int64)
    connection.execute(update(versions).where(versions.c.id == version_id).values(terms=None))
    if not len(counts):
        return
    _add(connection, knowledge_base_id, counts * np.array([1, -1]))
    connection.execute(
        term_stats.delete().where(
            term_stats.c.knowledge_base_id == bindparam("kb"),
            term_stats.c.term == bindparam("of"),
            term_stats.c.frequency <= 0,
        ),
        [{"kb": knowledge_base_id, "of": int(term)} for term in counts[:, 0]],
    )


def statistics(
    connection: Connection, knowledge_base_ids: Sequence[str], terms: Sequence[int]
) -> CollectionStatistics:
    """Return the counts over several knowledge bases together."""
    bases = list(knowledge_base_ids)
    total = connection.execute(_TOTAL, {"bases": bases}).scalar_one()
    rows = connection.execute(_FREQUENCIES, {"bases": bases, "terms": list(terms)})
    return CollectionStatistics(int(total), {term: int(count) for term, count in rows})


def _count_chunks(
    connection: Connection, knowledge_base_id: str, version_id: str, sign: int
) -> None:
    held = select(versions.c.chunks).where(versions.c.id == version_id).scalar_subquery()
    connection.execute(
        update(knowledge_bases)
        .where(knowledge_bases.c.id == knowledge_base_id)
        .values(chunks=knowledge_bases.c.chunks + sign * held)
    )


def _add(connection: Connection, knowledge_base_id: str, counts: TermCounts) -> None:
    if len(counts):
        rows = [
            {"kb": knowledge_base_id, "term": int(term), "count": int(count)}
            for term, count in counts
        ]
        connection.execute(_ADD, rows)
