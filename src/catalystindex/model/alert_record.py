"""An alert as it is computed and stored. `model.alert.Alert` is what is shown of it."""

import msgspec

from catalystindex.model.alert import AlertState, Severity


class RecordedReason(msgspec.Struct, frozen=True):
    """A reason code of the detector's table, and the fact behind it."""

    code: str
    weight: int
    fact: str


class AlertRecord(msgspec.Struct, frozen=True):
    """An alert at one of its revisions.

    Of two revisions of an alert the later one lists all events and members that the earlier one
    lists. Times are in microseconds since 1970-01-01T00:00:00Z.
    """

    alert_id: str
    detector: str
    version: int
    typology: str
    severity: Severity
    score: int
    state: AlertState
    explained_by: str | None
    anchor: tuple[str, ...]
    roles: dict[str, tuple[str, ...]]
    """Ids by the part they play, each tuple sorted; cut like the events."""
    event_ids: tuple[str, ...]
    """The evidence in order of time and event id; the first ones that were found, if it was cut."""
    event_times: tuple[int, ...]
    """When each of these was."""
    events: int
    """How many events there are, listed or not."""
    start: int
    end: int
    amount: int
    """Minor units of ``currency``: the largest amount of a single finding."""
    currency: str | None
    reasons: tuple[RecordedReason, ...]
    rationale: str
    bounds: tuple[str, ...]
    parameters: dict[str, object]
    revision: int

    @property
    def entities(self) -> tuple[str, ...]:
        """Ids of all that play a part, sorted, each once."""
        return tuple(sorted({member for members in self.roles.values() for member in members}))
