"""The file of the event log: its tables, how it is opened, and its errors in our words.

Records are kept in blocks, as brokers keep them: one row per append and partition, its place being
partition and offset of the first record. So an append costs a few rows, not thousands.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from catalystindex.model.errors import EventLogUnavailable

FILE_NAME: Final = "events.sqlite"
VERSION: Final = 1
APPLICATION: Final = 0x43_49_65_76
"""SQLite application id, ``CIev``: so that no other database is taken for a log."""

OFFSET_BITS: Final = 48
PAGE_BYTES: Final = 8192
CHECKPOINT_PAGES: Final = 4096
CACHE_KIB: Final = 32 * 1024
WAL_BYTES: Final = 64 * 1024 * 1024

TABLES: Final = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE names (number INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE partitions (
    partition INTEGER PRIMARY KEY, start INTEGER NOT NULL, "end" INTEGER NOT NULL
);
CREATE TABLE blocks (
    place INTEGER PRIMARY KEY,
    records INTEGER NOT NULL,
    tenant INTEGER NOT NULL,
    user INTEGER NOT NULL,
    appended_at INTEGER NOT NULL,
    highest INTEGER NOT NULL,
    data BLOB NOT NULL
);
CREATE TABLE runs (
    number INTEGER PRIMARY KEY, ends TEXT NOT NULL, filter BLOB NOT NULL
);
CREATE TABLE ids (
    run INTEGER NOT NULL, first BLOB NOT NULL, data BLOB NOT NULL, PRIMARY KEY (run, first)
);
CREATE TABLE positions (
    "group" TEXT NOT NULL,
    partition INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY ("group", partition)
) WITHOUT ROWID;
CREATE TABLE letters (
    tenant INTEGER NOT NULL,
    letter_id TEXT NOT NULL,
    "group" TEXT NOT NULL,
    partition INTEGER NOT NULL,
    "offset" INTEGER NOT NULL,
    key TEXT NOT NULL,
    message_id TEXT NOT NULL,
    kind TEXT,
    code TEXT NOT NULL,
    reason TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    event_time INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    settled_at INTEGER,
    settled_by TEXT,
    data BLOB NOT NULL,
    UNIQUE (tenant, letter_id)
);
CREATE INDEX letters_by_state ON letters (tenant, state, letter_id);
CREATE INDEX letters_open ON letters ("group", tenant) WHERE state = 'open';
"""
LATER: Final = (
    "CREATE INDEX IF NOT EXISTS letters_settled ON letters (settled_at) "
    "WHERE settled_at IS NOT NULL"
)
"""What a log of the same version may lack."""


def place_of(partition: int, offset: int) -> int:
    """Return partition and offset as one number, which sorts by both."""
    return partition << OFFSET_BITS | offset


def split_place(place: int) -> tuple[int, int]:
    """Return partition and offset of a place."""
    return place >> OFFSET_BITS, place & ((1 << OFFSET_BITS) - 1)


def connect(path: Path, busy_timeout: float, *, reads: bool = False) -> sqlite3.Connection:
    """Open a connection whose transactions are the caller's; threads may hand it on."""
    connection = sqlite3.connect(
        path, timeout=busy_timeout, isolation_level=None, check_same_thread=False
    )
    try:
        connection.execute(f"PRAGMA cache_size=-{CACHE_KIB if not reads else CACHE_KIB // 8}")
        if reads:
            connection.execute("PRAGMA query_only=ON")
            return connection
        connection.execute(f"PRAGMA page_size={PAGE_BYTES}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute(f"PRAGMA wal_autocheckpoint={CHECKPOINT_PAGES}")
        connection.execute(f"PRAGMA journal_size_limit={WAL_BYTES}")
    except BaseException:
        connection.close()
        raise
    return connection


def prepare(connection: sqlite3.Connection, partitions: int) -> int:
    """Make the tables if there are none; return how many partitions the log has.

    Raises `EventLogUnavailable` for a file of another program or of a newer release.
    """
    with transaction(connection):
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        application = connection.execute("PRAGMA application_id").fetchone()[0]
        if not version and not application:
            _create(connection, partitions)
        elif application != APPLICATION:
            raise EventLogUnavailable(f"{FILE_NAME} is no event log.")
        elif version > VERSION:
            raise EventLogUnavailable(
                f"{FILE_NAME} was written by a newer release (schema {version}; this one reads "
                f"up to {VERSION}).",
                schema=version,
            )
        connection.execute(LATER)
        found = connection.execute("SELECT value FROM meta WHERE name = 'partitions'").fetchone()
    return int(found[0])


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Give a writing transaction: all of it is kept, or none."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # SQLite ends it by itself when the disk is full
            connection.execute("ROLLBACK")
        raise


@contextmanager
def explained() -> Iterator[None]:
    """Turn what SQLite says into `EventLogUnavailable`, with what a person can act on."""
    try:
        yield
    except sqlite3.Error as error:
        name = getattr(error, "sqlite_errorname", None) or type(error).__name__
        raise EventLogUnavailable(_sentence(name), reason=name) from error


def _create(connection: sqlite3.Connection, partitions: int) -> None:
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        raise EventLogUnavailable(f"{FILE_NAME} is no event log.")
    for statement in TABLES.split(";\n"):
        if statement.strip():
            connection.execute(statement)
    connection.execute("INSERT INTO meta VALUES ('partitions', ?)", (partitions,))
    connection.executemany(
        "INSERT INTO partitions VALUES (?, 0, 0)", [(one,) for one in range(partitions)]
    )
    connection.execute(f"PRAGMA application_id={APPLICATION}")
    connection.execute(f"PRAGMA user_version={VERSION}")


SENTENCES: Final = (
    ("SQLITE_FULL", "The disk of the event log is full."),
    ("SQLITE_IOERR", "The disk of the event log cannot be read or written."),
    ("SQLITE_CORRUPT", "The file of the event log is damaged: bring back a backup."),
    ("SQLITE_NOTADB", "The file of the event log is damaged: bring back a backup."),
    ("SQLITE_BUSY", "Another process holds the event log."),
    ("SQLITE_LOCKED", "Another process holds the event log."),
    ("SQLITE_CANTOPEN", "The file of the event log cannot be opened."),
    ("SQLITE_READONLY", "The file of the event log cannot be written."),
)


def _sentence(name: str) -> str:
    for beginning, sentence in SENTENCES:
        if name.startswith(beginning):
            return sentence
    return f"The event log cannot be read or written ({name})."
