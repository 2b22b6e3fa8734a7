"""The port: what a vector store holds and answers.

A store adds the tenant's filter itself. Scores come back raw (inner product of unit vectors for
dense, sum of products for sparse), so that fusion is ours and equal over all engines.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from catalystindex.model.document import MetadataValue
from catalystindex.model.filters import NO_FILTER, Condition
from catalystindex.model.tenant import Tenant

FloatVector = NDArray[np.float32]

MAX_UPSERT = 100
"""Points in one upsert: an embedded engine holds Python's lock for the whole call."""


@dataclass(frozen=True)
class SparseTerms:
    """Weights of terms: ``indices`` (uint32, ascending, distinct) and ``values`` (float32)."""

    indices: NDArray[np.uint32]
    values: NDArray[np.float32]


@dataclass(frozen=True)
class VectorPoint:
    """A chunk as the index sees it: ids, vectors and filter fields, never text."""

    chunk_id: str
    knowledge_base_id: str
    document_id: str
    version_id: str
    tier: str
    media_type: str
    metadata: Mapping[str, MetadataValue]
    dense: FloatVector
    sparse: SparseTerms


@dataclass(frozen=True)
class VectorQuery:
    """What to look for: at least one of the vectors, in these knowledge bases, under filters.

    ``filters`` is what a point's metadata and built-in fields must fulfil besides.
    """

    knowledge_base_ids: Sequence[str]
    limit: int
    dense: FloatVector | None = None
    sparse: SparseTerms | None = None
    filters: Condition = NO_FILTER


@dataclass(frozen=True)
class Candidates:
    """Chunk ids with raw scores, best first; ties by chunk id."""

    dense: Sequence[tuple[str, float]]
    sparse: Sequence[tuple[str, float]]


class VectorStore(Protocol):
    """Holds points of many tenants and shows each tenant its own."""

    def upsert(self, tenant: Tenant, points: Sequence[VectorPoint]) -> None:
        """Write up to `MAX_UPSERT` points; a point of the same chunk is replaced."""
        ...

    def query(self, tenant: Tenant, query: VectorQuery) -> Candidates:
        """Return the best candidates by each vector of the query."""
        ...

    def remove_version(self, tenant: Tenant, version_id: str) -> None:
        """Remove every point of a version."""
        ...

    def remove_document(self, tenant: Tenant, document_id: str) -> None:
        """Remove every point of a document."""
        ...

    def remove_knowledge_base(self, tenant: Tenant, knowledge_base_id: str) -> None:
        """Remove every point of a knowledge base."""
        ...

    def count(self, tenant: Tenant, knowledge_base_id: str | None = None) -> int:
        """Return how many points the tenant has."""
        ...

    def version_counts(self) -> dict[str, int]:
        """Return the number of points of every version, over all tenants; for the owner alone."""
        ...

    def flush(self) -> None:
        """Return when everything written so far survives a power cut."""
        ...

    def close(self) -> None:
        """Flush and let go."""
        ...


def merge_ranked(
    lists: Sequence[Sequence[tuple[str, float]]], limit: int
) -> list[tuple[str, float]]:
    """Merge scored lists that may share chunks; best score of each, ties by chunk id."""
    best: dict[str, float] = {}
    for scored in lists:
        for chunk_id, score in scored:
            if score > best.get(chunk_id, float("-inf")):
                best[chunk_id] = score
    ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
    return ranked[:limit]
