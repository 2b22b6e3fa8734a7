"""Dead letters in the file. Every function works in its caller's transaction."""

import sqlite3
from collections.abc import Sequence
from typing import Any

from catalystindex.model.errors import StreamLetterNotFound, StreamLetterNotOpen
from catalystindex.model.ids import content_id
from catalystindex.stores.eventlog.base import (
    LETTERS_BYTES,
    Letter,
    LetterFilter,
    LetterState,
    NewLetter,
)

COLUMNS = (
    'letter_id, "group", partition, "offset", key, message_id, kind, code, reason, attempts, '
    "event_time, created_at, state, settled_at, settled_by, data"
)
STATE = 12
"""Where the state is among them."""

MAX_REASON = 1_000
"""Characters of a reason that are kept."""


def letter_id(group: str, partition: int, offset: int) -> str:
    """Return the id of the letter of a record that a group refused."""
    return content_id("letter", group, partition, offset)


def write(
    connection: sqlite3.Connection, group: str, new: Sequence[tuple[int, NewLetter]], at: int
) -> None:
    """Write letters, each with its tenant's number; one that is there keeps its state."""
    rows = [
        (
            tenant,
            letter_id(group, one.record.partition, one.record.offset),
            group,
            one.record.partition,
            one.record.offset,
            one.record.key,
            one.record.message_id,
            one.kind,
            one.code,
            _storable(one.reason),
            one.attempts,
            one.record.event_time,
            at,
            LetterState.OPEN.value,
            one.record.data,
        )
        for tenant, one in new
    ]
    connection.executemany(
        f"INSERT OR IGNORE INTO letters (tenant, {COLUMNS}) "  # noqa: S608  # our own words
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, NULL, ?)",
        rows,
    )


def find(connection: sqlite3.Connection, tenant: int | None, ident: str) -> Letter:
    """Return one. Raises `StreamLetterNotFound`."""
    row = connection.execute(
        f"SELECT {COLUMNS} FROM letters WHERE tenant = ? AND letter_id = ?",  # noqa: S608
        (tenant, _storable(ident)),
    ).fetchone()
    if row is None:
        raise StreamLetterNotFound(f"There is no dead event {_storable(ident)[:40]} here.")
    return _letter(row)


def several(
    connection: sqlite3.Connection,
    tenant: int,
    where: LetterFilter,
    limit: int,
    after: str | None,
) -> list[Letter]:
    """Return letters in order of id, up to `LETTERS_BYTES`."""
    fits, values = ["tenant = ?"], [tenant]
    filters = {
        '"group" = ?': where.group,
        "kind = ?": where.kind,
        "code = ?": where.code,
        "state = ?": None if where.state is None else where.state.value,
        "letter_id > ?": after,
    }
    given = {condition: value for condition, value in filters.items() if value is not None}
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM letters WHERE {' AND '.join([*fits, *given])} "  # noqa: S608
        "ORDER BY letter_id LIMIT ?",
        (*values, *map(_storable, given.values()), limit),
    )
    found: list[Letter] = []
    held = 0
    for row in rows:
        found.append(_letter(row))
        held += len(found[-1].data)
        if held >= LETTERS_BYTES:
            break
    return found


def count_open(connection: sqlite3.Connection, tenant: int | None) -> dict[str, int]:
    """Return how many are open by group: of one tenant, or of all."""
    only = "" if tenant is None else " AND tenant = ?"
    rows = connection.execute(
        f"SELECT \"group\", count(*) FROM letters WHERE state = 'open'{only} "  # noqa: S608
        'GROUP BY "group" ORDER BY "group"',
        () if tenant is None else (tenant,),
    )
    return dict(rows.fetchall())


def settle(
    connection: sqlite3.Connection,
    tenant: int | None,
    ident: str,
    state: LetterState,
    settled: tuple[int, str],
) -> None:
    """Note what became of an open letter, when and by whom.

    Raises `StreamLetterNotFound` and `StreamLetterNotOpen`.
    """
    letter = find(connection, tenant, ident)
    if letter.state is not LetterState.OPEN:
        raise StreamLetterNotOpen(f"{ident} is {letter.state}.")
    connection.execute(
        "UPDATE letters SET state = ?, settled_at = ?, settled_by = ? "
        "WHERE tenant = ? AND letter_id = ?",
        (state.value, *settled, tenant, ident),
    )


def drop_settled(connection: sqlite3.Connection, before: int, limit: int) -> int:
    """Drop letters that were settled before a moment, the oldest first; return how many."""
    dropped = connection.execute(
        "DELETE FROM letters WHERE rowid IN (SELECT rowid FROM letters "
        "WHERE settled_at IS NOT NULL AND settled_at < ? ORDER BY settled_at LIMIT ?)",
        (before, limit),
    )
    return dropped.rowcount


def _letter(row: tuple[Any, ...]) -> Letter:
    fields = list(row)
    fields[STATE] = LetterState(fields[STATE])
    return Letter(*fields)


def _storable(text: str) -> str:
    """Return a text that the file can hold: of bytes that were no text, only the rest is."""
    return text.encode("utf-8", "replace").decode()[:MAX_REASON]
