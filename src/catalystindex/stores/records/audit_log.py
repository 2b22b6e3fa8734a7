"""The audit log: append, read in order, verify. Rows are never changed; triggers refuse it."""

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, Row, insert, select

from catalystindex.audit.chain import Action, next_entry, timestamp, verify_chain
from catalystindex.model.audit import AuditEntry, AuditReport
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records.schema import audit_entries

READ_BATCH = 1000


def append(connection: Connection, tenant: Tenant, at: datetime, done: Action) -> AuditEntry:
    """Add the entry for ``done`` to the tenant's chain, inside the caller's transaction."""
    table = audit_entries
    last = connection.execute(
        select(table.c.sequence, table.c.hash)
        .where(table.c.tenant == tenant.key)
        .order_by(table.c.sequence.desc())
        .limit(1)
    ).first()
    previous = None if last is None else (last.sequence, last.hash)
    entry = next_entry(tenant.key, tenant.user, at, done, previous)
    row = entry.model_dump() | {"tenant": tenant.key, "at": timestamp(at)}
    connection.execute(insert(table).values(row))
    return entry


def page(
    connection: Connection, tenant: Tenant, *, after: int, limit: int, newest_first: bool = False
) -> list[AuditEntry]:
    """Return up to ``limit`` entries beyond sequence number ``after`` in the order asked for."""
    table = audit_entries
    order = table.c.sequence.desc() if newest_first else table.c.sequence
    beyond = table.c.sequence < after if newest_first else table.c.sequence > after
    rows = connection.execute(
        select(table).where(table.c.tenant == tenant.key, beyond).order_by(order).limit(limit)
    )
    return [_entry(row) for row in rows]


def verify(connection: Connection, tenant: Tenant) -> AuditReport:
    """Walk the tenant's whole chain."""
    return verify_chain(tenant.key, _all(connection, tenant.key))


def tenants(connection: Connection) -> list[str]:
    """Return the key of every workspace that has a chain."""
    table = audit_entries
    rows = connection.execute(select(table.c.tenant).distinct().order_by(table.c.tenant))
    return [row.tenant for row in rows]


def verify_key(connection: Connection, tenant_key: str) -> AuditReport:
    """Walk the chain of a workspace named by key; for the operator of the installation."""
    return verify_chain(tenant_key, _all(connection, tenant_key))


def _all(connection: Connection, tenant_key: str) -> Iterator[AuditEntry]:
    table = audit_entries
    statement = select(table).where(table.c.tenant == tenant_key).order_by(table.c.sequence)
    for row in connection.execute(statement.execution_options(yield_per=READ_BATCH)):
        yield _entry(row)


def _entry(row: Row[tuple[object, ...]]) -> AuditEntry:
    fields = dict(row._mapping)
    fields.pop("tenant")
    return AuditEntry.model_validate(fields)
