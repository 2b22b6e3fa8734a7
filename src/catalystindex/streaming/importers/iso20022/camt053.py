"""camt.053: the booked entries of an account's statement."""

from dataclasses import dataclass

from lxml import etree

from catalystindex.model.event_errors import EventInvalid
from catalystindex.model.events.money import Transaction
from catalystindex.streaming.importers.iso20022.bank_codes import method_of
from catalystindex.streaming.importers.iso20022.context import Context, Mapped
from catalystindex.streaming.importers.iso20022.entries import Share, money_moved, shares
from catalystindex.streaming.importers.iso20022.parties import Side, side
from catalystindex.streaming.importers.iso20022.payments import payment_events, payment_id
from catalystindex.streaming.importers.iso20022.remittance import provided, purpose, remittance
from catalystindex.streaming.importers.iso20022.values import micros


@dataclass(frozen=True, slots=True)
class Statement:
    """A ``Stmt`` without its entries."""

    context: Context
    statement_id: str | None
    account: etree._Element
    own: Side | None
    """Whose it is; unset where it was seen only when each entry was booked."""


def opened(context: Context, element: etree._Element) -> Statement:
    """Read whose statement it is. Raises `EventInvalid`, `MoneyInvalid`."""
    tags = context.tags
    account = tags.at(element, "Acct")
    if account is None:
        raise EventInvalid("Acct is missing")
    if context.created is None and (created := tags.text(element, "CreDtTm")):
        context = context.made(micros(created))
    own = None if context.created is None else _own(context, account)
    return Statement(context, tags.text(element, "Id"), account, own)


def _own(context: Context, account: etree._Element) -> Side:
    tags = context.tags
    return side(context, tags.at(account, "Ownr"), account, tags.at(account, "Svcr"))


def read(statement: Statement, entry: etree._Element, number: int) -> Mapped:
    """Return the events of an ``Ntry``, the ``number``-th of its message.

    An entry that stands for several payments gives one event each. Raises `EventInvalid`, also for
    what is not booked, and `MoneyInvalid`.
    """
    context = statement.context
    tags = context.tags
    status = tags.first(entry, "Sts/Cd", "Sts/Prtry", "Sts") or "not told"
    if status != "BOOK":
        raise EventInvalid(f"the entry's status is {status[:40]}: only booked entries are taken")
    booked = context.when(tags.first(entry, "BookgDt/DtTm", "BookgDt/Dt", "ValDt/DtTm", "ValDt/Dt"))
    if context.created is None:
        context = context.made(booked)
    own = statement.own or _own(context, statement.account)
    if own.account is None:
        raise EventInvalid("the statement does not say of which account it is")
    mapped = Mapped()
    reading = _Entry(context, statement, entry, own, booked)
    for place, share in enumerate(shares(tags, entry, mapped.notes)):
        reading.add(mapped, share, number, place)
    return mapped


@dataclass(frozen=True, slots=True)
class _Entry:
    """An entry that is being read."""

    context: Context
    statement: Statement
    element: etree._Element
    own: Side
    booked: int

    def add(self, mapped: Mapped, share: Share, number: int, place: int) -> None:
        """Add the events of one payment of the entry."""
        tags, detail = self.context.tags, share.detail
        reversal = tags.text(self.element, "RvslInd") in {"true", "1"}
        # A reversal names the parties as they stood in what it takes back.
        role = "Cdtr" if share.pays is not reversal else "Dbtr"
        other = self._counterparty(detail, role)
        ends = (self.own, other) if share.pays else (other, self.own)
        moved = money_moved(tags, self.element, share)
        uetr = tags.text(detail, "Refs/UETR")
        payload = Transaction(
            amount=moved.amount,
            currency=moved.currency,
            credited_amount=moved.credited_amount,
            credited_currency=moved.credited_currency,
            method=method_of(tags, share.pays, detail, self.element),
            purpose=purpose(tags, detail),
            remittance=remittance(
                tags,
                self.element if detail is None else detail,
                mapped.notes,
                tags.text(detail, "AddtlTxInf"),
                tags.text(self.element, "AddtlNtryInf"),
            ),
            end_to_end_id=provided(tags.text(detail, "Refs/EndToEndId")),
            uetr=uetr,
        )
        entity_id = payment_id(
            self.context,
            f"{uetr}:reversal" if uetr and reversal else uetr,
            ends,
            self.statement.statement_id,
            tags.text(self.element, "NtryRef"),
            tags.text(self.element, "AcctSvcrRef"),
            number,
            place,
        )
        mapped.events += payment_events(self.context, entity_id, self._when(detail), ends, payload)

    def _counterparty(self, detail: etree._Element | None, role: str) -> Side:
        tags = self.context.tags
        party = tags.at(detail, f"RltdPties/{role}")
        agent = tags.at(detail, f"RltdAgts/{role}Agt")
        if agent is None:
            agent = tags.at(party, "Agt")
        inner = tags.at(party, "Pty")
        return side(
            self.context,
            party if inner is None else inner,
            tags.at(detail, f"RltdPties/{role}Acct"),
            agent,
        )

    def _when(self, detail: etree._Element | None) -> int:
        exact = self.context.tags.first(detail, "RltdDts/TxDtTm", "RltdDts/AccptncDtTm")
        return micros(exact) if exact else self.booked
