"""How good alerts are, measured on data whose truth is known.

Definitions, as events count and accounts do not:

- a pattern is *found* by an alert that holds at least half of the pattern's payments;
- it is *named* if that alert is of the pattern's own typology;
- an alert is *true* if at least half of its payments belong to abuse, of whichever typology or
  of none; *precise* if they belong to one pattern of its own typology, or to a pattern that it
  names a part of (it is then explained by another alert, and not counted);
- a lawful look-alike is *alerted* if an alert that stands for itself holds half of its payments, or
  has half of its own payments in it.

Recall is over patterns, precision over open alerts. Both are given with the counts behind them.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
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

    total: Tally = field(default_factory=Tally)
    """Over all typologies."""
    recall: float | None = None
    """Share of all patterns that were found; None where the truth names none."""
    precision: float | None = None
    """Share of open alerts that are true; None where there are none."""
    accounts: int = 0
    alerts_per_thousand: float | None = None
    """Open alerts for a thousand accounts; None where their number is not known."""
    abuse_payments: int = 0
    """Payments that are known to be abuse, in patterns or not."""
    abuse_alerted: int = 0
    """Those of them that are in an open alert."""
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
    alerts: Sequence[Judged],
    patterns: Sequence[Pattern],
    accounts: int = 0,
    loose: AbstractSet[str] = frozenset(),
) -> Evaluation:
    """Compare alerts with the truth. ``accounts`` are those of the whole population.

    ``loose`` are payments that are abuse, of no pattern that is known.
    """
    ordered = sorted(patterns, key=lambda one: one.name)
    shown = sorted(alerts, key=lambda one: one.alert_id)
    return _Comparison(shown, ordered, loose).result(accounts)


def _together(tallies: Iterable[Tally]) -> Tally:
    total = Tally()
    for one in tallies:
        total.patterns += one.patterns
        total.found += one.found
        total.named += one.named
        total.alerts += one.alerts
        total.true += one.true
        total.precise += one.precise
    return total


class _Comparison:
    """Alerts and patterns side by side."""

    def __init__(
        self, alerts: Sequence[Judged], patterns: Sequence[Pattern], loose: AbstractSet[str]
    ) -> None:
        self._alerts, self._patterns, self._loose = alerts, patterns, loose
        self._open = [one for one in alerts if not one.explained]
        self._abuse = [number for number, one in enumerate(patterns) if not one.lookalike]
        index: defaultdict[str, list[int]] = defaultdict(list)
        for number, pattern in enumerate(patterns):
            for event in pattern.events:
                index[event].append(number)
        self._index: Mapping[str, list[int]] = index
        self._shared = {one.alert_id: self._counts(one) for one in alerts}
        self._true = {one.alert_id for one in self._open if self._is_true(one)}
        self._finders = self._find()

    def result(self, accounts: int) -> Evaluation:
        result = Evaluation()
        self._tally(result)
        self._sum_up(result, accounts)
        self._look_alike(result)
        scores = sorted({one.score for one in self._open}, reverse=True)
        result.curve = [self._point(score, accounts) for score in scores]
        result.missed = [self._patterns[n].name for n in self._abuse if not self._finders[n]]
        result.false_alerts = [one.alert_id for one in self._open if one.alert_id not in self._true]
        return result

    def _counts(self, alert: Judged) -> Counter[int]:
        """Count the payments that an alert shares with each pattern."""
        return Counter(n for event in alert.events for n in self._index.get(event, ()))

    def _is_true(self, alert: Judged) -> bool:
        abuse = sum(self._is_abuse(event) for event in alert.events)
        return abuse * HALF >= len(alert.events)

    def _is_abuse(self, event: str) -> bool:
        return event in self._loose or any(
            not self._patterns[n].lookalike for n in self._index.get(event, ())
        )

    def _is_precise(self, alert: Judged) -> bool:
        own = [
            shared
            for number, shared in self._shared[alert.alert_id].items()
            if self._patterns[number].typology == alert.typology
            and not self._patterns[number].lookalike
        ]
        return max(own, default=0) * HALF >= len(alert.events)

    def _find(self) -> list[list[Judged]]:
        """Return for each pattern the alerts that found it."""
        finders: list[list[Judged]] = [[] for _ in self._patterns]
        for alert in self._alerts:
            for number, shared in sorted(self._shared[alert.alert_id].items()):
                if shared * HALF >= len(self._patterns[number].events):
                    finders[number].append(alert)
        return finders

    def _tally(self, result: Evaluation) -> None:
        for number in self._abuse:
            typology, found = self._patterns[number].typology, self._finders[number]
            tally = result.by_typology.setdefault(typology, Tally())
            tally.patterns += 1
            tally.found += bool(found)
            tally.named += any(one.typology == typology for one in found)
        for alert in self._open:
            tally = result.by_typology.setdefault(alert.typology, Tally())
            tally.alerts += 1
            tally.true += alert.alert_id in self._true
            tally.precise += self._is_precise(alert)

    def _sum_up(self, result: Evaluation, accounts: int) -> None:
        total = result.total = _together(result.by_typology.values())
        result.recall, result.precision = total.recall, total.precision
        result.accounts = accounts
        result.alerts_per_thousand = total.alerts * 1000 / accounts if accounts else None
        abuse = set(self._loose).union(*(self._patterns[n].events for n in self._abuse))
        result.abuse_payments = len(abuse)
        result.abuse_alerted = len(abuse & {event for one in self._open for event in one.events})

    def _look_alike(self, result: Evaluation) -> None:
        about = self._about_lookalikes()
        for number, pattern in enumerate(self._patterns):
            if not pattern.lookalike:
                continue
            there, alerted = result.lookalikes.get(pattern.typology, (0, 0))
            result.lookalikes[pattern.typology] = (there + 1, alerted + (number in about))
            if number in about:
                result.alerted_lookalikes.append((pattern.name, about[number]))

    def _about_lookalikes(self) -> dict[int, str]:
        """Return the first open alert about each look-alike that has one."""
        about: dict[int, str] = {}
        for alert in self._open:
            for number, shared in self._shared[alert.alert_id].items():
                pattern = self._patterns[number]
                smaller = min(len(alert.events), len(pattern.events))
                if pattern.lookalike and shared * HALF >= smaller:
                    about.setdefault(number, alert.alert_id)
        return about

    def _point(self, score: int, accounts: int) -> CurvePoint:
        """Return what it would be like to be shown alerts from a score on."""
        shown = [one for one in self._open if one.score >= score]
        found = sum(
            any(one.score >= score for one in self._finders[number]) for number in self._abuse
        )
        recall = found / len(self._abuse) if self._abuse else 0.0
        precision = sum(one.alert_id in self._true for one in shown) / len(shown)
        rate = len(shown) * 1000 / accounts if accounts else 0.0
        return CurvePoint(score, len(shown), recall, precision, rate)
