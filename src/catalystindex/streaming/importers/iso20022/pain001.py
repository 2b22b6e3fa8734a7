"""pain.001: credit transfers that a customer asks the bank for, grouped by account and date."""

from dataclasses import dataclass

from lxml import etree

from catalystindex.model.event_errors import EventInvalid
from catalystindex.model.events.money import Method, Transaction
from catalystindex.streaming.importers.iso20022.context import Context, Mapped
from catalystindex.streaming.importers.iso20022.parties import Side, side
from catalystindex.streaming.importers.iso20022.payments import (
    named_ends,
    payment_events,
    payment_id,
)
from catalystindex.streaming.importers.iso20022.remittance import provided, purpose, remittance
from catalystindex.streaming.importers.iso20022.values import money


@dataclass(frozen=True, slots=True)
class Order:
    """A ``PmtInf`` without its payments."""

    element: etree._Element
    order_id: str | None
    debtor: Side
    when: int
    method: Method


def opened(context: Context, element: etree._Element) -> Order:
    """Read what all payments of a ``PmtInf`` share. Raises `EventInvalid`, `MoneyInvalid`."""
    tags = context.tags
    day = tags.first(element, "ReqdExctnDt/DtTm", "ReqdExctnDt/Dt", "ReqdExctnDt")
    cheque = tags.text(element, "PmtMtd") == "CHK"
    return Order(
        element=element,
        order_id=tags.text(element, "PmtInfId"),
        debtor=side(context, *(tags.at(element, name) for name in ("Dbtr", "DbtrAcct", "DbtrAgt"))),
        when=context.when(day),
        method="cheque" if cheque else "transfer",
    )


def read(context: Context, order: Order, record: etree._Element, number: int) -> Mapped:
    """Return the events of a ``CdtTrfTxInf``, the ``number``-th of its message.

    Raises `EventInvalid`, `MoneyInvalid`.
    """
    tags = context.tags
    amount, currency, other = _amount(context, record)
    creditor = side(context, *(tags.at(record, name) for name in ("Cdtr", "CdtrAcct", "CdtrAgt")))
    ends = named_ends(context, order.debtor, creditor)
    uetr = tags.text(record, "PmtId/UETR")
    end_to_end = tags.text(record, "PmtId/EndToEndId")
    instruction = tags.text(record, "PmtId/InstrId")
    mapped = Mapped()
    payload = Transaction(
        amount=amount,
        currency=currency,
        method=order.method,
        credited_currency=other,
        purpose=purpose(tags, record, order.element),
        remittance=remittance(tags, record, mapped.notes),
        end_to_end_id=provided(end_to_end),
        uetr=uetr,
    )
    entity_id = payment_id(context, uetr, ends, order.order_id, end_to_end, instruction, number)
    mapped.events += payment_events(context, entity_id, order.when, ends, payload)
    return mapped


def _amount(context: Context, record: etree._Element) -> tuple[int, str, str | None]:
    """Return amount and currency, and the currency to be sent where it is another one."""
    tags = context.tags
    if instructed := money(tags, record, "Amt/InstdAmt"):
        return *instructed, None
    equivalent = money(tags, record, "Amt/EqvtAmt/Amt")
    sent = tags.text(record, "Amt/EqvtAmt/CcyOfTrf")
    if equivalent is None or sent is None:
        raise EventInvalid("Amt is missing")
    return *equivalent, sent if sent != equivalent[1] else None
