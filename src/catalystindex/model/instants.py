"""RFC 3339 dates and date-times as instants.

An instant is a whole number of milliseconds since 1970-01-01T00:00:00Z. Finer digits are cut off,
in what is stored and in what is asked alike: milliseconds up to the year 9999 stay below 2^53, so
an engine that compares in double precision compares exactly.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

DAY_MS = 24 * 60 * 60 * 1000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FORM = re.compile(
    r"(?P<date>[0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[Tt](?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2})(?:\.(?P<fraction>[0-9]{1,9}))?"
    r"(?:[Zz]|(?P<sign>[+-])(?P<hours>[0-9]{2}):(?P<minutes>[0-9]{2})))?"
)


class Instant(NamedTuple):
    """When something is: its first millisecond, and whether a whole day was meant."""

    start: int
    whole_day: bool

    @property
    def end(self) -> int:
        """The first millisecond after it; of a date-time, the instant itself."""
        return self.start + DAY_MS if self.whole_day else self.start


def parse_instant(text: str) -> Instant | None:
    """Return the instant that a text is, or None where it is no RFC 3339 date or date-time.

    A date is its day in UTC. A date-time must carry its offset (``Z`` or ``+01:00``), as RFC 3339
    section 5.6 demands: without one it names no instant. Leap seconds (``:60``) are not known.
    """
    found = _FORM.fullmatch(text)
    if found is None:
        return None
    clock, fraction = found["time"] or "00:00:00", found["fraction"] or ""
    try:
        local = datetime.fromisoformat(f"{found['date']}T{clock}+00:00")
    except ValueError:
        return None
    offset = _offset_seconds(found)
    if offset is None:
        return None
    seconds = (local - _EPOCH) // timedelta(seconds=1) - offset
    return Instant(seconds * 1000 + int(fraction[:3].ljust(3, "0")), found["time"] is None)


def _offset_seconds(found: re.Match[str]) -> int | None:
    if found["sign"] is None:
        return 0
    hours, minutes = int(found["hours"]), int(found["minutes"])
    if hours > 23 or minutes > 59:
        return None
    return (1 if found["sign"] == "+" else -1) * (hours * 3600 + minutes * 60)
