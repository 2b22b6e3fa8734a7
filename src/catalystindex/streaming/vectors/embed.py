"""Texts to vectors: each distinct text once, and never again what is in the cache.

It runs in the owner, with the encoder of the generation in force, which lets go of Python's lock
while it computes. A few texts go at once, so that a question does not wait for long.
"""

import sqlite3
from collections.abc import Sequence
from itertools import islice
from typing import Final, NamedTuple

import numpy as np

from catalystindex.documents.artifacts import ChunkVectors
from catalystindex.embedding.base import FloatMatrix, TextEncoder
from catalystindex.embedding.cache import EmbeddingCache
from catalystindex.embedding.serving import ServingIndex
from catalystindex.embedding.sparse import Bm25Encoder
from catalystindex.model.errors import CatalystError, ProcessingFailed, Unavailable
from catalystindex.model.tenant import Tenant

AT_ONCE: Final = 32
"""Texts computed together; what was computed is kept before the next are begun."""


class Embedded(NamedTuple):
    """Vectors in the order of the texts, and how many of them had to be computed."""

    vectors: ChunkVectors
    computed: int


class Embedder:
    """Embeds texts of any workspace. Used by one thread at a time."""

    def __init__(self, cache: EmbeddingCache, sparse: Bm25Encoder) -> None:
        self._cache, self._sparse = cache, sparse

    def embed(self, tenant: Tenant, index: ServingIndex, texts: Sequence[str]) -> Embedded:
        """Return the vectors of texts by the encoder of an index.

        Raises `ProcessingFailed` when the encoder fails on some of them and `Unavailable` when the
        cache cannot be written; what was computed before is then in the cache.
        """
        keys = [self._cache.key(index.model, text) for text in texts]
        try:
            known = self._cache.find(tenant, sorted(set(keys)))
            missing = {key: text for key, text in zip(keys, texts, strict=True) if key not in known}
            left = iter(missing.items())
            while some := dict(islice(left, AT_ONCE)):
                known |= self._compute(tenant, index.encoder, some)
        except sqlite3.Error as error:
            raise Unavailable(f"The embedding cache: {error}") from error
        dense = np.stack([known[key] for key in keys]) if keys else _none(index)
        sparse = {key: self._sparse.document(text) for key, text in zip(keys, texts, strict=True)}
        return Embedded(ChunkVectors(dense, [sparse[key] for key in keys]), len(missing))

    def _compute(
        self, tenant: Tenant, encoder: TextEncoder, texts: dict[bytes, str]
    ) -> dict[bytes, FloatMatrix]:
        try:
            vectors = encoder.encode(list(texts.values()))
        except CatalystError:
            raise
        except Exception as error:  # engines raise what they like
            raise ProcessingFailed(
                f"The encoder failed on {len(texts)} texts: {type(error).__name__}",
                texts=len(texts),
            ) from error
        found = dict(zip(texts, vectors, strict=True))
        self._cache.store(tenant, found)
        return found


def _none(index: ServingIndex) -> FloatMatrix:
    return np.empty((0, index.model.dimension), np.float32)
