"""What a search holds to: the conditions of a filter, as the rest of the product sees them.

`filter_json.parse_filters` reads them from JSON, `filter_json.to_json` writes them back, and each
vector store compiles them for its engine. A condition speaks about the metadata of one document,
or about one of the `BUILT_IN_FIELDS`. A key that is missing, or an empty list, fulfils nothing;
so `Not` is fulfilled where the key is missing.
"""

from dataclasses import dataclass
from typing import Literal

from catalystindex.model.document import MetadataScalar
from catalystindex.model.instants import parse_instant

BUILT_IN_FIELDS = ("document_id", "media_type", "tier")
"""Keys that are not metadata: a document's own key of such a name is not reachable."""

BoundName = Literal["gt", "gte", "lt", "lte"]
BOUND_NAMES: tuple[BoundName, ...] = ("gt", "gte", "lt", "lte")


@dataclass(frozen=True)
class AnyOf:
    """The key holds at least one of the values, of the same type: ``1`` is not ``"1"``."""

    key: str
    values: tuple[MetadataScalar, ...]


@dataclass(frozen=True)
class Prefix:
    """The key holds a text that begins so; letter case counts."""

    key: str
    prefix: str


@dataclass(frozen=True)
class Range:
    """The key holds a value within all the bounds: one and the same value of a list.

    ``bounds`` are all whole numbers, or all RFC 3339 texts. A number is compared with numbers
    alone, an instant with texts that are dates or date-times.
    """

    key: str
    bounds: tuple[tuple[BoundName, int | str], ...]

    @property
    def in_time(self) -> bool:
        """Whether the bounds are instants."""
        return isinstance(self.bounds[0][1], str)

    def limits(self) -> dict[BoundName, int]:
        """Return the bounds as numbers, or as milliseconds since 1970 UTC.

        A date is a whole day: not before it (``gte``) is from its start, after it (``gt``) from
        its end, before it (``lt``) until its start, not after it (``lte``) until its end.
        """
        return dict(_limit(name, value) for name, value in self.bounds)


@dataclass(frozen=True)
class Exists:
    """The key holds at least one value."""

    key: str


@dataclass(frozen=True)
class AnyElement:
    """The key holds a list of objects of which one alone fulfils the whole condition."""

    key: str
    condition: "Condition"


@dataclass(frozen=True)
class Not:
    """The condition is not fulfilled."""

    condition: "Condition"


@dataclass(frozen=True)
class And:
    """All are fulfilled; of none, that is true."""

    conditions: tuple["Condition", ...]


@dataclass(frozen=True)
class Or:
    """At least one is fulfilled."""

    conditions: tuple["Condition", ...]


Condition = AnyOf | Prefix | Range | Exists | AnyElement | Not | And | Or

NO_FILTER = And(())
"""Holds for every document."""


def _limit(name: BoundName, value: int | str) -> tuple[BoundName, int]:
    if isinstance(value, int):
        return name, value
    instant = parse_instant(value)
    if instant is None:
        raise ValueError(f"{value!r} is no RFC 3339 date or date-time")
    if not instant.whole_day:
        return name, instant.start
    of_days: dict[BoundName, tuple[BoundName, int]] = {
        "gte": ("gte", instant.start),
        "gt": ("gte", instant.end),
        "lt": ("lt", instant.start),
        "lte": ("lt", instant.end),
    }
    return of_days[name]
