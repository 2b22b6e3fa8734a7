"""Document frequencies of terms, exact and per knowledge base, for the IDF of BM25.

The engine's own IDF is computed per shard and across tenants: it would differ between a fresh
shard and an optimised one, between one server and three, and would let one tenant's words weigh
in another's ranking. These counts move in the same transaction that makes a version visible, so
every engine ranks by the same numbers.

A version keeps what it added as a blob (int64 term, int64 count; little-endian), so that
removing it takes away exactly that.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, bindparam, func, select, update

from catalystindex.stores.records.rows import insert_columns
from catalystindex.stores.records.schema import knowledge_bases, term_stats, versions

TermCounts = NDArray[np.int64]
"""Shape (terms, 2): term and the number of chunks that hold it, ordered by term."""

ID_BATCH = 500
"""Ids or terms in one statement: SQLite takes 32,766 variables, older builds 999."""

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
    add_counts(connection, knowledge_base_id, counts)


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
    add_counts(connection, knowledge_base_id, counts * np.array([1, -1]))
    _forget_unused(connection, knowledge_base_id, counts[:, 0].tolist())


@dataclass(frozen=True)
class Exchange:
    """A version that answers searches from now on, in place of another; ``counts`` is its blob."""

    old: str
    new: str
    counts: bytes


def exchange(
    connection: Connection, knowledge_base_id: str, exchanges: Sequence[Exchange]
) -> dict[str, bytes]:
    """Exchange many versions at once; return what the old ones had added."""
    added = {one.new: one.counts for one in exchanges}
    return change_many(connection, knowledge_base_id, added, [one.old for one in exchanges])


def change_many(
    connection: Connection,
    knowledge_base_id: str,
    added: Mapping[str, bytes],
    withdrawn: Sequence[str],
) -> dict[str, bytes]:
    """Let versions add their counts, and others none any longer; return what those had added.

    ``added`` has the blob of each version. Counts are summed first: one change per term, where one
    per version and term would hold the writers for minutes.
    """
    removed = _take_blobs(connection, withdrawn)
    gained, lost = map(_counts_in, added.values()), map(_counts_in, removed.values())
    net = summed([*gained, *(counts * np.array([1, -1]) for counts in lost)])
    if added:
        connection.execute(
            update(versions)
            .where(versions.c.id == bindparam("of"))
            .values(terms=bindparam("blob")),
            [{"of": version, "blob": blob} for version, blob in sorted(added.items())],
        )
    chunks = _chunks_in(connection, sorted(added)) - _chunks_in(connection, sorted(removed))
    connection.execute(
        update(knowledge_bases)
        .where(knowledge_bases.c.id == knowledge_base_id)
        .values(chunks=knowledge_bases.c.chunks + chunks)
    )
    add_counts(connection, knowledge_base_id, net)
    _forget_unused(connection, knowledge_base_id, net[:, 0].tolist())
    return removed


def summed(counts: Sequence[TermCounts]) -> TermCounts:
    """Return the counts of several versions together, ordered by term, without sums of zero."""
    rows = np.concatenate([np.empty((0, 2), np.int64), *counts])
    terms, places = np.unique(rows[:, 0], return_inverse=True)
    sums = np.zeros(len(terms), np.int64)
    np.add.at(sums, places, rows[:, 1])
    kept = sums != 0
    return np.stack([terms[kept], sums[kept]], axis=1)


def _counts_in(blob: bytes) -> TermCounts:
    return np.frombuffer(blob, "<i8").reshape(-1, 2).astype(np.int64)


def _take_blobs(connection: Connection, ids: Sequence[str]) -> dict[str, bytes]:
    """Return the counts of versions, and take them off: they add nothing any longer."""
    found: dict[str, bytes] = {}
    for start in range(0, len(ids), ID_BATCH):
        own = versions.c.id.in_(ids[start : start + ID_BATCH]) & versions.c.terms.is_not(None)
        rows = connection.execute(select(versions.c.id, versions.c.terms).where(own))
        found.update((row[0], row[1]) for row in rows)
        connection.execute(update(versions).where(own).values(terms=None))
    return found


def statistics(
    connection: Connection, knowledge_base_ids: Sequence[str], terms: Sequence[int]
) -> CollectionStatistics:
    """Return the counts over several knowledge bases together."""
    bases = list(knowledge_base_ids)
    total = connection.execute(_TOTAL, {"bases": bases}).scalar_one()
    rows = connection.execute(_FREQUENCIES, {"bases": bases, "terms": list(terms)})
    return CollectionStatistics(int(total), {term: int(count) for term, count in rows})


def _chunks_in(connection: Connection, ids: Sequence[str]) -> int:
    total = 0
    for start in range(0, len(ids), ID_BATCH):
        wanted = versions.c.id.in_(ids[start : start + ID_BATCH])
        counted = select(func.coalesce(func.sum(versions.c.chunks), 0)).where(wanted)
        total += int(connection.execute(counted).scalar_one())
    return total


def _count_chunks(
    connection: Connection, knowledge_base_id: str, version_id: str, sign: int
) -> None:
    held = select(versions.c.chunks).where(versions.c.id == version_id).scalar_subquery()
    connection.execute(
        update(knowledge_bases)
        .where(knowledge_bases.c.id == knowledge_base_id)
        .values(chunks=knowledge_bases.c.chunks + sign * held)
    )


def _forget_unused(connection: Connection, knowledge_base_id: str, used: list[int]) -> None:
    for start in range(0, len(used), ID_BATCH):
        connection.execute(
            term_stats.delete().where(
                term_stats.c.knowledge_base_id == knowledge_base_id,
                term_stats.c.term.in_(used[start : start + ID_BATCH]),
                term_stats.c.frequency <= 0,
            )
        )


def add_counts(connection: Connection, knowledge_base_id: str, counts: TermCounts) -> None:
    """Raise the document frequency of each term by its count."""
    if not len(counts):
        return
    key = (term_stats.c.knowledge_base_id, term_stats.c.term)
    new, rows = insert_columns(
        connection,
        term_stats,
        {"knowledge_base_id": knowledge_base_id},
        {"term": counts[:, 0].tolist(), "frequency": counts[:, 1].tolist()},
    )
    sums = term_stats.c.frequency + new.excluded.frequency
    upsert = new.on_conflict_do_update(index_elements=key, set_={"frequency": sums})
    connection.execute(upsert, rows)
