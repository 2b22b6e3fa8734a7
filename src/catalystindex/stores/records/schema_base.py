"""What all tables share: where they are listed, and the types of their columns."""

from sqlalchemy import BigInteger, Integer, MetaData, String

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

ID = String(32)
MOMENT = String(27)
"""RFC 3339 in UTC with microseconds: sorts as text, and is the form the audit hash covers."""

LARGE = BigInteger().with_variant(Integer(), "sqlite")
"""Beyond 31 bits: SQLite's INTEGER holds 64, and only that name makes a row id of it."""
