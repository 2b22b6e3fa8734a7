"""Fusion of dense and sparse candidates, half relative and half absolute.

A convex combination (Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions for Hybrid
Retrieval") of two lists, each divided by the geometric mean of its best score and of the most it
could reach: 1 for a cosine; for BM25, every term of the question as often as it can count. Scaling
each list to its own best alone would let the best of a list that matched almost nothing count in
full; scaling to the bound alone would silence BM25 for long questions. Between the two, the weight
of a retriever follows, question by question, how well it did. What was compared and on which data
is in ``docs/reference/retrieval-quality.md``.

A candidate that one list lacks gets that list's last score there if the list was cut, because it
can have no more, and 0 if it was not. Ties are broken by chunk id, so the order is total.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalystindex.embedding.sparse import K1
from catalystindex.stores.vectors.base import SparseTerms

DENSE_WEIGHT = 0.5
BEST_COSINE = 1.0

Scored = Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Fused:
    """A candidate with its fused score (at most 1) and the raw scores it came with."""

    chunk_id: str
    score: float
    dense: float | None
    sparse: float | None


def attainable(weights: SparseTerms | None) -> float:
    """Return the bound of BM25 for a question: each term as often as it can count, ``k1 + 1``."""
    return 0.0 if weights is None else float(weights.values.sum(dtype=np.float64)) * (K1 + 1)


def fuse(
    dense: Scored,
    sparse: Scored,
    *,
    best_sparse: float,
    depth: int,
    dense_weight: float = DENSE_WEIGHT,
) -> list[Fused]:
    """Return all candidates, best first. One empty list leaves the other's order.

    ``best_sparse`` is what the question's terms could score at most, ``depth`` how many candidates
    each list could hold.
    """
    dense_raw, sparse_raw = dict(dense), dict(sparse)
    ids = sorted(dense_raw.keys() | sparse_raw.keys())
    share = dense_weight if dense and sparse else float(bool(dense))
    scores = np.zeros(len(ids))
    if dense:
        scores += share / _scale(dense, BEST_COSINE) * _column(ids, dense, depth)
    if sparse:
        scores += (1 - share) / _scale(sparse, best_sparse) * _column(ids, sparse, depth)
    order = np.argsort(-scores, kind="stable")
    return [
        Fused(ids[at], float(scores[at]), dense_raw.get(ids[at]), sparse_raw.get(ids[at]))
        for at in order
    ]


def _scale(scored: Scored, bound: float) -> float:
    """Return what a list is divided by: the bound alone where its best is not above zero."""
    best = max(score for _, score in scored)
    return math.sqrt(best * bound) if best > 0 else bound


def _column(ids: Sequence[str], scored: Scored, depth: int) -> NDArray[np.float64]:
    """Return the score of each candidate; of those the list lacks, the most they can have."""
    raw = dict(scored)
    missing = min(raw.values()) if len(scored) >= depth else 0.0
    return np.array([raw.get(chunk_id, missing) for chunk_id in ids], np.float64)
