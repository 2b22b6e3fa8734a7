"""The port: what a vector store holds and answers.

A store adds the tenant's filter itself. Scores come back raw (inner product of unit vectors for
dense, sum of products for sparse), so that fusion is ours and equal over all engines.
"""

import math
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

SCORE_DECIMALS = 5
SCORE_DIGITS = 6
"""A score keeps five decimals and at most six significant digits (`round_score`)."""

Scored = list[tuple[str, float]]


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
    """Chunk ids with raw scores after `round_score`, best first; ties by chunk id."""

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

    def remove_orphan(self, version_id: str) -> None:
        """Remove a version that is not to be here, whoever's it is; for the owner alone."""
        ...

    def count(self, tenant: Tenant, knowledge_base_id: str | None = None) -> int:
        """Return how many points the tenant has."""
        ...

    def version_counts(self) -> dict[str, int]:
        """Return the number of points of every version, over all tenants; for the owner alone."""
        ...

    def fresh_points(self) -> int:
        """Return how many points are searched one by one until somebody compacts; 0 on a server."""
        ...

    def flush(self) -> None:
        """Return when everything written so far survives a power cut."""
        ...

    def close(self) -> None:
        """Flush and let go."""
        ...


def round_score(score: float) -> float:
    """Return the score without the digits in which engines differ.

    Engines add the same float32 products in different orders, so their sums differ in the last
    bits: measured over 384 dimensions by at most 3e-8 for the inner product of unit vectors, and
    over ten terms by at most 1.5e-7 of the score for sparse ones. Rounded to 1e-5 (coarser from 10
    upwards: `SCORE_DIGITS`), chunks whose true scores are equal are ties on every engine and are
    ordered by chunk id. Engines still differ, by one step of the rounding, where a true score lies
    that close to a rounding boundary: about one dense score in a thousand, one sparse in thirty.
    Their order then differs only if another chunk's score is within that step too.

    Monotone, and idempotent.
    """
    size = abs(score)
    whole = 0 if size < 1 else math.floor(math.log10(size)) + 1
    return round(score, min(SCORE_DECIMALS, SCORE_DIGITS - whole)) + 0.0  # no negative zero


def merge_ranked(lists: Sequence[Sequence[tuple[str, float]]], limit: int) -> Scored:
    """Merge scored lists that may share chunks; best rounded score of each, ties by chunk id."""
    best: dict[str, float] = {}
    for scored in lists:
        for chunk_id, raw in scored:
            score = round_score(raw)
            if score > best.get(chunk_id, float("-inf")):
                best[chunk_id] = score
    ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
    return ranked[:limit]
