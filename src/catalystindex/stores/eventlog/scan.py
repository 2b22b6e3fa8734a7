"""Reading a log from its beginning to its end, beside the process that owns it.

A run over history needs the log as it is at one moment and changes nothing in it: it reads the file
in one transaction. While that lasts, what is written ahead of the file (WAL) cannot be put back.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final, Self

from catalystindex.model.errors import EventLogUnavailable
from catalystindex.model.tenant import Tenant
from catalystindex.stores.eventlog.base import Record
from catalystindex.stores.eventlog.blocks import blocks_from, unpack
from catalystindex.stores.eventlog.names import Names
from catalystindex.stores.eventlog.schema import (
    APPLICATION,
    FILE_NAME,
    VERSION,
    connect,
    explained,
)

BUSY_TIMEOUT: Final = 5.0
"""Seconds that opening waits for another process."""


class LogScan:
    """A log as it is when it is opened. Use it in a ``with`` block, from one thread."""

    def __init__(self, folder: Path) -> None:
        """Open the log in a data folder.

        Raises `EventLogUnavailable` where there is none, or it is not one of this release.
        """
        self._path = folder / FILE_NAME
        if not self._path.is_file():  # SQLite would make one
            raise EventLogUnavailable(f"There is no event log in {folder}.", folder=str(folder))
        with explained():
            self._connection = connect(self._path, BUSY_TIMEOUT, reads=True)
            try:
                self._begin()
            except BaseException:
                self._connection.close()
                raise
        self._names = Names()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def count(self) -> int:
        """Return how many records are kept, of all tenants."""
        with explained():
            found = self._connection.execute('SELECT sum("end" - start) FROM partitions')
            return int(found.fetchone()[0] or 0)

    def records(self, tenant: Tenant) -> Iterator[list[Record]]:
        """Yield a tenant's records, partition by partition in order of offset, some at a time.

        Raises `EventLogUnavailable` where the file is damaged.
        """
        with explained():
            number = self._names.find(self._connection, tenant.key)
            if number is None:
                return
            for partition, start in self._partitions():
                yield from self._partition(partition, start, number)

    def _partition(self, partition: int, start: int, tenant: int) -> Iterator[list[Record]]:
        for block in blocks_from(self._connection, partition, start):
            if block.tenant != tenant:
                continue
            names = self._names.all(self._connection, max(block.tenant, block.user))
            found = unpack(block, names)
            yield found[max(0, start - block.first) :]

    def _partitions(self) -> list[tuple[int, int]]:
        rows = self._connection.execute("SELECT partition, start FROM partitions ORDER BY 1")
        return [(int(partition), int(start)) for partition, start in rows]

    def _begin(self) -> None:
        """Begin the transaction: what is appended from here on is not seen."""
        application, version = (self._pragma(name) for name in ("application_id", "user_version"))
        if application != APPLICATION:
            raise EventLogUnavailable(f"{FILE_NAME} is no event log.")
        if version > VERSION:
            raise EventLogUnavailable(
                f"{FILE_NAME} was written by a newer release (schema {version}; this one reads up "
                f"to {VERSION}).",
                schema=version,
            )
        self._connection.execute("BEGIN")
        with closing(self._connection.execute("SELECT count(*) FROM meta")) as cursor:
            cursor.fetchone()  # the transaction sees the file as of its first read

    def _pragma(self, name: str) -> int:
        found: sqlite3.Cursor = self._connection.execute(f"PRAGMA {name}")
        return int(found.fetchone()[0])
