import math
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.embedding.sparse import AVERAGE_LENGTH, K1, B, Bm25Encoder, query_weights
from catalystindex.stores.records.terms import CollectionStatistics, count_terms
from catalystindex.stores.vectors.base import SparseTerms

# Words that are neither stop words nor changed by the stemmer, so that counting is by hand.
CHUNKS = [
    "cash cash bank ledger",
    "bank vault bank bank gold silver",
    "gold ledger " * 60,
    "silver",
]
ENCODER = Bm25Encoder()


def inner(query: SparseTerms, document: SparseTerms) -> float:
    weights = dict(zip(document.indices.tolist(), document.values.tolist(), strict=True))
    pairs = zip(query.indices.tolist(), query.values.tolist(), strict=True)
    return sum(float(value) * float(weights.get(term, 0.0)) for term, value in pairs)


def textbook(query: str, chunk: str) -> float:
    """BM25 of Robertson and Zaragoza with the IDF that is never negative."""
    tokens = chunk.split()
    counts = Counter(tokens)
    score = 0.0
    for word in set(query.split()):
        holding = sum(word in one.split() for one in CHUNKS)
        if not holding:
            continue
        idf = math.log(1 + (len(CHUNKS) - holding + 0.5) / (holding + 0.5))
        tf = counts[word]
        length = 1 - B + B * len(tokens) / AVERAGE_LENGTH
        score += idf * tf * (K1 + 1) / (tf + K1 * length)
    return score


@pytest.mark.parametrize("query", ["cash", "bank gold", "gold gold silver ledger", "zebra bank"])
def test_the_inner_product_is_textbook_bm25(query: str) -> None:
    documents = [ENCODER.document(chunk) for chunk in CHUNKS]
    counts = count_terms([document.indices for document in documents])
    statistics = CollectionStatistics(len(CHUNKS), {int(t): int(n) for t, n in counts})
    weights = query_weights(ENCODER.query_terms(query), statistics)
    for chunk, document in zip(CHUNKS, documents, strict=True):
        assert inner(weights, document) == pytest.approx(textbook(query, chunk), rel=1e-5)


def test_a_term_that_occurs_nowhere_has_no_weight() -> None:
    (term,) = ENCODER.query_terms("zebra")
    assert len(query_weights((term,), CollectionStatistics(10, {})).indices) == 0


def test_weights_are_never_negative_or_infinite() -> None:
    known = {1: 1, 2: 50, 3: 100, 4: 150}
    weights = query_weights((1, 2, 3, 4), CollectionStatistics(100, known))
    assert np.isfinite(weights.values).all()
    assert (np.diff(weights.values) < 0).sum() >= 2
    assert (weights.values >= 0).all()


@given(st.text(max_size=200))
def test_vectors_are_as_the_store_wants_them(text: str) -> None:
    terms = ENCODER.document(text)
    assert terms.indices.dtype == np.uint32
    assert terms.values.dtype == np.float32
    assert (np.diff(terms.indices.astype(np.int64)) > 0).all()
    assert (terms.values > 0).all()
    query = ENCODER.query_terms(text)
    assert list(query) == sorted(set(query))
    assert set(query) == set(terms.indices.tolist())


def test_words_meet_in_their_stem_and_case() -> None:
    assert ENCODER.query_terms("Deposits") == ENCODER.query_terms("deposit deposited")
    assert ENCODER.word_terms("DEPOSITED") == ENCODER.word_terms("deposit")


def test_stop_words_stand_for_nothing() -> None:
    assert ENCODER.word_terms("the") == frozenset()
    assert ENCODER.query_terms("and of the") == ()
    assert len(ENCODER.document("and of the").indices) == 0
