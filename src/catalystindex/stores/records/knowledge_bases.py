"""Knowledge bases in the records. Every function sees one workspace only."""

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    bindparam,
    delete,
    func,
    insert,
    or_,
    select,
)

from catalystindex.model.errors import KnowledgeBaseExists, KnowledgeBaseNotFound
from catalystindex.model.ids import content_id
from catalystindex.model.knowledge_base import KnowledgeBase, KnowledgeBaseCreate
from catalystindex.model.paging import Page
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records.cursors import decode_cursor, encode_cursor
from catalystindex.stores.records.schema import documents, knowledge_bases

table = knowledge_bases

# Every search runs this: built once, because building it takes longer than running it.
_NAMES = (
    select(table.c.id, table.c.name)
    .where(table.c.tenant == bindparam("tenant_key"))
    .order_by(table.c.name)
)


def knowledge_base_id(tenant: Tenant, name: str) -> str:
    """Return the id of the workspace's knowledge base of this name."""
    return content_id("knowledge_base", tenant.key, name)


def create(
    connection: Connection, tenant: Tenant, wanted: KnowledgeBaseCreate, at: str
) -> KnowledgeBase:
    """Store a new knowledge base. Raises `KnowledgeBaseExists` for a name in use."""
    identifier = knowledge_base_id(tenant, wanted.name)
    if connection.execute(select(table.c.id).where(table.c.id == identifier)).first():
        raise KnowledgeBaseExists(
            f"There is a knowledge base named {wanted.name!r} already.", name=wanted.name
        )
    connection.execute(
        insert(table).values(
            id=identifier,
            tenant=tenant.key,
            name=wanted.name,
            description=wanted.description,
            chunks=0,
            created_at=at,
        )
    )
    return find(connection, tenant, identifier)


def find(connection: Connection, tenant: Tenant, name_or_id: str) -> KnowledgeBase:
    """Return one by name or id. Raises `KnowledgeBaseNotFound`."""
    row = connection.execute(
        _select(tenant)
        .where(or_(table.c.id == name_or_id, table.c.name == name_or_id))
        .order_by((table.c.id == name_or_id).desc())  # an id first: names may look like ids
    ).first()
    if row is None:
        raise _not_found(name_or_id)
    return _knowledge_base(row)


def page(
    connection: Connection, tenant: Tenant, *, cursor: str | None, limit: int
) -> Page[KnowledgeBase]:
    """Return a page in the order of names."""
    statement = _select(tenant).order_by(table.c.name).limit(limit + 1)
    if cursor is not None:
        statement = statement.where(table.c.name > decode_cursor(cursor, 1)[0])
    items = [_knowledge_base(row) for row in connection.execute(statement)]
    more = encode_cursor(items[limit - 1].name) if len(items) > limit else None
    return Page(items=items[:limit], next_cursor=more)


def resolve(connection: Connection, tenant: Tenant, name_or_id: str) -> tuple[str, str]:
    """Return id and name, without counting documents. Raises `KnowledgeBaseNotFound`."""
    matches = or_(table.c.id == name_or_id, table.c.name == name_or_id)
    row = connection.execute(
        select(table.c.id, table.c.name)
        .where(_of(tenant), matches)
        .order_by((table.c.id == name_or_id).desc())
    ).first()
    if row is None:
        raise _not_found(name_or_id)
    return row.id, row.name


def names(connection: Connection, tenant: Tenant) -> dict[str, str]:
    """Return the name of every knowledge base of the workspace by its id."""
    rows = connection.execute(_NAMES, {"tenant_key": tenant.key})
    return {row.id: row.name for row in rows}


def remove(connection: Connection, tenant: Tenant, identifier: str) -> None:
    """Delete one and everything in it, from the records."""
    connection.execute(delete(table).where(_of(tenant), table.c.id == identifier))


def _not_found(name_or_id: str) -> KnowledgeBaseNotFound:
    return KnowledgeBaseNotFound(
        f"There is no knowledge base {name_or_id!r}.", knowledge_base=name_or_id
    )


def _of(tenant: Tenant) -> ColumnElement[bool]:
    return table.c.tenant == tenant.key


def _select(tenant: Tenant) -> Select[tuple[object, ...]]:
    held = (
        select(func.count())
        .where(documents.c.knowledge_base_id == table.c.id)
        .scalar_subquery()
        .label("documents")
    )
    return select(table, held).where(_of(tenant))


def _knowledge_base(row: Row[tuple[object, ...]]) -> KnowledgeBase:
    return KnowledgeBase.model_validate(dict(row._mapping))
