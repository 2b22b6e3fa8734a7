"""Kernels of commissions do what their definitions say, on any graph."""

import time
from collections import Counter
from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.aml.kernels import commission, commission_network
from catalystindex.aml.kernels.commission import ANY, MOST, RUN
from catalystindex.aml.kernels.commission_network import Network, Search
from catalystindex.aml.kernels.links import Ground
from catalystindex.aml.kernels.passing import grain
from support.grounds import ground_of
from support.references import commission as reference
from support.references.commission import PERCENTS
from support.references.links import DAY, Row

WINDOW, HISTORY = 12 * DAY, 2 * DAY
GRAPHS = 1_500
SEARCH = Search(least=100, steps=500)
NETS = {
    (hubs, entries): commission_network.room_for_network(hubs, entries)
    for hubs in (2, 16)
    for entries in (1, 3, 32)
}
"""Used again and again: nothing of one search is seen by the next."""
BOUNDS = {
    "max_steps": commission_network.STEPS_MET,
    "max_entries": commission_network.ENTRIES_MET,
    "max_middlemen": commission_network.HUBS_MET,
}


class Graph(NamedTuple):
    """Rows in order, and how they came."""

    rows: list[Row]
    batch: int
    search: Search = SEARCH
    hubs: int = 16
    entries: int = 32

    @property
    def net(self) -> Network:
        return NETS[self.hubs, self.entries]


def ground(graph: Graph) -> Ground:
    return ground_of(graph.rows, WINDOW + HISTORY, graph.batch)


def taken(rows: np.ndarray, chosen: int) -> tuple[int, ...]:
    return tuple(int(row) for place, row in enumerate(rows) if chosen >> place & 1)


def agree_on_match(graph: Graph, here: Ground, row: int, asked: reference.Asked) -> bool:
    """Check one search for a match; tell whether there is one."""
    member, paid = (asked.paid, True) if asked.got is None else (asked.got, False)
    rate = ANY if asked.percent is None else PERCENTS.index(asked.percent)
    as_asked = commission.Asked(
        asked.since, asked.least, rate, ANY if member is None else member, paid
    )
    room = graph.net.room
    match = commission.match_at(here, row, as_asked, room)
    found = reference.match(graph.rows, row, asked)
    if found is None:
        assert match.rate == ANY
        return False
    assert PERCENTS[match.rate] == found.percent
    assert (taken(room.ins, match.ins), taken(room.outs, match.outs)) == (found.ins, found.outs)
    assert match.size == len(found.ins) + len(found.outs)
    assert match.surprise == pytest.approx(found.surprise, abs=1e-9)
    return True


def agree_on_network(graph: Graph, here: Ground, row: int) -> Counter[str]:
    """Check one search for a network; tell what was seen in it."""
    net = graph.net
    surprise = commission_network.grow(here, row, WINDOW, graph.search, net)
    grown = reference.grow(graph.rows, row, WINDOW, graph.search, graph.hubs, graph.entries)
    hubs = int(net.ends[0])
    assert net.hub[:hubs].tolist() == grown.hubs
    assert net.ends[1] == grown.tried
    assert {name for name, bit in BOUNDS.items() if net.ends[2] & bit} == grown.bounds
    assert net.gain[:hubs].tolist() == pytest.approx(grown.gains, abs=1e-9)
    assert surprise == pytest.approx(sum(grown.gains), abs=1e-8)
    for held, found in zip(net.rows[:hubs].tolist(), grown.found, strict=True):
        into, out = held[:RUN], held[RUN:]
        assert (without_any(into), without_any(out)) == (found.ins, found.outs)
    if hubs:
        assert PERCENTS[net.rate[0]] == grown.percent
    return Counter([f"{min(hubs, 4)} middlemen", *grown.bounds])


def without_any(rows: list[int]) -> tuple[int, ...]:
    return tuple(row for row in rows if row != ANY)


def agree(graph: Graph, draw: np.random.Generator, rows: int) -> Counter[str]:
    """Check the kernels at the last rows of a graph, which may not see those after them."""
    here, told = ground(graph), Counter[str]()
    for row in range(max(0, len(graph.rows) - rows), len(graph.rows)):
        since = graph.rows[row].time - WINDOW
        member = int(draw.integers(row + 1))
        percent = PERCENTS[int(draw.integers(len(PERCENTS)))] if draw.random() < 0.5 else None
        free = reference.Asked(since, graph.search.least)
        told["matches"] += agree_on_match(graph, here, row, free)
        for asked in (
            reference.Asked(since, graph.search.least, percent=10),
            reference.Asked(since, graph.search.least, percent, got=member),
            reference.Asked(since, graph.search.least, percent, paid=member),
        ):
            told["asked for"] += agree_on_match(graph, here, row, asked)
        told.update(agree_on_network(graph, here, row))
    return told


def passed_on(draw: np.random.Generator, rows: list[Row], time: int, percent: int) -> list[Row]:
    """Return what an account passes on of some that it got, in one part or two."""
    hub = rows[int(draw.integers(len(rows)))].target
    got = [one.amount for one in rows if one.target == hub][-int(draw.integers(1, 4)) :]
    rest = sum(got) * (100 - percent) // 100
    first = rest if draw.random() < 0.6 else rest // 3
    targets = draw.integers(0, 12, 2).tolist()
    return [
        Row(max(hub, 0), target, time, amount)
        for target, amount in zip(targets, (first, rest - first), strict=True)
        if amount
    ]


def random_graph(draw: np.random.Generator) -> Graph:
    """Return a graph in which commissions occur, with ties, repeats, loops, cash, cards, hubs."""
    accounts, largest = int(draw.integers(2, 12)), 10 ** int(draw.integers(3, 16))
    coarse = int(draw.choice((1, 1, 1, 100, 10_000)))
    percent = PERCENTS[int(draw.integers(len(PERCENTS)))]
    times = np.sort(draw.integers(0, draw.integers(1, 120), int(draw.integers(3, 40)))) * (DAY // 6)
    rows: list[Row] = []
    for time_ in times.tolist():
        if rows and draw.random() < 0.6:
            rows += passed_on(draw, rows, time_, percent)
            continue
        source, target = draw.integers(0, accounts, 2).tolist()
        amount = int(draw.integers(0, largest)) // coarse * coarse
        cash = draw.random() < 0.05
        rows.append(Row(-1 if cash else source, target, time_, amount, draw.random() < 0.95))
    search = Search(100, int(draw.choice((1, 5, 500))))
    return Graph(rows, int(draw.integers(1, 50)), search, *draw.choice(list(NETS)).tolist())


def test_kernels_agree_with_their_definitions_on_many_graphs() -> None:
    draw, told = np.random.default_rng(2026), Counter[str]()
    for _ in range(GRAPHS):
        told.update(agree(random_graph(draw), draw, 2))
    seen = ("matches", "asked for", "2 middlemen", "3 middlemen", "4 middlemen", *BOUNDS)
    assert min(told[name] for name in seen) >= 20, told


def busy(draw: np.random.Generator, first: int, size: int, *, near: bool) -> Graph:
    """Return what a busy account got, of which it passes on some payments: the newest is ``first``.

    The others are those before it (``near``), or any.
    """
    rows = [
        Row(1 + number, 0, number * (DAY // 24), int(draw.integers(100_000, 9_000_000)))
        for number in range(60)
    ]
    older = np.arange(first + 1, 60)
    others = older[: size - 1] if near else draw.choice(older, size - 1, replace=False)
    got = sum(rows[59 - place].amount for place in (first, *others.tolist()))
    return Graph([*rows, Row(0, 99, 3 * DAY, got * 9 // 10)], 100)


def test_sets_of_a_busy_account_are_those_of_the_definition() -> None:
    draw, told = np.random.default_rng(11), Counter[str]()
    for first in (0, 3, 7, 9, 11, 22, 23, 24, 46, 47, 48):
        for size in (1, 2, 3, 4, 5, 8, 9):
            for near in (True, False):
                told.update(agree(busy(draw, first, size, near=near), draw, 1))
    assert told["matches"] >= 30


@st.composite
def graphs(draw: st.DrawFn) -> Graph:
    """Any multigraph: amounts are any, or shares of one before, up to 10^15 and beyond."""
    account = st.integers(0, 4)
    row = st.tuples(
        account | st.just(-1), account | st.just(-1), st.integers(0, 60),
        st.integers(0, 10**15) | st.sampled_from((1_000, 123_457, 10**12, MOST, MOST + 1)),
        st.sampled_from((100, 90, 80, 97)), st.booleans() | st.just(True),
    )  # fmt: skip
    made = sorted(draw(st.lists(row, min_size=1, max_size=24)), key=lambda one: one[2])
    rows: list[Row] = []
    for source, target, at, amount, share, moving in made:
        amount = rows[-1].amount if rows and share < 100 else amount
        rows.append(Row(source, target, at * DAY // 4, amount * share // 100, moving))
    search = Search(draw(st.sampled_from((1, 1_000))), draw(st.sampled_from((1, 4, 100))))
    return Graph(rows, draw(st.integers(1, 30)), search, *draw(st.sampled_from(list(NETS))))


@settings(max_examples=200, deadline=None)
@given(graphs())
def test_kernels_agree_with_their_definitions_on_any_graph(graph: Graph) -> None:
    agree(graph, np.random.default_rng(1), 4)


def found_in(graph: Graph, accounts: int = 400) -> list[tuple[int, float]]:
    """Return rows and surprises of all networks, batch by batch."""
    told, at = list[tuple[int, float]](), 0
    while at < len(graph.rows):
        end = min(at + graph.batch, len(graph.rows))
        here = ground_of(graph.rows[:end], WINDOW + HISTORY, graph.batch, accounts)
        room = commission_network.room_for_networks(end - at)
        count = commission_network.networks(
            here, (at, end), WINDOW, graph.search, graph.net, 0.0, room
        )
        told += zip(room.row[:count].tolist(), room.surprise[:count].tolist(), strict=True)
        at = end
    return told


def test_batches_and_codes_of_accounts_do_not_matter() -> None:
    draw, seen = np.random.default_rng(7), 0
    for _ in range(150):
        graph = random_graph(draw)
        codes = draw.permutation(400).tolist()
        turned = [
            one if min(one.source, one.target) < 0
            else Row(codes[one.source], codes[one.target], one.time, one.amount, one.moving)
            for one in graph.rows
        ]  # fmt: skip
        whole = [one for one in graph.rows if min(one.source, one.target) >= 0]
        told = found_in(graph._replace(rows=whole, batch=len(whole) or 1))
        assert told == found_in(graph._replace(rows=whole, batch=3))
        turned = [one for one in turned if min(one.source, one.target) >= 0]
        assert told == found_in(graph._replace(rows=turned))
        seen += len(told)
    assert seen >= 50


def two_middlemen() -> list[Row]:
    """Return payments of account 0 to two others, who each pass on nine tenths."""
    return [
        Row(0, 1, 0, 3_123_457),
        Row(0, 2, 0, 2_718_281),
        Row(1, 3, DAY, 2_811_111),
        Row(2, 4, DAY, 2_446_453),
    ]


def grown(rows: list[Row]) -> Network:
    here, net = ground_of(rows, WINDOW + HISTORY, 100), NETS[16, 32]
    commission_network.grow(here, len(rows) - 1, WINDOW, SEARCH, net)
    return net


def test_a_commission_is_kept_of_what_came_strictly_before() -> None:
    rows = two_middlemen()
    assert grown(rows).ends[0] == 2
    at_once = [Row(one.source, one.target, DAY, one.amount) for one in rows]
    assert grown(at_once).ends[0] == 0


def test_sums_that_are_round_by_chance_are_told_to_the_cent() -> None:
    """722.06 and 277.94 make 1,000.00, of which 901.00 is no nine tenths."""
    rows = [Row(1, 0, 0, 72_206), Row(2, 0, 0, 27_794), Row(0, 3, DAY, 90_100)]
    asked, room = commission.Asked(-WINDOW, 1, ANY, ANY, False), commission.room_for_matches()
    assert commission.match_at(ground_of(rows, WINDOW, 9), 2, asked, room).rate == ANY
    rounded = [Row(1, 0, 0, 72_200), Row(2, 0, 0, 27_800), Row(0, 3, DAY, 90_100)]
    match = commission.match_at(ground_of(rounded, WINDOW, 9), 2, asked, room)
    assert match.rate == PERCENTS.index(10)


def test_an_amount_beyond_all_bounds_is_no_part_of_a_match() -> None:
    largest = [Row(0, 1, 0, MOST), Row(1, 2, DAY, MOST // 10 * 9)]
    here, room = ground_of(largest, WINDOW, 9), commission.room_for_matches()
    asked = commission.Asked(-WINDOW, 1, ANY, ANY, False)
    assert commission.match_at(here, 1, asked, room).rate == PERCENTS.index(10)
    larger = [Row(0, 1, 0, MOST + 1), Row(1, 2, DAY, MOST // 10 * 9)]
    assert commission.match_at(ground_of(larger, WINDOW, 9), 1, asked, room).rate == ANY


def test_the_simplest_of_hundreds_of_matches_is_found() -> None:
    """Equal amounts match in all ways; none is lost for want of room."""
    rows = [Row(10 + number, 0, number, 90_000) for number in range(9)]
    rows += [Row(0, 30 + number, DAY + number, 81_000) for number in range(6)]
    here, room = ground_of(rows, WINDOW, 99), commission.room_for_matches()
    asked = commission.Asked(-WINDOW, 1_000, ANY, ANY, False)
    match = commission.match_at(here, len(rows) - 1, asked, room)
    assert (match.size, match.ins, match.outs) == (2, 1, 1)
    assert match.surprise < 0


def hub(payments: int) -> list[Row]:
    """Return what account 0 pays many, who pay it back less one commission or another."""
    draw, rows = np.random.default_rng(3), list[Row]()
    for number in range(payments // 2):
        payee, amount = 1 + number % 300, int(draw.integers(100_000, 90_000_000))
        kept = amount * PERCENTS[payee % len(PERCENTS)] // 100
        rows.append(Row(0, payee, 2 * number, amount))
        rows.append(Row(payee, 0, 2 * number + 1, amount - kept))
    return rows


def test_work_at_a_hub_is_bounded_and_says_so() -> None:
    here, net = ground_of(hub(8_000), WINDOW, 10_000), NETS[16, 32]
    search, met = Search(1_000, 40), 0
    commission_network.grow(here, 0, WINDOW, search, net)
    begin = time.perf_counter()
    for row in range(4_000, 8_000):
        commission_network.grow(here, row, WINDOW, search, net)
        assert net.ends[1] <= search.steps
        met |= int(net.ends[2])
    assert time.perf_counter() - begin < 5
    assert met == commission_network.STEPS_MET | commission_network.ENTRIES_MET


@pytest.mark.parametrize(
    ("one", "other", "power"),
    [
        (123_450, 5_400, 1),
        (123_400, 5_500, 100),
        (50_000, 7_000, 1_000),
        (10**14, 3 * 10**13, 10**9),
        (123_401, 5_500, 1),
    ],
)
def test_sums_are_as_round_as_the_less_round_one(one: int, other: int, power: int) -> None:
    assert grain(one, other) == grain(float(one), float(other)) == power
