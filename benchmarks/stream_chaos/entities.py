"""The events of a run: a small bank whose entities change, are taken back, and talk."""

import random
from collections.abc import Iterator
from typing import Final

from catalystindex.model.events.envelope import (
    AccountEvent,
    CommunicationEvent,
    CompanyEvent,
    Event,
    OwnershipEvent,
    PersonEvent,
    TransactionEvent,
)
from catalystindex.model.events.money import Transaction
from catalystindex.model.events.parties import Account, Company, Ownership, Person
from catalystindex.model.events.talk import Communication

START: Final = 1_704_067_200_000_000
SECOND: Final = 1_000_000
SOURCE: Final = "chaos"
SUBJECTS: Final = ("invoice", "transfer", "shipment", "meeting", "loan", "audit", "salary", "visit")
VERBS: Final = ("is late", "was refused", "goes through Cyprus", "needs a second signature")
ENDS: Final = ("please call", "do not write about it", "the bank asked", "as agreed", "today")


def transaction(number: int, drawn: random.Random, version: int | None = None) -> TransactionEvent:
    """Return a payment; a few are corrections of an earlier one, a few take one back."""
    chosen = version if version is not None else drawn.choices((1, 2, 3), (0.985, 0.01, 0.005))[0]
    about = number if chosen == 1 else max(0, number - drawn.randrange(1, 2_000))
    if chosen == 3:
        return TransactionEvent(
            entity_id=f"tx-{about}", op="delete", version=3, event_time=_time(number), source=SOURCE
        )
    debtor, creditor = drawn.sample(range(2_000), 2)
    return TransactionEvent(
        entity_id=f"tx-{about}",
        version=chosen,
        event_time=_time(number),
        source=SOURCE,
        payload=Transaction(
            amount=drawn.randrange(1, 10_000_00),
            currency="EUR",
            debtor_account=f"acct-{debtor}",
            creditor_account=f"acct-{creditor if drawn.random() > 0.05 else 2_001}",
        ),
    )


def entity_events(events: int, drawn: random.Random) -> Iterator[Event]:
    """Give out persons, companies, accounts and interests, with later versions and deletions."""
    count = max(20, events // 400)
    for version in (1, 2, 3):
        for n in range(count):
            if version > 1 and drawn.random() < 0.5:
                continue
            moment = _time(version * 10_000 + n)
            yield _person(n, version, moment, deleted=version == 3 and n % 7 == 0)
            yield _account(n, version, moment, deleted=version == 3 and n % 11 == 0)
            if n % 4 == 0:
                yield _company(n, version, moment)
                yield _interest(n, version, moment, count, drawn)


def text_events(events: int, drawn: random.Random) -> Iterator[Event]:
    """Give out messages, many in the same words; some are changed or deleted later."""
    count = max(20, events // 200)
    for n in range(count):
        version = drawn.choices((1, 2, 3), (0.8, 0.12, 0.08))[0]
        about = n if version == 1 else drawn.randrange(n + 1)
        text = f"The {drawn.choice(SUBJECTS)} {drawn.choice(VERBS)}, {drawn.choice(ENDS)}."
        said = Communication(
            sender=f"person-{n % 50}",
            recipients=(f"person-{(n + 1) % 50}",),
            channel="chat",
            text=text,
        )
        yield CommunicationEvent(
            entity_id=f"msg-{about}",
            op="delete" if version == 3 else "upsert",
            version=version,
            event_time=_time(n),
            source=SOURCE,
            payload=None if version == 3 else said,
        )


def _time(number: int) -> int:
    return START + number * SECOND


def _person(n: int, version: int, moment: int, *, deleted: bool) -> PersonEvent:
    payload = Person(
        name=f"Person {n} the {version}.",
        phones=(f"+49 30 {n % 97:06d}",),
        devices=(f"device-{n % 89}",),
        addresses=(f"Street {n % 53}, City {version}",),
    )
    return PersonEvent(
        entity_id=f"person-{n}",
        op="delete" if deleted else "upsert",
        version=version,
        event_time=moment,
        source=SOURCE,
        payload=None if deleted else payload,
    )


def _account(n: int, version: int, moment: int, *, deleted: bool) -> AccountEvent:
    payload = Account(holders=(f"person-{n}", f"person-{n * version % 50}"), currency="EUR")
    return AccountEvent(
        entity_id=f"acct-{n}",
        op="delete" if deleted else "upsert",
        version=version,
        event_time=moment,
        source=SOURCE,
        payload=None if deleted else payload,
    )


def _company(n: int, version: int, moment: int) -> CompanyEvent:
    return CompanyEvent(
        entity_id=f"company-{n}",
        version=version,
        event_time=moment,
        source=SOURCE,
        payload=Company(name=f"Company {n} v{version}", jurisdiction="CY"),
    )


def _interest(
    n: int, version: int, moment: int, count: int, drawn: random.Random
) -> OwnershipEvent:
    return OwnershipEvent(
        entity_id=f"interest-{n}",
        version=version,
        event_time=moment,
        source=SOURCE,
        payload=Ownership(
            owner=f"person-{drawn.randrange(count)}", asset=f"company-{n}", share=2_500 * version
        ),
    )
