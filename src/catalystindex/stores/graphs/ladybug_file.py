"""One workspace's graph file: opening it, transactions on it, and what its failures mean.

A connection keeps every statement it has seen, with the table of values that it was given; so each
transaction has a connection of its own.
"""

import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, cast

import ladybug

from catalystindex.config.streams import GraphSettings
from catalystindex.model.errors import (
    CatalystError,
    GraphQueryTooSlow,
    GraphTooLarge,
    GraphUnavailable,
)
from catalystindex.stores.graphs.ladybug_log import ERRORS, note_committed, open_mended
from catalystindex.stores.graphs.ladybug_schema import LAYOUT, TABLES

FILE_NAME: Final = "graph.lbug"
COMMITTED_NAME: Final = f"{FILE_NAME}.committed"
"""How long the write-ahead log was at the last commit (`ladybug_log`)."""
MAX_FILE_BYTES: Final = 1 << 38
"""Address space of one graph (256 GiB); the library's default would allow sixteen of them."""

WAL_SHARE: Final = 8
"""The write-ahead log is merged into the file above this share of the buffer: 32 MiB of 256, some
70,000 payments. What it holds takes about four times its size of the buffer until then."""

MERGE_ROOM: Final = 4 * 1024 * 1024
"""Bytes of disk that a merge needs besides twice the log."""

Values = Mapping[str, object]
"""Values of a statement's parameters: nothing that came from outside is part of a statement."""


class Transaction:
    """Statements that see one state of the graph, and are done all or not at all."""

    def __init__(self, connection: ladybug.Connection, deadline: float | None) -> None:
        self._connection = connection
        self._deadline = deadline

    def rows(self, query: str, parameters: Values | None = None) -> list[list[object]]:
        """Return the rows of a statement.

        Raises `GraphQueryTooSlow`, `GraphTooLarge` and `GraphUnavailable`.
        """
        return list(self.stream(query, parameters))

    def stream(self, query: str, parameters: Values | None = None) -> Iterator[list[object]]:
        """Yield the rows of a statement."""
        self.check_time()
        try:
            result = _run(self._connection, query, parameters)
            try:
                while result.has_next():
                    self._check_end()  # the engine is done: its own timeout no longer counts
                    yield cast("list[object]", result.get_next())
            finally:
                result.close()
        except (RuntimeError, OSError) as error:
            raise _meaning(error) from error

    def do(self, query: str, parameters: Values | None = None) -> None:
        """Run a statement that gives no rows."""
        for _ in self.stream(query, parameters):
            pass

    def check_time(self) -> None:
        """Raise `GraphQueryTooSlow` after the deadline; let the next statement have the rest."""
        if self._deadline is None:
            return
        self._check_end()
        left = self._deadline - time.monotonic()
        self._connection.set_query_timeout(max(1, int(left * 1_000)))

    def _check_end(self) -> None:
        if self._deadline is not None and time.monotonic() >= self._deadline:
            raise GraphQueryTooSlow


class GraphFile:
    """An open graph. One writer at a time; readers see the state of when they began."""

    def __init__(self, folder: Path, settings: GraphSettings) -> None:
        """Open the graph of a folder, or make one. Raises `GraphUnavailable`."""
        self._path = folder / FILE_NAME
        self._wal = folder / f"{FILE_NAME}.wal"
        self._settings = settings
        self._committed = folder / COMMITTED_NAME
        self.spoiled = False
        """Whether a merge failed half way: close this object, whose next merge would lose keys."""
        self.failed = False
        """Whether a transaction could not be written. The log may end in half a record then, and
        what is written behind that is lost at the next start, or its commit never returns: merge
        the log and open the file anew before anything else is written."""
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._database = open_mended(self._open, self._wal, self._committed)
        except ERRORS as error:
            raise GraphUnavailable(f"the graph cannot be opened: {error}") from error
        try:
            self._note_opened()
            self._make()
        except GraphUnavailable:
            self.close()
            raise

    def _open(self, strict: bool) -> ladybug.Database:  # called by `open_mended`
        return ladybug.Database(
            self._path,
            buffer_pool_size=self._settings.buffer_bytes,
            max_num_threads=self._settings.threads,
            max_db_size=MAX_FILE_BYTES,
            auto_checkpoint=False,
            throw_on_wal_replay_failure=strict,
        )

    def _note_opened(self) -> None:
        try:
            note_committed(self._committed, self._wal_bytes())
        except OSError as error:
            raise GraphUnavailable(f"the graph cannot be written: {error}") from error

    def _make(self) -> None:
        with self.writing() as transaction:
            for table in TABLES:
                transaction.do(table)
            found = transaction.rows("MATCH (s:State {key: 'layout'}) RETURN s.value")
            if not found:
                transaction.do("CREATE (:State {key: 'layout', value: $v})", {"v": LAYOUT})
            elif found[0][0] != LAYOUT:
                raise GraphUnavailable(f"the graph has layout {found[0][0]}, this is {LAYOUT}")

    @contextmanager
    def writing(self) -> Iterator[Transaction]:
        """Give a transaction that is on disk when the block ends, and undone if it raises."""
        try:
            with self._transaction("BEGIN TRANSACTION", None) as transaction:
                yield transaction
        except GraphUnavailable:
            self.failed = True
            raise
        with suppress(OSError):  # it is committed; the number before is a safe one
            note_committed(self._committed, self._wal_bytes())

    @contextmanager
    def reading(self, times: int = 1) -> Iterator[Transaction]:
        """Give a transaction that sees one state, for as long as a question may take.

        ``times`` as long for one that looks at more than is around an entity.
        """
        deadline = time.monotonic() + self._settings.timeout * times
        with self._transaction("BEGIN TRANSACTION READ ONLY", deadline) as transaction:
            yield transaction

    @contextmanager
    def reading_all(self) -> Iterator[Transaction]:
        """Give a transaction that may take its time: for what looks at the whole graph."""
        with self._transaction("BEGIN TRANSACTION READ ONLY", None) as transaction:
            yield transaction

    @contextmanager
    def _transaction(self, begin: str, deadline: float | None) -> Iterator[Transaction]:
        try:
            connection = ladybug.Connection(self._database)
        except (RuntimeError, OSError) as error:
            raise _meaning(error) from error
        try:
            transaction = Transaction(connection, deadline)
            transaction.do(begin)
            try:
                yield transaction
                transaction.do("COMMIT")
            except BaseException:
                with suppress(RuntimeError, OSError):  # it may have ended by itself
                    connection.set_query_timeout(0)
                    _run(connection, "ROLLBACK").close()
                raise
        finally:
            connection.close()

    def merge_wal(self, *, always: bool = False) -> None:
        """Merge the write-ahead log into the file if it is large, or ``always``.

        Readers go on meanwhile. Raises `GraphUnavailable`: what was written stays written, but this
        object is to be closed if it is `spoiled` then. The engine takes pages for written that were
        not, and a later merge, also the one that it makes when it is closed, would leave an index
        without its keys. What is on disk is whole.
        """
        if not always and self._wal_bytes() * WAL_SHARE < self._settings.buffer_bytes:
            return
        try:
            self._check_room()
        except OSError as error:
            raise GraphUnavailable(f"the graph's log cannot be merged: {error}") from error
        try:
            note_committed(self._committed, 0, durable=True)  # from here on the log begins anew
            connection = ladybug.Connection(self._database)
            try:
                _run(connection, "CHECKPOINT").close()
            finally:
                connection.close()
            note_committed(self._committed, self._wal_bytes())
        except (RuntimeError, OSError) as error:
            self.spoiled = True
            raise GraphUnavailable(f"the graph's log cannot be merged: {error}") from error

    def _check_room(self) -> None:
        """Raise `OSError` unless the disk has room for a merge.

        The engine loses its keys where a merge fails half way, and ends the process where it is
        closed with a log that it could not write.
        """
        probe = self._wal.with_name(f"{FILE_NAME}.room")
        with probe.open("wb") as file:
            try:
                os.posix_fallocate(file.fileno(), 0, MERGE_ROOM + 2 * self._wal_bytes())
            finally:
                probe.unlink()

    def _wal_bytes(self) -> int:
        try:
            return self._wal.stat().st_size
        except FileNotFoundError:
            return 0

    def close(self) -> None:
        """Let go of the file."""
        with suppress(RuntimeError, OSError):
            if self.spoiled:
                self._leave_as_it_is()
            self._database.close()

    def _leave_as_it_is(self) -> None:
        connection = ladybug.Connection(self._database)
        try:
            _run(connection, "CALL force_checkpoint_on_close=false").close()
        finally:
            connection.close()


def drop(folder: Path) -> None:
    """Remove a graph's folder. Raises `GraphUnavailable`."""
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        return
    except OSError as error:
        raise GraphUnavailable(f"the graph cannot be removed: {error}") from error


def _run(
    connection: ladybug.Connection, query: str, parameters: Values | None = None
) -> ladybug.QueryResult:
    """Run one statement; several in one text would give a list."""
    return cast("ladybug.QueryResult", connection.execute(query, dict(parameters or {})))


def _meaning(error: Exception) -> CatalystError:
    if str(error).startswith("Interrupted"):
        return GraphQueryTooSlow()
    if str(error).startswith("Buffer manager exception"):
        return GraphTooLarge()
    return GraphUnavailable(f"the graph cannot be used: {error}")
