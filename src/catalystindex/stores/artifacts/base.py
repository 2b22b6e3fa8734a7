"""The port, and where each artifact of a version lives.

Every object of a version is under one prefix, and every version of a document and every document
of a knowledge base under theirs: removing one removes a prefix.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

RAW = "raw"
PARSED = "parsed.json"
CHUNKS = "chunks.json"


@dataclass(frozen=True)
class VersionPlace:
    """Where a version's artifacts are."""

    tenant_key: str
    knowledge_base_id: str
    document_id: str
    version_id: str

    def path(self, name: str) -> str:
        """Return the key of one artifact."""
        return f"{self.document_prefix()}/{self.version_id}/{name}"

    def document_prefix(self) -> str:
        """Return the prefix of the whole document."""
        return document_prefix(self.tenant_key, self.knowledge_base_id, self.document_id)


def knowledge_base_prefix(tenant_key: str, knowledge_base_id: str) -> str:
    """Return the prefix of everything in a knowledge base."""
    return f"{tenant_key}/{knowledge_base_id}"


def document_prefix(tenant_key: str, knowledge_base_id: str, document_id: str) -> str:
    """Return the prefix of every version of a document."""
    return f"{knowledge_base_prefix(tenant_key, knowledge_base_id)}/{document_id}"


class ArtifactStore(Protocol):
    """Objects by key. A write replaces the whole object or nothing."""

    def put(self, key: str, data: bytes) -> None:
        """Store an object; when this returns it survives a power cut."""
        ...

    def get(self, key: str) -> bytes:
        """Return an object. Raises `FileNotFoundError`."""
        ...

    def get_range(self, key: str, start: int, length: int) -> bytes:
        """Return exactly ``length`` bytes of an object, from ``start`` on.

        Raises `FileNotFoundError`, and `ValueError` if the object ends before.
        """
        ...

    def exists(self, key: str) -> bool:
        """Tell whether there is such an object."""
        ...

    def keys(self, prefix: str) -> Iterator[str]:
        """Yield the keys under a prefix, in order."""
        ...

    def remove_prefix(self, prefix: str) -> int:
        """Remove every object under a prefix; return how many there were."""
        ...
