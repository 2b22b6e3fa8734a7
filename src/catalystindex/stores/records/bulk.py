"""Writing many rows at once, in the words of each engine.

SQLite is in the process: a prepared statement per row costs a microsecond. PostgreSQL is a round
trip away: its driver sends the rows of one statement as one stream.
"""

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert the rows whose key is new; those that are there stay as they are."""
    connection.execute(insert_into(connection, table).on_conflict_do_nothing(), rows)


def insert_into(connection: Connection, table: Table) -> postgresql.Insert | sqlite.Insert:
    """Return an insert of the engine, which both know how to continue on a conflict."""
    if connection.dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)
