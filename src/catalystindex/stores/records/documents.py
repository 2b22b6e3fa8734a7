"""Documents and their versions in the records. Every listing sees one workspace only."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Connection, Row, Select, delete, func, insert, select, update

from catalystindex.model.document import (
    Document,
    DocumentProblem,
    DocumentStatus,
    Metadata,
)
from catalystindex.model.errors import DocumentNotFound
from catalystindex.model.paging import Page
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records.cursors import decode_cursor, encode_cursor
from catalystindex.stores.records.schema import documents, versions

CURSOR_PARTS = 2


@dataclass(frozen=True)
class NewVersion:
    """What is known of a version when it is accepted."""

    id: str
    document_id: str
    knowledge_base_id: str
    key: str
    title: str
    filename: str
    declared_type: str | None
    media_type: str
    content_hash: str
    size_bytes: int
    metadata: Metadata
    policy: dict[str, object]


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


@dataclass(frozen=True)
class StoredVersion:
    """A version, as reading its artifacts needs it."""

    id: str
    knowledge_base_id: str
    filename: str
    content_hash: str


@dataclass(frozen=True)
class DocumentQuery:
    """Which documents a listing shows."""

    knowledge_base_id: str | None = None
    status: DocumentStatus | None = None
    cursor: str | None = None
    limit: int = 50


def accept(connection: Connection, tenant: Tenant, new: NewVersion, at: str) -> None:
    """Record a version as the latest of its document, queued; the document is made if new."""
    exists = connection.execute(
        select(documents.c.id).where(documents.c.id == new.document_id)
    ).first()
    state = {
        "status": DocumentStatus.QUEUED,
        "latest_version_id": new.id,
        "attempts": 0,
        "problem_code": None,
        "problem_detail": None,
        "updated_at": at,
    }
    if exists:
        connection.execute(update(documents).where(documents.c.id == new.document_id).values(state))
    else:
        identity = {
            "id": new.document_id,
            "tenant": tenant.key,
            "knowledge_base_id": new.knowledge_base_id,
            "key": new.key,
            "created_at": at,
        }
        connection.execute(insert(documents).values(state | identity))
    if not version_exists(connection, new.id):
        _insert_version(connection, tenant, new, at)


def version_exists(connection: Connection, version_id: str) -> bool:
    """Tell whether a version is recorded."""
    found = connection.execute(select(versions.c.id).where(versions.c.id == version_id)).first()
    return found is not None


def _insert_version(connection: Connection, tenant: Tenant, new: NewVersion, at: str) -> None:
    highest = connection.execute(
        select(func.coalesce(func.max(versions.c.number), 0)).where(
            versions.c.document_id == new.document_id
        )
    ).scalar_one()
    connection.execute(
        insert(versions).values(
            id=new.id,
            document_id=new.document_id,
            number=highest + 1,
            title=new.title,
            filename=new.filename,
            declared_type=new.declared_type,
            media_type=new.media_type,
            content_hash=new.content_hash,
            size_bytes=new.size_bytes,
            metadata=new.metadata,
            policy=new.policy,
            pages=None,
            chunks=0,
            created_by=tenant.user,
            created_at=at,
        )
    )


def find(connection: Connection, tenant: Tenant, document_id: str) -> Document:
    """Return one. Raises `DocumentNotFound`, for another tenant's too."""
    row = connection.execute(_select(tenant).where(documents.c.id == document_id)).first()
    if row is None:
        raise DocumentNotFound(f"There is no document {document_id!r}.", document=document_id)
    return _document(row)


def current_version(connection: Connection, document_id: str) -> str | None:
    """Return the version of a document that answers searches, if one does."""
    wanted = select(documents.c.current_version_id).where(documents.c.id == document_id)
    found: str | None = connection.execute(wanted).scalar_one_or_none()
    return found


def stored_version(
    connection: Connection, tenant: Tenant, document_id: str, version_id: str | None
) -> StoredVersion:
    """Return a version of a document: the one named, or the current one, or else the latest.

    Raises `DocumentNotFound`, for a version of another document too.
    """
    chosen = func.coalesce(documents.c.current_version_id, documents.c.latest_version_id)
    row = connection.execute(
        select(
            versions.c.id,
            documents.c.knowledge_base_id,
            versions.c.filename,
            versions.c.content_hash,
        )
        .join(documents, documents.c.id == versions.c.document_id)
        .where(
            documents.c.tenant == tenant.key,
            documents.c.id == document_id,
            versions.c.id == (chosen if version_id is None else version_id),
        )
    ).first()
    if row is None:
        raise DocumentNotFound(f"There is no document {document_id!r}.", document=document_id)
    return StoredVersion(*row)


def requeue(connection: Connection, document_id: str, version_id: str) -> bool:
    """Queue a document again if this is its latest version; tell whether it was."""
    changed = connection.execute(
        update(documents)
        .where(documents.c.id == document_id, documents.c.latest_version_id == version_id)
        .values(status=DocumentStatus.QUEUED, attempts=0)
    )
    return changed.rowcount == 1


def page(connection: Connection, tenant: Tenant, query: DocumentQuery) -> Page[Document]:
    """Return a page, oldest first."""
    statement = _select(tenant)
    if query.knowledge_base_id is not None:
        statement = statement.where(documents.c.knowledge_base_id == query.knowledge_base_id)
    if query.status is not None:
        statement = statement.where(documents.c.status == query.status)
    if query.cursor is not None:
        created_at, identifier = decode_cursor(query.cursor, CURSOR_PARTS)
        newer = documents.c.created_at > created_at
        later = (documents.c.created_at == created_at) & (documents.c.id > identifier)
        statement = statement.where(newer | later)
    ordered = statement.order_by(documents.c.created_at, documents.c.id).limit(query.limit + 1)
    rows = connection.execute(ordered).all()
    more = None
    if len(rows) > query.limit:
        last = rows[query.limit - 1]._mapping
        more = encode_cursor(last["created_at"], last["id"])
    return Page(items=[_document(row) for row in rows[: query.limit]], next_cursor=more)


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
    connection: Connection, version_id: str, *, title: str, pages: int | None, chunks: int
) -> None:
    """Record what parsing found out about a version."""
    connection.execute(
        update(versions)
        .where(versions.c.id == version_id)
        .values(title=title, pages=pages, chunks=chunks)
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


def count_attempt(connection: Connection, document_id: str) -> int:
    """Count a run that a compute worker did not survive; return how many there were.

    Zero says that the document was deleted meanwhile.
    """
    connection.execute(
        update(documents)
        .where(documents.c.id == document_id)
        .values(attempts=documents.c.attempts + 1)
    )
    counted = select(documents.c.attempts).where(documents.c.id == document_id)
    return int(connection.execute(counted).scalar_one_or_none() or 0)


def remove(connection: Connection, tenant: Tenant, document_id: str) -> None:
    """Delete a document with its versions and chunks, from the records."""
    connection.execute(
        delete(documents).where(documents.c.tenant == tenant.key, documents.c.id == document_id)
    )


def _select(tenant: Tenant) -> Select[tuple[object, ...]]:
    shown = (
        versions.c.title,
        versions.c.filename,
        versions.c.number.label("version"),
        versions.c.content_hash,
        versions.c.media_type,
        versions.c.size_bytes,
        versions.c.pages,
        versions.c.chunks,
        versions.c.policy,
        versions.c.metadata,
    )
    return (
        select(documents, *shown)
        .join(versions, versions.c.id == documents.c.latest_version_id)
        .where(documents.c.tenant == tenant.key)
    )


def _document(row: Row[tuple[object, ...]]) -> Document:
    fields = dict(row._mapping)
    code, detail = fields.pop("problem_code"), fields.pop("problem_detail")
    problem = None if code is None else DocumentProblem(code=code, detail=detail)
    searchable = fields["current_version_id"] is not None
    return Document.model_validate(
        fields
        | {
            "version_id": fields["latest_version_id"],
            "searchable": searchable,
            "policy": fields["policy"]["name"],
            "problem": problem,
        }
    )
