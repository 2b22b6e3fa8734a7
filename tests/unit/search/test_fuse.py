from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.search.fuse import Fused, Scored, attainable, fuse
from support.stores import sparse as terms

BOUND = 50.0
DEPTH = 200

cosines = st.dictionaries(st.sampled_from("abcdefghij"), st.floats(-1, 1))
weights = st.dictionaries(st.sampled_from("abcdefghij"), st.floats(0, BOUND))


def best_first(raw: dict[str, float]) -> list[tuple[str, float]]:
    return sorted(raw.items(), key=lambda item: (-item[1], item[0]))


def fused(dense: Scored, sparse: Scored, weight: float = 0.5, depth: int = DEPTH) -> list[Fused]:
    return fuse(dense, sparse, best_sparse=BOUND, depth=depth, dense_weight=weight)


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
def test_every_candidate_is_there_in_a_total_order_and_scores_at_most_one(
    dense: dict[str, float], sparse: dict[str, float], weight: float
) -> None:
    found = fused(best_first(dense), best_first(sparse), weight)
    assert {one.chunk_id for one in found} == dense.keys() | sparse.keys()
    assert all(-1 - 1e-12 <= one.score <= 1 + 1e-12 for one in found)
    keys = [(-one.score, one.chunk_id) for one in found]
    assert keys == sorted(keys)


@given(st.dictionaries(st.sampled_from("abcdefghij"), st.integers(1, 50)))
def test_one_empty_list_leaves_the_others_order(raw: dict[str, int]) -> None:
    only = best_first({chunk: score / 50 for chunk, score in raw.items()})
    order = sorted(raw, key=lambda chunk: (-raw[chunk], chunk))
    assert [one.chunk_id for one in fused(only, [])] == order
    assert [one.chunk_id for one in fused([], only)] == order


def test_each_list_is_divided_by_the_mean_of_its_best_and_its_bound() -> None:
    found = fused([("a", 0.64), ("b", 0.32)], [("b", 12.5), ("c", 5.0)])
    assert [one.chunk_id for one in found] == ["b", "a", "c"]
    assert [one.score for one in found] == pytest.approx(
        [0.5 * 0.32 / 0.8 + 0.5 * 12.5 / 25, 0.5 * 0.64 / 0.8, 0.5 * 5.0 / 25]
    )
    assert (found[0].dense, found[0].sparse) == (0.32, 12.5)
    assert (found[1].sparse, found[2].dense) == (None, None)


def test_a_list_that_matched_little_weighs_little() -> None:
    """The same cosines beside a sparse list of which nearly nothing matched, and nearly all."""
    dense = [("a", 0.7), ("b", 0.6)]
    assert fused(dense, [("b", 0.5)])[0].chunk_id == "a"
    assert fused(dense, [("b", 45.0)])[0].chunk_id == "b"


def test_beyond_a_list_that_was_cut_a_candidate_may_have_its_last_score() -> None:
    dense, sparse = [("a", 0.8), ("b", 0.4)], [("c", 25.0), ("b", 12.5)]
    cut = {one.chunk_id: one.score for one in fused(dense, sparse, depth=2)}
    whole = {one.chunk_id: one.score for one in fused(dense, sparse, depth=3)}
    assert cut["b"] == whole["b"]
    assert cut["a"] == pytest.approx(whole["a"] + 0.5 * 12.5 / np.sqrt(25.0 * BOUND))
    assert cut["c"] == pytest.approx(whole["c"] + 0.5 * 0.4 / np.sqrt(0.8))


def test_passages_unlike_the_question_in_every_way_are_ranked_still() -> None:
    assert [one.chunk_id for one in fused([("a", -0.2), ("b", -0.1)], [])] == ["b", "a"]


def test_ties_are_broken_by_chunk_id() -> None:
    assert [one.chunk_id for one in fused([("b", 0.5), ("a", 0.5)], [])] == ["a", "b"]


def test_nothing_found_is_nothing() -> None:
    assert fused([], []) == []


def test_the_bound_is_every_term_as_often_as_it_counts() -> None:
    assert attainable(terms({1: 2.0, 7: 0.5})) == pytest.approx(2.5 * 2.2)
    assert attainable(None) == 0.0
