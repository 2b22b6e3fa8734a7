"""When the load bench takes two answers for the same, and when not."""

import json

import pytest
from benchmarks.load_answers import same_answer


def hit(chunk: str, score: float, dense: float | None = 0.5, text: str = "passage") -> object:
    scores = {"score": score, "dense_score": dense, "sparse_score": 20.173527}
    return {"rank": 1, **scores, "text": text, "citation": {"chunk_id": chunk}}


def answer(*hits: object, query: str = "who?") -> bytes:
    return json.dumps({"query": query, "hits": hits}).encode()


ONE = answer(hit("a", 0.9), hit("b", 0.8))


@pytest.mark.parametrize(
    "other",
    [
        ONE,
        answer(hit("a", 0.900001), hit("b", 0.8)),
        answer(hit("a", 0.9), hit("b", 0.8, dense=0.500001)),
    ],
)
def test_the_last_digit_of_a_score_does_not_matter(other: bytes) -> None:
    assert same_answer(ONE, other)


@pytest.mark.parametrize(
    "other",
    [
        answer(hit("b", 0.8), hit("a", 0.9)),
        answer(hit("a", 0.9)),
        answer(hit("a", 0.9), hit("c", 0.8)),
        answer(hit("a", 0.91), hit("b", 0.8)),
        answer(hit("a", 0.9, dense=None), hit("b", 0.8)),
        answer(hit("a", 0.9, text="another"), hit("b", 0.8)),
        answer(hit("a", 0.9), hit("b", 0.8), query="what?"),
    ],
)
def test_another_passage_place_score_or_text_does(other: bytes) -> None:
    assert not same_answer(ONE, other)


def test_passages_of_one_score_may_change_places() -> None:
    one, other = hit("a", 0.8), hit("b", 0.8000001)
    assert same_answer(answer(one, other), answer(other, one))
