"""Intervals of a mean over queries, by the percentile bootstrap (Efron and Tibshirani 1993).

Queries are drawn with replacement; the interval holds the middle 95% of the resampled means. It
says how far another sample of such queries might move the number, nothing about other data.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

LEVEL = 0.95
RESAMPLES = 2000
CELLS = 2_000_000
"""Drawn at once: bounds memory at 16 MB whatever the number of queries."""


class Interval(BaseModel):
    """A mean with the bounds between which 95% of the resampled means lie."""

    model_config = ConfigDict(frozen=True)

    mean: float
    low: float = Field(description="2.5th percentile of the resampled means.")
    high: float = Field(description="97.5th percentile of the resampled means.")


def interval(values: Sequence[float], *, seed: int, resamples: int = RESAMPLES) -> Interval:
    """Return the mean of per-query values with its interval; the same seed, the same bounds.

    Raises `ValueError` without any value: a mean of nothing is not 0.
    """
    if not values:
        raise ValueError("a mean needs at least one query")
    data = np.asarray(values, np.float64)
    low, high = np.quantile(_means(data, seed, resamples), [(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    return Interval(mean=float(data.mean()), low=float(low), high=float(high))


def paired_difference(
    ours: Sequence[float], theirs: Sequence[float], *, seed: int, resamples: int = RESAMPLES
) -> Interval:
    """Return the mean of ``ours - theirs``, query by query, with its interval.

    Both are measured on the same queries in the same order, so what is hard for both cancels.
    Raises `ValueError` when they are not of one length.
    """
    return interval(
        [own - other for own, other in zip(ours, theirs, strict=True)],
        seed=seed,
        resamples=resamples,
    )


def _means(data: NDArray[np.float64], seed: int, resamples: int) -> NDArray[np.float64]:
    random = np.random.default_rng(seed)
    step = max(1, CELLS // len(data))
    parts = [
        data[random.integers(0, len(data), (min(step, resamples - done), len(data)))].mean(axis=1)
        for done in range(0, resamples, step)
    ]
    return np.concatenate(parts)
