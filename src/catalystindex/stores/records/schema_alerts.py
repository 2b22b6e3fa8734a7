"""The tables of alerts."""

from sqlalchemy import Column, Index, Integer, String, Table, Text, UniqueConstraint

from catalystindex.stores.records.schema_base import ID, LARGE, metadata

alerts = Table(
    "alerts",
    metadata,
    Column("number", LARGE, primary_key=True, autoincrement=False, comment="Only for links."),
    Column("tenant", String(129), nullable=False),
    Column("id", ID, nullable=False, comment="Two workspaces may have it of the same events."),
    Column("detector", String(64), nullable=False),
    Column("typology", String(64), nullable=False),
    Column("severity", Integer, nullable=False, comment="Place in the order of Severity."),
    Column("score", Integer, nullable=False),
    Column("state", String(16), nullable=False, comment="An AlertState."),
    Column("start", LARGE, nullable=False, comment="Microseconds since 1970 in UTC, as all here."),
    Column("end", LARGE, nullable=False),
    Column("revision", LARGE, nullable=False, comment="An earlier one never replaces a later."),
    Column("body", Text, nullable=False, comment="An AlertRecord as JSON."),
    UniqueConstraint("tenant", "id"),
    Index(None, "tenant", "end", "id"),
    Index(None, "tenant", "score", "end", "id"),
    Index(None, "tenant", "detector", "end", "id"),
    Index(None, "tenant", "typology", "severity", "state"),
)

alert_links = Table(
    "alert_links",
    metadata,
    Column("key", LARGE, primary_key=True, autoincrement=False, comment="See alert_links.py."),
    Column("alert", LARGE, primary_key=True, autoincrement=False, comment="Its number."),
    comment="Who plays a part in which alert, and which events are its evidence.",
    sqlite_with_rowid=False,
)
