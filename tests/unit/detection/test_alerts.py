"""Findings become alerts: what is merged, what is explained, and that nothing else matters."""

from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.detection.alerts import AlertBook
from catalystindex.detection.finding import Finding, order_of
from catalystindex.detection.severity import Severities
from catalystindex.model.alert import AlertState, Severity
from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.errors import DetectionStateInvalid, DetectorUnknown, FindingDisorder
from support.findings import EXPLAINS, LOOKBACK, PARAMETERS, finding, ordered_findings
from support.references.alerts import SlowAlert, key_of, slow_alerts


def book(max_events: int = 1_000) -> AlertBook:
    return AlertBook(PARAMETERS, EXPLAINS, max_events=max_events, currency="EUR")


def newest(*records: Iterable[AlertRecord]) -> dict[str, AlertRecord]:
    """Return the last word on each alert."""
    return {one.alert_id: one for some in records for one in some}


def test_what_overlaps_is_one_alert_that_grows() -> None:
    first = finding([10, 20, 30], score=60, amount=500)
    second = finding(
        [20, 40], score=80, amount=400, roles={"senders": ("acc-9",)}, bounds=("max_senders",)
    )
    alerts = book()
    (opened,) = alerts.fold([first])
    (grown,) = alerts.fold([second])
    assert (opened.revision, grown.revision) == (1, 2)
    assert grown.alert_id == opened.alert_id
    assert grown.event_times == (10, 20, 30, 40)
    assert (grown.events, grown.start, grown.end) == (4, 10, 40)
    assert grown.roles == {"collector": ("acc-1",), "senders": ("acc-2", "acc-3", "acc-9")}
    assert grown.entities == ("acc-1", "acc-2", "acc-3", "acc-9")
    assert (grown.score, grown.rationale) == (80, second.rationale)
    assert [one.fact for one in grown.reasons] == ["2 payments"]
    assert (grown.amount, grown.currency) == (500, "EUR")
    assert grown.bounds == ("max_senders",)
    assert grown.parameters == {"min_score": 50}


def test_what_begins_after_the_end_is_another_alert() -> None:
    found = book().fold([finding([10, 20]), finding([20, 30]), finding([31, 40])])
    assert [(one.start, one.end, one.revision) for one in found] == [(10, 30, 2), (31, 40, 1)]


def test_a_lesser_finding_leaves_the_texts_of_the_better_one() -> None:
    (alert,) = book().fold([finding([10, 20], score=80), finding([20, 30, 31], score=60)])
    assert (alert.score, alert.reasons[0].fact) == (80, "2 payments")
    (alert,) = book().fold([finding([10, 20], score=80), finding([20, 30, 31], score=80)])
    assert alert.reasons[0].fact == "3 payments"


def test_other_parameters_versions_and_anchors_make_other_alerts() -> None:
    one = finding([10, 20])
    others = [
        AlertBook({"fan_in": {"min_score": 51}}).fold([one]),
        book().fold([finding([10, 20], anchor="acc-2")]),
        book().fold([finding([10, 21])]),
        book().fold([finding([10, 20], "cycle")]),
    ]
    assert len({records[0].alert_id for records in [book().fold([one]), *others]}) == 5


@pytest.mark.parametrize(
    ("score", "severity"),
    [(0, "low"), (49, "low"), (50, "medium"), (69, "medium"), (70, "high"), (84, "high"),
     (85, "critical"), (100, "critical")],
)  # fmt: skip
def test_severity_is_that_of_the_score(score: int, severity: str) -> None:
    assert book().fold([finding([1], score=score)])[0].severity is Severity(severity)


def test_severities_can_be_set() -> None:
    alerts = AlertBook(PARAMETERS, severities=Severities(medium=10, high=20, critical=30))
    assert alerts.fold([finding([1], score=25)])[0].severity is Severity.HIGH


def test_lists_are_cut_and_the_count_is_exact() -> None:
    alerts = book(max_events=3)
    (alert,) = alerts.fold([finding([10, 20]), finding([15, 30, 35]), finding([30, 36])])
    assert alert.event_times == (10, 15, 20)
    assert alert.events == 6
    assert alert.bounds == ("max_alert_events",)


def test_members_are_cut_too_and_the_bound_is_named() -> None:
    roles = {"senders": tuple(f"acc-{n}" for n in range(5))}
    (alert,) = book(max_events=3).fold([finding([10], roles=roles)])
    assert alert.roles == {"senders": ("acc-0", "acc-1", "acc-2")}
    assert alert.bounds == ("max_alert_events",)


@pytest.mark.parametrize("explained_first", [True, False])
def test_an_alert_with_half_of_the_events_explains_in_either_order(explained_first: bool) -> None:
    fan = finding([1, 2, 3, 10 if explained_first else 11])
    wide = finding([1, 2, 8, 11 if explained_first else 10], "bipartite", "acc-7")
    found = newest(book().fold(sorted([fan, wide], key=order_of)))
    by_name = {one.detector: one for one in found.values()}
    assert by_name["fan_in"].state is AlertState.EXPLAINED
    assert by_name["fan_in"].explained_by == by_name["bipartite"].alert_id
    assert by_name["bipartite"].state is AlertState.OPEN


def test_less_than_half_explains_nothing_and_growth_may_end_an_explanation() -> None:
    alerts = book()
    found = alerts.fold([finding([1, 2, 3]), finding([1, 2, 3, 4], "bipartite", "acc-7")])
    assert {one.detector: one.state for one in found}["fan_in"] is AlertState.EXPLAINED
    (fan,) = alerts.fold([finding([3, 5, 6, 7, 8])])
    assert (fan.state, fan.explained_by, fan.events) == (AlertState.OPEN, None, 7)


def test_explanations_may_chain() -> None:
    found = book().fold(
        [
            finding([1, 2, 3]),
            finding([1, 2, 3, 4], "bipartite", "acc-7"),
            finding([1, 2, 3, 4, 5], "stack", "acc-8"),
        ]
    )
    ids = {one.detector: one.alert_id for one in found}
    by = {one.detector: one.explained_by for one in found}
    assert by == {"fan_in": ids["bipartite"], "bipartite": ids["stack"], "stack": None}


def test_of_several_the_one_that_starts_first_explains() -> None:
    alerts = book()
    found = alerts.fold(
        [
            finding([10, 20]),
            finding([9, 10, 20, 21], "bipartite", "late"),
            finding([8, 10, 20, 22], "bipartite", "early"),
        ]
    )
    ids = {one.anchor[0]: one.alert_id for one in found}
    assert {one.anchor[0]: one.explained_by for one in found}["acc-1"] == ids["early"]
    grown = {one.anchor[0]: one for one in alerts.fold([finding([2, 23], "bipartite", "late")])}
    assert grown["acc-1"].explained_by == ids["late"]


def test_findings_out_of_order_are_refused() -> None:
    alerts = book()
    alerts.fold([finding([10, 20])])
    with pytest.raises(FindingDisorder, match="of fan_in that ends with event"):
        alerts.fold([finding([10, 19])])


def test_findings_of_a_detector_that_is_not_run_are_refused() -> None:
    with pytest.raises(DetectorUnknown, match="fan_out, which is not run"):
        book().fold([finding([10], "fan_out")])


def test_detectors_that_explain_each_other_are_refused() -> None:
    circle = {"a": frozenset({"b"}), "b": frozenset({"c"}), "c": frozenset({"a"})}
    with pytest.raises(ValueError, match="alerts of a would explain each other"):
        AlertBook({}, circle)


@pytest.mark.parametrize("state", [b"", b"\x00", b"{}", b"\x84"])
def test_a_state_that_is_none_is_refused(state: bytes) -> None:
    with pytest.raises(DetectionStateInvalid, match="cannot be read"):
        book().restore(state)


def test_a_state_of_another_version_is_refused() -> None:
    state = book().state().replace(b"\xa7version\x01", b"\xa7version\x02")
    with pytest.raises(DetectionStateInvalid, match="has version 2"):
        book().restore(state)


def test_what_is_over_is_let_go_of() -> None:
    alerts = book()
    for time in range(0, 200_000, 10):
        alerts.fold([finding([time, time + 9], anchor=f"acc-{time}")])
        alerts.forget(time - LOOKBACK)
    assert len(alerts) < 3_000
    assert len(alerts.state()) < 3_000_000


@given(ordered_findings(), st.sampled_from([2, 4, 1_000]))
def test_the_fold_is_that_of_the_definition(findings: list[Finding], cut: int) -> None:
    records = newest(book(cut).fold(findings))
    ids = {}
    for record in records.values():
        same = [f for f in findings if (f.detector, f.anchor) == (record.detector, record.anchor)]
        for one in same:
            (first, *_) = book(cut).fold([one])
            ids[(one.detector, *one.anchor, *one.event_ids)] = first.alert_id
    slow = {ids[key_of(one)]: one for one in slow_alerts(findings, EXPLAINS, ids)}
    assert records.keys() == slow.keys()
    for alert_id, record in records.items():
        _same(record, slow[alert_id], cut, ids)


def _same(record: AlertRecord, slow: SlowAlert, cut: int, ids: dict[tuple[str, ...], str]) -> None:
    listed = sorted((time, one) for one, time in list(slow.events.items())[:cut])
    by = slow.explained_by and ids[key_of(slow.explained_by)]
    roles = {role for one in slow.findings for role in one.roles}
    assert (record.start, record.end, record.revision) == (slow.start, slow.end, slow.revision)
    assert [*zip(record.event_times, record.event_ids, strict=True)] == listed
    assert record.events == len(slow.events)
    assert record.explained_by == by
    assert (record.score, record.rationale) == (slow.best.score, slow.best.rationale)
    assert record.amount == max(one.amount for one in slow.findings)
    assert record.roles == {r: tuple(sorted(slow.members(r)[:cut])) for r in roles}
    missing = record.events > cut or any(len(slow.members(r)) > cut for r in roles)
    bounds = {bound for one in slow.findings for bound in one.bounds}
    assert record.bounds == tuple(sorted(bounds | ({"max_alert_events"} if missing else set())))


@given(ordered_findings(), st.lists(st.integers(0, 30)), st.data())
def test_batches_restarts_and_forgetting_change_nothing(
    findings: list[Finding], cuts: list[int], data: st.DataObject
) -> None:
    alerts, records = book(4), []
    places = sorted({0, len(findings), *(cut for cut in cuts if cut < len(findings))})
    for lo, hi in pairwise(places):
        records.append(alerts.fold(findings[lo:hi]))
        if data.draw(st.booleans()):
            alerts._sweep_at = 0  # as if much was kept: it looks through everything
            alerts.forget(findings[hi - 1].end - LOOKBACK - data.draw(st.integers(0, 50)))
        if data.draw(st.booleans()):
            state, alerts = alerts.state(), book(4)
            alerts.restore(state)
    assert newest(*records) == newest(book(4).fold(findings))


@given(ordered_findings(12))
def test_a_later_revision_lists_all_that_an_earlier_one_lists(findings: list[Finding]) -> None:
    alerts, seen = book(3), dict[str, AlertRecord]()
    for one in findings:
        for record in alerts.fold([one]):
            before = seen.get(record.alert_id)
            seen[record.alert_id] = record
            if before:
                assert record.revision == before.revision + 1
                assert set(before.event_ids) <= set(record.event_ids)
                assert set(before.entities) <= set(record.entities)


def test_the_order_of_what_changed_is_by_start_and_id() -> None:
    found = book().fold([finding([5, 20], "cycle"), finding([3, 30]), finding([5, 31], "stack")])
    assert found == sorted(found, key=lambda one: (one.start, one.alert_id))


def test_what_a_finding_to_come_may_hold_is_not_forgotten() -> None:
    alerts = book()
    alerts.fold([finding([10, 11, 50])])
    alerts._sweep_at = 0  # as if much was kept: it looks through everything
    alerts.forget(11)
    found = alerts.fold([finding([11, 50, 51], "bipartite", "acc-7"), finding([11, 51])])
    fan, wide = sorted(found, key=lambda one: one.start)
    assert (fan.events, fan.event_times) == (4, (10, 11, 50, 51))
    assert fan.explained_by == wide.alert_id
