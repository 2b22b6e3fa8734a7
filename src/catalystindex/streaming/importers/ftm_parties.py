"""Persons, companies and bank accounts of FollowTheMoney as events.

What is longer than its field, or more than it holds, is left out: a strange alias costs itself,
not the person.
"""

from collections.abc import Iterable

from catalystindex.model.events.envelope import AccountEvent, CompanyEvent, Event, PersonEvent
from catalystindex.model.events.parties import Account, Company, Person
from catalystindex.streaming.importers.ftm_entity import (
    CODE,
    LINE,
    MANY,
    SHORT,
    Entity,
    EventMaker,
    day_micros,
)


def person(entity: Entity, maker: EventMaker) -> Iterable[Event]:
    """Return the person that a ``Person`` is."""
    name, aliases = entity.names()
    numbers = ("idNumber", "passportNumber", "taxNumber", "innCode", "socialSecurityNumber")
    yield PersonEvent(
        **maker.envelope(entity),
        payload=Person(
            name=name,
            aliases=aliases,
            birth_date=entity.day("birthDate"),
            gender=entity.first("gender", length=CODE),
            nationalities=entity.countries("nationality", "citizenship"),
            country=next(iter(entity.countries("country")), None),
            occupation=entity.first("position", "profession", length=SHORT),
            addresses=entity.fitting("address", length=LINE, many=MANY),
            phones=entity.fitting("phone", length=CODE, many=MANY),
            emails=entity.fitting("email", length=LINE, many=MANY),
            id_numbers=entity.fitting(*numbers, length=CODE, many=MANY),
            topics=entity.fitting("topics", length=CODE, many=MANY),
            notes=entity.text("notes", "summary", "description"),
        ),
    )


def company(entity: Entity, maker: EventMaker) -> Iterable[Event]:
    """Return the company that a ``Company`` or another legal entity is."""
    name, aliases = entity.names()
    numbers = ("registrationNumber", "ogrnCode", "idNumber", "taxNumber", "vatCode")
    yield CompanyEvent(
        **maker.envelope(entity),
        payload=Company(
            name=name,
            aliases=aliases,
            registration_number=entity.first(*numbers, length=CODE),
            lei=entity.first("leiCode", length=CODE),
            jurisdiction=next(
                iter(entity.countries("jurisdiction", "mainCountry", "country")), None
            ),
            legal_form=entity.first("legalForm", length=SHORT),
            incorporation_date=entity.day("incorporationDate"),
            dissolution_date=entity.day("dissolutionDate"),
            sector=entity.first("sector", length=SHORT),
            instruments=entity.fitting("isinCode", length=CODE, many=MANY),
            addresses=entity.fitting("address", length=LINE, many=MANY),
            phones=entity.fitting("phone", length=CODE, many=MANY),
            emails=entity.fitting("email", length=LINE, many=MANY),
            topics=entity.fitting("topics", length=CODE, many=MANY),
            notes=entity.text("notes", "summary", "description"),
        ),
    )


def bank_account(entity: Entity, maker: EventMaker) -> Iterable[Event]:
    """Return the account that a ``BankAccount`` is. Its holders are ``Ownership`` entities."""
    opened, closed = entity.day("openingDate"), entity.day("closingDate")
    yield AccountEvent(
        **maker.envelope(entity),
        payload=Account(
            iban=entity.first("iban", length=CODE),
            number=entity.first("accountNumber", length=CODE),
            bank=entity.first("bic", "bankName", length=SHORT),
            country=next(iter(entity.countries("country")), None),
            opened=day_micros(opened) if opened else None,
            closed=day_micros(closed) if closed else None,
            status="closed" if closed else "active",
            notes=entity.text("notes", "summary", "description"),
        ),
    )
