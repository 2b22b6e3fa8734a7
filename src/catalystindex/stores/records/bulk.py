"""Many versions in one transaction: what `documents`, `processing` and `terms` do for one.

The rows left behind are the same (a test compares them); the statements are a few for a thousand
versions instead of a dozen for each, and a term's count is raised once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, insert, update

from catalystindex.model.document import DocumentStatus
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records import terms
from catalystindex.stores.records.documents import NewVersion
from catalystindex.stores.records.schema import documents, knowledge_bases, versions
from catalystindex.stores.records.terms import TermCounts


@dataclass(frozen=True)
class Indexed:
    """What processing found out about a version that becomes visible."""

    version_id: str
    document_id: str
    title: str
    pages: int | None
    chunks: int
    reading: Mapping[str, object]
    counts: TermCounts


def accept_new(connection: Connection, tenant: Tenant, new: Sequence[NewVersion], at: str) -> None:
    """Record first versions of documents that are not there yet, queued.

    Raises the database's `IntegrityError` for a document that is there: nothing is stored then.
    """
    if not new:
        return
    connection.execute(insert(documents), [_document_row(tenant, one, at) for one in new])
    connection.execute(insert(versions), [_version_row(tenant, one, at) for one in new])


def mark_indexed(
    connection: Connection, knowledge_base_id: str, indexed: Sequence[Indexed], at: str
) -> None:
    """Make versions of one knowledge base the ones that answer searches, with their term counts.

    For versions that replace none: what a replaced one added is to be withdrawn first
    (`terms.withdraw_version`).
    """
    if not indexed:
        return
    connection.execute(
        update(versions).where(versions.c.id == bindparam("of")),
        [_described(one) for one in indexed],
    )
    connection.execute(
        update(documents).where(documents.c.id == bindparam("of")),
        [_visible(one, at) for one in indexed],
    )
    held = sum(one.chunks for one in indexed)
    connection.execute(
        update(knowledge_bases)
        .where(knowledge_bases.c.id == knowledge_base_id)
        .values(chunks=knowledge_bases.c.chunks + held)
    )
    terms.add_counts(connection, knowledge_base_id, terms.summed([one.counts for one in indexed]))


def _document_row(tenant: Tenant, new: NewVersion, at: str) -> dict[str, object]:
    return {
        "id": new.document_id,
        "tenant": tenant.key,
        "knowledge_base_id": new.knowledge_base_id,
        "key": new.key,
        "status": DocumentStatus.QUEUED,
        "latest_version_id": new.id,
        "submitted_at": at,
        "created_at": at,
        "updated_at": at,
    }


def _version_row(tenant: Tenant, new: NewVersion, at: str) -> dict[str, object]:
    return {
        "id": new.id,
        "document_id": new.document_id,
        "number": 1,
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
        "reading": None,
        "chunks": 0,
        "created_by": tenant.user,
        "created_at": at,
    }


def _described(one: Indexed) -> dict[str, object]:
    return {
        "of": one.version_id,
        "title": one.title,
        "pages": one.pages,
        "chunks": one.chunks,
        "reading": dict(one.reading),
        "terms": one.counts.astype("<i8").tobytes(),
    }


def _visible(one: Indexed, at: str) -> dict[str, object]:
    return {
        "of": one.document_id,
        "status": DocumentStatus.INDEXED,
        "current_version_id": one.version_id,
        "problem_code": None,
        "problem_detail": None,
        "updated_at": at,
    }
