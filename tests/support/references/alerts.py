"""Alerts from their definition: everything is kept, and looked at again after each finding."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from catalystindex.detection.finding import Finding


@dataclass
class SlowAlert:
    """An alert and all that was merged into it."""

    findings: list[Finding] = field(default_factory=list)
    explained_by: "SlowAlert | None" = None
    revision: int = 0

    @property
    def detector(self) -> str:
        return self.findings[0].detector

    @property
    def start(self) -> int:
        return min(one.start for one in self.findings)

    @property
    def end(self) -> int:
        return max(one.end for one in self.findings)

    @property
    def events(self) -> dict[str, int]:
        """Times of all events, in order of arrival."""
        return {
            event: time
            for one in self.findings
            for event, time in zip(one.event_ids, one.event_times, strict=True)
        }

    @property
    def best(self) -> Finding:
        top = max(one.score for one in self.findings)
        return [one for one in self.findings if one.score == top][-1]

    def members(self, role: str) -> list[str]:
        """Return who plays a role, in order of arrival."""
        found = [one for finding in self.findings for one in finding.roles.get(role, ())]
        return list(dict.fromkeys(found))

    def takes(self, finding: Finding) -> bool:
        """Tell whether a finding is merged into it, if it is the latest that would take it."""
        same = (finding.detector, finding.anchor) == (self.detector, self.findings[0].anchor)
        shares = not self.events.keys().isdisjoint(finding.event_ids)
        overlaps = finding.start <= self.end and self.start <= finding.end
        return same and (shares or overlaps)


def slow_alerts(
    findings: Sequence[Finding],
    explains: Mapping[str, frozenset[str]],
    ids: Mapping[tuple[str, ...], str],
) -> list[SlowAlert]:
    """Fold findings; ``ids`` gives the id of an alert by (detector, anchor, first evidence)."""
    alerts: list[SlowAlert] = []
    for finding in findings:
        able = [one for one in alerts if one.takes(finding)]
        alert = max(able, key=alerts.index) if able else SlowAlert()
        if not able:
            alerts.append(alert)
        alert.findings.append(finding)
        alert.revision += 1
        _explain(alerts, alert, explains, ids)
    return alerts


def key_of(alert: SlowAlert) -> tuple[str, ...]:
    """Return what an alert is known by: its first finding."""
    first = alert.findings[0]
    return (first.detector, *first.anchor, *first.event_ids)


def _explain(
    alerts: list[SlowAlert],
    merged: SlowAlert,
    explains: Mapping[str, frozenset[str]],
    ids: Mapping[tuple[str, ...], str],
) -> None:
    for one in alerts:
        able = [
            by
            for by in alerts
            if one.detector in explains.get(by.detector, ())
            and 2 * len(one.events.keys() & by.events.keys()) >= len(one.events)
        ]
        best = min(able, key=lambda by: (by.start, ids[key_of(by)])) if able else None
        if best is not one.explained_by and one is not merged:
            one.revision += 1
        one.explained_by = best
