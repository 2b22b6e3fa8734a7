"""The embedded vector store: a few Edge shards that together are the index.

`state.json` names the shards in force. Normally there are two: an optimised *generation*, and a
small *fresh* shard that takes the writes and is searched exactly. `begin_generation` opens a new
fresh shard, so that what a compute worker rebuilds stands still meanwhile; `adopt_generation`
swaps the finished generation in. Every read looks at all shards in force, so a rebuild hides
nothing, and every removal is applied to all of them.
"""

import json
import os
import shutil
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from catalystindex.model.tenant import Tenant
from catalystindex.stores.disk import sync_folder
from catalystindex.stores.vectors.base import (
    MAX_UPSERT,
    Candidates,
    VectorPoint,
    VectorQuery,
    merge_ranked,
)
from catalystindex.stores.vectors.edge_shard import EdgeShardFile
from catalystindex.stores.vectors.payload import DOCUMENT, KNOWLEDGE_BASE, VERSION
from catalystindex.telemetry.logs import logger

STATE_FILE = "state.json"
FRESH = "fresh"
LOST = "lost"
"""Prefix under which a damaged shard is kept aside, for whoever wants to know why."""

log = logger(__name__)


class EdgeVectorStore:
    """Vectors in a folder, written by this process alone.

    The index is derived: a shard that is lost or damaged is left out and logged, and the owner
    restores its points from artifacts before it serves (`documents.reconcile`).

    Raises `ValueError` for an upsert of more than `MAX_UPSERT` points: larger ones would stall
    every search meanwhile.
    """

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder, self._dimension = folder, dimension
        self._lock = threading.RLock()
        self._begun = ""
        folder.mkdir(parents=True, exist_ok=True)
        self._shards = _load_shards(folder, _read_state(folder))
        self._names = list(self._shards)
        self._sweep()
        if not self._names or not self._names[-1].startswith(FRESH):
            self._open_fresh()

    def upsert(self, tenant: Tenant, points: Sequence[VectorPoint]) -> None:
        """Write points to the fresh shard, replacing those of the same chunks."""
        if len(points) > MAX_UPSERT:
            raise ValueError(f"{len(points)} points in one upsert; the bound is {MAX_UPSERT}")
        with self._lock:
            self._shards[self._names[-1]].upsert(tenant.key, points)
            for name in self._names[:-1]:
                self._shards[name].remove_points([point.chunk_id for point in points])

    def query(self, tenant: Tenant, query: VectorQuery) -> Candidates:
        """Ask every shard in force and merge; scores are comparable because they are raw."""
        with self._lock:
            shards = [self._shards[name] for name in self._names]
            answers = [shard.query(tenant.key, query) for shard in shards]
        return Candidates(
            dense=merge_ranked([dense for dense, _ in answers], query.limit),
            sparse=merge_ranked([sparse for _, sparse in answers], query.limit),
        )

    def remove_version(self, tenant: Tenant, version_id: str) -> None:
        """Remove a version from every shard."""
        self._remove(tenant, VERSION, version_id)

    def remove_document(self, tenant: Tenant, document_id: str) -> None:
        """Remove a document from every shard."""
        self._remove(tenant, DOCUMENT, document_id)

    def remove_knowledge_base(self, tenant: Tenant, knowledge_base_id: str) -> None:
        """Remove a knowledge base from every shard."""
        self._remove(tenant, KNOWLEDGE_BASE, knowledge_base_id)

    def remove_orphan(self, version_id: str) -> None:
        """Remove a version that no record knows, whoever's it was."""
        with self._lock:
            for shard in self._shards.values():
                shard.remove_version_of_any(version_id)

    def count(self, tenant: Tenant, knowledge_base_id: str | None = None) -> int:
        """Return how many points the tenant has in all shards."""
        with self._lock:
            return sum(s.count(tenant.key, knowledge_base_id) for s in self._shards.values())

    def version_counts(self) -> dict[str, int]:
        """Return the number of points of every version, summed over the shards."""
        total: Counter[str] = Counter()
        with self._lock:
            for shard in self._shards.values():
                total.update(shard.version_counts())
        return dict(sorted(total.items()))

    def fresh_points(self) -> int:
        """Return how many points are in no generation yet."""
        with self._lock:
            return sum(self._shards[n].size() for n in self._names if n.startswith(FRESH))

    def begin_generation(self) -> Path:
        """Set the present shards aside for a rebuild; return the folder to build into.

        The folder does not exist yet and is ignored until it is adopted.
        """
        with self._lock:
            if self._shards[self._names[-1]].size():
                self._open_fresh()
            self._begun = self._next_name("gen")
            return self._folder / self._begun

    def adopt_generation(self, built: Path, catch_up: Callable[[EdgeShardFile], None]) -> None:
        """Swap a finished generation in for everything older than the fresh shard.

        ``catch_up`` is called with the loaded generation, under the lock, to take out what was
        removed while it was built.
        """
        if built.name != self._begun:
            raise ValueError(f"{built.name} is not the generation that was begun last")
        loaded = EdgeShardFile.load(built)
        with self._lock:
            try:
                catch_up(loaded)
            except Exception:
                loaded.close()
                shutil.rmtree(built)
                raise
            loaded.remove_points(self._shards[self._names[-1]].chunk_ids())
            loaded.flush()
            retired = self._names[:-1]
            self._shards[built.name] = loaded
            self._write_state([built.name, self._names[-1]])
            for name in retired:
                self._shards.pop(name).close()
                shutil.rmtree(self._folder / name)

    def flush(self) -> None:
        """Write every shard to disk."""
        with self._lock:
            for shard in self._shards.values():
                shard.flush()

    def close(self) -> None:
        """Flush and release every shard."""
        with self._lock:
            while self._shards:
                self._shards.popitem()[1].close()

    def _remove(self, tenant: Tenant, field: str, value: str) -> None:
        with self._lock:
            for shard in self._shards.values():
                shard.remove(tenant.key, field, value)

    def _open_fresh(self) -> None:
        name = self._next_name(FRESH)
        self._shards[name] = EdgeShardFile.create(self._folder / name, self._dimension)
        self._write_state([*self._names, name])

    def _next_name(self, kind: str) -> str:
        taken = [path.name for path in self._folder.iterdir() if path.is_dir()]
        numbers = [int(name.rpartition("-")[2]) for name in [*taken, *self._names]]
        return f"{kind}-{max(numbers, default=0) + 1:06d}"

    def _write_state(self, names: list[str]) -> None:
        draft = self._folder / f"{STATE_FILE}.new"
        with draft.open("w", encoding="utf-8") as file:
            json.dump({"shards": names}, file)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self._folder / STATE_FILE)
        sync_folder(self._folder)
        self._names = names

    def _sweep(self) -> None:
        """Remove folders that no state names: a rebuild or a swap that was cut off."""
        for path in sorted(self._folder.iterdir()):
            if path.is_dir() and not path.name.startswith((*self._names, LOST)):
                shutil.rmtree(path)


def _load_shards(folder: Path, names: Sequence[str]) -> dict[str, EdgeShardFile]:
    """Open the shards in force; one that cannot be opened is logged and left out."""
    shards: dict[str, EdgeShardFile] = {}
    for name in names:
        try:
            shards[name] = EdgeShardFile.load(folder / name)
        except Exception as error:  # noqa: BLE001  # the engine raises nothing more specific
            log.error("index_shard_lost", shard=name, reason=str(error))
            if (folder / name).exists():
                (folder / name).replace(folder / f"{LOST}-{name}")
    return shards


def _read_state(folder: Path) -> list[str]:
    path = folder / STATE_FILE
    if not path.exists():
        return []
    names: list[str] = json.loads(path.read_text("utf-8"))["shards"]
    return names
