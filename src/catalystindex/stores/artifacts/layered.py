"""Files for documents and a pack for event texts, behind one port.

Whoever reads does not know which of the two holds a key. What is written later for a document of
the pack (the vectors of another encoder, a version chunked anew) joins it there.
"""

from collections.abc import Iterator, Mapping, Sequence
from heapq import merge

from catalystindex.stores.artifacts.base import ArtifactStore
from catalystindex.stores.artifacts.packed import PackedArtifacts


class LayeredArtifacts:
    """Two stores as one; every key is in one of them."""

    def __init__(self, files: ArtifactStore, packed: PackedArtifacts) -> None:
        self._files, self._packed = files, packed

    def pack(self, objects: Mapping[str, bytes]) -> None:
        """Store small objects together; when this returns all of them survive a power cut."""
        self._packed.put_many(objects)

    def unpack(self, prefixes: Sequence[str]) -> None:
        """Remove what was packed under prefixes, with one wait for the disk."""
        self._packed.remove_prefixes(list(prefixes))

    def put(self, key: str, data: bytes) -> None:
        """Store an object, beside the others of its document."""
        self._home(key).put(key, data)

    def get(self, key: str) -> bytes:
        """Return an object. Raises `FileNotFoundError`."""
        try:
            return self._packed.get(key)
        except FileNotFoundError:
            return self._files.get(key)

    def get_range(self, key: str, start: int, length: int) -> bytes:
        """Return exactly ``length`` bytes. Raises `FileNotFoundError`, `ValueError`."""
        try:
            return self._packed.get_range(key, start, length)
        except FileNotFoundError:
            return self._files.get_range(key, start, length)

    def exists(self, key: str) -> bool:
        """Tell whether there is such an object."""
        return self._packed.exists(key) or self._files.exists(key)

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys under a prefix, in order."""
        yield from merge(self._files.keys(prefix), self._packed.keys(prefix))

    def remove_prefix(self, prefix: str) -> int:
        """Remove every object under a prefix; return how many there were."""
        packed = self._packed.remove_prefix(prefix) if self._packed.holds(prefix) else 0
        return packed + self._files.remove_prefix(prefix)

    def _home(self, key: str) -> ArtifactStore:
        document = "/".join(key.split("/")[:-2])
        return self._packed if document and self._packed.holds(document) else self._files
