"""What is applied, what is stale, and that the end does not depend on the way."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalystindex.stores.graphs import ladybug_apply, ladybug_summary
from catalystindex.stores.graphs.base import (
    Bounds,
    Change,
    Edge,
    EdgeLabel,
    Effect,
    GraphStore,
    VertexLabel,
    VertexRef,
)
from support.graphs import SETTINGS, SlowGraph, account, gone, held, paid, party, person, says
from support.stores import ANA, BEA
from unit.stores.graphs.conftest import MakeGraphs

APPLIED, STALE = Effect.APPLIED, Effect.STALE
NEAR = Bounds(depth=1, limit=100)


def edges_at(graphs: GraphStore, entity: str) -> list[tuple[str, str, str]]:
    found = graphs.neighbourhood(ANA, entity, NEAR).edges
    return sorted((edge.entity_id, edge.source.id, edge.target.id) for edge in found)


def test_a_newer_version_replaces_and_an_older_or_equal_one_is_stale(graphs: GraphStore) -> None:
    assert graphs.apply(ANA, [paid("t", "a", "b", version=2)], 0, 1) == [APPLIED]
    assert graphs.apply(ANA, [paid("t", "a", "b", version=2)], 0, 2) == [STALE]
    assert graphs.apply(ANA, [paid("t", "a", "x", version=1)], 0, 3) == [STALE]
    assert edges_at(graphs, "a") == [("t", "a", "b")]

    assert graphs.apply(ANA, [paid("t", "a", "c", version=3)], 0, 4) == [APPLIED]
    assert edges_at(graphs, "a") == [("t", "a", "c")]


def test_of_one_version_the_greater_event_id_holds(graphs: GraphStore) -> None:
    low, high = (says("account", "a", 1, vertex=account("a"), event_id=one * 32) for one in "ab")
    assert graphs.apply(ANA, [high, low], 0, 2) == [APPLIED, STALE]
    assert graphs.neighbourhood(ANA, "a", NEAR).vertices[0].event_id == "b" * 32


def test_versions_of_one_entity_in_one_batch_count_in_order(graphs: GraphStore) -> None:
    batch = [paid("t", "a", "b", 1), paid("t", "a", "c", 3), paid("t", "a", "d", 2)]
    assert graphs.apply(ANA, batch, 0, 3) == [APPLIED, APPLIED, STALE]
    assert edges_at(graphs, "a") == [("t", "a", "c")]


def test_a_correction_that_moves_nothing_is_read_at_once(graphs: GraphStore) -> None:
    graphs.apply(ANA, [paid("t", "a", "b", 1, amount=5)], 0, 1)
    edge = Edge(
        EdgeLabel.SENT,
        account("a"),
        account("b"),
        {"amount": 5, "currency": "EUR", "purpose": "RENT"},
    )
    graphs.apply(ANA, [says("transaction", "t", 2, [edge])], 0, 2)
    (found,) = graphs.neighbourhood(ANA, "a", NEAR).edges
    assert found.properties["purpose"] == "RENT"
    assert found.version == 2


def test_a_corrected_amount_is_in_the_sums(graphs: GraphStore) -> None:
    graphs.apply(ANA, [paid("t", "a", "b", 1, amount=5), paid("u", "a", "b", 1, amount=2)], 0, 1)
    graphs.apply(ANA, [paid("t", "a", "b", 2, amount=7)], 0, 2)
    assert graphs.profile(ANA, "a").sent == {"EUR": (2, 9)}


def test_a_delete_takes_back_and_holds_against_what_is_late(graphs: GraphStore) -> None:
    graphs.apply(ANA, [person("p", 1), held("a", "p"), paid("t", "a", "b", 1)], 0, 3)
    assert graphs.apply(ANA, [gone("transaction", "t", 3), gone("account", "a", 2)], 0, 5) == [
        APPLIED,
        APPLIED,
    ]
    assert graphs.apply(ANA, [paid("t", "a", "b", 2)], 0, 6) == [STALE]
    assert graphs.counts(ANA) == {"person": 1}


def test_an_edge_holds_on_to_a_party_that_turns_out_a_company(graphs: GraphStore) -> None:
    graphs.apply(ANA, [held("a", "c")], 0, 1)
    assert graphs.counts(ANA) == {"account": 1, "holds": 1, "party": 1}
    company = VertexRef(VertexLabel.COMPANY, "c")
    graphs.apply(ANA, [says("company", "c", 1, vertex=company)], 0, 2)
    assert graphs.counts(ANA) == {"account": 1, "company": 1, "holds": 1}
    (edge,) = graphs.neighbourhood(ANA, "c", NEAR).edges
    assert edge.source == company


def test_workspaces_do_not_meet(graphs: GraphStore) -> None:
    graphs.apply(ANA, [paid("t", "a", "b")], 0, 1)
    assert graphs.counts(BEA) == {}
    assert graphs.position(BEA, 0) == 0


def test_the_position_is_of_each_partition_and_never_falls(graphs: GraphStore) -> None:
    assert graphs.position(ANA, 0) == 0
    graphs.apply(ANA, [], 0, 7)
    graphs.apply(ANA, [], 1, 3)
    graphs.apply(ANA, [], 0, 5)
    assert (graphs.position(ANA, 0), graphs.position(ANA, 1)) == (7, 3)


def test_what_was_applied_is_there_when_opened_again(
    make_graphs: MakeGraphs, tmp_path: Path
) -> None:
    first = make_graphs(tmp_path, SETTINGS)
    first.apply(ANA, [paid("t", "a", "b"), gone("person", "p", 4)], 2, 9)
    digest = first.digest(ANA)
    first.close()
    second = make_graphs(tmp_path, SETTINGS)
    assert (second.position(ANA, 2), second.digest(ANA)) == (9, digest)
    second.close()


def test_forgotten_is_as_if_never_there(graphs: GraphStore) -> None:
    empty = graphs.digest(ANA)
    graphs.apply(ANA, [paid("t", "a", "b")], 0, 1)
    graphs.forget(ANA)
    assert (graphs.position(ANA, 0), graphs.digest(ANA)) == (0, empty)
    assert graphs.apply(ANA, [paid("t", "a", "b")], 0, 1) == [APPLIED]


def test_a_change_cannot_tell_of_another_vertex(graphs: GraphStore) -> None:
    with pytest.raises(ValueError, match="cannot tell"):
        graphs.apply(ANA, [says("account", "a", 1, vertex=account("b"))], 0, 1)
    assert graphs.position(ANA, 0) == 0


def test_edges_are_corrected_across_slabs(
    graphs: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ladybug_apply, "SLAB_EDGES", 4)
    for number in range(20):
        graphs.apply(ANA, [paid(f"t{number}", "hub", f"a{number % 3}")], 0, number + 1)
    graphs.apply(ANA, [paid("t0", "hub", "z", version=2), gone("transaction", "t7", 2)], 0, 21)
    found = edges_at(graphs, "hub")
    assert len(found) == 19
    assert ("t0", "hub", "z") in found
    assert graphs.profile(ANA, "hub").sent == {"EUR": (19, 1_900)}


names = st.sampled_from(["a", "b", "c"])


@st.composite
def histories(draw: st.DrawFn) -> list[Change]:
    """Versions of a few entities, which share vertices."""
    made: dict[tuple[str, str, int, str], Change] = {}
    for _ in range(draw(st.integers(1, 12))):
        kind = draw(st.sampled_from(["person", "account", "transaction"]))
        entity, version = draw(names), draw(st.integers(1, 4))
        event_id = draw(st.sampled_from(["1" * 32, "2" * 32]))
        ends = draw(st.lists(st.tuples(names, names), max_size=3))
        edges = [
            Edge(
                EdgeLabel.SENT, account(one), account(other), {"amount": version, "currency": "EUR"}
            )
            if kind == "transaction"
            else Edge(EdgeLabel.HOLDS, party(one), account(other), {})
            for one, other in ends
        ]
        vertex = None if kind == "transaction" else VertexRef(VertexLabel(kind), entity)
        change = says(kind, entity, version, edges, vertex=vertex, event_id=event_id, time=version)
        if draw(st.booleans()) and draw(st.booleans()):
            change = Change(kind, entity, change.stamp, 0, True, None, {}, ())
        made.setdefault((kind, entity, version, event_id), change)
    return list(made.values())


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), history=histories())
def test_any_order_repetition_and_batching_end_the_same(
    make_graphs: MakeGraphs, data: st.DataObject, history: list[Change]
) -> None:
    again = data.draw(st.lists(st.sampled_from(history), max_size=4))
    shuffled = data.draw(st.permutations(history + again))
    with TemporaryDirectory() as folder:
        graphs = make_graphs(Path(folder), SETTINGS)
        graphs.apply(ANA, history, 0, 1)
        rest = list(shuffled)
        while rest:
            size = data.draw(st.integers(1, len(rest)))
            graphs.apply(BEA, rest[:size], 0, 1)
            rest = rest[size:]
        assert graphs.digest(ANA) == graphs.digest(BEA)
        slow = SlowGraph()
        slow.apply(history)
        counts = graphs.counts(BEA)
        edges = slow.edges()
        labels = sorted({label for _, label, _, _ in edges})
        assert {label: counts.get(label, 0) for label in labels} == {
            label: sum(label == one for _, one, _, _ in edges) for label in labels
        }
        graphs.close()


def test_the_digest_is_the_same_in_however_many_parts(
    graphs: GraphStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    graphs.apply(ANA, [paid(f"t{n}", f"a{n % 7}", f"b{n % 5}") for n in range(50)], 0, 1)
    whole = graphs.digest(ANA)
    monkeypatch.setattr(ladybug_summary, "_PART", 3)
    assert graphs.digest(ANA) == whole
    graphs.apply(ANA, [gone("transaction", "t49", 2)], 0, 2)
    assert graphs.digest(ANA) != whole
