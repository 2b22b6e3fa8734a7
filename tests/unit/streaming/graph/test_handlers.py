"""What each kind of event says about the graph."""

from typing import Any

import pytest

from catalystindex.model.errors import EventInvalid
from catalystindex.model.events import envelope
from catalystindex.model.events.envelope import EVENT_TYPES, Event, kind_of
from catalystindex.model.events.markets import Order, Quote, Trade
from catalystindex.model.events.money import Invoice, Shipment, Transaction
from catalystindex.model.events.parties import (
    Account,
    Company,
    Interest,
    Listing,
    Ownership,
    Person,
)
from catalystindex.model.events.talk import Communication
from catalystindex.stores.graphs.base import Change, Stamp, VertexLabel, VertexRef
from catalystindex.streaming.codec import sealed
from catalystindex.streaming.graph.changes import address_id, phone_id
from catalystindex.streaming.graph.registry import HANDLERS, UNCONCERNED, change_of


def event(cls: Any, payload: Any, **fields: Any) -> Event:  # noqa: ANN401 - any kind's
    given = {"entity_id": "e", "event_time": 5, "source": "test", "payload": payload} | fields
    made: Event = sealed(cls(**given))
    return made


def told(cls: Any, payload: Any, **fields: Any) -> Change:  # noqa: ANN401 - any kind's
    change = change_of(event(cls, payload, **fields))
    assert change is not None
    return change


def edges(change: Change) -> list[tuple[str, str, str]]:
    return [(one.label.value, ":".join(one.source), ":".join(one.target)) for one in change.edges]


def test_every_kind_is_handled_or_of_no_concern() -> None:
    kinds = {kind_of(cls) for cls in EVENT_TYPES}
    assert set(HANDLERS) | UNCONCERNED == kinds
    assert not set(HANDLERS) & UNCONCERNED


def test_an_event_of_no_concern_changes_nothing() -> None:
    quote = Quote(instrument="X", currency="EUR", open=1, high=1, low=1, close=1)
    assert change_of(event(envelope.QuoteEvent, quote)) is None
    assert change_of(event(envelope.QuoteEvent, None, op="delete")) is None


@pytest.mark.parametrize("kind", sorted(HANDLERS))
def test_a_delete_says_nothing_but_that(kind: str) -> None:
    cls = next(cls for cls in EVENT_TYPES if kind_of(cls) == kind)
    change = told(cls, None, op="delete", version=4)
    assert (change.kind, change.deleted, change.vertex, list(change.edges)) == (
        kind,
        True,
        None,
        [],
    )
    assert change.stamp.version == 4


def test_the_envelope_is_in_the_change() -> None:
    made = event(envelope.AccountEvent, Account(), version=7)
    change = change_of(made)
    assert change is not None
    assert (change.stamp, change.event_time, change.entity_id) == (Stamp(7, made.event_id), 5, "e")


def test_a_person_has_its_devices_addresses_and_phones_once() -> None:
    payload = Person(
        name="Ann",
        country="AT",
        addresses=("1, Main Street", "1 MAIN STREET."),
        phones=("+43 1 234 567", "00431234567", "12"),
        devices=(" d1 ",),
        topics=("role.pep",),
        notes="long text",
    )
    change = told(envelope.PersonEvent, payload)
    assert change.vertex == VertexRef(VertexLabel.PERSON, "e")
    assert change.properties == {"name": "Ann", "country": "AT", "topics": "role.pep"}
    assert edges(change) == [
        ("has_device", "person:e", "device:d1"),
        ("has_address", "person:e", "address:1 main street"),
        ("has_phone", "person:e", "phone:431234567"),
    ]


def test_a_company() -> None:
    payload = Company(name="Acme", jurisdiction="MT", instruments=("I1", "I2"), phones=("12345",))
    change = told(envelope.CompanyEvent, payload)
    assert change.vertex == VertexRef(VertexLabel.COMPANY, "e")
    assert change.properties["instruments"] == "I1, I2"
    assert edges(change) == [("has_phone", "company:e", "phone:12345")]


def test_an_account_is_held_by_each_holder_once() -> None:
    change = told(envelope.AccountEvent, Account(holders=("p", "q", "p"), devices=("d",)))
    assert edges(change) == [
        ("holds", "party:p", "account:e"),
        ("holds", "party:q", "account:e"),
        ("has_device", "account:e", "device:d"),
    ]
    assert change.properties["status"] == "active"


@pytest.mark.parametrize("interest", ["owns", "controls", "directs"])
def test_an_interest(interest: Interest) -> None:
    change = told(
        envelope.OwnershipEvent, Ownership(owner="p", asset="c", interest=interest, share=5)
    )
    assert edges(change) == [(interest, "party:p", "party:c")]
    assert change.edges[0].properties == {"share": 5}
    assert change.vertex is None


def test_nobody_owns_themselves() -> None:
    with pytest.raises(EventInvalid):
        change_of(event(envelope.OwnershipEvent, Ownership(owner="p", asset="p")))


def test_a_listing_is_a_vertex() -> None:
    payload = Listing(list="UN SC", schema="person", name="X", reason="long text")
    change = told(envelope.ListingEvent, payload)
    assert change.vertex == VertexRef(VertexLabel.LISTING, "e")
    assert change.properties == {"list": "UN SC", "schema": "person", "name": "X"}


def payment(**fields: Any) -> list[tuple[str, str, str]]:  # noqa: ANN401 - any of its fields
    payload = Transaction(amount=1, currency="EUR", **fields)
    return edges(told(envelope.TransactionEvent, payload))


def test_the_sides_of_a_payment() -> None:
    assert payment(debtor_account="a", creditor_account="b", debtor="p", branch="7") == [
        ("sent", "account:a", "account:b")
    ]
    assert payment(debtor_account="a", merchant="shop", method="card") == [
        ("sent", "account:a", "party:shop")
    ]
    assert payment(creditor_account="b", debtor="p") == [("sent", "party:p", "account:b")]
    assert payment(creditor_account="b") == [("sent", "branch:(outside)", "account:b")]
    assert payment(creditor_account="b", method="cash_deposit", debtor="p", branch="7") == [
        ("sent", "branch:7", "account:b")
    ]
    assert payment(debtor_account="a", method="cash_withdrawal") == [
        ("sent", "account:a", "branch:(cash)")
    ]


def test_a_payment_says_what_moved_and_whether() -> None:
    payload = Transaction(
        amount=9, currency="EUR", debtor_account="a", creditor_account="b", remittance="for tea"
    )
    properties = told(envelope.TransactionEvent, payload).edges[0].properties
    assert properties == {"amount": 9, "currency": "EUR", "method": "transfer"}
    declined = Transaction(amount=9, currency="EUR", debtor_account="a", declined=True)
    assert told(envelope.TransactionEvent, declined).edges[0].properties["declined"] is True


def test_invoice_and_shipment() -> None:
    invoice = Invoice(seller="s", buyer="b", amount=5, currency="EUR")
    assert edges(told(envelope.InvoiceEvent, invoice)) == [("invoiced", "party:s", "party:b")]
    shipment = Shipment(consignor="s", consignee="b", invoice="i")
    change = told(envelope.ShipmentEvent, shipment)
    assert edges(change) == [("shipped", "party:s", "party:b")]
    assert change.edges[0].properties == {"invoice": "i"}


def test_order_and_trade() -> None:
    order = Order(account="a", instrument="us1", side="buy", quantity=1, currency="EUR")
    assert edges(told(envelope.OrderEvent, order)) == [("ordered", "account:a", "instrument:US1")]
    sides = {"buyer_account": "a", "seller_account": "b", "buy_order": "o"}
    trade = Trade(instrument="US1", quantity=1, price=1, currency="EUR", notional=1, **sides)
    change = told(envelope.TradeEvent, trade)
    assert edges(change) == [
        ("traded", "account:a", "instrument:US1"),
        ("traded", "account:b", "instrument:US1"),
    ]
    assert [edge.properties.get("order") for edge in change.edges] == ["o", None]


def test_who_spoke_to_whom_but_not_what() -> None:
    talk = Communication(sender="p", recipients=("q", "p", "r", "q"), subject="s", text="secret")
    change = told(envelope.CommunicationEvent, talk)
    assert edges(change) == [
        ("communicated", "party:p", "party:q"),
        ("communicated", "party:p", "party:r"),
    ]
    assert change.edges[0].properties == {"channel": "email"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [("+43 (1) 234-567", "431234567"), ("0043 1 234567", "431234567"), ("12", None), ("x", None)],
)
def test_phones(text: str, expected: str | None) -> None:
    assert phone_id(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("  1,  Main\tStreet ", "1 main street"), ("Straße", "strasse"), ("--", None)],
)
def test_addresses(text: str, expected: str | None) -> None:
    assert address_id(text) == expected
