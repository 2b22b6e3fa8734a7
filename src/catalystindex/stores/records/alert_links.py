"""What alerts are found by: the entities that play a part, and the events that are the evidence.

A link is 64 bits of the hash of workspace, kind and id, with the alert's number: ids of events are
in no order, so each of these rows may touch a page of its own, and small rows make few pages. What
is found by a link is compared with the id itself (`is_linked`). Links of an alert are only ever
added, as it grows, and removed with it.
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Final, Literal

from sqlalchemy import ColumnElement, Connection, delete, select, tuple_

from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records.rows import insert_new_pairs
from catalystindex.stores.records.schema import alert_links as table
from catalystindex.stores.records.schema import alerts

Kind = Literal["entity", "event"]
Numbered = tuple[AlertRecord, int]

KEY_BYTES: Final = 8
PERSON: Final = b"alert link"
ADDED_AT_ONCE: Final = 50_000
REMOVED_AT_ONCE: Final = 400
"""Links in one statement: engines bound its parameters."""


def key_of(tenant: Tenant, kind: Kind, of: str) -> int:
    """Return what a link begins with."""
    text = f"{tenant.key}\n{kind}\n{of}".encode("utf-8", "surrogatepass")
    digest = blake2b(text, digest_size=KEY_BYTES, person=PERSON).digest()
    return int.from_bytes(digest, signed=True)


def found_by(tenant: Tenant, kind: Kind, of: str) -> ColumnElement[bool]:
    """Return the condition on alerts that they are linked to an entity or event."""
    linked = select(table.c.alert).where(table.c.key == key_of(tenant, kind, of))
    return alerts.c.number.in_(linked)


def is_linked(one: AlertRecord, kind: Kind, of: str) -> bool:
    """Tell whether an entity plays a part in an alert, or an event is evidence of it."""
    return of in (one.event_ids if kind == "event" else one.entities)


def add(
    connection: Connection, tenant: Tenant, grown: Iterable[tuple[Numbered, AlertRecord | None]]
) -> None:
    """Add the links of alerts; given what they were before, only those that are new."""
    made = sorted(pair for new, old in grown for pair in _pairs(tenant, new, old))
    for start in range(0, len(made), ADDED_AT_ONCE):  # in order, to touch each page once
        insert_new_pairs(connection, table, ("key", "alert"), made[start : start + ADDED_AT_ONCE])


def remove(connection: Connection, tenant: Tenant, gone: Iterable[Numbered]) -> None:
    """Remove all links of alerts."""
    made = sorted(pair for one in gone for pair in _pairs(tenant, one, None))
    for start in range(0, len(made), REMOVED_AT_ONCE):
        some = made[start : start + REMOVED_AT_ONCE]
        connection.execute(delete(table).where(tuple_(table.c.key, table.c.alert).in_(some)))


def _pairs(tenant: Tenant, new: Numbered, old: AlertRecord | None) -> Iterator[tuple[int, int]]:
    record, number = new
    entities = frozenset(() if old is None else old.entities)
    events = frozenset(() if old is None else old.event_ids)
    for one in record.entities:
        if one not in entities:
            yield key_of(tenant, "entity", one), number
    for one in record.event_ids:
        if one not in events:
            yield key_of(tenant, "event", one), number
