"""Chunk text in the records, and the join that decides what a search may show."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Connection, Label, Row, and_, bindparam, select

from catalystindex.model.chunk import Chunk, PageBox, PageSpan, Span
from catalystindex.model.errors import InvalidRequest
from catalystindex.model.paging import Page
from catalystindex.model.search import EventCitation
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records.cursors import decode_cursor, encode_cursor
from catalystindex.stores.records.rows import insert_new
from catalystindex.stores.records.schema import chunks, documents, versions

ORDINAL = re.compile("[0-9]{1,9}")

IS_CURRENT = and_(
    documents.c.id == versions.c.document_id, documents.c.current_version_id == versions.c.id
)
"""By document first: that is a look-up by key, where the current version alone is a scan."""

LOOKUP_BATCH = 500
"""Ids in one statement: SQLite takes 32,766 variables, older builds 999."""

# An expression, so that no planner starts from the index over all of a tenant's documents:
# the rows wanted are named by id (SQLite without statistics chose the scan: 8 ms, not 0.3).
_OF_TENANT = documents.c.tenant + "" == bindparam("tenant_key")

_VISIBLE = (
    select(
        chunks,
        versions.c.document_id,
        documents.c.knowledge_base_id,
        versions.c.title,
        versions.c.filename,
        versions.c.number,
        versions.c.content_hash,
        versions.c.event,
    )
    .join(versions, versions.c.id == chunks.c.version_id)
    .join(documents, IS_CURRENT)
    .where(_OF_TENANT, chunks.c.id.in_(bindparam("ids", expanding=True)))
)
# Every search runs this: built once, because building it takes longer than running it.


@dataclass(frozen=True)
class Passage:
    """A visible chunk with what its citation needs."""

    chunk: Chunk
    knowledge_base_id: str
    title: str
    filename: str
    version: int
    content_hash: str
    event: EventCitation | None = None
    """The event whose text it is."""


def _beside(step: int, name: str) -> Label[str | None]:
    """Return the id of the chunk so many places on in the same tier: a look-up by key."""
    other = chunks.alias(name)
    return (
        select(other.c.id)
        .where(
            other.c.version_id == chunks.c.version_id,
            other.c.ordinal == chunks.c.ordinal + step,
            other.c.tier == chunks.c.tier,
        )
        .correlate(chunks)
        .scalar_subquery()
        .label(name)
    )


BESIDE = (_beside(-1, "previous_id"), _beside(1, "next_id"))


def add(connection: Connection, new: Sequence[Chunk]) -> None:
    """Store the chunks of a version; chunks that are there stay as they are."""
    rows = [_as_row(chunk) for chunk in new]
    if rows:
        insert_new(connection, chunks, rows)


def visible(connection: Connection, tenant: Tenant, ids: Sequence[str]) -> dict[str, Passage]:
    """Return those of the chunks that a search of this tenant may show now.

    A chunk is visible while its version is the current one of its document. The vector index may
    lag behind; this join never does, so nothing half-indexed or deleted is ever shown.
    """
    found: dict[str, Passage] = {}
    for start in range(0, len(ids), LOOKUP_BATCH):
        wanted = {"tenant_key": tenant.key, "ids": list(ids[start : start + LOOKUP_BATCH])}
        found.update({row.id: _passage(row) for row in connection.execute(_VISIBLE, wanted)})
    return found


def page(
    connection: Connection, tenant: Tenant, document_id: str, *, cursor: str | None, limit: int
) -> Page[Chunk]:
    """Return chunks of a document's current version, in order."""
    statement = (
        select(chunks, *BESIDE, versions.c.document_id)
        .join(versions, versions.c.id == chunks.c.version_id)
        .join(documents, IS_CURRENT)
        .where(of_tenant(tenant), documents.c.id == document_id)
        .order_by(chunks.c.ordinal)
        .limit(limit + 1)
    )
    if cursor is not None:
        statement = statement.where(chunks.c.ordinal > _ordinal(cursor))
    items = [chunk_of(row) for row in connection.execute(statement)]
    more = encode_cursor(str(items[limit - 1].ordinal)) if len(items) > limit else None
    return Page(items=items[:limit], next_cursor=more)


def of_tenant(tenant: Tenant) -> ColumnElement[bool]:
    """Return the condition that a row is of this tenant's workspace."""
    # An expression, so that no planner starts from the index over all of a tenant's documents:
    # the rows wanted are named by id (SQLite without statistics chose the scan: 8 ms, not 0.3).
    return documents.c.tenant + "" == tenant.key


def _ordinal(cursor: str) -> int:
    (text,) = decode_cursor(cursor, 1)
    if not ORDINAL.fullmatch(text):
        raise InvalidRequest("The cursor is not one of this listing's.", field="cursor")
    return int(text)


def _as_row(chunk: Chunk) -> dict[str, object]:
    return {
        "id": chunk.id,
        "version_id": chunk.version_id,
        "ordinal": chunk.ordinal,
        "tier": chunk.tier,
        "text": chunk.text,
        "heading_path": chunk.heading_path,
        "start": chunk.span.start,
        "end": chunk.span.end,
        "first_page": chunk.pages.first if chunk.pages else None,
        "last_page": chunk.pages.last if chunk.pages else None,
        "boxes": [box.model_dump() for box in chunk.boxes],
        "ocr_confidence": chunk.ocr_confidence,
        "tokens": chunk.tokens,
        "metadata": chunk.metadata,
    }


def chunk_of(row: Row[tuple[object, ...]]) -> Chunk:
    """Return the chunk of a row of `chunks` with its document's id."""
    fields = row._mapping
    first, last = fields["first_page"], fields["last_page"]
    return Chunk(
        id=fields["id"],
        document_id=fields["document_id"],
        version_id=fields["version_id"],
        ordinal=fields["ordinal"],
        tier=fields["tier"],
        text=fields["text"],
        heading_path=fields["heading_path"],
        span=Span(start=fields["start"], end=fields["end"]),
        pages=None if first is None else PageSpan(first=first, last=last),
        boxes=[PageBox(**box) for box in fields["boxes"]],
        ocr_confidence=fields["ocr_confidence"],
        tokens=fields["tokens"],
        metadata=fields["metadata"],
        previous_id=fields.get("previous_id"),
        next_id=fields.get("next_id"),
    )


def _passage(row: Row[tuple[object, ...]]) -> Passage:
    fields = row._mapping
    return Passage(
        chunk=chunk_of(row),
        knowledge_base_id=fields["knowledge_base_id"],
        title=fields["title"],
        filename=fields["filename"],
        version=fields["number"],
        content_hash=fields["content_hash"],
        event=event_of(fields["event"]),
    )


def event_of(stored: dict[str, object] | None) -> EventCitation | None:
    """Return the event that a version keeps, if it is the text of one."""
    return None if stored is None else EventCitation.model_validate(stored)
