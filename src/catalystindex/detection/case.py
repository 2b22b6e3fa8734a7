"""One alert while it grows."""

from collections.abc import Iterable
from typing import Final

import msgspec

from catalystindex.detection.finding import Finding
from catalystindex.detection.severity import Severities
from catalystindex.model.alert import AlertState
from catalystindex.model.alert_record import AlertRecord, RecordedReason

CUT: Final = "max_alert_events"
"""The bound that an alert names when events or members were left out of its lists."""


class Case(msgspec.Struct):
    """What was merged so far, and which alerts share events with it.

    Lists are cut by keeping what came first: so a later revision lists all that an earlier one
    does, and the cut does not depend on when the alert was looked at.
    """

    alert_id: str
    rule: str
    """Which detector, version and parameters found it."""
    parameters: dict[str, object]
    best: Finding
    """The finding with the highest score, of equal ones the last; its texts speak for the alert."""
    amount: int
    start: int
    end: int
    revision: int = 0
    events: int = 0
    listed: dict[str, int] = {}
    """Times of the events that are listed, in order of arrival."""
    members: dict[str, dict[str, None]] = {}
    """By role, in order of arrival."""
    bounds: dict[str, None] = {}
    shared: dict[str, tuple[int, int]] = {}
    """Of each alert that may explain this one: how many events of this it has, and its start."""
    explained_by: str | None = None

    @property
    def key(self) -> tuple[str, tuple[str, ...]]:
        """What a finding must have in common with it to be merged."""
        return self.rule, self.best.anchor

    def merge(self, finding: Finding, limit: int) -> None:
        """Take all of a finding but its events (`add_event`); roles list ``limit`` members each."""
        if finding.score >= self.best.score:
            self.best = finding
        self.amount = max(self.amount, finding.amount)
        self.start = min(self.start, finding.start)
        self.end = max(self.end, finding.end)
        self.revision += 1
        self.bounds.update(dict.fromkeys(finding.bounds))
        for role, members in finding.roles.items():
            self._add_members(self.members.setdefault(role, {}), members, limit)

    def _add_members(self, listed: dict[str, None], members: Iterable[str], limit: int) -> None:
        for member in members:
            if member in listed:
                continue
            if len(listed) < limit:
                listed[member] = None
            else:
                self.bounds[CUT] = None

    def add_event(self, event_id: str, time: int, limit: int) -> None:
        """Count an event that it does not have yet, and list it unless ``limit`` are listed."""
        self.events += 1
        if len(self.listed) < limit:
            self.listed[event_id] = time
        else:
            self.bounds[CUT] = None

    def explain(self) -> bool:
        """Find out which alert explains it, and tell whether that is another than before.

        It must have at least half of this one's events; of several the one that starts first,
        then the one with the lesser id.
        """
        able = [(start, one) for one, (n, start) in self.shared.items() if 2 * n >= self.events]
        by = min(able)[1] if able else None
        changed = by != self.explained_by
        self.explained_by = by
        return changed

    def record(self, currency: str | None, severities: Severities) -> AlertRecord:
        """Return the alert as of now."""
        best = self.best
        events = sorted((time, event_id) for event_id, time in self.listed.items())
        return AlertRecord(
            alert_id=self.alert_id,
            detector=best.detector,
            version=best.version,
            typology=best.typology,
            severity=severities.of(best.score),
            score=best.score,
            state=AlertState.OPEN if self.explained_by is None else AlertState.EXPLAINED,
            explained_by=self.explained_by,
            anchor=best.anchor,
            roles={role: tuple(sorted(self.members[role])) for role in sorted(self.members)},
            event_ids=tuple(event_id for _, event_id in events),
            event_times=tuple(time for time, _ in events),
            events=self.events,
            start=self.start,
            end=self.end,
            amount=self.amount,
            currency=currency,
            reasons=tuple(RecordedReason(r.code, r.weight, r.fact) for r in best.reasons),
            rationale=best.rationale,
            bounds=tuple(sorted(self.bounds)),
            parameters=self.parameters,
            revision=self.revision,
        )
