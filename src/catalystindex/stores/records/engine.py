"""The database: how it is opened, migrated, read and changed.

The only way to a writing transaction is `Records.change`, which takes the `Action` it performs
and appends its audit entry before it commits. So no change is without its entry, and no entry
without its change.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from sqlite3 import Connection as SqliteConnection

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import ConnectionPoolEntry

from catalystindex.audit.chain import Action
from catalystindex.model.clock import Clock
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records import audit_log

FILE_NAME = "records.sqlite"
WRITES = "catalystindex_writes"


class Records:
    """The records of one installation. Reads run side by side; changes one after another."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        self._writing = threading.Lock()

    @property
    def clock(self) -> Clock:
        """The clock that stamps rows and audit entries."""
        return self._clock

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one consistent state and is rolled back at the end."""
        with self._engine.connect() as connection:
            yield connection

    @contextmanager
    def change(self, tenant: Tenant, done: Action) -> Iterator[Connection]:
        """Give a transaction for one action; it commits together with its audit entry, or not."""
        with self._write() as connection:
            yield connection
            audit_log.append(connection, tenant, self._clock.now(), done)

    @contextmanager
    def housekeeping(self) -> Iterator[Connection]:
        """Give a transaction that finishes what audited changes began: no decision is made in it.

        Retry counters and the list of pending removals live here; nothing a user could see does.
        """
        with self._write() as connection:
            yield connection

    def migrate(self) -> None:
        """Bring the schema to the newest revision."""
        with self._write() as connection:
            config = _alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def at_head(self) -> bool:
        """Tell whether the schema is at the newest revision."""
        with self.read() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        return current == ScriptDirectory.from_config(_alembic_config()).get_current_head()

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        with self._writing, self._engine.connect() as plain:
            connection = plain.execution_options(**{WRITES: True})
            with connection.begin():
                yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


def open_sqlite(folder: Path, clock: Clock, busy_timeout: float) -> Records:
    """Open (or create) the records of the embedded profile in ``folder``, migrated.

    WAL lets readers go on while one writer commits; ``synchronous=FULL`` makes a commit that was
    acknowledged survive a power cut.
    """
    folder.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        URL.create("sqlite", database=str(folder / FILE_NAME)),
        connect_args={"timeout": busy_timeout, "isolation_level": None},
        hide_parameters=True,  # an error of the database must not carry documents into the log
        pool_size=16,
        max_overflow=48,
    )
    event.listen(engine, "connect", _prepare)
    event.listen(engine, "begin", _begin)
    records = Records(engine, clock)
    records.migrate()
    return records


def _prepare(connection: SqliteConnection, _: ConnectionPoolEntry) -> None:
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
    writes = connection.get_execution_options().get(WRITES, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files(__package__) / "migrations"))
    return config
