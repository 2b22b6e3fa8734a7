"""Vectors already computed, by workspace, model and text.

Keys are hashes, so the file holds no text; but a vector speaks of its text, so entries belong to
a workspace and leave with the document they were made for.
"""

import sqlite3
import threading
from collections.abc import Iterable, Mapping, Sequence
from hashlib import blake2b
from pathlib import Path

import numpy as np

from catalystindex.embedding.base import FloatMatrix
from catalystindex.model.encoder import EncoderRef
from catalystindex.model.tenant import Tenant

KEY_BATCH = 500

_SCHEMA = """
CREATE TABLE IF NOT EXISTS vectors (
    tenant TEXT NOT NULL, key BLOB NOT NULL, number INTEGER NOT NULL, vector BLOB NOT NULL,
    PRIMARY KEY (tenant, key)
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS vectors_by_age ON vectors (tenant, number);
"""


class EmbeddingCache:
    """A file of vectors (float32), the oldest dropped beyond a number per workspace."""

    def __init__(self, file: Path, max_entries: int) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._max = max_entries
        self._lock = threading.Lock()
        self._db = sqlite3.connect(file, check_same_thread=False, isolation_level=None)
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "secure_delete=ON"):
            self._db.execute(f"PRAGMA {pragma}")
        self._db.executescript(_SCHEMA)

    @staticmethod
    def key(model: EncoderRef, text: str) -> bytes:
        """Return the key of a text under a model."""
        digest = blake2b(text.encode("utf-8", "surrogatepass"), digest_size=20)
        digest.update(bytes.fromhex(model.digest))
        return digest.digest()

    def find(self, tenant: Tenant, keys: Sequence[bytes]) -> dict[bytes, FloatMatrix]:
        """Return the vectors that are there, by key."""
        found: dict[bytes, FloatMatrix] = {}
        with self._lock:
            for start in range(0, len(keys), KEY_BATCH):
                part = keys[start : start + KEY_BATCH]
                marks = ",".join("?" * len(part))
                rows = self._db.execute(
                    f"SELECT key, vector FROM vectors WHERE tenant = ? AND key IN ({marks})",  # noqa: S608  # marks are question marks
                    (tenant.key, *part),
                )
                found.update((key, np.frombuffer(blob, np.float32)) for key, blob in rows)
        return found

    def store(self, tenant: Tenant, vectors: Mapping[bytes, FloatMatrix]) -> None:
        """Keep vectors, and drop the oldest of the workspace beyond the bound."""
        if not vectors or not self._max:
            return
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            newest = self._scalar(
                "SELECT COALESCE(MAX(number), 0) FROM vectors WHERE tenant = ?", (tenant.key,)
            )
            rows = [
                (tenant.key, key, newest + place + 1, vectors[key].astype(np.float32).tobytes())
                for place, key in enumerate(sorted(vectors))
            ]
            self._db.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?, ?, ?)", rows)
            self._drop_oldest(tenant)

    def forget(self, tenant: Tenant, keys: Iterable[bytes]) -> None:
        """Remove the vectors of texts that were deleted."""
        with self._lock, self._db:
            self._db.execute("BEGIN IMMEDIATE")
            rows = [(tenant.key, key) for key in keys]
            self._db.executemany("DELETE FROM vectors WHERE tenant = ? AND key = ?", rows)

    def size(self, tenant: Tenant) -> int:
        """Return how many vectors a workspace has here."""
        with self._lock:
            return self._scalar("SELECT COUNT(*) FROM vectors WHERE tenant = ?", (tenant.key,))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    def _drop_oldest(self, tenant: Tenant) -> None:
        count = self._scalar("SELECT COUNT(*) FROM vectors WHERE tenant = ?", (tenant.key,))
        if count > self._max:
            self._db.execute(
                "DELETE FROM vectors WHERE tenant = ?1 AND number IN ("
                "SELECT number FROM vectors WHERE tenant = ?1 ORDER BY number LIMIT ?2)",
                (tenant.key, count - self._max),
            )

    def _scalar(self, statement: str, values: tuple[str, ...]) -> int:
        return int(self._db.execute(statement, values).fetchone()[0])
