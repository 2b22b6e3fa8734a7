"""pacs.008: a credit transfer from bank to bank."""

from lxml import etree

from catalystindex.model.event_errors import EventInvalid
from catalystindex.model.events.money import Transaction
from catalystindex.streaming.importers.iso20022.context import Context, Mapped
from catalystindex.streaming.importers.iso20022.parties import side
from catalystindex.streaming.importers.iso20022.payments import (
    named_ends,
    payment_events,
    payment_id,
)
from catalystindex.streaming.importers.iso20022.remittance import provided, purpose, remittance
from catalystindex.streaming.importers.iso20022.values import money


def read(context: Context, record: etree._Element, number: int) -> Mapped:
    """Return the events of a ``CdtTrfTxInf``, the ``number``-th of its message.

    Raises `EventInvalid`, `MoneyInvalid`.
    """
    tags = context.tags
    settled = money(tags, record, "IntrBkSttlmAmt")
    if settled is None:
        raise EventInvalid("IntrBkSttlmAmt is missing")
    instructed = money(tags, record, "InstdAmt") or settled
    arrived = settled if settled != instructed else None
    ends = named_ends(
        context,
        *(
            side(context, *(tags.at(record, name) for name in names))
            for names in (("Dbtr", "DbtrAcct", "DbtrAgt"), ("Cdtr", "CdtrAcct", "CdtrAgt"))
        ),
    )
    uetr = tags.text(record, "PmtId/UETR")
    end_to_end = tags.text(record, "PmtId/EndToEndId")
    references = (tags.text(record, f"PmtId/{name}") for name in ("InstrId", "TxId"))
    mapped = Mapped()
    payload = Transaction(
        amount=instructed[0],
        currency=instructed[1],
        credited_amount=arrived[0] if arrived else None,
        credited_currency=arrived[1] if arrived else None,
        purpose=purpose(tags, record),
        remittance=remittance(tags, record, mapped.notes),
        end_to_end_id=provided(end_to_end),
        uetr=uetr,
    )
    entity_id = payment_id(context, uetr, ends, end_to_end, *references, number)
    mapped.events += payment_events(context, entity_id, _when(context, record), ends, payload)
    return mapped


def _when(context: Context, record: etree._Element) -> int:
    """Return when it was accepted or settled: the first that has a time of day, else the date."""
    times = (
        "AccptncDtTm",
        "AddtlDtTm/AccptncDtTm",
        "SttlmTmIndctn/DbtDtTm",
        "SttlmTmIndctn/CdtDtTm",
        "IntrBkSttlmDt",
    )
    return context.when(context.tags.first(record, *times), context.settled)
