"""What of an event is text: by kind, with what it is filtered by.

Whoever speaks is metadata and not text, so that equal words have equal vectors. Transactions have
no text here, by decision: there are too many, and too alike.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Final, NamedTuple

from catalystindex.model.document import MetadataScalar, MetadataValue
from catalystindex.model.events.envelope import Event, kind_of
from catalystindex.model.events.markets import Announcement
from catalystindex.model.events.parties import Account, Company, Listing, Person
from catalystindex.model.events.talk import Communication
from catalystindex.model.metadata import MetadataType

MAX_TITLE: Final = 500
MAX_IDS: Final = 200
"""Ids under one key; `MetadataValue` takes no more."""
MAX_ID_CHARS: Final = 8_000
"""Of all ids under one key: they stand beside every chunk in the index."""

KEYS: Final[Mapping[str, MetadataType]] = {
    "kind": MetadataType.TEXT,
    "event_time": MetadataType.DATE,
    "event_id": MetadataType.TEXT,
    "entity_id": MetadataType.TEXT,
    "source": MetadataType.TEXT,
    "participants": MetadataType.TEXT,
    "sender": MetadataType.TEXT,
    "recipients": MetadataType.TEXT,
    "recipients_total": MetadataType.INTEGER,
    "channel": MetadataType.TEXT,
    "thread": MetadataType.TEXT,
    "list": MetadataType.TEXT,
    "category": MetadataType.TEXT,
    "instrument": MetadataType.TEXT,
}
"""Every key that texts of events are filtered by, with its type."""

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_BLANK_LINES: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


class EventText(NamedTuple):
    """The text of an event: paragraphs none of which is blank, at least one."""

    title: str
    """At most `MAX_TITLE` characters; empty where the text itself says it all."""
    paragraphs: tuple[str, ...]
    metadata: dict[str, MetadataValue]


class _Body(NamedTuple):
    title: str
    paragraphs: list[str]
    participants: Sequence[str]
    more: dict[str, MetadataValue]


def _person(entity_id: str, person: Person) -> _Body:
    facts = [
        _line("Also known as", person.aliases),
        _line("Born", [person.birth_date]),
        _line("Occupation", [person.occupation]),
        _line("Nationality", person.nationalities),
        _line("Country", [person.country]),
        _line("Addresses", person.addresses),
        _line("Phones", person.phones),
        _line("E-mail", person.emails),
        _line("Numbers", person.id_numbers),
        _line("Topics", person.topics),
    ]
    return _Body(person.name, [_facts(person.name, facts), person.notes], [entity_id], {})


def _company(entity_id: str, company: Company) -> _Body:
    numbers = [company.registration_number, company.lei, *company.instruments]
    facts = [
        _line("Also known as", company.aliases),
        _line("Legal form", [company.legal_form]),
        _line("Sector", [company.sector]),
        _line("Jurisdiction", [company.jurisdiction]),
        _line("Incorporated", [company.incorporation_date]),
        _line("Dissolved", [company.dissolution_date]),
        _line("Numbers", numbers),
        _line("Addresses", company.addresses),
        _line("Phones", company.phones),
        _line("E-mail", company.emails),
        _line("Topics", company.topics),
    ]
    return _Body(company.name, [_facts(company.name, facts), company.notes], [entity_id], {})


def _account(entity_id: str, account: Account) -> _Body:
    title = f"Account {account.iban or account.number or entity_id}" if account.notes else ""
    return _Body(title, [account.notes], [entity_id, *account.holders], {})


def _listing(entity_id: str, listing: Listing) -> _Body:
    facts = [
        _line("List", [listing.list]),
        _line("Also known as", listing.aliases),
        _line("Programs", listing.programs),
        _line("Born", listing.birth_dates),
        _line("Countries", listing.countries),
        _line("Addresses", listing.addresses),
        _line("Numbers", listing.identifiers),
        _line("Listed", [listing.listed_on]),
    ]
    paragraphs = [_facts(listing.name, facts), listing.reason]
    return _Body(listing.name, paragraphs, [entity_id], {"list": listing.list})


def _announcement(_: str, announcement: Announcement) -> _Body:
    body = [announcement.text] if announcement.text.strip() else [announcement.headline]
    title = announcement.headline if announcement.text.strip() else ""
    more: dict[str, MetadataValue] = {"category": announcement.category}
    if announcement.instrument is not None:
        more["instrument"] = announcement.instrument
    return _Body(title, body, [announcement.issuer], more)


def _communication(_: str, said: Communication) -> _Body:
    spoken = said.text.strip()
    body = [said.text] if spoken else [said.subject or ""]
    more: dict[str, MetadataValue] = {
        "sender": said.sender,
        "recipients": _bounded(said.recipients),
        "recipients_total": len(said.recipients),
        "channel": said.channel,
    }
    if said.thread is not None:
        more["thread"] = said.thread
    title = (said.subject or "") if spoken else ""
    return _Body(title, body, [said.sender, *said.recipients], more)


_RENDERERS: Final[Mapping[type, Callable[..., _Body]]] = {
    Person: _person,
    Company: _company,
    Account: _account,
    Listing: _listing,
    Announcement: _announcement,
    Communication: _communication,
}

TEXT_KINDS: Final = frozenset(
    {"person", "company", "account", "listing", "announcement", "communication"}
)
"""Kinds of events that may have a text."""


def text_of(event: Event) -> EventText | None:
    """Return the text of an event; None for a deletion and where nothing is said."""
    render = _RENDERERS.get(type(event.payload))
    if render is None:
        return None
    body = render(event.entity_id, event.payload)
    paragraphs = tuple(_paragraphs(body.paragraphs))
    if not paragraphs:
        return None
    title = " ".join(_clean(body.title).split())[:MAX_TITLE]
    return EventText(title, paragraphs, _metadata(event, body))


def moment_of(micros: int) -> str:
    """Return microseconds since 1970 as RFC 3339 in UTC."""
    at = _EPOCH + timedelta(microseconds=micros)
    return at.isoformat(timespec="microseconds").replace("+00:00", "Z")


def _metadata(event: Event, body: _Body) -> dict[str, MetadataValue]:
    return {
        "kind": kind_of(event),
        "event_time": moment_of(event.event_time),
        "event_id": event.event_id,
        "entity_id": event.entity_id,
        "source": event.source,
        "participants": _bounded(body.participants),
        **body.more,
    }


def _bounded(ids: Iterable[str]) -> list[MetadataScalar | dict[str, MetadataScalar]]:
    """Return ids, each once, as many as may stand beside every chunk."""
    kept: list[MetadataScalar | dict[str, MetadataScalar]] = []
    chars = 0
    for one in dict.fromkeys(ids):
        chars += len(one)
        if len(kept) >= MAX_IDS or chars > MAX_ID_CHARS:
            break
        kept.append(one)
    return kept


def _line(name: str, values: Iterable[str | None]) -> str:
    said = "; ".join(value for value in values if value)
    return f"{name}: {said}" if said else ""


def _facts(name: str, lines: Iterable[str]) -> str:
    return "\n".join([name, *(line for line in lines if line)])


def _paragraphs(parts: Iterable[str]) -> Iterable[str]:
    for part in parts:
        for paragraph in _BLANK_LINES.split(_clean(part)):
            if paragraph.strip():
                yield paragraph.strip()


def _clean(text: str) -> str:
    """Return a text with Unix line ends and without control characters."""
    return _CONTROLS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
