"""An entity of FollowTheMoney, and what every event made of one has in common."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final, TypedDict

import msgspec

from catalystindex.model.errors import EventInvalid
from catalystindex.streaming.importers.values import micros

NAME: Final = 500
LINE: Final = 1_000
SHORT: Final = 140
CODE: Final = 35
TEXT: Final = 20_000
MANY_NAMES: Final = 100
MANY: Final = 50
MANY_DAYS: Final = 20
"""Bounds of `model.events.fields`."""

_DAY: Final = re.compile(r"\d{4}(-\d\d(-\d\d)?)?(?=$|T| )", re.ASCII)
_COUNTRY: Final = re.compile(r"[a-z]{2}(?=$|-)", re.ASCII | re.IGNORECASE)


class Entity(msgspec.Struct, frozen=True):
    """A line of the file. Other keys are left alone."""

    id: str
    schema: str
    properties: dict[str, Any] = {}
    datasets: list[str] = []
    first_seen: str | None = None
    last_seen: str | None = None
    last_change: str | None = None

    def all(self, *names: str) -> list[str]:
        """Return the texts of properties, each once, in order; what is no text is left out."""
        found: list[object] = []
        for name in names:
            held = self.properties.get(name)
            found += [held] if isinstance(held, str) else held if isinstance(held, list) else []
        texts = (one.strip() for one in found if isinstance(one, str))
        return list(dict.fromkeys(one for one in texts if one))

    def first(self, *names: str, length: int = LINE) -> str | None:
        """Return the first text of these properties that is not too long."""
        return next((one for one in self.all(*names) if len(one) <= length), None)

    def fitting(self, *names: str, length: int, many: int) -> tuple[str, ...]:
        """Return the texts that are not too long, as many as the field holds."""
        return tuple(one for one in self.all(*names) if len(one) <= length)[:many]

    def days(self, *names: str) -> tuple[str, ...]:
        """Return days, or years, or months; a time of day is cut off."""
        found = (_DAY.match(one) for one in self.all(*names))
        return tuple(dict.fromkeys(one[0] for one in found if one))

    def day(self, *names: str) -> str | None:
        """Return the first of `days`."""
        return next(iter(self.days(*names)), None)

    def countries(self, *names: str) -> tuple[str, ...]:
        """Return ISO 3166-1 codes; a region of a country counts as the country."""
        found = (_COUNTRY.match(one) for one in self.all(*names))
        return tuple(dict.fromkeys(one[0].upper() for one in found if one))[:MANY]

    def names(self) -> tuple[str, tuple[str, ...]]:
        """Return name and aliases. Raises `EventInvalid` where there is no name."""
        fit = [
            one
            for one in self.all("name", "alias", "weakAlias", "previousName")
            if len(one) <= NAME
        ]
        if not fit:
            raise EventInvalid(f"a {self.schema} without a name")
        return fit[0], tuple(fit[1 : MANY_NAMES + 1])

    def text(self, *names: str) -> str:
        """Return texts, one below the other, as far as they fit."""
        return "\n".join(self.all(*names))[:TEXT]


class Envelope(TypedDict):
    """Fields of the envelope."""

    entity_id: str
    version: int
    event_time: int
    source: str


@dataclass(frozen=True, slots=True)
class EventMaker:
    """What the file does not say."""

    source: str
    currency: str
    start: int
    """Event time of an entity that has no time, in microseconds since 1970."""

    def envelope(self, entity: Entity, entity_id: str | None = None) -> Envelope:
        """Return the envelope of an entity's event.

        The version is the second of its last change, so that a later export wins.
        """
        at = _moment(entity.last_change, entity.last_seen, entity.first_seen)
        return {
            "entity_id": entity.id if entity_id is None else entity_id,
            "version": 1 if at is None else max(1, at // 1_000_000),
            "event_time": self.start if at is None else at,
            "source": self.source,
        }


def day_micros(day: str) -> int | None:
    """Return the start of a day, month or year in microseconds, None if there is no such day."""
    return _moment({4: f"{day}-01-01", 7: f"{day}-01"}.get(len(day), day))


def _moment(*texts: str | None) -> int | None:
    for text in texts:
        try:
            moment = datetime.fromisoformat(text) if text else None
        except ValueError:
            continue
        if moment is not None:
            return micros(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    return None


def numbered(entity_id: str, count: int) -> Iterable[str]:
    """Return ids for the events of one entity: its own, or numbered ones where it is several."""
    return [entity_id] if count == 1 else [f"{entity_id}#{at}" for at in range(1, count + 1)]
