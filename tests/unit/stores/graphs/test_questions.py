"""Answers of a graph, beside those of a slow one and by themselves."""

import time
from itertools import combinations
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalystindex.config.streams import GraphSettings
from catalystindex.model.errors import EntityNotFound, GraphQueryTooSlow
from catalystindex.stores.graphs.base import (
    Bounds,
    Change,
    Edge,
    EdgeLabel,
    GraphStore,
    VertexLabel,
    VertexRef,
)
from catalystindex.stores.graphs.base import (
    Path as Walk,
)
from support.graphs import SETTINGS, SlowGraph, account, gone, held, owns, paid, person, says
from support.stores import ANA
from unit.stores.graphs.conftest import MakeGraphs

names = st.sampled_from(["a", "b", "c", "d", "e", "f"])
Pairs = list[tuple[str, str]]
pairs = st.lists(st.tuples(names, names), min_size=1, max_size=14)


def ids(walk: Walk) -> list[str]:
    return [vertex.id for vertex in walk.vertices]


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(payments=pairs, interests=pairs, depth=st.integers(1, 4))
def test_random_graphs_are_answered_as_a_slow_one_would(
    make_graphs: MakeGraphs,
    payments: list[tuple[str, str]],
    interests: list[tuple[str, str]],
    depth: int,
) -> None:
    money = [paid(f"t{number}", *ends, time=number) for number, ends in enumerate(payments)]
    shares = [owns(f"o{number}", *ends, 5_000) for number, ends in enumerate(interests)]
    taken_back = [gone("transaction", "t0", 2), gone("ownership", "o0", 2)]
    slow_money, slow_shares = SlowGraph(), SlowGraph()
    slow_money.apply(money + taken_back[:1])
    slow_shares.apply(shares + taken_back[1:])
    bounds = Bounds(depth, 1_000)
    with TemporaryDirectory() as folder:
        graphs = make_graphs(Path(folder), SETTINGS)
        graphs.apply(ANA, money + taken_back[:1], 0, 1)
        known = {end for _, _, *ends in slow_money.edges() for end in ends}
        for start in sorted(known):
            found = graphs.neighbourhood(ANA, start, bounds)
            assert {vertex.id for vertex in found.vertices} == slow_money.within(start, depth)
            nearer = slow_money.within(start, depth - 1)
            assert sorted(
                (edge.entity_id, edge.label, edge.source.id, edge.target.id) for edge in found.edges
            ) == [edge for edge in slow_money.edges() if {edge[2], edge[3]} & nearer]
        for source, target in [(one, other) for one in known for other in known if one < other]:
            walks = graphs.paths(ANA, source, target, bounds)
            assert [ids(walk) for walk in walks.paths] == slow_money.walks(source, target, depth)
            assert walks.truncated is None
        graphs.forget(ANA)
        graphs.apply(ANA, shares + taken_back[1:], 0, 1)
        for start in sorted({end for _, _, *ends in slow_shares.edges() for end in ends}):
            chains = graphs.ownership(ANA, start, "out", bounds)
            answer = sorted((ids(chain) for chain in chains.paths), key=lambda one: (len(one), one))
            assert answer == slow_shares.chains(start, depth)
        graphs.close()


def test_neighbourhood_stops_at_the_limit_and_says_so(graphs: GraphStore) -> None:
    graphs.apply(ANA, [paid(f"t{n}", "hub", f"a{n:02}", time=n) for n in range(30)], 0, 1)
    found = graphs.neighbourhood(ANA, "hub", Bounds(2, 10))
    assert found.truncated == "limit"
    assert [edge.event_time for edge in found.edges] == list(range(29, 20, -1))
    assert len(found.vertices) == 10
    assert graphs.neighbourhood(ANA, "hub", Bounds(1, 31)).truncated is None


def test_edges_are_chosen_by_label_and_time(graphs: GraphStore) -> None:
    graphs.apply(
        ANA, [held("a", "p"), paid("t", "a", "b", time=5), paid("u", "a", "c", time=9)], 0, 1
    )

    def near(bounds: Bounds) -> list[str]:
        return sorted(edge.entity_id for edge in graphs.neighbourhood(ANA, "a", bounds).edges)

    assert near(Bounds(1, 9, (EdgeLabel.SENT,))) == ["t", "u"]
    assert near(Bounds(1, 9, since=5, until=9)) == ["t"]
    assert near(Bounds(1, 9, since=9)) == ["u"]


def test_an_id_that_is_not_there_or_no_longer_is_not_found(graphs: GraphStore) -> None:
    graphs.apply(ANA, [paid("t", "a", "b"), gone("transaction", "t", 2), person("p")], 0, 1)
    for name in ("nobody", "a", "b"):
        with pytest.raises(EntityNotFound):
            graphs.profile(ANA, name)
    assert graphs.neighbourhood(ANA, "p", Bounds(1, 1)).vertices[0].label == "person"


def test_no_path_leads_through_a_branch_or_unasked_through_an_instrument(
    graphs: GraphStore,
) -> None:
    cash = VertexRef(VertexLabel.BRANCH, "(cash)")
    isin = VertexRef(VertexLabel.INSTRUMENT, "US0378331005")
    changes: list[Change] = []
    for name in ("a", "b"):
        changes += [
            says("transaction", f"t{name}", 1, [Edge(EdgeLabel.SENT, account(name), cash, {})]),
            says("trade", f"d{name}", 1, [Edge(EdgeLabel.TRADED, account(name), isin, {})]),
        ]
    graphs.apply(ANA, changes, 0, 1)
    assert graphs.paths(ANA, "a", "b", Bounds(4, 9)).paths == []
    (walk,) = graphs.paths(ANA, "a", "b", Bounds(4, 9, (EdgeLabel.TRADED,))).paths
    assert ids(walk) == ["a", "US0378331005", "b"]


def test_paths_stop_at_the_limit_and_take_the_newest_of_parallel_edges(graphs: GraphStore) -> None:
    many = [paid(f"t{n}{end}", end, f"m{n}", time=n) for n in range(5) for end in "ab"]
    graphs.apply(ANA, [*many, paid("new", "a", "m0", time=99)], 0, 1)
    found = graphs.paths(ANA, "a", "b", Bounds(2, 3))
    assert [ids(walk) for walk in found.paths] == [["a", f"m{n}", "b"] for n in range(3)]
    assert found.truncated == "limit"
    assert found.paths[0].edges[0].entity_id == "new"


def test_shares_are_multiplied_along_a_chain_and_circles_end(graphs: GraphStore) -> None:
    graphs.apply(
        ANA,
        [owns("1", "top", "mid", 6_000), owns("2", "mid", "low", 5_001), owns("3", "x", "low", 100),
         owns("4", "low", "mid", 10)],
        0,
        1,
    )  # fmt: skip
    out = graphs.ownership(ANA, "top", "out", Bounds(5, 9))
    assert [(ids(chain), chain.share) for chain in out.paths] == [
        (["top", "mid", "low", "mid"], None)
    ]
    back = graphs.ownership(ANA, "low", "in", Bounds(5, 9))
    assert [(ids(chain), chain.share) for chain in back.paths] == [
        (["low", "x"], 100),
        (["low", "mid", "low"], None),
        (["low", "mid", "top"], 3_000),
    ]
    assert graphs.ownership(ANA, "top", "out", Bounds(1, 9)).truncated == "depth"


def test_a_profile_counts_sums_and_names_accounts(graphs: GraphStore) -> None:
    declined = Edge(
        EdgeLabel.SENT,
        account("a"),
        account("b"),
        {"amount": 9, "currency": "EUR", "declined": True},
    )
    graphs.apply(
        ANA,
        [
            person("p"),
            held("a", "p"),
            held("b", "p", "q"),
            paid("1", "a", "z", amount=2**53 - 1, time=3),
            paid("2", "a", "z", amount=1, time=8),
            paid("3", "z", "b", amount=7, time=5),
            says("transaction", "4", 1, [declined], time=9),
        ],
        0,
        1,
    )
    of = graphs.profile(ANA, "a")
    assert of.counts == {"holds.in": 1, "sent.out": 3}
    assert of.sent == {"EUR": (2, 2**53)}
    assert (of.first_seen, of.last_seen) == (0, 9)
    whole = graphs.profile(ANA, "p")
    assert whole.counts == {"holds.out": 2}
    assert (whole.sent, whole.received) == ({"EUR": (2, 2**53)}, {"EUR": (1, 7)})
    assert [vertex.id for vertex in whole.accounts] == ["a", "b"]


def test_shared_attributes_are_those_that_others_have_too(graphs: GraphStore) -> None:
    def has(name: str, *devices: str) -> Change:
        ref = VertexRef(VertexLabel.PERSON, name)
        return person(
            name,
            edges=[
                Edge(EdgeLabel.HAS_DEVICE, ref, VertexRef(VertexLabel.DEVICE, one), {})
                for one in devices
            ],
        )

    graphs.apply(ANA, [has("p", "d1", "d2"), has("q", "d1"), has("r", "d1", "d3")], 0, 1)
    (found,) = graphs.shared(ANA, "p", 10)
    assert found.attribute.id == "d1"
    assert [vertex.id for vertex in found.entities] == ["p", "q", "r"]


def test_bounds_are_no_wider_than_the_settings(make_graphs: MakeGraphs, tmp_path: Path) -> None:
    graphs = make_graphs(tmp_path, SETTINGS.model_copy(update={"max_depth": 1, "max_results": 2}))
    graphs.apply(ANA, [paid(f"t{n}", f"a{n}", f"a{n + 1}") for n in range(4)], 0, 1)
    assert len(graphs.neighbourhood(ANA, "a0", Bounds(9, 99)).vertices) == 2
    graphs.close()


def test_a_question_that_takes_too_long_is_given_up(
    make_graphs: MakeGraphs, tmp_path: Path
) -> None:
    quick = GraphSettings.model_construct(**{**SETTINGS.model_dump(), "timeout": 1e-6})
    graphs = make_graphs(tmp_path, quick)
    graphs.apply(ANA, [paid("t", "a", "b")], 0, 1)
    with pytest.raises(GraphQueryTooSlow):
        graphs.neighbourhood(ANA, "a", Bounds(1, 1))
    graphs.close()


def test_dead_ends_of_a_dense_part_are_given_up_in_time(
    make_graphs: MakeGraphs, tmp_path: Path
) -> None:
    dense = [f"b{number:02}" for number in range(60)]
    ties = [("s", "h"), ("h", "t"), *(("h", one) for one in dense), *combinations(dense, 2)]
    graphs = make_graphs(tmp_path, SETTINGS.model_copy(update={"timeout": 1.0}))
    graphs.apply(ANA, [paid(f"t{n}", *ends) for n, ends in enumerate(ties)], 0, 1)
    began = time.monotonic()
    with pytest.raises(GraphQueryTooSlow):
        graphs.paths(ANA, "s", "t", Bounds(6, 1_000))
    assert time.monotonic() - began < 3
    graphs.close()


def test_a_path_to_a_hub_is_found_from_its_other_end(graphs: GraphStore) -> None:
    many = [paid(f"t{n}", "hub", f"a{n:03}", time=n) for n in range(100)]
    graphs.apply(ANA, many, 0, 1)
    found = graphs.paths(ANA, "hub", "a000", Bounds(4, 1))
    assert [[vertex.id for vertex in one.vertices] for one in found.paths] == [["hub", "a000"]]
    assert found.truncated == "edges"


def test_counting_a_whole_graph_ends_too(make_graphs: MakeGraphs, tmp_path: Path) -> None:
    quick = GraphSettings.model_construct(**{**SETTINGS.model_dump(), "timeout": 1e-6})
    graphs = make_graphs(tmp_path, quick)
    graphs.apply(ANA, [paid("t", "a", "b")], 0, 1)
    with pytest.raises(GraphQueryTooSlow):
        graphs.counts(ANA)
    graphs.close()
