"""Alerts: a fold over findings in the order of their last events.

A finding that overlaps the latest alert of its detector and anchor in time is merged into it, else
it opens one. (Findings come in order of their ends, so that what overlaps any earlier alert of the
anchor overlaps the latest; and what shares an event with it overlaps it.)

An alert that holds at least half of the events of another detector's alert explains it, if its
detector says so (`Detector.explains`). The explained alert is kept and points to that one; chains
come about as they may, since an explained alert explains others all the same.

The fold depends on the order of findings and on nothing else: not on batches, not on when `forget`
is called, not on a restart with `state` and `restore`.
"""

import json
from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from catalystindex.detection.case import Case
from catalystindex.detection.finding import Finding, FindingOrder, order_of
from catalystindex.detection.severity import DEFAULT_SEVERITIES, Severities
from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.errors import DetectionStateInvalid, DetectorUnknown, FindingDisorder
from catalystindex.model.ids import content_id

DEFAULT_MAX_EVENTS: Final = 1_000
STATE_VERSION: Final = 1
SWEEP_FROM: Final = 4_096
"""Events and alerts that are kept before `AlertBook.forget` looks through them."""


class _Holders(msgspec.Struct, array_like=True):
    """An event, and the alerts that have it."""

    time: int
    alerts: list[str]


class _State(msgspec.Struct):
    version: int
    last: FindingOrder | None
    cases: list[Case]
    holders: dict[str, _Holders]


class AlertBook:
    """The alerts that may still grow. Not safe for use by several threads."""

    def __init__(
        self,
        parameters_of: Mapping[str, Mapping[str, Any]],
        explains: Mapping[str, frozenset[str]] | None = None,
        *,
        max_events: int = DEFAULT_MAX_EVENTS,
        severities: Severities = DEFAULT_SEVERITIES,
        currency: str | None = None,
    ) -> None:
        """Take each detector's parameters as JSON values, and the detectors that each explains.

        An alert lists ``max_events`` events, and as many members of each role, at most. Amounts
        are in minor units of ``currency``. Raises `ValueError` if detectors explain each other in
        a circle: then neither alert would stand.
        """
        self._parameters = {name: dict(values) for name, values in parameters_of.items()}
        self._rules: dict[tuple[str, int], str] = {}
        self._explains = dict(explains or {})
        _refuse_circles(self._explains)
        self._max_events = max_events
        self._severities = severities
        self._currency = currency
        self._last: FindingOrder | None = None
        self._cases: dict[str, Case] = {}
        self._latest: dict[tuple[str, tuple[str, ...]], Case] = {}
        self._holders: dict[str, _Holders] = {}
        self._covers: dict[str, dict[str, None]] = {}
        """By alert, those that have events in common with it and that it may explain."""
        self._sweep_at = SWEEP_FROM

    def __len__(self) -> int:
        """Return how many alerts are kept."""
        return len(self._cases)

    def fold(self, findings: Iterable[Finding]) -> list[AlertRecord]:
        """Take findings; return the alerts that are new or changed, by start and id.

        Raises `FindingDisorder` if a finding comes before one that was taken (`order_of`), and
        `DetectorUnknown` for one of a detector whose parameters are not known: the findings before
        it are taken then.
        """
        changed: dict[str, Case] = {}
        for finding in findings:
            self._check(finding)
            changed.update((case.alert_id, case) for case in self._fold(finding))
        return [
            case.record(self._currency, self._severities)
            for case in sorted(changed.values(), key=lambda case: (case.start, case.alert_id))
        ]

    def forget(self, before: int) -> None:
        """Let go of alerts and events that no finding to come can have part in.

        ``before`` is a time in microseconds; no finding to come may begin before it, so it is at
        least the longest look-back before the last payment. What `fold` returns does not depend
        on it. It looks through what is kept once that has doubled, so it costs little to call.
        """
        if len(self._cases) + len(self._holders) < self._sweep_at:
            return
        for gone in [case for case in self._cases.values() if case.end < before]:
            self._let_go(gone)
        self._holders = {e: one for e, one in self._holders.items() if one.time >= before}
        self._covers = {
            by: {one: None for one in covered if one in self._cases}
            for by, covered in self._covers.items()
        }
        self._sweep_at = max(SWEEP_FROM, 2 * (len(self._cases) + len(self._holders)))

    def state(self) -> bytes:
        """Return all that `restore` needs to go on from here."""
        state = _State(STATE_VERSION, self._last, list(self._cases.values()), self._holders)
        return msgspec.msgpack.encode(state)

    def restore(self, state: bytes) -> None:
        """Go on from where `state` was taken. Raises `DetectionStateInvalid` for other bytes."""
        try:
            found = msgspec.msgpack.decode(state, type=_State)
        except msgspec.DecodeError as error:
            raise DetectionStateInvalid(f"The state of alerts cannot be read: {error}.") from error
        if found.version != STATE_VERSION:
            raise DetectionStateInvalid(f"The state of alerts has version {found.version}.")
        self._take(found)

    def _let_go(self, case: Case) -> None:
        del self._cases[case.alert_id]
        self._covers.pop(case.alert_id, None)
        if self._latest[case.key] is case:
            del self._latest[case.key]

    def _take(self, state: _State) -> None:
        self._last = state.last
        self._cases = {case.alert_id: case for case in state.cases}
        self._latest = {case.key: case for case in state.cases}
        self._holders = state.holders
        self._sweep_at = SWEEP_FROM
        self._covers = {}
        for case in state.cases:
            for by in case.shared:
                self._covers.setdefault(by, {})[case.alert_id] = None

    def _check(self, finding: Finding) -> None:
        place = order_of(finding)
        if self._last is not None and place < self._last:
            raise FindingDisorder(
                f"A finding of {finding.detector} that ends with event {place.last_event} came "
                f"after one that ends with event {self._last.last_event}."
            )
        self._last = place

    def _fold(self, finding: Finding) -> list[Case]:
        """Merge a finding; return the alerts that it changed."""
        case = self._case_of(finding)
        earlier_start = finding.start < case.start
        case.merge(finding, self._max_events)
        touched = self._add_events(case, finding)
        if earlier_start:
            touched.update(self._begin_earlier(case))
        case.explain()
        explained = [other for other in touched.values() if other.explain()]
        for other in explained:
            other.revision += 1
        return [case, *explained]

    def _case_of(self, finding: Finding) -> Case:
        rule = self._rule_of(finding)
        latest = self._latest.get((rule, finding.anchor))
        if latest is not None and finding.start <= latest.end:
            return latest
        alert_id = content_id("alert", rule, list(finding.anchor), list(finding.event_ids))
        parameters = self._parameters[finding.detector]
        amount, start, end = finding.amount, finding.start, finding.end
        case = Case(alert_id, rule, parameters, finding, amount, start, end)
        self._cases[alert_id] = case
        self._latest[case.key] = case
        return case

    def _rule_of(self, finding: Finding) -> str:
        """Return the id of a detector with its version and parameters."""
        key = finding.detector, finding.version
        if key not in self._rules:
            if finding.detector not in self._parameters:
                raise DetectorUnknown(f"A finding is of {finding.detector}, which is not run here.")
            text = json.dumps(self._parameters[finding.detector], sort_keys=True)
            self._rules[key] = content_id("detector", finding.detector, finding.version, text)
        return self._rules[key]

    def _add_events(self, case: Case, finding: Finding) -> dict[str, Case]:
        """Add what is new to a case; return the others that share more events with it now."""
        touched: dict[str, Case] = {}
        for event_id, time in zip(finding.event_ids, finding.event_times, strict=True):
            holders = self._holders.setdefault(event_id, _Holders(time, []))
            if case.alert_id in holders.alerts:
                continue
            for other in holders.alerts:
                self._share(case, self._cases[other], touched)
            holders.alerts.append(case.alert_id)
            case.add_event(event_id, time, self._max_events)
        return touched

    def _share(self, case: Case, other: Case, touched: dict[str, Case]) -> None:
        """Note that a case has one more event in common with another one."""
        name, other_name = case.best.detector, other.best.detector
        if name in self._explains.get(other_name, ()):
            self._count(case, other)
        elif other_name in self._explains.get(name, ()):
            self._count(other, case)
            touched[other.alert_id] = other

    def _count(self, explained: Case, by: Case) -> None:
        n, _ = explained.shared.get(by.alert_id, (0, 0))
        explained.shared[by.alert_id] = (n + 1, by.start)
        self._covers.setdefault(by.alert_id, {})[explained.alert_id] = None

    def _begin_earlier(self, case: Case) -> dict[str, Case]:
        """Tell the cases that this one may explain that it starts earlier now; return them."""
        told = {
            one: self._cases[one]
            for one in self._covers.get(case.alert_id, ())
            if one in self._cases
        }
        for other in told.values():
            n, _ = other.shared[case.alert_id]
            other.shared[case.alert_id] = (n, case.start)
        return told


def _refuse_circles(explains: Mapping[str, frozenset[str]]) -> None:
    for name in sorted(explains):
        todo, seen = sorted(explains[name]), set[str]()
        while todo:
            one = todo.pop()
            if one == name:
                raise ValueError(f"alerts of {name} would explain each other in a circle")
            if one not in seen:
                seen.add(one)
                todo += sorted(explains.get(one, ()))
