"""How much of a statement's entry each of its payments is."""

from typing import NamedTuple

from lxml import etree

from catalystindex.model.event_errors import EventInvalid
from catalystindex.streaming.importers.iso20022.tags import Tags
from catalystindex.streaming.importers.iso20022.values import minor, money


class Share(NamedTuple):
    """One payment of an entry: what was booked for it, and its details if there are any."""

    amount: int
    currency: str
    pays: bool
    """Whether the statement's account pays it."""
    detail: etree._Element | None
    alone: bool
    """Whether it is the whole entry."""


class Moved(NamedTuple):
    """What left the debtor, and what arrived where that is something else."""

    amount: int
    currency: str
    credited_amount: int | None = None
    credited_currency: str | None = None


def shares(tags: Tags, entry: etree._Element, notes: list[str]) -> list[Share]:
    """Return an entry's payments.

    Several details count where each has an amount in the entry's currency and they add up to it;
    else the entry is one payment, and a note says so. Raises `EventInvalid`, `MoneyInvalid`.
    """
    booked = money(tags, entry, "Amt")
    if booked is None:
        raise EventInvalid("Amt is missing")
    amount, currency = booked
    pays = tags.text(entry, "CdtDbtInd") == "DBIT"
    details = [d for group in tags.each(entry, "NtryDtls") for d in tags.each(group, "TxDtls")]
    if len(details) <= 1:
        return [Share(amount, currency, pays, details[0] if details else None, alone=True)]
    found = _parts(tags, details, currency, pays)
    if sum(part.amount if part.pays is pays else -part.amount for part in found) == amount:
        return found
    notes.append(
        f"the entry's {len(details)} details do not add up to it; it was taken as one payment"
    )
    return [Share(amount, currency, pays, None, alone=True)]


def _parts(tags: Tags, details: list[etree._Element], currency: str, pays: bool) -> list[Share]:
    """Return a payment for each of several details, none where an amount is not told."""
    parts = [_part(tags, detail, currency, pays) for detail in details]
    return [part for part in parts if part is not None] if None not in parts else []


def _part(tags: Tags, detail: etree._Element, currency: str, pays: bool) -> Share | None:
    """Return one of several payments, None where its amount in the currency is not told."""
    for path in ("Amt", "AmtDtls/TxAmt/Amt"):
        found = tags.at(detail, path)
        if found is not None and found.get("Ccy") == currency:
            direction = tags.text(detail, "CdtDbtInd")
            own = pays if direction is None else direction == "DBIT"
            return Share(*minor(found), own, detail, alone=False)
    return None


def money_moved(tags: Tags, entry: etree._Element, share: Share) -> Moved:
    """Return a payment's amounts: what was booked is the account's side of it.

    The other side is the instructed amount, else that of the transaction. Raises `MoneyInvalid`.
    """
    own = (share.amount, share.currency)
    sources = [share.detail, entry] if share.alone else [share.detail]
    other = _other(tags, sources)
    if other is None or other == own:
        return Moved(*own)
    return Moved(*own, *other) if share.pays else Moved(*other, *own)


def _other(tags: Tags, sources: list[etree._Element | None]) -> tuple[int, str] | None:
    for source in sources:
        for path in ("AmtDtls/InstdAmt/Amt", "AmtDtls/TxAmt/Amt"):
            if found := money(tags, source, path):
                return found
    return None
