"""Against trec_eval itself (pytrec-eval-terrier 0.5.11): frozen cases; 3,000 more agreed to the
last bit when they were made."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.search.evaluate.metrics import ndcg, recall, reciprocal_rank

# ranking, judgements, (ndcg_cut_10, recall_100, recip_rank of the first ten)
FROZEN = [
    (
        "d14 d3 d12 d0 d2",
        "d12=0 d3=-1 d11=4 d15=1 gone2=-1 d5=0 d14=1 gone1=0 d17=2",
        (0.1614847276573866, 0.25, 1.0),
    ),
    (
        "d12 d18 d1 d14 d17 d9 d3 d13",
        "d18=4 d2=3 d11=-1 d6=-1",
        (0.42827240252944054, 0.5, 0.5),
    ),
    (
        "d13 d8 d11 d7 d12 d19 d9 d2 d14 d3 d17 d5 d1 d18",
        "d7=3 d8=1 d14=2 d2=-1 d16=4 d15=3 d18=2 d3=-1 d17=1",
        (0.2598454735097606, 0.7142857142857143, 0.5),
    ),
    (
        "d7 d17 d2 d6 d14 d18 d11 d15 d16 d5",
        "d18=1 d10=0 d17=1 d4=3 d9=-1 d8=2 gone1=3 d16=0",
        (0.14710731273644861, 0.4, 0.5),
    ),
    (
        "d5 d18 d17 d1 d8 d19 d3 d4",
        "d3=1 d7=0 d4=2 d15=4",
        (0.16735275924541446, 0.6666666666666666, 0.14285714285714285),
    ),
]

documents = st.sampled_from([f"d{number}" for number in range(30)])
rankings = st.lists(documents, unique=True, max_size=30)
judgements = st.dictionaries(documents, st.integers(-1, 4), min_size=1, max_size=12)


@pytest.mark.parametrize(("ranking", "judged", "expected"), FROZEN)
def test_measures_are_those_of_trec_eval(
    ranking: str, judged: str, expected: tuple[float, float, float]
) -> None:
    found = ranking.split()
    grades = {name: int(grade) for name, grade in (one.split("=") for one in judged.split())}
    measured = (
        ndcg(found, grades, 10),
        recall(found, grades, 100),
        reciprocal_rank(found, grades, 10),
    )
    assert measured == pytest.approx(expected, abs=1e-12)


def test_gain_is_linear_and_the_discount_a_logarithm() -> None:
    found = ndcg(["b", "a"], {"a": 3, "b": 1}, 10)
    assert found == pytest.approx((1 + 3 / math.log2(3)) / (3 + 1 / math.log2(3)))


def test_beyond_the_depth_nothing_counts() -> None:
    ranking = [f"x{number}" for number in range(10)] + ["a"]
    judged = {"a": 1}
    assert ndcg(ranking, judged, 10) == 0
    assert reciprocal_rank(ranking, judged, 10) == 0
    assert recall(ranking, judged, 100) == 1
    assert recall(ranking, judged, 10) == 0


def test_a_query_without_a_result_or_without_anything_relevant_counts_zero() -> None:
    for ranking, judged in (([], {"a": 1}), (["a"], {"a": 0}), (["a"], {"a": -1})):
        assert ndcg(ranking, judged, 10) == 0
        assert recall(ranking, judged, 100) == 0
        assert reciprocal_rank(ranking, judged, 10) == 0


def test_judged_documents_that_no_corpus_holds_stay_in_the_ideal() -> None:
    assert recall(["a"], {"a": 1, "gone": 1}, 100) == 0.5
    assert ndcg(["a"], {"a": 1, "gone": 1}, 10) < 1


@given(rankings, judgements)
def test_measures_are_shares_and_the_ideal_ranking_has_all_of_them(
    ranking: list[str], judged: dict[str, int]
) -> None:
    for measure in (ndcg, recall, reciprocal_rank):
        assert 0 <= measure(ranking, judged, 10) <= 1 + 1e-12
    ideal = sorted(judged, key=lambda name: -judged[name])
    relevant = any(grade > 0 for grade in judged.values())
    assert ndcg(ideal, judged, 10) == pytest.approx(float(relevant))
    assert recall(ideal, judged, 100) == float(relevant)
    assert reciprocal_rank(ideal, judged, 10) == float(relevant)
