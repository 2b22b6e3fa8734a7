"""Watch-list entries of FollowTheMoney as events.

A ``Sanction`` is a listing of its target: list, programme and reason are the sanction's, name and
identity the target's. A target without one that has the topic ``sanction`` is a listing as well,
of its data set.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

from catalystindex.model.errors import CatalystError, EventFileInvalid, EventInvalid
from catalystindex.model.events.envelope import Event, ListingEvent
from catalystindex.model.events.parties import ListedSchema, Listing
from catalystindex.streaming.importers.ftm_entity import (
    CODE,
    LINE,
    MANY,
    MANY_DAYS,
    NAME,
    SHORT,
    TEXT,
    Entity,
    Envelope,
    EventMaker,
)

TOPIC: Final = "sanction"
_SCHEMATA: Final[dict[str, ListedSchema]] = {
    "Person": "person",
    "Company": "company",
    "Organization": "organization",
    "LegalEntity": "organization",
    "PublicBody": "organization",
    "Vessel": "vessel",
    "Airplane": "aircraft",
}


class _Entry(NamedTuple):
    """What a sanction says of its listing."""

    line: int
    envelope: Envelope
    list: str
    programs: tuple[str, ...]
    listed_on: str | None
    reason: str


class Listings:
    """The sanctions of a file, by their targets."""

    def __init__(self, maker: EventMaker, limit: int) -> None:
        self._maker, self._limit = maker, limit
        self._entries: dict[str, list[_Entry]] = {}
        self._found: set[str] = set()
        self._count = 0

    def add(self, line: int, sanction: Entity) -> None:
        """Remember a sanction. Raises `EventFileInvalid` above the limit."""
        targets = sanction.all("entity")
        self._count += len(targets)
        if self._count > self._limit:
            raise EventFileInvalid(f"more than {self._limit} sanctions: split the file")
        for at, target in enumerate(targets):
            entity_id = sanction.id if at == 0 else f"{sanction.id}#{at + 1}"
            entry = _Entry(
                line,
                self._maker.envelope(sanction, entity_id),
                _list(sanction, "authority", "publisher") or self._maker.source[:SHORT],
                sanction.fitting("program", "programId", length=NAME, many=100),
                sanction.day("listingDate", "startDate"),
                _reason(sanction),
            )
            self._entries.setdefault(target, []).append(entry)

    @staticmethod
    def check(sanction: Entity) -> None:
        """Raise `EventInvalid` where a sanction has no target."""
        if not sanction.all("entity"):
            raise EventInvalid("a Sanction that names no entity")

    def of(self, target: Entity) -> Iterator[Event]:
        """Give out the listings of an entity."""
        entries = self._entries.get(target.id, [])
        if entries:
            self._found.add(target.id)
        for entry in entries:
            yield self._event(entry, target)
        if not entries and TOPIC in target.all("topics"):
            envelope = self._maker.envelope(target, f"{target.id}#listed")
            named = _list(target) or self._maker.source[:SHORT]
            yield self._event(_Entry(0, envelope, named, (), None, ""), target)

    def without_target(self) -> Iterator[tuple[int, CatalystError, str]]:
        """Give out line, error and id of sanctions whose target was not in the file."""
        for target, entries in self._entries.items():
            for entry in entries if target not in self._found else ():
                error = EventInvalid(f"its entity {target[:200]!r} is not in the file")
                yield entry.line, error, entry.envelope["entity_id"]

    @staticmethod
    def _event(entry: _Entry, target: Entity) -> Event:
        name, aliases = target.names()
        numbers = ("idNumber", "passportNumber", "registrationNumber", "taxNumber", "imoNumber")
        return ListingEvent(
            **entry.envelope,
            payload=Listing(
                list=entry.list,
                schema=_SCHEMATA.get(target.schema, "other"),
                name=name,
                aliases=aliases,
                programs=entry.programs,
                birth_dates=target.days("birthDate")[:MANY_DAYS],
                countries=target.countries("nationality", "citizenship", "country", "flag"),
                addresses=target.fitting("address", length=LINE, many=MANY),
                identifiers=target.fitting(*numbers, length=CODE, many=MANY),
                listed_on=entry.listed_on,
                reason=entry.reason,
            ),
        )


def _list(entity: Entity, *names: str) -> str | None:
    own = entity.first(*names, length=SHORT) if names else None
    return own or next((one for one in entity.datasets if 1 <= len(one) <= SHORT), None)


def _reason(sanction: Entity) -> str:
    """Return the reason, and when the sanction ended if it did: an entry has no end of its own."""
    ended = sanction.day("endDate")
    return "\n".join(
        filter(None, (sanction.text("reason", "summary"), f"Ended {ended}." if ended else ""))
    )[:TEXT]
