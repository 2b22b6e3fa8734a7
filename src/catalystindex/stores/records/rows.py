"""Writing many rows at once, in the words of each engine.

SQLite is in the process: a prepared statement per row costs a few microseconds. PostgreSQL is a
round trip away: its driver sends the rows of one statement as one stream, and columns of numbers
go as arrays in one statement (5,000 terms: 35 ms; row by row 60 to 120).
"""

import json
from collections.abc import Mapping, Sequence

from sqlalchemy import ARRAY, BigInteger, Connection, Table, func, literal, select, true
from sqlalchemy.dialects import postgresql, sqlite

Insert = postgresql.Insert | sqlite.Insert
"""Both know what to do on a conflict, in the same words."""
Rows = list[dict[str, object]]


def insert_new(connection: Connection, table: Table, rows: Sequence[Mapping[str, object]]) -> None:
    """Insert the rows whose key is new; those that are there stay as they are."""
    new = postgresql.insert(table) if _is_postgresql(connection) else sqlite.insert(table)
    connection.execute(new.on_conflict_do_nothing(), rows)


def insert_or_update(
    connection: Connection,
    table: Table,
    rows: Sequence[Mapping[str, object]],
    key: str,
    changed: Sequence[str],
) -> None:
    """Insert rows; of those whose ``key`` is there the columns ``changed`` are set anew."""
    new = postgresql.insert(table) if _is_postgresql(connection) else sqlite.insert(table)
    values = {name: new.excluded[name] for name in changed}
    connection.execute(new.on_conflict_do_update(index_elements=[key], set_=values), rows)


def insert_columns(
    connection: Connection,
    table: Table,
    same: Mapping[str, object],
    columns: Mapping[str, Sequence[int]],
) -> tuple[Insert, Rows | None]:
    """Return an insert of columns of whole numbers, and the rows to execute it with (or None).

    ``same`` holds what every row has; the sequences in ``columns`` are of one length.
    """
    if not _is_postgresql(connection):
        names = tuple(columns)
        pairs = zip(*columns.values(), strict=True)
        return sqlite.insert(table), [
            {**same, **dict(zip(names, row, strict=True))} for row in pairs
        ]
    fixed = [literal(value, table.c[name].type) for name, value in same.items()]
    arrays = [func.unnest(literal(list(one), ARRAY(BigInteger))) for one in columns.values()]
    rows = select(*fixed, *arrays)
    return postgresql.insert(table).from_select([*same, *columns], rows), None


def insert_new_pairs(
    connection: Connection, table: Table, columns: tuple[str, str], pairs: Sequence[tuple[int, int]]
) -> None:
    """Insert pairs of whole numbers that are new, in one statement with one parameter or two.

    A million rows cost SQLite a second this way; bound one by one they cost the driver five.
    """
    if not pairs:
        return
    if _is_postgresql(connection):
        arrays = [literal(list(one), ARRAY(BigInteger)) for one in zip(*pairs, strict=True)]
        rows = select(*(func.unnest(one) for one in arrays))
        new = postgresql.insert(table).from_select(columns, rows)
        connection.execute(new.on_conflict_do_nothing())
        return
    each = func.json_each(json.dumps(pairs)).table_valued("value")
    ends = (func.json_extract(each.c.value, f"$[{place}]") for place in range(2))
    chosen = select(*ends).where(true())  # without a condition ON would be read as a join's
    connection.execute(sqlite.insert(table).from_select(columns, chosen).on_conflict_do_nothing())


def _is_postgresql(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"
