"""Where generations live: an engine opens one by its number, and drops one."""

import shutil
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Protocol

from catalystindex.config.sections import VectorsSettings
from catalystindex.model.generation import EngineName
from catalystindex.stores.vectors.base import VectorStore
from catalystindex.stores.vectors.edge import EdgeVectorStore


class VectorEngine(Protocol):
    """Opens the vectors of a generation."""

    @property
    def name(self) -> EngineName:
        """How records name the engine."""
        ...

    def open(self, number: int, dimension: int) -> VectorStore:
        """Open a generation, empty if it is new. Raises `Unavailable`, `ConfigurationError`."""
        ...

    def drop(self, number: int) -> None:
        """Destroy a generation; one that is not there is as good as dropped."""
        ...


class EdgeEngine:
    """Qdrant Edge in this process: a folder for each generation."""

    name: EngineName = "edge"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def open(self, number: int, dimension: int) -> EdgeVectorStore:
        """Open a generation's folder."""
        return EdgeVectorStore(self._path(number), dimension)

    def drop(self, number: int) -> None:
        """Remove a generation's folder."""
        shutil.rmtree(self._path(number), ignore_errors=True)

    def _path(self, number: int) -> Path:
        return self._folder / f"g{number:06d}"


class QdrantEngine:
    """A Qdrant server: a collection for each generation."""

    name: EngineName = "qdrant"

    def __init__(self, settings: VectorsSettings) -> None:
        self._settings = settings

    def open(self, number: int, dimension: int) -> VectorStore:
        """Open a generation's collection, made if it is not there."""
        collections, stores = self._modules()
        client = collections.open_client(self._settings)
        name = self._collection(number)
        collections.create_collection(client, name, dimension, self._settings)
        store: VectorStore = stores.QdrantVectorStore(
            client,
            name,
            dimension,
            tenant_shards=self._settings.tenant_shards,
            owns_client=True,
        )
        return store

    def drop(self, number: int) -> None:
        """Remove a generation's collection."""
        collections, _ = self._modules()
        client = collections.open_client(self._settings)
        try:
            collections.drop_collection(client, self._collection(number))
        finally:
            client.close()

    def _collection(self, number: int) -> str:
        return f"{self._settings.collection_prefix}g{number:06d}"

    def _modules(self) -> tuple[ModuleType, ModuleType]:
        """Import the client where it is used: it takes 0.4 s and 45 MB."""
        package = "catalystindex.stores.vectors"
        return import_module(f"{package}.qdrant_collections"), import_module(f"{package}.qdrant")
