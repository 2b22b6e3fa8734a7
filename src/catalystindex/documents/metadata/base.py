"""What every extractor of metadata is, and what it finds."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

Value = str | int | bool | dict[str, str | int]
"""A scalar to filter by, or a flat object such as an amount of money."""

Fields = dict[str, list[Value]]


@dataclass(frozen=True)
class Mention:
    """A typed thing in a text. ``start`` and ``end`` count code points, ``end`` is exclusive.

    ``kind`` is the metadata key it counts for, ``value`` is what stands in the text (masked where
    the text holds a card number), ``normalised`` is what is stored and filtered by, and ``detail``
    holds small facts for a reader.
    """

    start: int
    end: int
    kind: str
    value: str
    normalised: Value
    detail: Mapping[str, str] = field(default_factory=dict, compare=False)


def by_kind(mentions: Sequence[Mention]) -> Fields:
    """Return the normalised values under their kinds, in the order of the text."""
    found: Fields = {}
    for mention in mentions:
        found.setdefault(mention.kind, []).append(mention.normalised)
    return found


@dataclass(frozen=True)
class Extractor:
    """A named way to find one family of metadata.

    ``find`` never raises on any text, runs in time linear in it and returns mentions in the order
    of the text; it raises `DependencyMissing` when a package it reads is absent or is not the
    pinned one. ``fields`` turns mentions into keys. ``revision`` goes up when either changes.
    """

    name: str
    revision: int
    find: Callable[[str], list[Mention]]
    fields: Callable[[Sequence[Mention]], Fields] = by_kind


def overlaps(start: int, end: int, taken: Sequence[Mention]) -> bool:
    """Tell whether a range touches a mention; ``taken`` must be short or bounded by the caller."""
    return any(start < other.end and other.start < end for other in taken)
