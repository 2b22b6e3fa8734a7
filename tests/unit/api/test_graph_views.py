"""The graph's answers as the API shows them."""

from datetime import UTC, datetime

from catalystindex.api import graph_views
from catalystindex.model.graph import Money, MoneyFlow
from catalystindex.stores.graphs.base import (
    EdgeView,
    Path,
    Paths,
    Profile,
    Scalar,
    SharedAttribute,
    Subgraph,
    Vertex,
    VertexLabel,
    VertexRef,
)

A = Vertex("account", "A", 3, "e1", {"status": "active"})
B = Vertex("account", "B", 0, None, {})


def edge(**properties: Scalar) -> EdgeView:
    ends = VertexRef(VertexLabel.ACCOUNT, "A"), VertexRef(VertexLabel.ACCOUNT, "B")
    return EdgeView("sent", *ends, "T-1", "e2", 1, 1_735_689_600_000_001, properties)


def test_a_payment_shows_its_money_and_its_time() -> None:
    shown = graph_views.relation(edge(amount=1250, currency="JPY"))
    assert shown.money == Money(minor=1250, currency="JPY", amount="1250")
    assert shown.event_time == datetime(2025, 1, 1, microsecond=1, tzinfo=UTC)
    assert (shown.source.id, shown.target.id, shown.entity_id) == ("A", "B", "T-1")


def test_amounts_are_exact_in_the_decimals_of_their_currency() -> None:
    amounts = {
        currency: graph_views.relation(edge(amount=5, currency=currency)).money
        for currency in ("EUR", "KWD", "JPY")
    }
    assert [one and one.amount for one in amounts.values()] == ["0.05", "0.005", "5"]
    large = graph_views.relation(edge(amount=2**53 - 1, currency="XBT")).money
    assert large is not None
    assert large.amount == "90071992.54740991"


def test_trades_and_shipments_show_what_they_are_worth() -> None:
    for name in ("notional", "declared_value"):
        worth: dict[str, str | int] = {name: 5, "currency": "EUR"}
        shown = graph_views.relation(edge(**worth)).money
        assert shown == Money(minor=5, currency="EUR", amount="0.05")


def test_an_edge_without_money_shows_none() -> None:
    cases: list[dict[str, str | int]] = [
        {},
        {"amount": 5},
        {"currency": "EUR"},
        {"amount": 5, "currency": "???"},
    ]
    for properties in cases:
        assert graph_views.relation(edge(**properties)).money is None


def test_a_profile_sums_by_currency_in_one_order() -> None:
    found = Profile(
        A, {"sent.out": 3, "holds.in": 1}, {"USD": (1, 100), "EUR": (2, 5)}, {}, None, 0, [B]
    )
    shown = graph_views.profile(found)
    assert list(shown.counts) == ["holds.in", "sent.out"]
    assert shown.sent == [
        MoneyFlow(payments=2, total=Money(minor=5, currency="EUR", amount="0.05")),
        MoneyFlow(payments=1, total=Money(minor=100, currency="USD", amount="1.00")),
    ]
    assert (shown.first_seen, shown.last_seen) == (None, datetime(1970, 1, 1, tzinfo=UTC))
    assert [one.id for one in shown.accounts] == ["B"]


def test_what_cut_an_answer_short_is_passed_on() -> None:
    assert graph_views.neighbourhood(Subgraph([A], [], "limit 1")).truncated == "limit 1"
    shown = graph_views.paths(Paths([Path([A, B], [edge()])], "depth 2"))
    assert shown.truncated == "depth 2"
    assert [one.id for one in shown.paths[0].entities] == ["A", "B"]


def test_what_is_shared_names_all_who_have_it() -> None:
    device = Vertex("device", "D", 0, None, {})
    (shown,) = graph_views.shared([SharedAttribute(device, [A, B])])
    assert (shown.attribute.id, [one.id for one in shown.entities]) == ("D", ["A", "B"])
