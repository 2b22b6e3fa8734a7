"""What payments, invoices and shipments say about the graph."""

from typing import Final

from catalystindex.model.events.envelope import Event
from catalystindex.model.events.money import Invoice, Shipment, Transaction
from catalystindex.stores.graphs.base import Change, Edge, EdgeLabel, VertexLabel, VertexRef
from catalystindex.streaming.graph.changes import account, change, given, party

CASH: Final = "(cash)"
"""Branch that cash of an unnamed branch goes through."""

OUTSIDE: Final = "(outside)"
"""Branch that stands for a side of which nothing is known."""

_CASH_METHODS: Final = {"cash_deposit", "cash_withdrawal"}


def transaction(event: Event, payload: Transaction) -> Change:
    """Say that money was sent, one edge per payment.

    A side without an account is its party, or the merchant, or the branch; cash and payments to
    and from nobody known meet in a branch of their own, which no path leads through.
    """
    properties = given(
        amount=payload.amount,
        currency=payload.currency,
        method=payload.method,
        declined=payload.declined or None,
        credited_amount=payload.credited_amount,
        credited_currency=payload.credited_currency,
        purpose=payload.purpose,
        channel=payload.channel,
        debtor=payload.debtor,
        creditor=payload.creditor,
        merchant=payload.merchant,
        device=payload.device,
        card=payload.card,
        invoice=payload.invoice,
    )
    source = _side(payload.debtor_account, payload.debtor, payload)
    target = _side(payload.creditor_account, payload.creditor or payload.merchant, payload)
    return change(event, edges=[Edge(EdgeLabel.SENT, source, target, properties)])


def _side(account_id: str | None, party_id: str | None, payload: Transaction) -> VertexRef:
    if account_id is not None:
        return account(account_id)
    if payload.method in _CASH_METHODS:
        return VertexRef(VertexLabel.BRANCH, payload.branch or CASH)
    if party_id is not None:
        return party(party_id)
    return VertexRef(VertexLabel.BRANCH, payload.branch or OUTSIDE)


def invoice(event: Event, payload: Invoice) -> Change:
    """Say who billed whom."""
    properties = given(
        amount=payload.amount,
        currency=payload.currency,
        number=payload.number,
        issued=payload.issued,
        due=payload.due,
        hs_code=payload.hs_code,
        quantity=payload.quantity,
        unit=payload.unit,
        unit_price=payload.unit_price,
        vat=payload.vat,
    )
    edge = Edge(EdgeLabel.INVOICED, party(payload.seller), party(payload.buyer), properties)
    return change(event, edges=[edge])


def shipment(event: Event, payload: Shipment) -> Change:
    """Say who sent goods to whom."""
    properties = given(
        invoice=payload.invoice,
        carrier=payload.carrier,
        vessel=payload.vessel,
        bill_of_lading=payload.bill_of_lading,
        origin=payload.origin,
        destination=payload.destination,
        departed=payload.departed,
        arrived=payload.arrived,
        hs_code=payload.hs_code,
        quantity=payload.quantity,
        unit=payload.unit,
        declared_value=payload.declared_value,
        currency=payload.currency,
    )
    edge = Edge(EdgeLabel.SHIPPED, party(payload.consignor), party(payload.consignee), properties)
    return change(event, edges=[edge])
