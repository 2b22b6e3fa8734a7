"""What a detector finds: a pattern that was completed by its last event."""

from typing import NamedTuple

import msgspec

FULL_SCORE = 100
"""Score of a finding that everything speaks for."""


class Reason(msgspec.Struct, frozen=True):
    """Why a finding is one: a reason code of the detector's table, and the fact behind it."""

    code: str
    weight: int
    """Points it adds to the score."""
    fact: str
    """The fact in words, with its numbers: ``"7 senders within 3 days"``."""


class Finding(msgspec.Struct, frozen=True):
    """A pattern as of its last event.

    Everything in it is a function of the payments within the detector's look-back before that
    event, the event included: it is the same in every run. Nothing in it is a code or a row.
    """

    detector: str
    version: int
    typology: str
    anchor: tuple[str, ...]
    """What a pattern keeps while it grows (the collector of a fan-in): findings of one anchor
    become one alert. Ids, in the order that the detector defines."""
    roles: dict[str, tuple[str, ...]]
    """Ids of accounts (and parties) by the part they play; each tuple sorted, without repeats."""
    event_ids: tuple[str, ...]
    """The evidence, in order of time and event id; the last one completed the pattern."""
    event_times: tuple[int, ...]
    """When each of these events was, in microseconds since 1970-01-01T00:00:00Z."""
    start: int
    end: int
    """Times of the first and last event."""
    amount: int
    """Minor units that the pattern moved, as its detector defines."""
    reasons: tuple[Reason, ...]
    """In the order of the detector's table; zero weights are left out."""
    score: int
    """Sum of the weights, from 0 to `FULL_SCORE`."""
    rationale: str
    """One or two sentences made of the facts."""
    bounds: tuple[str, ...] = ()
    """Parameters that bounded the search here: there may be more than what is listed."""


class FindingOrder(NamedTuple):
    """What findings are sorted by: the order in which their last events happened."""

    end: int
    last_event: str
    detector: str
    anchor: tuple[str, ...]
    event_ids: tuple[str, ...]


def order_of(finding: Finding) -> FindingOrder:
    """Return the place of a finding among others."""
    return FindingOrder(
        finding.end, finding.event_ids[-1], finding.detector, finding.anchor, finding.event_ids
    )
