from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.embedding.sparse import K1, query_weights
from catalystindex.search.fuse import Fused, QuestionTerms, Scored, fuse
from catalystindex.stores.records.terms import CollectionStatistics

TERMS = QuestionTerms(count=4, chunks=1_000)
BOUND = TERMS.attainable
DEPTH = 200

cosines = st.dictionaries(st.sampled_from("abcdefghij"), st.floats(-1, 1))
weights = st.dictionaries(st.sampled_from("abcdefghij"), st.floats(0, BOUND))


def best_first(raw: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(raw.items(), key=lambda item: (-item[1], item[0]))


def fused(
    dense: Scored,
    sparse: Scored,
    weight: float = 0.5,
    depth: int = DEPTH,
    terms: QuestionTerms = TERMS,
) -> list[Fused]:
    return fuse(dense, sparse, terms=terms, depth=depth, dense_weight=weight)


@given(cosines, weights, st.floats(0, 1), st.randoms(use_true_random=False))
def test_the_answer_does_not_depend_on_the_order_of_the_input(
    dense: dict[str, float], sparse: dict[str, float], weight: float, random: Random
) -> None:
    expected = fused(list(dense.items()), list(sparse.items()), weight)
    one, other = list(dense.items()), list(sparse.items())
    random.shuffle(one)
    random.shuffle(other)
    assert fused(one, other, weight) == expected


@given(cosines, weights, st.floats(0, 1))
def test_every_candidate_is_there_in_a_total_order_and_scores_from_zero_to_one(
    dense: dict[str, float], sparse: dict[str, float], weight: float
) -> None:
    found = fused(best_first(dense), best_first(sparse), weight)
    assert {one.chunk_id for one in found} == dense.keys() | sparse.keys()
    assert all(0 <= one.score <= 1 + 1e-12 for one in found)
    keys = [(-one.score, one.chunk_id) for one in found]
    assert keys == sorted(keys)


@given(st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 50)))
def test_one_empty_list_leaves_the_others_order(raw: dict[str, int]) -> None:
    only = best_first({chunk: score / 50 for chunk, score in raw.items()})
    order = sorted(raw, key=lambda chunk: (-raw[chunk], chunk))
    assert [one.chunk_id for one in fused(only, [])] == order
    assert [one.chunk_id for one in fused([], only)] == order


def test_the_cosine_and_the_share_of_bm25_are_added() -> None:
    """Four terms at even weights: the range of the cosine is two, the root of four is two."""
    found = fused([("a", 0.6), ("b", 0.3)], [("b", 0.5 * BOUND), ("c", 0.2 * BOUND)])
    assert [one.chunk_id for one in found] == ["b", "a", "c"]
    assert [one.score for one in found] == pytest.approx(
        [0.65 / 2 + 0.5 / 2, 0.8 / 2, 0.5 / 2 + 0.2 / 2]
    )
    assert (found[0].dense, found[0].sparse) == (0.3, 0.5 * BOUND)
    assert (found[1].sparse, found[2].dense) == (None, None)


def test_a_list_that_matched_little_weighs_little() -> None:
    """The same cosines beside a sparse list of which nearly nothing matched, and nearly all."""
    dense = [("a", 0.7), ("b", 0.6)]
    assert fused(dense, [("b", 0.01 * BOUND)])[0].chunk_id == "a"
    assert fused(dense, [("b", 0.9 * BOUND)])[0].chunk_id == "b"


def test_words_that_nothing_holds_take_weight_from_those_that_matched() -> None:
    dense, sparse = [("a", 0.5), ("b", 0.2)], [("b", 12.0)]
    known, unknown = QuestionTerms(2, 1_000), QuestionTerms(40, 1_000)
    assert fused(dense, sparse, terms=known)[0].chunk_id == "b"
    assert fused(dense, sparse, terms=unknown)[0].chunk_id == "a"


def test_beyond_a_list_that_was_cut_a_candidate_may_have_its_last_score() -> None:
    dense, sparse = [("a", 0.8), ("b", 0.4)], [("c", 0.8 * BOUND), ("b", 0.4 * BOUND)]
    cut = {one.chunk_id: one.score for one in fused(dense, sparse, depth=2)}
    whole = {one.chunk_id: one.score for one in fused(dense, sparse, depth=3)}
    assert cut["b"] == whole["b"]
    assert cut["a"] == pytest.approx(whole["a"] + 0.4 / 2)
    assert cut["c"] == pytest.approx(whole["c"] + 0.4 / 4)


def test_passages_unlike_the_question_in_every_way_are_ranked_still() -> None:
    assert [one.chunk_id for one in fused([("a", -0.2), ("b", -0.1)], [])] == ["b", "a"]


def test_ties_are_broken_by_chunk_id() -> None:
    assert [one.chunk_id for one in fused([("b", 0.5), ("a", 0.5)], [])] == ["a", "b"]


def test_nothing_found_is_nothing() -> None:
    assert fused([], []) == []


@given(st.integers(1, 10**7), st.lists(st.integers(1, 10**7), min_size=1, max_size=50))
def test_no_passage_scores_more_than_attainable(chunks: int, frequencies: list[int]) -> None:
    known = {at: min(count, chunks) for at, count in enumerate(frequencies)}
    weights = query_weights(tuple(known), CollectionStatistics(chunks, known))
    most = float(weights.values.sum(dtype=np.float64)) * (K1 + 1)
    assert most <= QuestionTerms(len(known), chunks).attainable * (1 + 1e-6)


def test_a_question_without_terms_in_an_empty_collection_has_a_measure() -> None:
    assert QuestionTerms(0, 0).attainable > 0
