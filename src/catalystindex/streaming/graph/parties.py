"""What events about parties, their accounts and interests say about the graph."""

from catalystindex.model.errors import EventInvalid
from catalystindex.model.events.envelope import Event
from catalystindex.model.events.parties import Account, Company, Listing, Ownership, Person
from catalystindex.stores.graphs.base import Change, Edge, EdgeLabel, VertexLabel, VertexRef
from catalystindex.streaming.graph.changes import (
    account,
    attributes,
    change,
    given,
    listed,
    party,
)


def person(event: Event, payload: Person) -> Change:
    """Say who a person is, and which devices, addresses and phones they have."""
    return change(
        event,
        label=VertexLabel.PERSON,
        properties=given(
            name=payload.name,
            birth_date=payload.birth_date,
            country=payload.country,
            nationalities=listed(payload.nationalities),
            occupation=payload.occupation,
            topics=listed(payload.topics),
        ),
        edges=attributes(
            VertexRef(VertexLabel.PERSON, event.entity_id),
            devices=payload.devices,
            addresses=payload.addresses,
            phones=payload.phones,
        ),
    )


def company(event: Event, payload: Company) -> Change:
    """Say what a company is, and which devices, addresses and phones it has."""
    return change(
        event,
        label=VertexLabel.COMPANY,
        properties=given(
            name=payload.name,
            registration_number=payload.registration_number,
            lei=payload.lei,
            jurisdiction=payload.jurisdiction,
            legal_form=payload.legal_form,
            incorporation_date=payload.incorporation_date,
            dissolution_date=payload.dissolution_date,
            sector=payload.sector,
            instruments=listed(payload.instruments),
            topics=listed(payload.topics),
        ),
        edges=attributes(
            VertexRef(VertexLabel.COMPANY, event.entity_id),
            devices=payload.devices,
            addresses=payload.addresses,
            phones=payload.phones,
        ),
    )


def account_(event: Event, payload: Account) -> Change:
    """Say what an account is and who holds it."""
    here = account(event.entity_id)
    holders = dict.fromkeys(payload.holders)
    holds = [Edge(EdgeLabel.HOLDS, party(holder), here, {}) for holder in holders]
    return change(
        event,
        label=VertexLabel.ACCOUNT,
        properties=given(
            type=payload.type,
            currency=payload.currency,
            iban=payload.iban,
            number=payload.number,
            bank=payload.bank,
            branch=payload.branch,
            country=payload.country,
            opened=payload.opened,
            closed=payload.closed,
            status=payload.status,
        ),
        edges=[*holds, *attributes(here, devices=payload.devices, phones=payload.phones)],
    )


def ownership(event: Event, payload: Ownership) -> Change:
    """Say who owns, controls or directs whom. Raises `EventInvalid` where that is itself."""
    if payload.owner == payload.asset:
        raise EventInvalid(f"{payload.owner[:100]!r} cannot have an interest in itself")
    edge = Edge(
        EdgeLabel(payload.interest),
        party(payload.owner),
        party(payload.asset),
        given(share=payload.share, role=payload.role, start=payload.start, end=payload.end),
    )
    return change(event, edges=[edge])


def listing(event: Event, payload: Listing) -> Change:
    """Say who is on a list. Who that is in the graph is for screening to find out."""
    return change(
        event,
        label=VertexLabel.LISTING,
        properties=given(
            list=payload.list,
            schema=payload.schema,
            name=payload.name,
            programs=listed(payload.programs),
            countries=listed(payload.countries),
            listed_on=payload.listed_on,
        ),
    )
