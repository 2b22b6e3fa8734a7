"""Batches by token budget: texts of like length together, so that little is padding.

The cost of a batch is its padded tokens, not its number of texts. Batches are formed from texts
in descending order of length (ties in the order given), each as large as the budget allows.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from catalystindex.embedding.base import FloatMatrix

TINY = np.float32(1e-12)


@dataclass(frozen=True)
class TokenBatch:
    """Texts to run together: their places in the input, and int64 arrays (texts, length)."""

    places: NDArray[np.int64]
    ids: NDArray[np.int64]
    mask: NDArray[np.int64]


def token_batches(tokens: Sequence[Sequence[int]], budget: int) -> Iterator[TokenBatch]:
    """Yield batches of at most ``budget`` padded tokens (a longer single text stands alone)."""
    lengths = np.array([len(ids) for ids in tokens], np.int64)
    order = np.argsort(-lengths, kind="stable")
    start = 0
    while start < len(order):
        longest = int(lengths[order[start]])
        places = order[start : start + max(1, budget // max(1, longest))]
        yield _padded(tokens, places, longest)
        start += len(places)


def _padded(tokens: Sequence[Sequence[int]], places: NDArray[np.int64], length: int) -> TokenBatch:
    ids = np.zeros((len(places), length), np.int64)
    mask = np.zeros_like(ids)
    for row, place in enumerate(places):
        own = tokens[int(place)]
        ids[row, : len(own)] = own
        mask[row, : len(own)] = 1
    return TokenBatch(places, ids, mask)


def mean_pool(states: FloatMatrix, mask: NDArray[np.int64]) -> FloatMatrix:
    """Return unit vectors: the mean over real tokens of states (texts, length, dimension).

    The pooling of the sentence-transformers models (Reimers and Gurevych 2019).
    """
    weights = mask.astype(np.float32)
    summed = np.einsum("tld,tl->td", states, weights, optimize=True)
    norms = np.linalg.norm(summed, axis=1, keepdims=True)
    unit: FloatMatrix = (summed / np.maximum(norms, TINY)).astype(np.float32, copy=False)
    return unit
