"""The connections to the file: one that writes, as many as needed that read."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from catalystindex.model.errors import EventLogUnavailable
from catalystindex.stores.eventlog.schema import connect, explained, prepare, transaction


class Store:
    """A file of events, open. Reads run side by side and beside a write; writes take turns."""

    def __init__(self, path: Path, partitions: int, busy_timeout: float) -> None:
        self.path = path
        self._timeout = busy_timeout
        self._writing = threading.RLock()
        self._idle: list[sqlite3.Connection] = []
        self._closed = False
        with explained():
            self._writer = connect(path, busy_timeout)
            try:
                self.partitions = prepare(self._writer, partitions)
            except BaseException:
                self._writer.close()
                raise

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Keep other writers out, without a transaction yet."""
        with self._writing:
            yield

    @contextmanager
    def writing(self, *, durable: bool = True) -> Iterator[sqlite3.Connection]:
        """Give a transaction. One that is not ``durable`` may be undone by a power cut."""
        with self._writing, explained():
            self._check()
            # In WAL mode NORMAL leaves out the wait for the disk, and nothing else.
            self._writer.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
            with transaction(self._writer):
                yield self._writer

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give a connection for reading, whose every statement sees what is committed."""
        with explained():
            connection = self._borrow()
            try:
                yield connection
            except sqlite3.Error:
                connection.close()
                raise
            except BaseException:
                self._give_back(connection)
                raise
            self._give_back(connection)

    def bytes_used(self) -> int:
        """Return the size of the file and of what is written ahead."""
        paths = (self.path, self.path.with_name(self.path.name + "-wal"))
        return sum(path.stat().st_size for path in paths if path.exists())

    def close(self) -> None:
        """Close every connection; what is written ahead goes into the file."""
        with self._writing:
            self._closed = True
            idle, self._idle = self._idle, []
            for connection in (*idle, self._writer):
                connection.close()

    def _borrow(self) -> sqlite3.Connection:
        self._check()
        try:
            return self._idle.pop()
        except IndexError:
            return connect(self.path, self._timeout, reads=True)

    def _give_back(self, connection: sqlite3.Connection) -> None:
        if self._closed:
            connection.close()
        else:
            self._idle.append(connection)

    def _check(self) -> None:
        if self._closed:
            raise EventLogUnavailable("The event log is closed.")
