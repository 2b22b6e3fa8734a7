"""Policies of workspaces in the records: every change is a new revision."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, Select, delete, func, insert, select

from catalystindex.model.ids import content_id
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records.schema import policies as table


@dataclass(frozen=True)
class StoredPolicy:
    """The newest revision of a workspace's policy; ``body`` is its JSON form."""

    id: str
    name: str
    revision: int
    body: Mapping[str, Any]
    created_by: str
    created_at: str


def find(connection: Connection, tenant: Tenant, name: str) -> StoredPolicy | None:
    """Return the newest revision of one, or None."""
    row = connection.execute(_newest(tenant).where(table.c.name == name)).first()
    return None if row is None else _stored(row)


def every(connection: Connection, tenant: Tenant) -> list[StoredPolicy]:
    """Return the newest revision of each, by name."""
    rows = connection.execute(_newest(tenant).order_by(table.c.name))
    return [_stored(row) for row in rows]


def add(
    connection: Connection, tenant: Tenant, name: str, body: Mapping[str, Any], at: str
) -> StoredPolicy:
    """Store a revision, the one after the newest of this name. ``body`` states its revision."""
    revision = int(body["revision"])
    identifier = content_id("policy", tenant.key, name, dict(body))
    connection.execute(
        insert(table).values(
            id=identifier,
            tenant=tenant.key,
            name=name,
            revision=revision,
            body=dict(body),
            created_by=tenant.user,
            created_at=at,
        )
    )
    return StoredPolicy(identifier, name, revision, body, tenant.user, at)


def remove(connection: Connection, tenant: Tenant, name: str) -> None:
    """Delete every revision of one. Versions keep the resolved policy they were cut by."""
    connection.execute(delete(table).where(table.c.tenant == tenant.key, table.c.name == name))


def _newest(tenant: Tenant) -> Select[Any]:
    newest = (
        select(table.c.name, func.max(table.c.revision).label("revision"))
        .where(table.c.tenant == tenant.key)
        .group_by(table.c.name)
        .subquery()
    )
    return (
        select(table)
        .join(newest, (newest.c.name == table.c.name) & (newest.c.revision == table.c.revision))
        .where(table.c.tenant == tenant.key)
    )


def _stored(row: Row[Any]) -> StoredPolicy:
    fields = row._mapping
    return StoredPolicy(
        fields["id"],
        fields["name"],
        fields["revision"],
        fields["body"],
        fields["created_by"],
        fields["created_at"],
    )
