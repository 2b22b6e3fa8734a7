"""Where generations live: an engine opens one by its number, and drops one."""

import shutil
from pathlib import Path
from typing import Protocol

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
