"""Alerts and detectors over HTTP and in the SDK, of alerts that are in the records."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from catalystindex.aml import registry
from catalystindex.model.alert import AlertState, Severity
from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.errors import AlertNotFound, InvalidRequest, NotFound
from catalystindex.sdk import Client
from catalystindex.security.scopes import ALL_SCOPES, Scope
from catalystindex.stores.records import alerts
from support.alerts import BEGIN, some_alerts
from support.large_payment import LargePayment
from support.server import Json, LiveServer, problem_of, tenant_of

MISSING = "0123456789abcdef0123456789abcdef"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
FIRST = datetime(2025, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def stored(server: LiveServer) -> list[AlertRecord]:
    some = some_alerts()
    with server.owner.records.bookkeeping() as connection:
        alerts.upsert(connection, tenant_of("alerted"), some)
    return some


@pytest.fixture
def caller(server: LiveServer, stored: list[AlertRecord]) -> httpx.Client:
    del stored
    return server.caller("alerted", Scope.ALERTS_READ)


@pytest.fixture
def sdk(server: LiveServer, stored: list[AlertRecord]) -> Client:
    del stored
    return server.sdk("alerted")


def newest(some: list[AlertRecord]) -> list[str]:
    ordered = sorted(some, key=lambda one: (one.end, one.alert_id), reverse=True)
    return [one.alert_id for one in ordered]


def test_a_listing_is_paged_by_cursor(caller: httpx.Client, stored: list[AlertRecord]) -> None:
    found: list[Json] = []
    query = {"limit": "7"}
    while True:
        page = caller.get("/v1/alerts", params=query).json()
        assert len(page["items"]) <= 7
        found += page["items"]
        if page["next_cursor"] is None:
            break
        query["cursor"] = page["next_cursor"]
    assert [one["alert_id"] for one in found] == newest(stored)
    assert "event_ids" not in found[0]
    assert "rationale" in found[0]


def test_an_alert_is_shown_with_its_evidence(
    caller: httpx.Client, stored: list[AlertRecord]
) -> None:
    wanted = stored[5]
    found = caller.get(f"/v1/alerts/{wanted.alert_id}").json()
    assert found["event_ids"] == list(wanted.event_ids)
    assert found["roles"] == {role: list(some) for role, some in wanted.roles.items()}
    assert found["reasons"][0]["fact"] == wanted.reasons[0].fact
    assert (found["amount"], found["currency"]) == (wanted.amount, "EUR")
    assert datetime.fromisoformat(found["start"]) == EPOCH + timedelta(microseconds=wanted.start)
    times = [datetime.fromisoformat(one) for one in found["event_times"]]
    assert times == [EPOCH + timedelta(microseconds=one) for one in wanted.event_times]


Test = Callable[[AlertRecord], bool]


@pytest.mark.parametrize(
    ("query", "test"),
    [
        ({"detector": "stack"}, lambda one: one.detector == "stack"),
        ({"typology": "cycle"}, lambda one: one.typology == "cycle"),
        ({"severity": Severity.HIGH}, lambda one: one.severity in ("high", "critical")),
        ({"state": AlertState.EXPLAINED}, lambda one: one.state == "explained"),
        ({"entity": "acc-3"}, lambda one: "acc-3" in one.entities),
        ({"min_score": 72}, lambda one: one.score >= 72),
        ({"since": FIRST + timedelta(days=20)}, lambda one: one.end >= BEGIN + 20 * 86_400 * 10**6),
        ({"until": "2025-03-11"}, lambda one: one.start < BEGIN + 10 * 86_400 * 10**6),
    ],
    ids=["detector", "typology", "severity", "state", "entity", "score", "since", "until"],
)
def test_each_filter_is_heard(
    sdk: Client, stored: list[AlertRecord], query: dict[str, object], test: Test
) -> None:
    wanted = newest([one for one in stored if test(one)])
    assert 0 < len(wanted) < len(stored)
    found = sdk.alerts.all(**query)  # type: ignore[arg-type]  # by name
    assert [one.alert_id for one in found] == wanted


def test_alerts_of_an_event_and_by_score(sdk: Client, stored: list[AlertRecord]) -> None:
    event = stored[5].event_ids[0]
    found = sdk.alerts.page(event=event).items
    assert stored[5].alert_id in [one.alert_id for one in found]
    scores = [one.score for one in sdk.alerts.all(sort="score")]
    assert scores == sorted(scores, reverse=True)


def test_the_summary_counts_all(sdk: Client, stored: list[AlertRecord]) -> None:
    found = sdk.alerts.summary()
    assert found.total == len(stored)
    assert list(found.by_severity) == list(Severity)
    assert found.by_state[AlertState.EXPLAINED] == sum(one.state == "explained" for one in stored)
    assert sum(found.by_typology["stack"].values()) == sum(
        one.typology == "stack" for one in stored
    )


def test_a_workspace_without_alerts_is_told_so(server: LiveServer, workspace: str) -> None:
    client = server.sdk(workspace)
    assert client.alerts.summary().total == 0
    assert list(client.alerts.all()) == []


def test_another_workspace_does_not_see_them(server: LiveServer, stored: list[AlertRecord]) -> None:
    stranger = server.caller("stranger-of-alerts")
    identifier = stored[0].alert_id
    one = problem_of(stranger.get(f"/v1/alerts/{identifier}"), 404, "alert.not_found")
    other = problem_of(stranger.get(f"/v1/alerts/{MISSING}"), 404, "alert.not_found")
    assert str(one["detail"]).replace(identifier, MISSING) == other["detail"]
    for query in ({}, {"entity": stored[0].entities[0]}, {"event": stored[0].event_ids[0]}):
        assert stranger.get("/v1/alerts", params=query).json()["items"] == []
    namesake = server.caller("alerted", organisation="rival")
    assert namesake.get("/v1/alerts/summary").json()["total"] == 0


@pytest.mark.parametrize("path", ["", "/summary", f"/{MISSING}"])
def test_the_scope_is_needed(server: LiveServer, path: str) -> None:
    without = server.caller("alerted", *(ALL_SCOPES - {Scope.ALERTS_READ}))
    problem_of(without.get(f"/v1/alerts{path}"), 403, "auth.forbidden")
    problem_of(without.get("/v1/detectors"), 403, "auth.forbidden")


@pytest.mark.parametrize(
    "query",
    [{"cursor": "x"}, {"since": "yesterday"}, {"severity": "huge"}, {"min_score": "101"},
     {"sort": "oldest"}, {"limit": "0"}, {"entity": "x" * 201}, {"until": "2025-13-01"}],
    ids=str,
)  # fmt: skip
def test_what_makes_no_sense_is_refused(caller: httpx.Client, query: dict[str, str]) -> None:
    problem_of(caller.get("/v1/alerts", params=query), 422, "request.invalid")


def test_the_sdk_raises_the_products_errors(sdk: Client) -> None:
    with pytest.raises(AlertNotFound, match="There is no alert"):
        sdk.alerts.get(MISSING)
    with pytest.raises(InvalidRequest, match="no offset"):
        sdk.alerts.page(since=datetime(2025, 1, 1))  # noqa: DTZ001  # that is what is refused
    with pytest.raises(NotFound, match="There is no detector 'no_such'"):
        sdk.detectors.get("no_such")


def test_a_detector_is_described(sdk: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "DETECTORS", (LargePayment,))
    (head,) = sdk.detectors.all()
    assert (head.name, head.version, head.enabled) == ("large_payment", 3, True)
    found = sdk.detectors.get("large_payment")
    assert found.definition == LargePayment.definition
    assert found.sources[0].publisher == "FATF"
    assert (found.weights[0].code, found.weights[0].points) == ("large", 60)
    assert found.explains == ("small_payment",)
    assert found.values == {"min_score": 50, "least": 1_000_000}
    assert "Least amount, in minor units." in str(found.parameters)
