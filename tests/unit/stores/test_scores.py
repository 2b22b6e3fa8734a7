"""Rounded scores and reading through ties: what makes order equal over engines."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.stores.vectors.base import Scored, merge_ranked, round_score
from catalystindex.stores.vectors.ties import MAX_DEPTH, TIE_SLACK, read_through_ties

FLOAT32 = st.floats(-1e6, 1e6, width=32)


class TestRounding:
    @pytest.mark.parametrize(
        ("raw", "expected"),
        [
            (0.0, 0.0),
            (0.123456789, 0.12346),
            (-0.123456789, -0.12346),
            (0.000004, 0.0),
            (1.23456789, 1.23457),
            (12.3456789, 12.3457),
            (123.456789, 123.457),
            (1234567.0, 1234570.0),
            (9.999999, 10.0),
            (0.999999999, 1.0),
        ],
    )
    def test_keeps_five_decimals_and_six_digits(self, raw: float, expected: float) -> None:
        assert round_score(raw) == expected

    def test_leaves_no_negative_zero(self) -> None:
        assert math.copysign(1, round_score(-1e-9)) == 1

    @given(FLOAT32)
    def test_twice_is_once(self, raw: float) -> None:
        assert round_score(round_score(raw)) == round_score(raw)

    @given(FLOAT32, FLOAT32)
    def test_never_turns_an_order_round(self, one: float, other: float) -> None:
        lower, higher = sorted((one, other))
        assert round_score(lower) <= round_score(higher)

    @given(FLOAT32)
    def test_is_off_by_half_a_step_at_most(self, raw: float) -> None:
        assert abs(round_score(raw) - raw) <= max(0.51e-5, 0.51e-5 * abs(raw))


class TestMerging:
    def test_scores_that_differ_in_the_last_bits_are_ties(self) -> None:
        one, other = 0.70710677, 0.70710683
        assert merge_ranked([[("b", other)], [("a", one)]], 2) == [("a", 0.70711), ("b", 0.70711)]

    def test_scores_that_differ_by_more_are_not(self) -> None:
        assert merge_ranked([[("a", 0.7071), ("b", 0.7072)]], 2) == [("b", 0.7072), ("a", 0.7071)]


class Engine:
    """Points of given scores, best first, cut where it is asked to."""

    def __init__(self, *scores: Scored) -> None:
        self.scores, self.depths = scores, list[int]()

    def __call__(self, depth: int) -> list[Scored]:
        self.depths.append(depth)
        return [scored[:depth] for scored in self.scores]


def points(*counts: int) -> Scored:
    """So many points of each score, the best score first."""
    scores = [score for place, count in enumerate(counts) for score in [1.0 - place / 10] * count]
    return [(f"{number:05d}", score) for number, score in enumerate(scores)]


class TestReadingThroughTies:
    def test_asks_once_where_the_ties_end_in_time(self) -> None:
        engine = Engine(points(5, 12), points(2))
        found = read_through_ties(engine, 5)
        assert engine.depths == [5 + TIE_SLACK]
        assert [len(scored) for scored in found] == [17, 2]

    def test_reads_on_while_the_last_ties_with_the_limit(self) -> None:
        engine = Engine(points(3, 200, 50), points(30))
        found = read_through_ties(engine, 5)
        assert engine.depths == [21, 84, 336]
        assert [len(scored) for scored in found] == [253, 30]

    def test_ends_when_the_last_is_below_the_limit(self) -> None:
        engine = Engine(points(5, 500))
        assert len(read_through_ties(engine, 5)[0]) == 5 + TIE_SLACK
        assert len(engine.depths) == 1

    def test_is_bounded(self) -> None:
        engine = Engine(points(300_000))
        found = read_through_ties(engine, 10)
        assert len(found[0]) < 4 * MAX_DEPTH
        assert max(engine.depths) < 4 * MAX_DEPTH
