"""FollowTheMoney entities as JSON lines (https://followthemoney.tech), such as OpenSanctions'.

A line is an entity: ``id``, ``schema``, ``properties`` with lists of texts. What each schema
becomes is in `ftm_parties` and `ftm_links`. A ``Sanction`` names its target by id, and a listing
needs the target's name, which may stand before or after it: the file is read twice, sanctions
first. Those are kept in memory, `MAX_SANCTIONS` of them; everything else is streamed.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import ClassVar, Final

import msgspec

from catalystindex.model.errors import (
    CatalystError,
    EventFileInvalid,
    EventInvalid,
    EventTooLarge,
    SchemaUnknown,
)
from catalystindex.model.events.envelope import Event
from catalystindex.streaming.importers import values
from catalystindex.streaming.importers.base import Chunk, ImportOptions
from catalystindex.streaming.importers.ftm_entity import Entity, EventMaker
from catalystindex.streaming.importers.ftm_links import directorship, ownership, payment
from catalystindex.streaming.importers.ftm_listings import Listings
from catalystindex.streaming.importers.ftm_parties import bank_account, company, person
from catalystindex.streaming.importers.gather import Gathering, checked, rejected
from catalystindex.streaming.importers.lines import FileEnded, Line, lines, opened

MAX_SANCTIONS: Final = 1_000_000

SCHEMATA: Final[dict[str, Callable[[Entity, EventMaker], Iterable[Event]]]] = {
    "Person": person,
    "Company": company,
    "Organization": company,
    "LegalEntity": company,
    "PublicBody": company,
    "BankAccount": bank_account,
    "Ownership": ownership,
    "Directorship": directorship,
    "Payment": payment,
}
"""What becomes an event. ``LegalEntity`` leaves open what it is: it counts as a company."""

_DECODER: Final = msgspec.json.Decoder(Entity, strict=False)


class FtmImporter:
    """Reads entities, one a line."""

    name: ClassVar[str] = "ftm"
    summary: ClassVar[str] = "FollowTheMoney entities as JSON lines."

    def __init__(self, options: ImportOptions) -> None:
        self._maker = EventMaker(
            source=options.source or self.name,
            currency=options.currency,
            start=values.micros(options.start),
        )

    def chunks(self, path: Path) -> Iterator[Chunk]:
        """Give out a file's events and bad lines. Empty lines are skipped."""
        listings = self._sanctions(path)
        gathered = Gathering()
        last = 0
        with opened(path) as stream:
            try:
                for line in lines(stream):
                    last = line.number
                    if line.data.strip() or not line.whole:
                        self._take(path.name, line, listings, gathered)
                        yield from gathered.full()
            except FileEnded as error:
                ended = EventFileInvalid(f"the file cannot be read from here on: {error}")
                gathered.bad(rejected(path.name, last + 1, ended, ""))
        for number, cause, raw in listings.without_target():
            gathered.late(rejected(path.name, number, cause, raw))
        yield from gathered.rest()

    def _sanctions(self, path: Path) -> Listings:
        """Read the sanctions of a file, before its other entities."""
        listings = Listings(self._maker, MAX_SANCTIONS)
        with opened(path) as stream:
            try:
                for line in lines(stream):
                    if b"Sanction" in line.data:
                        self._remember(line, listings)
            except FileEnded:
                pass  # the second reading ends there as well, and says so
        return listings

    @staticmethod
    def _remember(line: Line, listings: Listings) -> None:
        try:
            entity = read_entity(line)
        except CatalystError:
            return  # the second reading sets it aside
        if entity.schema == "Sanction":
            listings.add(line.number, entity)

    def _take(self, file: str, line: Line, listings: Listings, gathered: Gathering) -> None:
        try:
            entity = read_entity(line)
            if entity.schema == "Sanction":
                listings.check(entity)
                gathered.row([])
                return
            make = SCHEMATA.get(entity.schema)
            events = [*(make(entity, self._maker) if make else ()), *listings.of(entity)]
            if not events:
                raise SchemaUnknown(f"schema {entity.schema[:60]!r} has no kind of event")
            gathered.row([checked(event) for event in events])
        except CatalystError as error:
            gathered.bad(rejected(file, line.number, error, line.data))


def read_entity(line: Line) -> Entity:
    """Return the entity of a line. Raises `EventInvalid`."""
    if not line.whole:
        raise EventTooLarge(f"a line of more than {len(line.data)} bytes")
    try:
        return _DECODER.decode(line.data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise EventInvalid(f"this is no entity: {error}") from None
