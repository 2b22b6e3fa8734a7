"""The owner's session on PostgreSQL: it holds the owner lock, and every change is made on it.

The lock (`pg_try_advisory_lock`) belongs to the session. So does the transaction of a change: a
session that dies takes both with it, and nobody who lost the lock can commit. A lost session is
opened again; if another owner signed in between, the database is lost for this process.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

from catalystindex.audit.chain import timestamp
from catalystindex.model.errors import OwnerLocked, Unavailable
from catalystindex.stores.records import ownership
from catalystindex.stores.records.ownership import Ownership

LOCK_SPACE = 0x43494458
"""First half of this product's advisory locks ("CIDX"): those of others do not meet them."""
OWNER_LOCK, WRITE_LOCK = 1, 2
TAKE_TRIES = 20
TAKE_PAUSE = 0.1
"""Seconds: a server frees the lock of a killed process a moment after it ended, not at once."""

_TAKE = text("SELECT pg_try_advisory_lock(:space, :lock)").bindparams(
    space=LOCK_SPACE, lock=OWNER_LOCK
)
_WAIT_TO_WRITE = text("SELECT pg_advisory_xact_lock(:space, :lock)").bindparams(
    space=LOCK_SPACE, lock=WRITE_LOCK
)
_SIGNED = text("SELECT to_regclass('ownership') IS NOT NULL")


@contextmanager
def write_on(connection: Connection) -> Iterator[Connection]:
    """Give a transaction that no other process writes beside.

    The lock is the first statement: with READ COMMITTED every later one sees what was committed
    before it was granted, so changes are made one after another, like those of SQLite.
    """
    with connection.begin():
        connection.execute(_WAIT_TO_WRITE)
        yield connection


class OwnerSession:
    """Held from construction to `close`. One thread at a time may use it.

    Raises `OwnerLocked` with who holds the database.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._signed: Ownership | None = None
        self._session: Connection | None = self._take()

    def sign(self, holder: str, at: datetime) -> None:
        """Write down who owns the database now."""
        with self.writing() as connection:
            self._signed = ownership.sign(connection, holder, timestamp(at))

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction on the session that holds the lock. Raises `Unavailable`."""
        with write_on(self.living()) as connection:
            yield connection

    def living(self) -> Connection:
        """Return the session, opened again if it died. Raises `Unavailable` for a lost lock."""
        if self._session is not None and _alive(self._session):
            return self._session
        self.close()
        try:
            session = self._take()
        except OwnerLocked as taken:
            raise Unavailable(f"The records were taken over. {taken.detail}") from taken
        with session.begin():
            found = _last(session)
        if found != self._signed:
            session.close()
            raise Unavailable(
                "The records were taken over by another owner meanwhile; start this one again."
            )
        self._session = session
        return session

    def close(self) -> None:
        """End the session, and with it the lock."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def _take(self) -> Connection:
        connection = self._engine.connect()
        connection.detach()  # closing it is to end the session, not to lend it to others
        try:
            if _repeat(lambda: _try(connection)):
                return connection
            with connection.begin():
                held = _last(connection)
        except BaseException:
            connection.close()
            raise
        connection.close()
        raise refusal(held)


def refusal(held: Ownership | None) -> OwnerLocked:
    """Return the error that says who holds the database."""
    if held is None:
        return OwnerLocked("The database of the records is held by a process that is starting.")
    return OwnerLocked(
        f"The database of the records is held by {held.holder}, since {held.since}.",
        holder=held.holder,
    )


def _alive(session: Connection) -> bool:
    if session.invalidated:  # it would be opened again quietly, without the lock
        return False
    try:
        with session.begin():
            session.execute(text("SELECT 1"))
    except DBAPIError as error:
        if error.connection_invalidated:
            return False
        raise
    return True


def _try(connection: Connection) -> bool:
    with connection.begin():
        return bool(connection.execute(_TAKE).scalar_one())


def _last(connection: Connection) -> Ownership | None:
    return ownership.current(connection) if connection.execute(_SIGNED).scalar_one() else None


def _repeat(attempt: Callable[[], bool]) -> bool:
    for tried in range(TAKE_TRIES):
        if tried:
            time.sleep(TAKE_PAUSE)
        if attempt():
            return True
    return False
