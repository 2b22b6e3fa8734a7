"""Documents and their versions in the records. Every listing sees one workspace only."""

from dataclasses import dataclass

from sqlalchemy import Connection, Row, Select, delete, func, insert, or_, select, update

from catalystindex.model.document import (
    Document,
    DocumentProblem,
    DocumentStatus,
    Metadata,
)
from catalystindex.model.errors import DocumentNotFound, DocumentSuperseded
from catalystindex.model.paging import Page
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records.cursors import decode_cursor, encode_cursor
from catalystindex.stores.records.knowledge_bases import knowledge_base_id
from catalystindex.stores.records.schema import documents, versions

CURSOR_PARTS = 2
DECLARED_CHARS = 128
"""What is kept of the type a caller declared: a header of any length."""


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
    redo: int = 0
    event: dict[str, object] | None = None
    """The event whose text it is (an `EventCitation`); of the stream's documents alone."""


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
    without: str | None = None
    """Name of a knowledge base whose documents are left out."""


def accept(
    connection: Connection,
    tenant: Tenant,
    new: NewVersion,
    at: str,
    submitted_at: str | None = None,
) -> None:
    """Record a version as the latest of its document, queued; the document is made if new.

    One that is the latest and answers searches already stays as it is. ``submitted_at`` is when
    its bytes were handed in, if not now. Raises `DocumentSuperseded` if later ones are here.
    """
    exists = connection.execute(
        select(documents.c.latest_version_id, documents.c.status, documents.c.submitted_at).where(
            documents.c.id == new.document_id
        )
    ).first()
    if exists and (exists.latest_version_id, exists.status) == (new.id, DocumentStatus.INDEXED):
        return
    if exists and submitted_at is not None and (exists.submitted_at or "") > submitted_at:
        raise DocumentSuperseded(document=new.document_id)
    state = {
        "submitted_at": submitted_at or at,
        "status": DocumentStatus.QUEUED,
        "latest_version_id": new.id,
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
    add_version(connection, tenant.user, new, at)


def handed_in_again(connection: Connection, document_id: str, submitted_at: str) -> None:
    """Note that what is latest was handed in once more: what was handed in before is older."""
    older = or_(documents.c.submitted_at.is_(None), documents.c.submitted_at < submitted_at)
    connection.execute(
        update(documents)
        .where(documents.c.id == document_id, older)
        .values(submitted_at=submitted_at)
    )


def submitted(connection: Connection, version_id: str) -> NewVersion:
    """Return a version as it was accepted, but for its title, which may be the one that was found.

    Raises `DocumentNotFound`.
    """
    row = connection.execute(
        select(
            versions.c.id,
            versions.c.document_id,
            documents.c.knowledge_base_id,
            documents.c.key,
            versions.c.title,
            versions.c.filename,
            versions.c.declared_type,
            versions.c.media_type,
            versions.c.content_hash,
            versions.c.size_bytes,
            versions.c.metadata,
            versions.c.policy,
            versions.c.redo,
            versions.c.event,
        )
        .join(documents, documents.c.id == versions.c.document_id)
        .where(versions.c.id == version_id)
    ).first()
    if row is None:
        raise DocumentNotFound("The document was deleted.")
    return NewVersion(*tuple(row))


def latest_redo(connection: Connection, document_id: str) -> int:
    """Return how often the newest version's content was done anew; 0 for no document."""
    wanted = (
        select(versions.c.redo)
        .join(documents, documents.c.latest_version_id == versions.c.id)
        .where(documents.c.id == document_id)
    )
    return int(connection.execute(wanted).scalar_one_or_none() or 0)


def exists(connection: Connection, document_id: str) -> bool:
    """Tell whether a document is recorded."""
    found = connection.execute(select(documents.c.id).where(documents.c.id == document_id)).first()
    return found is not None


def version_exists(connection: Connection, version_id: str) -> bool:
    """Tell whether a version is recorded."""
    found = connection.execute(select(versions.c.id).where(versions.c.id == version_id)).first()
    return found is not None


def add_version(connection: Connection, created_by: str, new: NewVersion, at: str) -> None:
    """Record a version of a document that exists, under the next number; not twice."""
    if version_exists(connection, new.id):
        return
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
            declared_type=new.declared_type and new.declared_type[:DECLARED_CHARS],
            media_type=new.media_type,
            content_hash=new.content_hash,
            size_bytes=new.size_bytes,
            metadata=new.metadata,
            policy=new.policy,
            redo=new.redo,
            event=new.event,
            pages=None,
            reading=None,
            chunks=0,
            created_by=created_by,
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


def page(connection: Connection, tenant: Tenant, query: DocumentQuery) -> Page[Document]:
    """Return a page, oldest first."""
    statement = _select(tenant)
    if query.knowledge_base_id is not None:
        statement = statement.where(documents.c.knowledge_base_id == query.knowledge_base_id)
    if query.without is not None:
        other = knowledge_base_id(tenant, query.without)
        statement = statement.where(documents.c.knowledge_base_id != other)
    if query.status is not None:
        statement = statement.where(documents.c.status == _stored(query.status))
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


def _stored(status: DocumentStatus) -> DocumentStatus:
    """Return how a status is stored: being processed is waiting that a worker has in hand."""
    return DocumentStatus.QUEUED if status is DocumentStatus.PROCESSING else status


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
        versions.c.reading,
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
