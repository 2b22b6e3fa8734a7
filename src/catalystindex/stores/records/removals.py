"""Deletions the records have made, which vectors and artifacts may still have to make.

Written in the same transaction as the deletion and cleared when the other stores have followed,
so a crash in between is finished at the next start.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from catalystindex.model.tenant import Tenant
from catalystindex.stores.records.schema import removals


@dataclass(frozen=True)
class Removal:
    """A document, or a whole knowledge base where ``document_id`` is absent."""

    id: int
    tenant_key: str
    knowledge_base_id: str
    document_id: str | None


def add(
    connection: Connection, tenant: Tenant, knowledge_base_id: str, document_id: str | None
) -> Removal:
    """Note a deletion to be followed by the other stores."""
    result = connection.execute(
        insert(removals)
        .values(tenant=tenant.key, knowledge_base_id=knowledge_base_id, document_id=document_id)
        .returning(removals.c.id)
    )
    return Removal(result.scalar_one(), tenant.key, knowledge_base_id, document_id)


def pending(connection: Connection) -> list[Removal]:
    """Return what has not been followed yet, oldest first."""
    rows = connection.execute(select(removals).order_by(removals.c.id))
    return [Removal(*row) for row in rows]


def finish(connection: Connection, removal: Removal) -> None:
    """Forget a deletion that every store has followed."""
    connection.execute(delete(removals).where(removals.c.id == removal.id))
