"""From the rows of a pattern to a finding: facts, points, roles and text, the same in every run."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from catalystindex.detection.contract import DAY, HOUR, AnyDetector
from catalystindex.detection.finding import FULL_SCORE, Finding, Reason
from catalystindex.temporal.layout import NOBODY
from catalystindex.temporal.window import Window

MOST_EVENTS: Final = 200
"""Events that a finding lists; of a longer pattern it lists the last ones."""

MOST_MONEY: Final = 2**63 - 1
"""Minor units of a finding: what is stored are 64 bits. A thousand payments may be more."""

EVENTS_BOUND: Final = "max_evidence"
"""The bound that is named where a finding does not list all events."""


@dataclass(slots=True)
class Case:
    """What speaks for a finding, collected point by point."""

    points: dict[str, tuple[int, str]] = field(default_factory=dict)
    """By reason code: points and the fact."""
    bounds: list[str] = field(default_factory=list)

    def add(self, code: str, points: float, fact: str) -> None:
        """Note that a fact speaks for it with so many points; none are not noted."""
        if round(points) > 0:
            self.points[code] = (round(points), fact)

    @property
    def score(self) -> int:
        """Sum of the points, at most `FULL_SCORE`."""
        return min(FULL_SCORE, sum(points for points, _ in self.points.values()))


def finding_of(
    detector: AnyDetector,
    window: Window,
    case: Case,
    *,
    rows: Iterable[int],
    anchor: Sequence[str],
    roles: Mapping[str, Iterable[str]],
    amount: int,
    summary: str,
) -> Finding | None:
    """Return the finding, None where it scores less than the detector reports.

    ``rows`` are those of the pattern in any order, repeats allowed; ``summary`` is the first
    sentence of the rationale, to which the facts are added.
    """
    if case.score < detector.params.min_score:
        return None
    held = np.unique(np.fromiter(rows, np.int64))
    bounds = list(case.bounds)
    start = int(window.column("time")[held[0] - window.base])
    if len(held) > MOST_EVENTS:
        held = held[-MOST_EVENTS:]
        bounds.append(EVENTS_BOUND)
    reasons = _reasons(detector, case)
    times = tuple(window.column("time")[held - window.base].tolist())
    return Finding(
        detector=detector.name,
        version=detector.version,
        typology=detector.typology,
        anchor=tuple(anchor),
        roles={role: tuple(sorted(set(ids))) for role, ids in roles.items() if ids},
        event_ids=window.event_ids(held),
        event_times=times,
        start=start,
        end=times[-1],
        amount=min(int(amount), MOST_MONEY),
        reasons=reasons,
        score=case.score,
        rationale=f"{summary} " + "; ".join(reason.fact for reason in reasons) + ".",
        bounds=tuple(sorted(set(bounds))),
    )


def _reasons(detector: AnyDetector, case: Case) -> tuple[Reason, ...]:
    """Return what speaks for a finding in the order of the detector's table."""
    return tuple(
        Reason(weight.code, *case.points[weight.code])
        for weight in detector.weights
        if weight.code in case.points
    )


def accounts(window: Window, codes: Iterable[int]) -> tuple[str, ...]:
    """Return the ids of accounts; nobody is left out."""
    names = window.codes.accounts.names
    return tuple(names[code] for code in map(int, codes) if code != NOBODY)


def units(amount: float) -> str:
    """Return minor units as a sum for people: ``1,234.50``."""
    return f"{amount / 100:,.2f}"


def share(part: float, whole: float) -> str:
    """Return a part in whole per cent."""
    return f"{100 * part / whole:.0f}%" if whole else "0%"


def duration(micros: float) -> str:
    """Return a time in hours, or in days where it is two or more."""
    if micros >= 2 * DAY:
        return f"{micros / DAY:.1f} days"
    return f"{micros / HOUR:.1f} hours"


def ramp(value: float, low: float, high: float) -> float:
    """Return 0 at ``low`` and below, 1 at ``high`` and above, and what is between in proportion."""
    if low == high:
        return float(value >= high)
    return min(1.0, max(0.0, (value - low) / (high - low)))
