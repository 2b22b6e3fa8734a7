"""The graph in words."""

from datetime import UTC, datetime

from catalystindex.cli.graph_text import (
    counts_text,
    path_line,
    profile_lines,
    relation_row,
    tree_lines,
    truncated_lines,
)
from catalystindex.model.graph import (
    Entity,
    EntityProfile,
    EntityRef,
    GraphPath,
    Money,
    MoneyFlow,
    Relation,
    Scalar,
)

AT = datetime(2025, 1, 31, 9, 30, tzinfo=UTC)


def entity(label: str, identifier: str, **properties: Scalar) -> Entity:
    return Entity(label=label, id=identifier, version=1, event_id="e", properties=properties)


def relation(
    label: str, source: Entity, target: Entity, amount: str | None = None, **properties: Scalar
) -> Relation:
    money = None if amount is None else Money(minor=0, currency="EUR", amount=amount)
    return Relation(
        label=label,
        source=EntityRef(label=source.label, id=source.id),
        target=EntityRef(label=target.label, id=target.id),
        entity_id="T-1",
        event_id="e",
        version=1,
        event_time=AT,
        money=money,
        properties=properties,
    )


ANA = entity("person", "P1", name="Ana Example")
HOLDING = entity("company", "C1", name="Holding Ltd")
SHELL = entity("company", "C2")
ONE, TWO = entity("account", "A1"), entity("account", "A2")


def test_a_relation_is_a_row() -> None:
    row = relation_row(relation("sent", ONE, TWO, "12.50"))
    assert row == ("2025-01-31 09:30:00", "sent", "account A1", "account A2", "12.50 EUR", "T-1")


def test_a_walk_is_a_line_with_its_directions() -> None:
    steps = [relation("sent", ONE, TWO, "12.50"), relation("holds", ANA, TWO)]
    path = GraphPath(entities=[ONE, TWO, ANA], relations=steps)
    assert path_line(path) == (
        "account A1 -sent 12.50 EUR-> account A2 <-holds- person P1 Ana Example"
    )


def test_chains_that_begin_alike_are_one_tree() -> None:
    owns = relation("owns", HOLDING, SHELL, share=5100)
    paths = [
        GraphPath(
            entities=[SHELL, HOLDING, ANA],
            relations=[owns, relation("owns", ANA, HOLDING, share=6000)],
            share=3060,
        ),
        GraphPath(entities=[SHELL, HOLDING, ONE], relations=[owns, relation("owns", ONE, HOLDING)]),
        GraphPath(entities=[SHELL, ANA], relations=[relation("owns", ANA, SHELL, share=4950)]),
    ]
    assert tree_lines(paths) == [
        "company C2",
        "├─ <-owns 51%- company C1 Holding Ltd",
        "│  ├─ <-owns 60%- person P1 Ana Example (30.6% in all)",
        "│  └─ <-owns- account A1",
        "└─ <-owns 49.5%- person P1 Ana Example",
    ]


def test_a_profile_says_what_is_known_and_nothing_else() -> None:
    flow = MoneyFlow(payments=2, total=Money(minor=1250, currency="EUR", amount="12.50"))
    found = EntityProfile(
        entity=entity("account", "A1", status="active", opened=1_735_689_600_000_000, notes=""),
        counts={"sent.out": 2},
        sent=[flow],
        received=[],
        first_seen=AT,
        last_seen=None,
        accounts=[],
        truncated=None,
    )
    assert [line.split(None, 1) for line in profile_lines(found)] == [
        ["account", "A1"],
        ["opened", "2025-01-01 00:00:00+00:00"],
        ["status", "active"],
        ["relations", "2 sent.out"],
        ["sent", "2 payments, 12.50 EUR"],
        ["first", "seen           2025-01-31 09:30:00+00:00"],
        ["event", "e v1"],
    ]


def test_an_answer_that_was_cut_short_says_so() -> None:
    assert truncated_lines("limit") == ["There is more: cut short by the bound on limit."]
    assert truncated_lines(None) == []


def test_counts_leave_out_what_is_not_there() -> None:
    assert counts_text({"account": 1200, "person": 0, "sent": 3}) == "1,200 account, 3 sent"


def test_a_name_cannot_feign_a_line_of_its_own() -> None:
    forged = entity("person", "p\n1", name="Ann\nperson p2 Bob")
    shown = path_line(GraphPath(entities=[forged], relations=[]))
    profile = EntityProfile(
        entity=forged, counts={}, sent=[], received=[], first_seen=None, last_seen=None,
        accounts=[], truncated=None,
    )  # fmt: skip
    assert not any("\n" in line for line in (shown, *profile_lines(profile)))
