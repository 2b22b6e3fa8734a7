"""Artifacts of very many small versions, in one SQLite file instead of four files each.

A file with its folders costs a millisecond and an inode; a row costs microseconds. Compute workers
on the owner's machine read and write it beside the owner (WAL).
"""

import sqlite3
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from catalystindex.model.errors import Unavailable

FILE_NAME: Final = "event-texts.sqlite"
BUSY_SECONDS: Final = 20.0

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS objects (
    place TEXT NOT NULL, name TEXT NOT NULL, data BLOB NOT NULL, PRIMARY KEY (place, name)
);
"""
_BELOW: Final = "(place = ?1 OR (place >= ?1 || '/' AND place < ?1 || '0'))"
"""``0`` follows ``/``: the range of all that begins with the prefix and a slash."""


class PackedArtifacts:
    """Objects by key in one file. Safe to use from several threads and processes of one machine.

    Every method raises `Unavailable` when the file cannot be read or written.
    """

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._lock = threading.Lock()
        with _explained():
            self._db = sqlite3.connect(
                file, timeout=BUSY_SECONDS, check_same_thread=False, isolation_level=None
            )
            for pragma in ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON"):
                self._db.execute(f"PRAGMA {pragma}")
            self._db.executescript(_SCHEMA)

    def put(self, key: str, data: bytes) -> None:
        """Store an object; when this returns it survives a power cut."""
        self.put_many({key: data})

    def put_many(self, objects: Mapping[str, bytes]) -> None:
        """Store objects, all or none, with one wait for the disk."""
        rows = [(*_parts(key), data) for key, data in sorted(objects.items())]
        with self._writing() as db:
            db.executemany("INSERT OR REPLACE INTO objects VALUES (?, ?, ?)", rows)

    def get(self, key: str) -> bytes:
        """Return an object. Raises `FileNotFoundError`."""
        row = self._one("SELECT data FROM objects WHERE place = ? AND name = ?", *_parts(key))
        if row is None:
            raise FileNotFoundError(key)
        data: bytes = row[0]
        return data

    def get_range(self, key: str, start: int, length: int) -> bytes:
        """Return exactly ``length`` bytes. Raises `FileNotFoundError`, `ValueError`."""
        data = self.get(key)
        if min(start, length) < 0 or start + length > len(data):
            raise ValueError(f"{key!r} has {len(data)} bytes, not {length} from {start} on")
        return data[start : start + length]

    def exists(self, key: str) -> bool:
        """Tell whether there is such an object."""
        wanted = "SELECT 1 FROM objects WHERE place = ? AND name = ?"
        return self._one(wanted, *_parts(key)) is not None

    def holds(self, prefix: str) -> bool:
        """Tell whether there is an object below a prefix."""
        wanted = f"SELECT 1 FROM objects WHERE {_BELOW} LIMIT 1"  # noqa: S608  # a constant
        return self._one(wanted, prefix.rstrip("/")) is not None

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys under a prefix, in order."""
        where, values = (f"WHERE {_BELOW}", (prefix.rstrip("/"),)) if prefix else ("", ())
        with self._lock, _explained():
            rows = self._db.execute(
                f"SELECT place, name FROM objects {where}",  # noqa: S608  # a constant
                values,
            ).fetchall()
        yield from sorted(f"{place}/{name}" if place else name for place, name in rows)

    def remove_prefix(self, prefix: str) -> int:
        """Remove every object under a prefix; return how many there were."""
        return self.remove_prefixes([prefix])

    def remove_prefixes(self, prefixes: list[str]) -> int:
        """Remove every object under any of the prefixes, with one wait for the disk."""
        for prefix in prefixes:
            _parts(f"{prefix}/x")
        with self._writing() as db:
            statement = f"DELETE FROM objects WHERE {_BELOW}"  # noqa: S608  # a constant
            return sum(db.execute(statement, (one.rstrip("/"),)).rowcount for one in prefixes)

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._lock, _explained(), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db

    def _one(self, statement: str, *values: str) -> tuple[Any, ...] | None:
        with self._lock, _explained():
            row: tuple[Any, ...] | None = self._db.execute(statement, values).fetchone()
            return row


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise Unavailable(f"The artifacts of event texts: {error}") from error


def _parts(key: str) -> tuple[str, str]:
    place, _, name = key.rpartition("/")
    if not name or ".." in place.split("/") or name == ".." or key.startswith("/"):
        raise ValueError(f"not a key of an artifact: {key!r}")
    return place, name
