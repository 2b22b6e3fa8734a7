from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.search.fuse import fuse, scale

scores = st.floats(-1e6, 1e6, allow_nan=False)
ranked = st.dictionaries(st.sampled_from("abcdefghij"), scores).map(lambda d: list(d.items()))


@given(ranked, ranked, st.floats(0, 1), st.randoms(use_true_random=False))
def test_the_answer_does_not_depend_on_the_order_of_the_input(
    dense: list[tuple[str, float]],
    sparse: list[tuple[str, float]],
    weight: float,
    random: Random,
) -> None:
    expected = fuse(dense, sparse, weight)
    random.shuffle(dense)
    random.shuffle(sparse)
    assert fuse(dense, sparse, weight) == expected


@given(ranked, ranked, st.floats(0, 1))
def test_scores_are_within_zero_and_one_and_ordered(
    dense: list[tuple[str, float]], sparse: list[tuple[str, float]], weight: float
) -> None:
    fused = fuse(dense, sparse, weight)
    assert {one.chunk_id for one in fused} == {chunk for chunk, _ in dense + sparse}
    assert all(0 <= one.score <= 1 + 1e-12 for one in fused)
    keys = [(-one.score, one.chunk_id) for one in fused]
    assert keys == sorted(keys)


@given(st.dictionaries(st.sampled_from("abcdefghij"), st.integers(-1000, 1000)))
def test_one_empty_list_leaves_the_others_order(raw: dict[str, int]) -> None:
    only = [(chunk, float(score)) for chunk, score in raw.items()]
    order = sorted(raw, key=lambda chunk: (-raw[chunk], chunk))
    for fused in (fuse(only, []), fuse([], only)):
        assert [one.chunk_id for one in fused] == order
        assert {one.chunk_id: one.score for one in fused} == scale(only)


def test_the_two_lists_are_scaled_and_added() -> None:
    fused = fuse([("a", 0.9), ("b", 0.7), ("c", 0.5)], [("b", 12.0), ("d", 2.0)], 0.5)
    assert [(one.chunk_id, one.score) for one in fused] == [
        ("b", pytest.approx(0.75)),
        ("a", pytest.approx(0.5)),
        ("c", 0.0),
        ("d", 0.0),
    ]
    best = fused[0]
    assert (best.dense, best.sparse) == (0.7, 12.0)
    assert (fused[1].sparse, fused[3].dense) == (None, None)


def test_ties_are_broken_by_chunk_id() -> None:
    assert [one.chunk_id for one in fuse([("b", 1), ("a", 1)], [("c", 3)], 0.5)] == ["a", "b", "c"]


def test_equal_scores_scale_to_one() -> None:
    assert scale([("a", 0.3), ("b", 0.3)]) == {"a": 1.0, "b": 1.0}
    assert scale([("a", -4.0)]) == {"a": 1.0}
    assert scale([]) == {}


def test_scaling_is_blind_to_unit_and_offset() -> None:
    low = [("a", 1.0), ("b", 2.0), ("c", 4.0)]
    high = [(chunk, 1000 * score - 7) for chunk, score in low]
    assert scale(high) == pytest.approx(scale(low))


def test_nothing_found_is_nothing() -> None:
    assert fuse([], []) == []
