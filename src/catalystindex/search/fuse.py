"""Fusion of dense and sparse candidates over their raw scores, each against a fixed measure.

A convex combination (Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions for Hybrid
Retrieval") of the cosine and of BM25 as a share of the most that a question of so many terms could
reach here: every term as rare as can be, and as often as it can count. Nothing is scaled to the
best of its own list, so a list that matched little stays little. That share falls as questions
grow, since no passage holds all of a long one, about with the root of the number of terms; the
weight of BM25 grows with that root. Words that no passage holds count among the terms: they are
what BM25 did not find. What was compared and on which data is in
``docs/reference/retrieval-quality.md``.

A candidate that one list lacks gets that list's last score there if the list was cut, because it
can have no more; a sparse list that was not cut has nothing left, hence 0. Ties are broken by
chunk id, so the order is total.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalystindex.embedding.sparse import K1

DENSE_WEIGHT = 0.55
"""Weight of the cosine beside ``1 - DENSE_WEIGHT`` times the root of the number of terms."""

Scored = Sequence[tuple[str, float]]


@dataclass(frozen=True)
class Fused:
    """A candidate with its fused score (0 to 1) and the raw scores it came with."""

    chunk_id: str
    score: float
    dense: float | None
    sparse: float | None


@dataclass(frozen=True)
class QuestionTerms:
    """How many distinct terms a question has, known or not, and how many chunks were searched."""

    count: int
    chunks: int

    @property
    def attainable(self) -> float:
        """The most BM25 could give: each term in one chunk only, with all the weight it can have.

        The IDF is that of `catalystindex.embedding.sparse.query_weights` for one chunk.
        """
        rarest = math.log1p((max(self.chunks, 1) - 0.5) / 1.5)
        return max(self.count, 1) * (K1 + 1) * rarest


def fuse(
    dense: Scored,
    sparse: Scored,
    *,
    terms: QuestionTerms,
    depth: int,
    dense_weight: float = DENSE_WEIGHT,
) -> list[Fused]:
    """Return all candidates, best first. One empty list leaves the other's order.

    ``depth`` is how many candidates each list could hold.
    """
    dense_raw, sparse_raw = dict(dense), dict(sparse)
    ids = sorted(dense_raw.keys() | sparse_raw.keys())
    cosine, matched = _weights(dense, sparse, terms, dense_weight)
    scores = np.zeros(len(ids))
    if dense:
        scores += cosine * (1 + _column(ids, dense, depth)) / 2
    if sparse:
        scores += matched / terms.attainable * _column(ids, sparse, depth)
    order = np.argsort(-scores, kind="stable")
    return [
        Fused(ids[at], float(scores[at]), dense_raw.get(ids[at]), sparse_raw.get(ids[at]))
        for at in order
    ]


def _weights(
    dense: Scored, sparse: Scored, terms: QuestionTerms, dense_weight: float
) -> tuple[float, float]:
    """Return the weights of both shares, which add up to 1; an empty list has none.

    Cosines span twice the range that their share, ``(1 + cosine) / 2``, does.
    """
    if not (dense and sparse):
        return float(bool(dense)), float(bool(sparse))
    cosine, matched = 2 * dense_weight, (1 - dense_weight) * math.sqrt(max(terms.count, 1))
    return cosine / (cosine + matched), matched / (cosine + matched)


def _column(ids: Sequence[str], scored: Scored, depth: int) -> NDArray[np.float64]:
    """Return the score of each candidate; of those the list lacks, the most they can have."""
    raw = dict(scored)
    missing = min(raw.values()) if len(scored) >= depth else 0.0
    return np.array([raw.get(chunk_id, missing) for chunk_id in ids], np.float64)
