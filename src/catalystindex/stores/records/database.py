"""What an engine's module gives to `Records`: transactions, its name, and its errors in words."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine.interfaces import DBAPICursor, ExecutionContext
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from catalystindex.model.errors import CatalystError, InvalidRequest, NotFound

Parameters = Mapping[str, object] | Sequence[object]
"""Of one statement as the driver gets it: by name, by place, or several of either."""

NUL = "\0"


class Database(ABC):
    """One opened database. Threads share it; `Records` lets only one of them write at a time."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Engine and release, for people: ``PostgreSQL 17.2``."""

    @abstractmethod
    def reading(self) -> AbstractContextManager[Connection]:
        """Give a transaction that sees one state and leaves nothing behind."""

    @abstractmethod
    def writing(self, *, durable: bool = True) -> AbstractContextManager[Connection]:
        """Give a transaction that no other process writes beside; it commits at the end.

        One that is not ``durable`` may be undone by a power cut, until a durable one follows;
        never by the death of the process.
        """

    @abstractmethod
    def explain(self, error: SQLAlchemyError) -> CatalystError | None:
        """Return what an error of the driver means where that is known: an outage, a wait."""

    def migrating(self, connection: Connection) -> AbstractContextManager[None]:
        """Do what the engine needs around a migration, in its transaction."""
        del connection
        return nullcontext()

    def check_owner(self) -> None:
        """Raise `Unavailable` if another owner took the database; a file's lock is elsewhere."""
        return None  # noqa: RET501

    @abstractmethod
    def close(self) -> None:
        """Close every connection."""


class DriverSaid(Exception):
    """What the driver said, for the log, without the frames: their locals hold the password."""


@contextmanager
def explained(database: Database) -> Iterator[None]:
    """Turn errors of the driver into those of the product, where the engine knows better."""
    try:
        yield
    except SQLAlchemyError as error:
        known = database.explain(error)
        if known is None:
            raise
        raise known from said(error)


def said(error: SQLAlchemyError) -> DriverSaid:
    """Return the driver's own words, on one line. No driver repeats a password in them."""
    words = error.orig if isinstance(error, DBAPIError) else error
    return DriverSaid(" ".join(str(words).split()))


def refuse_nul(engine: Engine) -> None:
    """Let no text with U+0000 through: PostgreSQL cannot hold it, so no engine does.

    Storing raises `InvalidRequest`; looking for it raises `NotFound`, as nothing has such a name.
    """
    event.listen(engine, "before_cursor_execute", _refuse_nul)


def _refuse_nul(
    _connection: Connection,
    _cursor: DBAPICursor,
    _statement: str,
    parameters: Parameters,
    context: ExecutionContext,
    many: bool,
) -> None:
    rows = parameters if many and not isinstance(parameters, Mapping) else (parameters,)
    if not any(_holds_nul(row) for row in rows):
        return
    if context.isinsert or context.isupdate:
        raise InvalidRequest("The text holds the character U+0000, which cannot be stored.")
    raise NotFound("Nothing here has the character U+0000 in its name.")


def _holds_nul(row: object) -> bool:
    values = row.values() if isinstance(row, Mapping) else row
    if not isinstance(values, (Sequence, type({}.values()))):
        return False
    return any(isinstance(value, str) and NUL in value for value in values)
