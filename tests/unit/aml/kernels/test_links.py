"""Kernels of link patterns do what their definitions say, on any graph."""

from collections import Counter
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.aml.kernels import layers, middlemen, passing, surge
from catalystindex.aml.kernels.links import Ground, Reach, makes_link, row_since
from support.grounds import ground_of
from support.references import links as reference
from support.references.links import DAY, Past, Row

LEAST, KEPT, MOST_PASSED = 3, 0.8, 0.999
HUGE = 10**15
GRAPHS = 4_000


class Graph(NamedTuple):
    """Rows in order, and what is looked at."""

    rows: list[Row]
    window: int
    history: int
    batch: int


class Seen(NamedTuple):
    """A window with one fresh row at its end."""

    ground: Ground
    reach: Reach
    row: int

    @property
    def bounds(self) -> tuple[int, int]:
        """First row of the look-back, and where the window begins."""
        held = self.ground.held
        time = int(held.time[self.row - held.base])
        since = time - self.reach.window
        return row_since(held, since - self.reach.history), since


def seen(graph: Graph) -> Seen:
    """Return the window after all rows, which came in batches."""
    ground = ground_of(graph.rows, graph.window + graph.history, graph.batch)
    return Seen(ground, Reach(graph.window, graph.history, 1_000), len(graph.rows) - 1)


def agree(graph: Graph) -> list[str]:
    """Check all kernels at the last row of a graph; return what was found there."""
    past = Past(graph.rows, len(graph.rows) - 1, graph.window, graph.history)
    here = seen(graph)
    row, (lo, since) = here.row, here.bounds
    is_link = row in past.links
    assert makes_link(here.ground, row, since - graph.history) == is_link
    if not is_link:
        return []
    shared = layers.shared_links(here.ground, row, lo, since)
    found = {
        "layer": shared,
        "feeding": layers.feeding_links(here.ground, shared, lo, since),
        "middlemen": middlemen.middlemen_links(here.ground, row, lo, since),
        "passing": passing.passing_links(here.ground, row, lo, since, LEAST, KEPT, MOST_PASSED),
    }
    lower = reference.layer(past)
    assert {name: rows.tolist() for name, rows in found.items()} == {
        "layer": lower,
        "feeding": reference.feeding(past, lower),
        "middlemen": reference.middlemen(past),
        "passing": reference.passing(past, LEAST, KEPT, MOST_PASSED),
    }
    for into in (False, True):
        _agree_on_surge(here, past, into=into)
    return [name for name, rows in found.items() if len(rows)]


def _agree_on_surge(here: Seen, past: Past, *, into: bool) -> None:
    begin, links, surprise = reference.surge(past, into=into)
    told = surge.room_for_surges(1)
    count = surge.surges(here.ground, here.row, here.row + 1, into, here.reach, 2, 1e-9, 1e9, told)
    if links < 2 or surprise < 1e-9:
        assert count == 0
        return
    assert (told.begin[0], told.links[0]) == (begin, links)
    assert told.surprise[0] == pytest.approx(surprise)
    lo, _ = here.bounds
    run = surge.run_links(here.ground, here.row, begin, into, lo, 1_000)
    assert len(run) == links


def random_graph(draw: np.random.Generator) -> Graph:
    """Return a small dense graph with ties, repeats, loops, cash, cards and conserved sums."""
    count, accounts = int(draw.integers(2, 60)), int(draw.integers(3, 12))
    times = np.sort(draw.integers(0, draw.integers(1, 40), count)) * (DAY // 3)
    rows: list[Row] = []
    for time in times.tolist():
        source, target = draw.integers(0, accounts, 2).tolist()
        amount = int(draw.integers(0, 400_000))
        if rows and draw.random() < 0.5:
            before = rows[int(draw.integers(len(rows)))]
            source, amount = max(before.target, 0), before.amount * 9 // 10
        cash = draw.random() < 0.05
        rows.append(Row(-1 if cash else source, target, time, amount, draw.random() < 0.95))
    return Graph(rows, int(draw.integers(3, 15)) * DAY, int(draw.integers(1, 10)) * DAY, 7)


def test_kernels_agree_with_their_definitions_on_many_graphs() -> None:
    draw, told = np.random.default_rng(2026), Counter[str]()
    for _ in range(GRAPHS):
        told.update(agree(random_graph(draw)))
    assert min(told[name] for name in ("layer", "feeding", "middlemen", "passing")) >= 50, told


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any multigraph, with amounts up to 10^15."""
    account = st.integers(0, 5)
    row = st.tuples(
        account | st.just(-1), account, st.integers(0, 20), st.integers(0, HUGE), st.booleans()
    )
    made = sorted(draw(st.lists(row, min_size=1, max_size=30)), key=lambda one: one[2])
    rows = [Row(a, b, time * DAY // 2, amount, moving) for a, b, time, amount, moving in made]
    return Graph(rows, draw(st.integers(1, 8)) * DAY, draw(st.integers(1, 8)) * DAY,
                 draw(st.integers(1, 30)))  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_kernels_agree_with_their_definitions_on_any_graph(graph: Graph) -> None:
    agree(graph)


def test_a_payment_of_the_same_instant_is_not_passed_on() -> None:
    rows = [Row(1, 0, 0, 100_000), Row(2, 0, DAY, 100_000), Row(0, 3, DAY, 180_000)]
    here = seen(Graph(rows, 5 * DAY, DAY, 3))
    assert not len(passing.passing_links(here.ground, 2, *here.bounds, 2, 0.8, 0.999))
    later = [*rows[:2], Row(0, 3, DAY + 1, 180_000)]
    here = seen(Graph(later, 5 * DAY, DAY, 3))
    assert passing.passing_links(here.ground, 2, *here.bounds, 2, 0.8, 0.999).tolist() == [0, 1, 2]


def test_a_hub_is_looked_at_within_bounds_and_says_so() -> None:
    steady = [Row(number, 0, number * DAY // 8, 100) for number in range(1, 370)]
    burst = [Row(number, 0, steady[-1].time + number, 100) for number in range(370, 390)]
    here = seen(Graph(steady + burst, 20 * DAY, DAY, 1_000))
    for entries, bounded in ((64, True), (1_000, False)):
        reach, told = here.reach._replace(entries=entries), surge.room_for_surges(1)
        row = here.row
        assert surge.surges(here.ground, row, row + 1, True, reach, 2, 1.0, 1e9, told) == 1
        assert told.bounded[0] == bounded
        assert 20 <= told.links[0] <= 25


@pytest.mark.parametrize(
    ("received", "sent", "fits"),
    [
        (100_000, 90_001, True),
        (100_001, 90_001, True),
        (100_000, 90_010, False),
        (100_000, 93_000, False),
        (0, 0, True),
    ],
)
def test_a_customary_commission_is_known_to_the_cent(received: int, sent: int, fits: bool) -> None:
    assert (passing.sureness(float(received), float(sent), 2) > 0) == (fits and received > 0)


def test_round_sums_make_a_round_commission_less_sure() -> None:
    exact = passing.sureness(123_451.0, 111_106.0, 2)
    rounded = passing.sureness(123_400.0, 111_100.0, 2)
    assert exact > 50 * rounded > 0
