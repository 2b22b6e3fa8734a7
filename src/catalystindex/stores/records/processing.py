"""Documents on their way: what waits, what came of it, and what the index should hold.

The owner's view, over all workspaces; nothing here is shown to a caller.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, bindparam, func, select, update

from catalystindex.model.document import DocumentProblem, DocumentStatus, Metadata
from catalystindex.stores.records.schema import documents, versions

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
    attempts: int
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
        .values(status=DocumentStatus.QUEUED, attempts=0)
    )
    return changed.rowcount == 1


def pending(
    connection: Connection, *, besides: Collection[str], limit: int
) -> list[PendingDocument]:
    """Return queued documents of every workspace but those in hand, longest waiting first."""
    rows = connection.execute(
        select(
            documents.c.tenant,
            versions.c.created_by,
            documents.c.knowledge_base_id,
            documents.c.id,
            documents.c.latest_version_id,
            documents.c.current_version_id,
            documents.c.attempts,
            versions.c.title,
            versions.c.filename,
            versions.c.media_type,
            versions.c.metadata,
            versions.c.policy,
        )
        .join(versions, versions.c.id == documents.c.latest_version_id)
        .where(documents.c.status == DocumentStatus.QUEUED, documents.c.id.not_in(besides))
        .order_by(documents.c.updated_at, documents.c.id)
        .limit(limit)
    )
    return [PendingDocument(*tuple(row)) for row in rows]


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


def still_pending(connection: Connection, document: PendingDocument) -> bool:
    """Tell whether the version in hand is still the one its document waits for."""
    row = connection.execute(
        select(documents.c.id).where(
            documents.c.id == document.document_id,
            documents.c.latest_version_id == document.version_id,
            documents.c.status == DocumentStatus.QUEUED,
        )
    ).first()
    return row is not None


def describe_version(
    connection: Connection,
    version_id: str,
    *,
    title: str,
    pages: int | None,
    chunks: int,
    reading: Mapping[str, object],
) -> None:
    """Record what parsing found out about a version."""
    connection.execute(
        update(versions)
        .where(versions.c.id == version_id)
        .values(title=title[:TITLE_CHARS], pages=pages, chunks=chunks, reading=dict(reading))
    )


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


def count_attempt(connection: Connection, document: PendingDocument, at: str) -> int:
    """Count a run that a compute worker did not survive; return how many there were.

    The document goes to the back of the line: others are not to wait for it again. Zero says
    that the version was deleted or replaced meanwhile.
    """
    own = and_(
        documents.c.id == document.document_id,
        documents.c.latest_version_id == document.version_id,
    )
    connection.execute(
        update(documents).where(own).values(attempts=documents.c.attempts + 1, updated_at=at)
    )
    counted = select(documents.c.attempts).where(own)
    return int(connection.execute(counted).scalar_one_or_none() or 0)
