"""The records in a SQLite file: the engine of the embedded profile.

WAL lets readers go on while one writer commits; ``synchronous=FULL`` makes a commit that was
acknowledged survive a power cut.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Connection, create_engine, event, exc
from sqlalchemy.pool import ConnectionPoolEntry

from catalystindex.model.errors import CatalystError, Unavailable
from catalystindex.stores.records.database import Database, refuse_nul

FILE_NAME = "records.sqlite"
WRITES = "catalystindex_writes"
DURABLE = "catalystindex_durable"
BUSY = ("SQLITE_BUSY", "SQLITE_LOCKED")
POOL = 16
POOL_MORE = 48


class SqliteDatabase(Database):
    """The file in a data folder, made if it is not there."""

    name = f"SQLite {sqlite3.sqlite_version}"

    def __init__(self, folder: Path, busy_timeout: float) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._engine = create_engine(
            URL.create("sqlite", database=str(folder / FILE_NAME)),
            connect_args={"timeout": busy_timeout, "isolation_level": None},
            hide_parameters=True,  # an error of the database must not carry documents into the log
            pool_size=POOL,
            max_overflow=POOL_MORE,
        )
        event.listen(self._engine, "connect", _prepare)
        event.listen(self._engine, "begin", _begin)
        refuse_nul(self._engine)

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a transaction that is rolled back at the end."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """Give a transaction that holds the file's write lock from its start."""
        with self._engine.connect() as plain:
            connection = plain.execution_options(**{WRITES: True, DURABLE: durable})
            with connection.begin():
                yield connection

    def explain(self, error: exc.SQLAlchemyError) -> CatalystError | None:
        """Name waits that took too long; anything else is for the log."""
        if isinstance(error, exc.TimeoutError):
            return Unavailable("All connections to the records are in use.")
        if not isinstance(error, exc.OperationalError):
            return None
        if getattr(error.orig, "sqlite_errorname", "").startswith(BUSY):
            return Unavailable("The records are locked by another process; try again.")
        return None

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def _prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
    # Without recursive triggers, REPLACE deletes audit entries past the trigger that refuses it.
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "recursive_triggers=ON",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin(connection: Connection) -> None:
    # The driver's own transactions are off: it would begin writers as readers, who then fail
    # with "database is locked" at their first write instead of waiting at the start.
    options = connection.get_execution_options()
    writes = options.get(WRITES, False)
    if writes:  # in WAL mode NORMAL leaves out the wait for the disk, and nothing else
        synchronous = "FULL" if options.get(DURABLE, True) else "NORMAL"
        connection.exec_driver_sql(f"PRAGMA synchronous={synchronous}")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
