"""Who owns a database server's records: one row, whose epoch rises with every owner.

The row is for people and for noticing; what keeps a second owner out is the engine's own lock.
"""

from dataclasses import dataclass

from sqlalchemy import Connection, delete, insert, select

from catalystindex.stores.records.schema import ownership


@dataclass(frozen=True)
class Ownership:
    """The owner of most recent date. ``since`` is RFC 3339 in UTC."""

    epoch: int
    holder: str
    since: str


def current(connection: Connection) -> Ownership | None:
    """Return who signed last, if anybody ever did."""
    row = connection.execute(select(ownership)).first()
    return None if row is None else Ownership(*row)


def sign(connection: Connection, holder: str, since: str) -> Ownership:
    """Put a new owner in the place of the last one."""
    last = current(connection)
    signed = Ownership(1 if last is None else last.epoch + 1, holder, since)
    connection.execute(delete(ownership))
    connection.execute(
        insert(ownership).values(epoch=signed.epoch, holder=signed.holder, since=signed.since)
    )
    return signed
