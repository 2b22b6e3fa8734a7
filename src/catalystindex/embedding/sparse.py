"""Sparse vectors: BM25 (Robertson and Zaragoza 2009) split into document and query halves.

The document half (saturated term frequency) is stored; the query half is the IDF of each term in
the collections searched, from counts the records keep. Their inner product is the BM25 score.
Tokenizing, stop words and the Snowball stemmer are Qdrant's, the same on every engine.
"""

import math
from functools import lru_cache

import numpy as np
from qdrant_edge import Bm25, Bm25Config

from catalystindex.stores.records.terms import CollectionStatistics
from catalystindex.stores.vectors.base import SparseTerms

K1 = 1.2
B = 0.75
AVERAGE_LENGTH = 150.0
"""Tokens of a typical chunk after stop words. Fixed, so that a vector never goes stale."""


class Bm25Encoder:
    """Turns text into term weights. Safe to use from several threads."""

    def __init__(self) -> None:
        self._model = Bm25(Bm25Config(k=K1, b=B, avg_len=AVERAGE_LENGTH, language="english"))
        self._terms_of_word = lru_cache(maxsize=65_536)(self._word)

    def document(self, text: str) -> SparseTerms:
        """Return the term weights of a chunk."""
        vector = self._model.embed_document(text)
        return SparseTerms(np.array(vector.indices, np.uint32), np.array(vector.values, np.float32))

    def query_terms(self, text: str) -> tuple[int, ...]:
        """Return the distinct terms of a question, ascending."""
        return tuple(self._model.embed_query(text).indices)

    def word_terms(self, word: str) -> frozenset[int]:
        """Return the terms that one written word stands for: what highlighting compares."""
        return self._terms_of_word(word)

    def _word(self, word: str) -> frozenset[int]:
        return frozenset(self._model.embed_query(word).indices)


def query_weights(terms: tuple[int, ...], statistics: CollectionStatistics) -> SparseTerms:
    """Return the IDF of each term that occurs, ``ln(1 + (N - n + 0.5) / (n + 0.5))``."""
    known, total = statistics.frequencies, statistics.chunks
    found = [(term, known[term]) for term in terms if term in known]
    weights = [math.log1p((max(total, n) - n + 0.5) / (n + 0.5)) for _, n in found]
    return SparseTerms(
        np.array([term for term, _ in found], np.uint32), np.array(weights, np.float32)
    )
