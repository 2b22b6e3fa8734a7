"""What the generator says about a pattern that it planted."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pattern:
    """A planted pattern: abuse, or a lawful look-alike of it.

    ``number`` is what the events carry in the column `batch.PATTERN`. ``roles`` name the entities
    that take part, by id. ``start`` and ``end`` are the micros of its first and last event.
    """

    number: int
    typology: str
    lookalike: bool
    difficulty: float
    roles: Mapping[str, tuple[str, ...]]
    start: int
    end: int
    events: int
    """How many events carry the number."""
