import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.embedding.batching import mean_pool, token_batches

token_lists = st.lists(st.lists(st.integers(1, 30_000), max_size=300), max_size=40)
budgets = st.integers(1, 1200)


@given(token_lists, budgets)
def test_every_text_is_in_exactly_one_batch(tokens: list[list[int]], budget: int) -> None:
    places = [int(p) for batch in token_batches(tokens, budget) for p in batch.places]
    assert sorted(places) == list(range(len(tokens)))


@given(token_lists, budgets)
def test_a_batch_keeps_the_budget_or_is_a_single_text(tokens: list[list[int]], budget: int) -> None:
    for batch in token_batches(tokens, budget):
        assert batch.ids.shape == batch.mask.shape
        assert batch.ids.size <= budget or len(batch.places) == 1


@given(token_lists, budgets)
def test_rows_are_the_texts_and_the_mask_marks_them(tokens: list[list[int]], budget: int) -> None:
    for batch in token_batches(tokens, budget):
        for row, place in enumerate(batch.places):
            own = tokens[int(place)]
            assert batch.ids[row][batch.mask[row] == 1].tolist() == own
            assert not batch.ids[row][batch.mask[row] == 0].any()


@given(token_lists, budgets)
def test_longest_come_first_and_ties_in_the_order_given(
    tokens: list[list[int]], budget: int
) -> None:
    places = [int(p) for batch in token_batches(tokens, budget) for p in batch.places]
    assert places == sorted(range(len(tokens)), key=lambda place: -len(tokens[place]))


def test_no_batch_could_take_the_next_text_too() -> None:
    tokens = [[1] * length for length in (7, 3, 9, 9, 2, 5, 5)]
    sizes = [batch.ids.shape for batch in token_batches(tokens, 20)]
    assert sizes == [(2, 9), (2, 7), (3, 5)]


def test_pooling_is_the_mean_over_real_tokens_at_unit_length() -> None:
    states = np.array([[[1, 0], [1, 2], [9, 9]], [[0, 3], [9, 9], [9, 9]]], np.float32)
    mask = np.array([[1, 1, 0], [1, 0, 0]], np.int64)
    expected = np.array([[1, 1], [0, 1]]) / np.array([[np.sqrt(2)], [1]])
    np.testing.assert_allclose(mean_pool(states, mask), expected, atol=1e-6)


def test_pooling_of_nothing_is_zero_and_not_a_division_by_it() -> None:
    pooled = mean_pool(np.ones((1, 2, 3), np.float32), np.zeros((1, 2), np.int64))
    np.testing.assert_array_equal(pooled, np.zeros((1, 3)))
