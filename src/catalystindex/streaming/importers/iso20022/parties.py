"""Parties, their accounts and their banks.

Who and what is named here was merely seen in a payment: its events have version 1, the least there
is, so that anything that knows an account or a company itself is not overwritten.
"""

from dataclasses import dataclass
from typing import Final

from lxml import etree

from catalystindex.model.event_errors import EventInvalid
from catalystindex.model.events.envelope import AccountEvent, CompanyEvent, Event, PersonEvent
from catalystindex.model.events.parties import Account, Company, Person
from catalystindex.streaming.importers.iso20022.context import Context
from catalystindex.streaming.importers.iso20022.tags import Tags, local
from catalystindex.streaming.importers.iso20022.values import digest

MAX_ID: Final = 200
_BIC_BRANCH: Final = "XXX"
_ADDRESS: Final = ("StrtNm", "BldgNb", "PstCd", "TwnNm", "CtrySubDvsn", "Ctry", "AdrLine")


@dataclass(frozen=True, slots=True)
class Side:
    """One end of a payment, as far as it is known."""

    account: str | None = None
    party: str | None = None
    name: str | None = None
    agent: str | None = None
    country: str | None = None
    seen: tuple[Event, ...] = ()
    """Events of the account and the party."""


def side(
    context: Context,
    party: etree._Element | None,
    account: etree._Element | None,
    agent: etree._Element | None,
) -> Side:
    """Read one end of a payment.

    Raises `EventInvalid` where an id is too long, `MoneyInvalid` for an unknown currency.
    """
    tags = context.tags
    bank = agent_id(tags, agent)
    party_id = _party_id(tags, party)
    name = tags.text(party, "Nm")
    country = tags.first(party, "PstlAdr/Ctry", "CtryOfRes")
    account_id = _account_id(tags, account, bank)
    seen: list[Event] = []
    if party_id and name:
        seen.append(_party_event(context, party, party_id, name))
    if account_id:
        seen.append(_account_event(context, account, account_id, bank, party_id, name))
    shown = bank or tags.text(agent, "FinInstnId/Nm")
    return Side(account_id, party_id, name, shown, country, tuple(seen))


def with_stand_in(context: Context, end: Side) -> Side:
    """Return a side with an account of no number, for a payment that names no account at all.

    Its id follows from the bank and the party, so payments of the same two meet at it. Without a
    party there is none.
    """
    who = end.party or end.name
    if end.account or not who:
        return end
    account_id = f"unnumbered:{digest(end.agent, who)}"
    event = AccountEvent(
        entity_id=account_id,
        event_time=context.seen_at,
        source=context.source,
        payload=Account(
            holders=(end.party,) if end.party else (),
            bank=end.agent,
            notes=f"An account of {end.name or end.party} whose number is not known.",
        ),
    )
    return Side(account_id, end.party, end.name, end.agent, end.country, (*end.seen, event))


def agent_id(tags: Tags, agent: etree._Element | None) -> str | None:
    """Return a bank's BIC, else its clearing member id, LEI or other id; None without any.

    A BIC of the head office is given with 8 characters, however it is written (ISO 9362).
    """
    bank = tags.at(agent, "FinInstnId")
    if bic := tags.first(bank, "BICFI", "BIC"):
        return bic.removesuffix(_BIC_BRANCH) if len(bic) > len("AAAABBCC") else bic
    if member := tags.text(bank, "ClrSysMmbId/MmbId"):
        return _joined(_choice(tags, bank, "ClrSysMmbId/ClrSysId"), member)
    return tags.first(bank, "LEI", "Othr/Id")


def _choice(tags: Tags, element: etree._Element | None, path: str) -> str | None:
    """Return a code, or what stands for one."""
    found = tags.at(element, path)
    return tags.first(found, "Cd", "Prtry")


def _joined(*parts: str | None) -> str:
    return _bounded(":".join(part for part in parts if part))


def _bounded(identifier: str) -> str:
    if len(identifier) > MAX_ID:
        raise EventInvalid(f"the id {identifier[:40]!r}… has over {MAX_ID} characters")
    return identifier


def _account_id(tags: Tags, account: etree._Element | None, bank: str | None) -> str | None:
    if iban := tags.text(account, "Id/IBAN"):
        return iban.upper()
    if number := tags.text(account, "Id/Othr/Id"):
        return _joined(bank or _choice(tags, account, "Id/Othr/SchmeNm"), number)
    if proxy := tags.text(account, "Prxy/Id"):
        return _joined("proxy", _choice(tags, account, "Prxy/Tp"), proxy)
    return None


def _account_event(
    context: Context,
    account: etree._Element | None,
    account_id: str,
    bank: str | None,
    party_id: str | None,
    name: str | None,
) -> AccountEvent:
    tags = context.tags
    iban = tags.text(account, "Id/IBAN")
    currency = tags.text(account, "Ccy")
    named = name or tags.text(account, "Nm")
    payload = Account(
        holders=(party_id,) if party_id else (),
        type=_choice(tags, account, "Tp") or "CACC",
        currency=currency,
        iban=iban.upper() if iban else None,
        number=tags.text(account, "Id/Othr/Id"),
        bank=bank,
        country=iban[:2] if iban else None,
        notes=f"In the name of {named}." if named and not party_id else "",
    )
    return AccountEvent(
        entity_id=account_id, event_time=context.seen_at, source=context.source, payload=payload
    )


def _party_id(tags: Tags, party: etree._Element | None) -> str | None:
    """Return the first id of a party: LEI, BIC, or scheme, issuer and id of another."""
    organisation = tags.at(party, "Id/OrgId")
    if known := tags.first(organisation, "LEI", "AnyBIC", "BICOrBEI"):
        return known
    other = tags.at(organisation, "Othr")
    if other is None:
        other = tags.at(party, "Id/PrvtId/Othr")
    number = tags.text(other, "Id")
    if number is None:
        return None
    return _joined(_choice(tags, other, "SchmeNm"), tags.text(other, "Issr"), number)


def _party_event(context: Context, party: etree._Element | None, party_id: str, name: str) -> Event:
    tags = context.tags
    private = tags.at(party, "Id/PrvtId")
    place = _address(tags.at(party, "PstlAdr"))
    addresses = (place,) if place else ()
    country = tags.first(party, "CtryOfRes", "PstlAdr/Ctry")
    if private is None:
        return CompanyEvent(
            entity_id=party_id,
            event_time=context.seen_at,
            source=context.source,
            payload=Company(
                name=name,
                lei=tags.text(party, "Id/OrgId/LEI"),
                jurisdiction=country,
                addresses=addresses,
            ),
        )
    birth = tags.text(private, "DtAndPlcOfBirth/BirthDt")
    return PersonEvent(
        entity_id=party_id,
        event_time=context.seen_at,
        source=context.source,
        payload=Person(
            name=name,
            birth_date=birth[:10] if birth else None,
            country=country,
            addresses=addresses,
        ),
    )


def _address(place: etree._Element | None) -> str:
    """Return an address in one line, its parts in the order of the message."""
    if place is None:
        return ""
    parts = (e.text.strip() for e in place if local(e) in _ADDRESS and e.text)
    return ", ".join(part for part in parts if part)
