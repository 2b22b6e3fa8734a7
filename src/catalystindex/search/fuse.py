"""Fusion of dense and sparse candidates over their raw scores.

Each list is scaled to 0..1 over its own candidates and the two are added with weights (a convex
combination, Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions for Hybrid Retrieval").
A chunk that one list lacks gets 0 there. Ties are broken by chunk id, so the order is total.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

DENSE_WEIGHT = 0.5


@dataclass(frozen=True)
class Fused:
    """A candidate with its fused score (0 to 1) and the raw scores it came with."""

    chunk_id: str
    score: float
    dense: float | None
    sparse: float | None


def fuse(
    dense: Sequence[tuple[str, float]],
    sparse: Sequence[tuple[str, float]],
    dense_weight: float = DENSE_WEIGHT,
) -> list[Fused]:
    """Return all candidates, best first. One empty list leaves the other's order."""
    dense_raw, sparse_raw = dict(dense), dict(sparse)
    dense_unit, sparse_unit = scale(dense), scale(sparse)
    weights = (dense_weight, 1 - dense_weight) if dense and sparse else (1.0, 1.0)
    fused = [
        Fused(
            chunk_id=chunk_id,
            score=weights[0] * dense_unit.get(chunk_id, 0.0)
            + weights[1] * sparse_unit.get(chunk_id, 0.0),
            dense=dense_raw.get(chunk_id),
            sparse=sparse_raw.get(chunk_id),
        )
        for chunk_id in sorted(dense_raw.keys() | sparse_raw.keys())
    ]
    return sorted(fused, key=lambda one: (-one.score, one.chunk_id))


def scale(scored: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Return scores scaled to 0..1 (all 1 where they are all equal)."""
    if not scored:
        return {}
    values = np.array([score for _, score in scored], np.float64)
    low, high = values.min(), values.max()
    unit = (values - low) / (high - low) if high > low else np.ones_like(values)
    return {chunk_id: float(value) for (chunk_id, _), value in zip(scored, unit, strict=True)}
