"""Documents on their way: what waits, what came of it, and what the index should hold.

The owner's view, over all workspaces; nothing here is shown to a caller.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, select, update

from catalystindex.model.document import DocumentProblem, DocumentStatus, Metadata
from catalystindex.model.job import ItemState
from catalystindex.stores.records.schema import documents, job_documents, versions

TITLE_CHARS = 500
"""What is kept of a title; documents bring some of any length."""


@dataclass(frozen=True)
class PendingDocument:
    """A document that waits for its latest version to be processed."""

    tenant_key: str
    created_by: str
    knowledge_base_id: str
    document_id: str
    version_id: str
    current_version_id: str | None
    redo: int
    reading: dict[str, object] | None
    title: str
    filename: str
    media_type: str
    metadata: Metadata
    policy: dict[str, object]


@dataclass(frozen=True)
class IndexedVersion:
    """A version that answers searches, with what its points are filtered by."""

    tenant_key: str
    knowledge_base_id: str
    document_id: str
    version_id: str
    media_type: str
    metadata: Metadata
    chunks: int


def requeue(connection: Connection, document_id: str, version_id: str) -> bool:
    """Take a version that cannot answer searches any longer out of them.

    The document is queued again if this is its latest version; the answer tells whether it was.
    """
    connection.execute(
        update(documents)
        .where(documents.c.id == document_id, documents.c.current_version_id == version_id)
        .values(current_version_id=None)
    )
    changed = connection.execute(
        update(documents)
        .where(documents.c.id == document_id, documents.c.latest_version_id == version_id)
        .values(status=DocumentStatus.QUEUED)
    )
    return changed.rowcount == 1


def pending(connection: Connection, document_id: str, version_id: str) -> PendingDocument | None:
    """Return a version that its document waits for; None if it does not, or not any more."""
    row = connection.execute(
        select(
            documents.c.tenant,
            versions.c.created_by,
            documents.c.knowledge_base_id,
            documents.c.id,
            documents.c.latest_version_id,
            documents.c.current_version_id,
            versions.c.redo,
            versions.c.reading,
            versions.c.title,
            versions.c.filename,
            versions.c.media_type,
            versions.c.metadata,
            versions.c.policy,
        )
        .join(versions, versions.c.id == documents.c.latest_version_id)
        .where(_awaited(document_id, version_id))
    ).first()
    return None if row is None else PendingDocument(*tuple(row))


def await_again(connection: Connection, document_id: str, version_id: str, at: str) -> bool:
    """Let a document wait for its latest version, which failed or was cancelled, once more.

    Tells whether it does: not if a newer version came, or the version answers searches.
    """
    changed = connection.execute(
        update(documents)
        .where(
            documents.c.id == document_id,
            documents.c.latest_version_id == version_id,
            documents.c.status.in_((DocumentStatus.FAILED, DocumentStatus.CANCELLED)),
        )
        .values(status=DocumentStatus.QUEUED, problem_code=None, problem_detail=None, updated_at=at)
    )
    return changed.rowcount == 1 or still_pending(connection, document_id, version_id)


def mark_cancelled(connection: Connection, document_id: str, version_id: str, at: str) -> None:
    """Note that nobody waits for the latest version; an earlier one stays searchable.

    Not while another job waits for the same version, or works on it.
    """
    others = exists().where(
        job_documents.c.document_id == document_id,
        job_documents.c.version_id == version_id,
        job_documents.c.state.in_((ItemState.QUEUED, ItemState.RUNNING)),
    )
    connection.execute(
        update(documents)
        .where(_awaited(document_id, version_id), ~others)
        .values(status=DocumentStatus.CANCELLED, updated_at=at)
    )


def without_job(connection: Connection, limit: int) -> list[tuple[str, str, str, str]]:
    """Return (workspace, knowledge base, document, version) of what waits and is in no open job."""
    open_item = exists().where(
        job_documents.c.document_id == documents.c.id,
        job_documents.c.state.in_((ItemState.QUEUED, ItemState.RUNNING)),
    )
    rows = connection.execute(
        select(
            documents.c.tenant,
            documents.c.knowledge_base_id,
            documents.c.id,
            documents.c.latest_version_id,
        )
        .where(documents.c.status == DocumentStatus.QUEUED, ~open_item)
        .order_by(documents.c.tenant, documents.c.knowledge_base_id, documents.c.id)
        .limit(limit)
    )
    return [(str(row[0]), str(row[1]), str(row[2]), str(row[3])) for row in rows]


def in_hand(connection: Connection, document_ids: Collection[str]) -> set[str]:
    """Return which of these documents a worker has in hand."""
    wanted = select(job_documents.c.document_id).where(
        job_documents.c.document_id.in_(sorted(document_ids)),
        job_documents.c.state == ItemState.RUNNING,
    )
    return {str(found) for found in connection.execute(wanted).scalars()}


def searchable(connection: Connection) -> list[IndexedVersion]:
    """Return every version that answers searches, in every workspace, in one order."""
    rows = connection.execute(
        select(
            documents.c.tenant,
            documents.c.knowledge_base_id,
            documents.c.id,
            versions.c.id,
            versions.c.media_type,
            versions.c.metadata,
            versions.c.chunks,
        )
        .join(versions, versions.c.id == documents.c.current_version_id)
        .order_by(documents.c.id)
    )
    return [IndexedVersion(*row) for row in rows]


def version_ids(connection: Connection) -> set[str]:
    """Return the id of every recorded version of every workspace."""
    return set(connection.execute(select(versions.c.id)).scalars())


def count_pending(connection: Connection) -> int:
    """Return how many documents wait, in all workspaces."""
    counted = select(func.count()).where(documents.c.status == DocumentStatus.QUEUED)
    return int(connection.execute(counted).scalar_one())


def still_pending(connection: Connection, document_id: str, version_id: str) -> bool:
    """Tell whether a version is the one its document waits for."""
    found = connection.execute(
        select(documents.c.id).where(_awaited(document_id, version_id))
    ).first()
    return found is not None


def _awaited(document_id: str, version_id: str) -> ColumnElement[bool]:
    return and_(
        documents.c.id == document_id,
        documents.c.latest_version_id == version_id,
        documents.c.status == DocumentStatus.QUEUED,
    )


def describe_version(
    connection: Connection,
    version_id: str,
    *,
    title: str,
    pages: int | None,
    reading: Mapping[str, object],
) -> None:
    """Record what parsing found out about a version."""
    connection.execute(
        update(versions)
        .where(versions.c.id == version_id)
        .values(title=title[:TITLE_CHARS], pages=pages, reading=dict(reading))
    )


def count_chunks(connection: Connection, version_id: str, chunks: int) -> None:
    """Record how many chunks a version has."""
    connection.execute(update(versions).where(versions.c.id == version_id).values(chunks=chunks))


def mark_indexed(connection: Connection, document_id: str, version_id: str, at: str) -> None:
    """Make a version the one that answers searches: the moment it becomes visible."""
    connection.execute(
        update(documents)
        .where(documents.c.id == document_id)
        .values(
            status=DocumentStatus.INDEXED,
            current_version_id=version_id,
            problem_code=None,
            problem_detail=None,
            updated_at=at,
        )
    )


def replace_current(
    connection: Connection, changes: Sequence[tuple[str, str, str]], at: str
) -> None:
    """Let versions answer in place of others: (document, old, new).

    The new one is the latest too where the old one was.
    """
    rows = [{"of": document, "old": old, "new": new} for document, old, new in changes]
    for column in (documents.c.latest_version_id, documents.c.current_version_id):
        connection.execute(
            update(documents)
            .where(documents.c.id == bindparam("of"), column == bindparam("old"))
            .values({column.name: bindparam("new"), "updated_at": at}),
            rows,
        )


def mark_failed(
    connection: Connection, document_id: str, problem: DocumentProblem, at: str
) -> None:
    """Record why the latest version cannot be used; an earlier version stays searchable."""
    connection.execute(
        update(documents)
        .where(documents.c.id == document_id)
        .values(
            status=DocumentStatus.FAILED,
            problem_code=problem.code,
            problem_detail=problem.detail,
            updated_at=at,
        )
    )
