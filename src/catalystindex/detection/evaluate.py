"""How good alerts are, measured on data whose truth is known.

Definitions, as events count and accounts do not:

- a pattern is *found* by an alert that holds at least half of the pattern's payments;
- it is *named* if that alert is of the pattern's own typology;
- an alert is *true* if at least half of its payments belong to planted abuse, of whichever
  typology; *precise* if they belong to one pattern of its own typology, or to a pattern that it
  names a part of (it is then explained by another alert, and not counted);
- a lawful look-alike is *alerted* if an alert that stands for itself holds half of its payments, or
  has half of its own payments in it.

Recall is over patterns, precision over open alerts. Both are given with the counts behind them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

HALF: Final = 2
"""A pattern counts as held where this many times the shared payments are all of them."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A planted pattern: its payments, and whether it is lawful."""

    name: str
    typology: str
    events: frozenset[str]
    lookalike: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """What of an alert matters to a measurement."""

    alert_id: str
    typology: str
    events: frozenset[str]
    score: int
    explained: bool = False


@dataclass(slots=True)
class Tally:
    """Counts for one typology."""

    patterns: int = 0
    found: int = 0
    named: int = 0
    alerts: int = 0
    true: int = 0
    precise: int = 0
    """Open alerts whose payments belong to a pattern of their own typology."""

    @property
    def recall(self) -> float | None:
        """Share of patterns that were found; None where there are none."""
        return self.found / self.patterns if self.patterns else None

    @property
    def named_recall(self) -> float | None:
        """Share of patterns that were found under their own name."""
        return self.named / self.patterns if self.patterns else None

    @property
    def precision(self) -> float | None:
        """Share of open alerts that are true; None where there are none."""
        return self.true / self.alerts if self.alerts else None

    @property
    def strict_precision(self) -> float | None:
        """Share of open alerts that are of a pattern of their own typology."""
        return self.precise / self.alerts if self.alerts else None


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """Recall and precision if only alerts of at least this score were shown."""

    score: int
    alerts: int
    recall: float
    precision: float
    alerts_per_thousand: float
    """Accounts; 0 where their number is not known."""


@dataclass(slots=True)
class Evaluation:
    """What a run is worth."""

    by_typology: dict[str, Tally] = field(default_factory=dict)
    lookalikes: dict[str, tuple[int, int]] = field(default_factory=dict)
    """By kind: how many there are, and how many were alerted."""
    curve: list[CurvePoint] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    """Names of patterns that no alert found."""
    false_alerts: list[str] = field(default_factory=list)
    """Ids of open alerts that are not true."""
    alerted_lookalikes: list[tuple[str, str]] = field(default_factory=list)
    """Name of the look-alike, and id of the alert."""


def evaluate(
    alerts: Sequence[Judged], patterns: Sequence[Pattern], accounts: int = 0
) -> Evaluation:
    """Compare alerts with the truth. ``accounts`` are those of the whole population."""
    index = _by_event(patterns)
    result = Evaluation()
    for pattern in sorted(patterns, key=lambda one: one.name):
        if not pattern.lookalike:
            result.by_typology.setdefault(pattern.typology, Tally()).patterns += 1
    best = _judge_alerts(alerts, patterns, index, result)
    _count_found(patterns, best, result)
    _count_lookalikes(alerts, patterns, index, result)
    result.curve = _curve(alerts, patterns, index, best, accounts)
    return result


def _by_event(patterns: Iterable[Pattern]) -> Mapping[str, list[int]]:
    index: defaultdict[str, list[int]] = defaultdict(list)
    for number, pattern in enumerate(patterns):
        for event in pattern.events:
            index[event].append(number)
    return index


def _shared(alert: Judged, index: Mapping[str, list[int]]) -> Counter[int]:
    return Counter(number for event in alert.events for number in index.get(event, ()))


def _is_true(alert: Judged, patterns: Sequence[Pattern], index: Mapping[str, list[int]]) -> bool:
    abuse = sum(
        any(not patterns[number].lookalike for number in index.get(event, ()))
        for event in alert.events
    )
    return abuse * HALF >= len(alert.events)


def _judge_alerts(
    alerts: Sequence[Judged],
    patterns: Sequence[Pattern],
    index: Mapping[str, list[int]],
    result: Evaluation,
) -> dict[int, list[tuple[int, str]]]:
    """Count alerts; return for each pattern who found it: score and typology of alerts."""
    finders: defaultdict[int, list[tuple[int, str]]] = defaultdict(list)
    for alert in sorted(alerts, key=lambda one: one.alert_id):
        shared = _shared(alert, index)
        for number in sorted(shared):
            if shared[number] * HALF >= len(patterns[number].events):
                finders[number].append((alert.score, alert.typology))
        if alert.explained:
            continue
        tally = result.by_typology.setdefault(alert.typology, Tally())
        tally.alerts += 1
        own = max(
            (shared[n] for n in shared
             if patterns[n].typology == alert.typology and not patterns[n].lookalike), default=0
        )  # fmt: skip
        tally.precise += own * HALF >= len(alert.events)
        if _is_true(alert, patterns, index):
            tally.true += 1
        else:
            result.false_alerts.append(alert.alert_id)
    return finders


def _count_found(
    patterns: Sequence[Pattern],
    finders: Mapping[int, list[tuple[int, str]]],
    result: Evaluation,
) -> None:
    for number, pattern in enumerate(patterns):
        if pattern.lookalike:
            continue
        tally = result.by_typology[pattern.typology]
        found = finders.get(number, [])
        tally.found += bool(found)
        tally.named += any(typology == pattern.typology for _, typology in found)
        if not found:
            result.missed.append(pattern.name)
    result.missed.sort()


def _count_lookalikes(
    alerts: Sequence[Judged],
    patterns: Sequence[Pattern],
    index: Mapping[str, list[int]],
    result: Evaluation,
) -> None:
    hit: dict[int, str] = {}
    for alert in sorted(alerts, key=lambda one: one.alert_id):
        if alert.explained:
            continue
        for number, shared in sorted(_shared(alert, index).items()):
            smaller = min(len(alert.events), len(patterns[number].events))
            if patterns[number].lookalike and shared * HALF >= smaller:
                hit.setdefault(number, alert.alert_id)
    for number, pattern in enumerate(patterns):
        if pattern.lookalike:
            there, alerted = result.lookalikes.get(pattern.typology, (0, 0))
            result.lookalikes[pattern.typology] = (there + 1, alerted + (number in hit))
            if number in hit:
                result.alerted_lookalikes.append((pattern.name, hit[number]))


def _curve(
    alerts: Sequence[Judged],
    patterns: Sequence[Pattern],
    index: Mapping[str, list[int]],
    finders: Mapping[int, list[tuple[int, str]]],
    accounts: int,
) -> list[CurvePoint]:
    """Return a point for each score that occurs, the highest first."""
    open_alerts = [one for one in alerts if not one.explained]
    true = {one.alert_id for one in open_alerts if _is_true(one, patterns, index)}
    abuse = sum(not pattern.lookalike for pattern in patterns)
    points: list[CurvePoint] = []
    for score in sorted({one.score for one in open_alerts}, reverse=True):
        shown = [one for one in open_alerts if one.score >= score]
        found = sum(
            any(given >= score for given, _ in finders.get(number, ()))
            for number, pattern in enumerate(patterns)
            if not pattern.lookalike
        )
        precise = sum(one.alert_id in true for one in shown) / len(shown)
        rate = len(shown) * 1000 / accounts if accounts else 0.0
        points.append(CurvePoint(score, len(shown), found / abuse if abuse else 0.0, precise, rate))
    return points
