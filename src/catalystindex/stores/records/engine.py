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

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from pydantic import SecretStr
from sqlalchemy import Connection

from catalystindex.audit.chain import Action
from catalystindex.config.sections import RecordsSettings
from catalystindex.model.clock import Clock
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records import audit_log
from catalystindex.stores.records.database import Database, explained
from catalystindex.stores.records.postgres import PostgresDatabase
from catalystindex.stores.records.sqlite import SqliteDatabase


class Records:
    """The records of one installation. Reads run side by side; changes one after another.

    A read or change raises `Unavailable` where the database cannot be reached or is not answering
    in time. A change whose commit met that may or may not have been made.
    """

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database, self._clock = database, clock
        self._writing = threading.Lock()

    @property
    def clock(self) -> Clock:
        """The clock that stamps rows and audit entries."""
        return self._clock

    @property
    def engine_name(self) -> str:
        """The engine and its release, for people."""
        return self._database.name

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection that sees one consistent state and keeps nothing that is written."""
        with explained(self._database), self._database.reading() as connection:
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

        The list of pending removals lives here, and what generations are made of.
        """
        with self._write() as connection:
            yield connection

    @contextmanager
    def bookkeeping(self) -> Iterator[Connection]:
        """Give a transaction about work under way: leases, attempts, heartbeats, stages.

        It does not wait for the disk. After a power cut work may be found where it was a moment
        before, never out of order: what a later change made durable it made durable with it.
        """
        with self._write(durable=False) as connection:
            yield connection

    def migrate(self) -> None:
        """Bring the schema to the newest revision."""
        with self._write() as connection, self._database.migrating(connection):
            config = _alembic_config()
            config.attributes["connection"] = connection
            command.upgrade(config, "head")

    def at_head(self) -> bool:
        """Tell whether the schema is at the newest revision."""
        with self.read() as connection:
            current = MigrationContext.configure(connection).get_current_revision()
        return current == ScriptDirectory.from_config(_alembic_config()).get_current_head()

    def check_owner(self) -> None:
        """Raise `Unavailable` if another owner has taken the database over."""
        if not self._writing.acquire(blocking=False):
            return  # a change is being made: it finds out itself
        try:
            with explained(self._database):
                self._database.check_owner()
        finally:
            self._writing.release()

    @contextmanager
    def _write(self, *, durable: bool = True) -> Iterator[Connection]:
        with (
            self._writing,
            explained(self._database),
            self._database.writing(durable=durable) as connection,
        ):
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._database.close()


def open_records(
    settings: RecordsSettings, folder: Path, clock: Clock, owner: str | None = None
) -> Records:
    """Open the records that the settings name, migrated: SQLite in ``folder`` without a URL.

    With ``owner`` (the command that owns) a database server is taken for this process alone until
    the records are closed. Raises `OwnerLocked`, `ConfigurationError`, `DependencyMissing` and
    `Unavailable`.
    """
    if settings.url is None:
        return open_sqlite(folder, clock, settings.busy_timeout)
    return open_postgres(settings.url, clock, settings, owner)


def open_sqlite(folder: Path, clock: Clock, busy_timeout: float) -> Records:
    """Open (or create) the records of the embedded profile in ``folder``, migrated."""
    records = Records(SqliteDatabase(folder, busy_timeout), clock)
    records.migrate()
    return records


def open_postgres(
    url: SecretStr, clock: Clock, settings: RecordsSettings, owner: str | None = None
) -> Records:
    """Open the records in a PostgreSQL database, migrated; ``owner`` as in `open_records`."""
    database = PostgresDatabase(url, settings)
    records = Records(database, clock)
    try:
        with explained(database):
            database.check_server()
            if owner is not None:
                database.take()
        records.migrate()
        if owner is not None:
            with explained(database):
                database.sign(owner, clock.now())
    except BaseException:
        records.close()
        raise
    return records


def describe(settings: RecordsSettings, clock: Clock) -> str:
    """Return what answers at the URL and whether its schema is current; nothing is changed."""
    if settings.url is None:
        raise ValueError("there is no URL to look at")
    database = PostgresDatabase(settings.url, settings)
    try:
        with explained(database):
            database.check_server()
        current = Records(database, clock).at_head()
    finally:
        database.close()
    state = "schema at head" if current else "the next start brings its schema to head"
    return f"{database.name}, {state}"


def _alembic_config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(files(__package__) / "migrations"))
    return config
