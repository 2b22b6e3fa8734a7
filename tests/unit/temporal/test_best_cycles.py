"""The best cycle that a payment closes, against every cycle there is."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.model.errors import ConfigurationError
from catalystindex.temporal.best_cycles import find_cycles
from catalystindex.temporal.kernels.best_cycle import Terms
from support.payment_graphs import Row, graphs, random_graph
from support.references.cycles import best
from support.small_windows import filled, passing

Found = list[tuple[list[int], float, bool]]


def found_in(rows: list[Row], span: int, terms: Terms, batch: int = 10**6) -> Found:
    found: Found = []
    for window, fresh in filled(rows, span, batch):
        cycles = find_cycles(window, fresh, span, terms)
        for row, close, capped in zip(*cycles_as_lists(cycles.rows), cycles.closeness.tolist(),
                                      cycles.capped.tolist(), strict=True):  # fmt: skip
            found.append((row, close, capped))
    return found


def cycles_as_lists(rows: np.ndarray) -> list[list[list[int]]]:
    return [[[row for row in one if row >= 0] for one in rows.tolist()]]


def agree(rows: list[Row], span: int, terms: Terms, batch: int) -> int:
    """Compare with the definition; return how many rows close a cycle of three edges and more."""
    found = found_in(rows, span, terms, batch)
    edges = terms.shortest, terms.longest
    for at, (cycle, closeness, capped) in enumerate(found):
        expected = best(rows, at, span, edges, terms.keep_low, terms.keep_high)
        assert (cycle, closeness) == expected, (at, rows)
        assert not capped
    return sum(len(cycle) > 2 for cycle, _, _ in found)


def test_the_best_cycle_of_a_thousand_graphs_is_that_of_the_definition() -> None:
    shares = [(0.8, 1.0), (0.5, 2.0), (1e-18, 1e18), (0.9, 1.1)]
    closed = 0
    for seed in range(550):
        low, high = shares[seed % 4]
        terms = Terms(2 + seed % 2, 3 + seed % 8, low, high, 10**6)
        agree(random_graph(seed), 1 + seed % 90, terms, 1 + seed % 50)
        rows = passing(seed, 26 + seed % 10, 4 + seed % 5, (0.0, 0.3, 0.6)[seed % 3])
        closed += agree(rows, 5 + seed % 40, terms, 1 + seed % 50)
    assert closed > 300


@settings(deadline=None, max_examples=50)
@given(graphs, st.integers(1, 200), st.integers(2, 6), st.integers(1, 20))
def test_the_best_cycle_is_that_of_the_definition(
    rows: list[Row], span: int, longest: int, batch: int
) -> None:
    agree(rows, span, Terms(2, longest, 0.5, 1.5, 10**6), batch)


def test_of_equal_cycles_the_newest_payments_are_taken() -> None:
    rows = [Row(0, 1, 0, 5), Row(0, 1, 1, 5), Row(1, 0, 2, 5)]
    assert found_in(rows, 10, Terms(2, 4, 0.8, 1.0, 99))[-1] == ([1, 2], 1.0, False)


def test_a_hub_is_bounded_and_said_to_be() -> None:
    rng = np.random.default_rng(1)
    ends = rng.integers(0, 12, (600, 2)).tolist()
    rows = [Row(source, target, time, 5) for time, (source, target) in enumerate(ends)]
    found = found_in(rows, 600, Terms(3, 9, 1.0, 1.0, 50))
    assert any(capped for _, _, capped in found)
    for at, (cycle, closeness, _) in enumerate(found):
        assert not cycle or (cycle[-1] == at and closeness == 1.0)
        accounts = [rows[one].source for one in cycle]
        assert len(set(accounts)) == len(accounts)
    assert found == found_in(rows, 600, Terms(3, 9, 1.0, 1.0, 50), 7)


@pytest.mark.parametrize(
    "terms",
    [Terms(1, 4, 1, 1, 9), Terms(4, 3, 1, 1, 9), Terms(2, 33, 1, 1, 9), Terms(2, 4, 1, 1, 0)],
)
def test_terms_that_no_cycle_can_meet_are_refused(terms: Terms) -> None:
    with pytest.raises(ConfigurationError, match="cannot be looked for"):
        found_in([Row(0, 1, 0, 5)], 10, terms)
