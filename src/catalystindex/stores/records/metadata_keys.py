"""The metadata keys of each knowledge base, typed by their first use."""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Row, insert, select

from catalystindex.model.errors import MetadataTypeConflict
from catalystindex.model.metadata import (
    MetadataKeyType,
    MetadataType,
    common_type,
    fits,
    types_of,
)
from catalystindex.model.paging import Page
from catalystindex.stores.records.cursors import decode_cursor, encode_cursor
from catalystindex.stores.records.schema import metadata_keys

table = metadata_keys


def check(connection: Connection, knowledge_base_id: str, metadata: Mapping[str, object]) -> None:
    """Compare values with the types of their keys, and write nothing.

    Raises `MetadataTypeConflict` for the first key, in the order of keys, whose values differ from
    the type of its first use or among themselves.
    """
    known = _known(connection, knowledge_base_id, metadata)
    for key in sorted(metadata):
        _fitting(key, metadata[key], known.get(key))


def fix(
    connection: Connection,
    knowledge_base_id: str,
    document_id: str,
    metadata: Mapping[str, object],
    at: str,
) -> None:
    """Fix the types of the keys used for the first time; run it where the document is accepted.

    An empty list fixes nothing. Raises `MetadataTypeConflict` as `check` does.
    """
    known = _known(connection, knowledge_base_id, metadata)
    for key in sorted(metadata):
        found = _fitting(key, metadata[key], known.get(key))
        if found is not None and key not in known:
            connection.execute(
                insert(table).values(
                    knowledge_base_id=knowledge_base_id,
                    key=key,
                    type=found.value,
                    first_seen_at=at,
                    first_document_id=document_id,
                )
            )


def page(
    connection: Connection, knowledge_base_id: str, *, cursor: str | None, limit: int
) -> Page[MetadataKeyType]:
    """Return a page of the keys of a knowledge base, in their order."""
    statement = select(table).where(table.c.knowledge_base_id == knowledge_base_id)
    if cursor is not None:
        statement = statement.where(table.c.key > decode_cursor(cursor, 1)[0])
    rows = connection.execute(statement.order_by(table.c.key).limit(limit + 1))
    items = [_key_type(row) for row in rows]
    more = encode_cursor(items[limit - 1].key) if len(items) > limit else None
    return Page(items=items[:limit], next_cursor=more)


def key_types(
    connection: Connection, knowledge_base_ids: Sequence[str], keys: Sequence[str]
) -> dict[str, frozenset[MetadataType]]:
    """Return the types that keys have in any of some knowledge bases; unused keys are left out."""
    wanted = (table.c.knowledge_base_id.in_(knowledge_base_ids), table.c.key.in_(keys))
    rows = connection.execute(select(table.c.key, table.c.type).where(*wanted))
    found: dict[str, set[MetadataType]] = {}
    for row in rows:
        found.setdefault(row.key, set()).add(MetadataType(row.type))
    return {key: frozenset(found[key]) for key in sorted(found)}


def _known(
    connection: Connection, knowledge_base_id: str, metadata: Mapping[str, object]
) -> dict[str, MetadataKeyType]:
    rows = connection.execute(
        select(table).where(
            table.c.knowledge_base_id == knowledge_base_id, table.c.key.in_(sorted(metadata))
        )
    )
    return {row.key: _key_type(row) for row in rows}


def _fitting(key: str, value: object, known: MetadataKeyType | None) -> MetadataType | None:
    """Return the type of a value that fits what is known of its key; None for an empty list."""
    found = types_of(value)
    if known is None:
        shared = common_type(value)
        if found and shared is None:
            raise MetadataTypeConflict(
                f"The values of {key!r} are of several types: {', '.join(found)}.",
                key=key,
                expected=found[0].value,
                got=found[1].value,
            )
        return shared
    for one in found:
        if not fits(one, known.type):
            raise MetadataTypeConflict(
                f"{key!r} is {known.type} in this knowledge base since document "
                f"{known.first_document_id}; this value is {one}.",
                key=key,
                expected=known.type.value,
                got=one.value,
                document=known.first_document_id,
            )
    return known.type


def _key_type(row: Row[tuple[object, ...]]) -> MetadataKeyType:
    return MetadataKeyType.model_validate(dict(row._mapping))
