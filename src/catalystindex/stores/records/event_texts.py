"""Texts of events in the records: many documents in one transaction, and the newest event of each.

They are documents like others once they are here; what differs is how they come and that each
names its event. Every function sees one knowledge base of one workspace.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import BindParameter, Connection, bindparam, delete, func, insert, select, update

from catalystindex.model.chunk import Chunk
from catalystindex.model.document import DocumentStatus
from catalystindex.model.metadata import MetadataType
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records import chunks as chunk_records
from catalystindex.stores.records import removals, terms
from catalystindex.stores.records.documents import NewVersion
from catalystindex.stores.records.removals import Removal
from catalystindex.stores.records.rows import insert_new, insert_or_update
from catalystindex.stores.records.schema import (
    documents,
    event_stamps,
    knowledge_bases,
    metadata_keys,
    versions,
)
from catalystindex.stores.records.terms import TermCounts

ID_BATCH = 500
"""Ids in one statement: SQLite takes 32,766 variables, older builds 999."""


class Stamp(NamedTuple):
    """What orders the events of one entity: the greater holds."""

    version: int
    event_id: str


@dataclass(frozen=True)
class TextVersion:
    """A text with everything that makes it visible; ``new.metadata`` is what it is filtered by."""

    new: NewVersion
    reading: Mapping[str, object]
    chunks: Sequence[Chunk]
    counts: TermCounts


def stamps(connection: Connection, base_id: str, ids: Sequence[str]) -> dict[str, Stamp]:
    """Return the newest event that was applied to each of these documents, deletions included."""
    found: dict[str, Stamp] = {}
    for start in range(0, len(ids), ID_BATCH):
        rows = connection.execute(
            select(
                event_stamps.c.document_id, event_stamps.c.version, event_stamps.c.event_id
            ).where(
                event_stamps.c.knowledge_base_id == base_id,
                event_stamps.c.document_id.in_(ids[start : start + ID_BATCH]),
            )
        )
        found.update((row[0], Stamp(int(row[1]), row[2])) for row in rows)
    return found


def stamp(connection: Connection, base_id: str, applied: Mapping[str, Stamp]) -> None:
    """Note the newest event of each document. The caller has compared it with what was there."""
    rows = [
        {"document_id": one, "knowledge_base_id": base_id, "version": s.version, "event_id": s[1]}
        for one, s in sorted(applied.items())
    ]
    if rows:
        insert_or_update(connection, event_stamps, rows, "document_id", ("version", "event_id"))


def index(
    connection: Connection, tenant: Tenant, base_id: str, texts: Sequence[TextVersion], at: str
) -> dict[str, str]:
    """Make versions the ones that answer searches; return what each document's was before.

    The moment they become visible, term counts and all. One version per document.
    """
    before = _documents(connection, tenant, [one.new.document_id for one in texts])
    _put_documents(connection, tenant, texts, before, at)
    numbers = _next_numbers(connection, list(before))
    rows = [
        _version_row(one, numbers.get(one.new.document_id, 1), tenant.user, at) for one in texts
    ]
    insert_new(connection, versions, rows)
    chunk_records.add(connection, [chunk for one in texts for chunk in one.chunks])
    added = {one.new.id: one.counts.astype("<i8").tobytes() for one in texts}
    replaced = {
        one.new.document_id: old
        for one in texts
        if (old := before.get(one.new.document_id)) and old != one.new.id
    }
    unchanged = {version for version in before.values() if version in added}
    terms.change_many(
        connection, base_id, added, sorted({*replaced.values(), *(one for one in unchanged if one)})
    )
    return replaced


def remove(
    connection: Connection, tenant: Tenant, base_id: str, ids: Sequence[str]
) -> list[Removal]:
    """Delete those of the documents that are there; return what the other stores must follow."""
    found = _documents(connection, tenant, ids)
    if not found:
        return []
    current = sorted(version for version in found.values() if version)
    terms.change_many(connection, base_id, {}, current)
    for start in range(0, len(found), ID_BATCH):
        part = sorted(found)[start : start + ID_BATCH]
        connection.execute(
            delete(documents).where(documents.c.tenant == tenant.key, documents.c.id.in_(part))
        )
    return [removals.add(connection, tenant, base_id, one) for one in sorted(found)]


def forget(connection: Connection, tenant: Tenant, base_id: str, document_id: str) -> None:
    """Forget a text whose artifacts are lost, its stamp too: a replay brings it back."""
    remove(connection, tenant, base_id, [document_id])
    connection.execute(delete(event_stamps).where(event_stamps.c.document_id == document_id))


def fix_keys(
    connection: Connection, base_id: str, keys: Mapping[str, MetadataType], at: str
) -> None:
    """Fix the types of metadata keys before any value does: an id may look like a date."""
    rows = [
        {
            "knowledge_base_id": base_id,
            "key": key,
            "type": keys[key].value,
            "first_seen_at": at,
            "first_document_id": base_id,
        }
        for key in sorted(keys)
    ]
    insert_new(connection, metadata_keys, rows)


def base_exists(connection: Connection, tenant: Tenant, base_id: str) -> bool:
    """Tell whether the knowledge base is there."""
    wanted = select(knowledge_bases.c.id).where(
        knowledge_bases.c.id == base_id, knowledge_bases.c.tenant == tenant.key
    )
    return connection.execute(wanted).first() is not None


def _documents(connection: Connection, tenant: Tenant, ids: Sequence[str]) -> dict[str, str | None]:
    """Return those of the documents that are there, with the version that answers searches."""
    found: dict[str, str | None] = {}
    for start in range(0, len(ids), ID_BATCH):
        rows = connection.execute(
            select(documents.c.id, documents.c.current_version_id).where(
                documents.c.tenant + "" == tenant.key,
                documents.c.id.in_(ids[start : start + ID_BATCH]),
            )
        )
        found.update((row[0], row[1]) for row in rows)
    return found


def _next_numbers(connection: Connection, ids: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for start in range(0, len(ids), ID_BATCH):
        rows = connection.execute(
            select(versions.c.document_id, func.max(versions.c.number))
            .where(versions.c.document_id.in_(ids[start : start + ID_BATCH]))
            .group_by(versions.c.document_id)
        )
        found.update((row[0], int(row[1]) + 1) for row in rows)
    return found


def _put_documents(
    connection: Connection,
    tenant: Tenant,
    texts: Sequence[TextVersion],
    before: Mapping[str, str | None],
    at: str,
) -> None:
    state = {
        "submitted_at": at,
        "status": DocumentStatus.INDEXED,
        "problem_code": None,
        "problem_detail": None,
        "updated_at": at,
    }
    new = [
        {
            "id": one.new.document_id,
            "tenant": tenant.key,
            "knowledge_base_id": one.new.knowledge_base_id,
            "key": one.new.key,
            "latest_version_id": one.new.id,
            "current_version_id": one.new.id,
            "created_at": at,
            **state,
        }
        for one in texts
        if one.new.document_id not in before
    ]
    if new:
        connection.execute(insert(documents), new)
    old = [
        {"of": one.new.document_id, "version": one.new.id}
        for one in texts
        if one.new.document_id in before
    ]
    if old:
        version: BindParameter[str] = bindparam("version")
        connection.execute(
            update(documents)
            .where(documents.c.id == bindparam("of"))
            .values(latest_version_id=version, current_version_id=version, **state),
            old,
        )


def _version_row(one: TextVersion, number: int, user: str, at: str) -> dict[str, object]:
    new = one.new
    return {
        "id": new.id,
        "document_id": new.document_id,
        "number": number,
        "title": new.title,
        "filename": new.filename,
        "declared_type": new.declared_type,
        "media_type": new.media_type,
        "content_hash": new.content_hash,
        "size_bytes": new.size_bytes,
        "metadata": new.metadata,
        "policy": new.policy,
        "redo": new.redo,
        "pages": None,
        "chunks": len(one.chunks),
        "reading": one.reading,
        "created_by": user,
        "created_at": at,
        "event": new.event,
    }
