"""The records in a PostgreSQL database.

A read is a REPEATABLE READ, READ ONLY transaction: it sees one state, as a reader of SQLite does.
Changes wait for one advisory lock and so are made one after another (see `postgres_owner`); no
transaction of ours can meet a serialization failure or a deadlock with another of ours.
"""

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from importlib import import_module

from pydantic import SecretStr
from sqlalchemy import URL, Connection, create_engine, exc, make_url, text

from catalystindex.config.sections import RecordsSettings
from catalystindex.model.errors import (
    CatalystError,
    ConfigurationError,
    DependencyMissing,
    InvalidRequest,
    Unavailable,
)
from catalystindex.stores.records.database import Database, refuse_nul, said
from catalystindex.stores.records.postgres_owner import OwnerSession, write_on

DRIVER = "postgresql+psycopg"
INSTALL = "pip install 'catalystindex[postgres]'"
OLDEST = 14
"""The oldest major release that the PostgreSQL project still corrects (until November 2026)."""
KEEPALIVE = {"keepalives_idle": 30, "keepalives_interval": 10, "keepalives_count": 3}
"""Seconds, seconds, probes: a peer that vanished without a word is given up after a minute."""
USER_TIMEOUT_MS = 60_000

REFUSALS = (
    ("password authentication failed", "it refuses the user name or the password"),
    ("no password supplied", "it asks for a password"),
    ("no pg_hba.conf entry", "it does not admit this host, user or database"),
    ("does not exist", "it has no such database or user"),
)
"""What PostgreSQL says (in English) when it turns a connection down, and our words for it."""

STATES = {
    "08": "The database of the records cannot be reached.",
    "40": "The change met another one; try again.",
    "53": "The database of the records has no room left: disk, memory or connections.",
    "55P03": "The records are locked by another process; try again.",
    "57014": "The database of the records took too long over a statement.",
    "57P": "The database of the records is shutting down or starting.",
}
"""SQLSTATEs, or how they begin, after which the same call may succeed later."""

NO_PRIVILEGE, TOO_LONG = "42501", "22001"

_BYTEWISE = text("""
SELECT table_name, column_name, character_maximum_length
FROM information_schema.columns
WHERE table_schema = current_schema() AND data_type IN ('character varying', 'text')
  AND collation_name IS DISTINCT FROM 'C'
ORDER BY table_name, column_name
""")


class PostgresDatabase(Database):
    """A database of a server, with at most ``settings.connections`` connections and the owner's.

    Nothing is connected until it is used. Raises `ConfigurationError` for a URL that is none.
    """

    def __init__(self, url: SecretStr, settings: RecordsSettings) -> None:
        address = parse_url(url)
        _require_driver()
        self._release = "of unknown release"
        self._engine = create_engine(
            address,
            connect_args=_connect_args(address, settings),
            isolation_level="READ COMMITTED",
            hide_parameters=True,  # an error of the database must not carry documents into the log
            pool_size=settings.connections,
            max_overflow=0,
            pool_timeout=settings.busy_timeout,
            pool_pre_ping=True,
        )
        refuse_nul(self._engine)
        self._readers = self._engine.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        self._owner: OwnerSession | None = None

    @property
    def name(self) -> str:
        """The release of the server, once `check_server` asked it."""
        return f"PostgreSQL {self._release}"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a transaction that cannot write."""
        with self._readers.connect() as connection:
            yield connection

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[Connection]:
        """Give a transaction under the write lock; the owner's are made on its own session."""
        with self._write() as connection:
            if not durable:
                connection.execute(text("SET LOCAL synchronous_commit TO OFF"))
            yield connection

    @contextmanager
    def _write(self) -> Iterator[Connection]:
        if self._owner is not None:
            with self._owner.writing() as connection:
                yield connection
            return
        with self._engine.connect() as pooled, write_on(pooled) as connection:
            yield connection

    @contextmanager
    def migrating(self, connection: Connection) -> Iterator[None]:
        """Let a migration take its time, then make text of every column sort by its bytes.

        SQLite sorts so, and a system library that sorts otherwise after an upgrade would leave
        broken indexes. Migrations need not name a collation: this finds what they added.
        """
        connection.execute(text("SET LOCAL statement_timeout = 0"))
        yield
        quote = connection.dialect.identifier_preparer.quote
        for table, column, length in connection.execute(_BYTEWISE).all():
            kind = "text" if length is None else f"varchar({int(length)})"
            connection.exec_driver_sql(
                f'ALTER TABLE {quote(table)} ALTER {quote(column)} TYPE {kind} COLLATE "C"'
            )

    def check_server(self) -> None:
        """Connect, and see that the server can hold the records.

        Raises `ConfigurationError` for a server that turns us down or is too old, `Unavailable`
        for one that does not answer or only follows another.
        """
        try:
            with self._readers.connect() as connection:
                facts = [
                    str(connection.execute(text(question)).scalar_one())
                    for question in (
                        "SHOW server_version",
                        "SHOW server_encoding",
                        "SELECT pg_is_in_recovery()",
                        "SHOW server_version_num",
                    )
                ]
        except exc.OperationalError as error:
            refused = _refused(error)
            if refused is None:
                raise
            raise refused from said(error)
        self._release, encoding, follows = facts[0].split()[0], facts[1], facts[2] == "True"
        if int(facts[3]) < OLDEST * 10_000:
            raise ConfigurationError(
                f"PostgreSQL {self._release} is too old; {OLDEST} is the least.", key="records.url"
            )
        if encoding != "UTF8":
            raise ConfigurationError(
                f"The database is encoded in {encoding}; the records need UTF8.", key="records.url"
            )
        if follows:
            raise Unavailable("The database of the records is a standby, which cannot be written.")

    def take(self) -> None:
        """Own the database from now on. Raises `OwnerLocked` if somebody else does."""
        self._owner = OwnerSession(self._engine)

    def sign(self, command: str, at: datetime) -> None:
        """Write down who owns the database; the tables have to be there."""
        if self._owner is not None:
            holder = f"'{command}', process {os.getpid()} on {socket.gethostname()}"
            self._owner.sign(holder, at)

    def check_owner(self) -> None:
        """Raise `Unavailable` if another owner has taken the database over."""
        if self._owner is not None:
            self._owner.living()

    def explain(self, error: exc.SQLAlchemyError) -> CatalystError | None:
        """Name outages and waits. No sentence holds the URL or what the statement carried."""
        if isinstance(error, exc.TimeoutError):
            return Unavailable("All connections to the records are in use.")
        if not isinstance(error, exc.DBAPIError):
            return None
        state = getattr(error.orig, "sqlstate", None)
        if state is not None:
            return _meaning(state)
        lost = isinstance(error, (exc.OperationalError, exc.InterfaceError))
        return Unavailable(STATES["08"]) if lost or error.connection_invalidated else None

    def close(self) -> None:
        """Let go of the database and close every connection."""
        if self._owner is not None:
            self._owner.close()
        self._engine.dispose()


def parse_url(url: SecretStr) -> URL:
    """Return the address with our driver. Raises `ConfigurationError`, which does not repeat it."""
    try:
        address = make_url(url.get_secret_value())
    except (exc.ArgumentError, ValueError):
        raise ConfigurationError(
            "'records.url' cannot be read as a URL.", key="records.url"
        ) from None
    if address.drivername not in ("postgres", "postgresql", DRIVER) or not address.database:
        raise ConfigurationError(
            "'records.url' is to be of the form postgresql://user:password@host:port/database.",
            key="records.url",
        )
    return address.set(drivername=DRIVER)


def _connect_args(address: URL, settings: RecordsSettings) -> dict[str, object]:
    own = {
        "timezone": "UTC",
        "statement_timeout": int(settings.statement_timeout * 1000),
        "lock_timeout": int(settings.busy_timeout * 1000),
        "tcp_user_timeout": USER_TIMEOUT_MS,
        **{f"tcp_{name}": value for name, value in KEEPALIVE.items()},
    }
    given = address.query.get("options", "")
    options = [given if isinstance(given, str) else " ".join(given)]
    options += [f"-c {name}={value}" for name, value in own.items()]
    return {
        "application_name": f"catalystindex {os.getpid()}",
        "client_encoding": "utf8",
        "connect_timeout": max(2, round(settings.connect_timeout)),
        "options": " ".join(options).strip(),
        "tcp_user_timeout": USER_TIMEOUT_MS,
        **KEEPALIVE,
    }


def _require_driver() -> None:
    try:
        import_module("psycopg")
    except ImportError as error:
        raise DependencyMissing(
            f"PostgreSQL needs the driver psycopg: {INSTALL}", package="psycopg"
        ) from error


def _meaning(state: str) -> CatalystError | None:
    for start, sentence in STATES.items():
        if state.startswith(start):
            return Unavailable(sentence)
    if state == NO_PRIVILEGE:
        return ConfigurationError(
            "The database role lacks a privilege on the tables of the records.", key="records.url"
        )
    if state == TOO_LONG:
        return InvalidRequest("A text is longer than what is kept of it.")
    return None


def _refused(error: exc.OperationalError) -> CatalystError | None:
    said = str(error.orig)
    for phrase, meaning in REFUSALS:
        if phrase in said:
            return ConfigurationError(
                f"The database of the records turned the connection down: {meaning}.",
                key="records.url",
            )
    return None
