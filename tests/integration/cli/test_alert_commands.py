"""Alerts and detectors on the command line, against a server in this process."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from typer.testing import CliRunner

from catalystindex.aml import registry
from catalystindex.cli.commands import alerts as alert_commands
from catalystindex.cli.commands import detectors as detector_commands
from catalystindex.cli.main import app
from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.errors import AlertNotFound
from catalystindex.sdk import Client
from catalystindex.stores.records import alerts
from catalystindex.telemetry.logs import configure_logs
from support.alerts import some_alerts
from support.large_payment import LargePayment
from support.server import LiveServer, live_server, tenant_of

Run = Callable[..., str]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("alerts") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def stored(server: LiveServer) -> list[AlertRecord]:
    some = some_alerts()
    with server.owner.records.bookkeeping() as connection:
        alerts.upsert(connection, tenant_of("cli"), some)
    return some


@pytest.fixture
def run(server: LiveServer, stored: list[AlertRecord], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command as if this server were the one of the settings; raises its error."""
    del stored

    configure_logs("error", "json")  # each test begins with the defaults

    def ran(*arguments: str, workspace: str = "cli") -> str:
        @contextmanager
        def connected(context: object, **wanted: bool) -> Iterator[Client]:
            del context, wanted
            yield server.sdk(workspace)

        for module in (alert_commands, detector_commands):
            monkeypatch.setattr(module, "connected", connected)
        done = CliRunner().invoke(app, list(arguments))
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    return ran


def test_a_list_shows_what_was_asked_for(run: Run, stored: list[AlertRecord]) -> None:
    found = run("alerts", "list", "--entity", "acc-3", "--severity", "high", "--sort", "score")
    wanted = {
        one.alert_id
        for one in stored
        if "acc-3" in one.entities and one.severity in ("high", "critical")
    }
    lines = found.splitlines()
    assert lines[0].split()[:2] == ["ALERT", "SEVERITY"]
    assert {line.split()[0] for line in lines[1:]} == wanted


def test_a_list_is_cut_and_printed_as_json(run: Run) -> None:
    found = json.loads(run("alerts", "list", "--limit", "3", "--json"))
    assert len(found) == 3
    assert found[0]["end"] >= found[1]["end"] >= found[2]["end"]


def test_no_alerts_are_said_to_be_none(run: Run) -> None:
    assert run("alerts", "list", "--detector", "no_such") == "There are no such alerts.\n"
    assert run("alerts", "summary", workspace="empty") == "There are no alerts.\n"


def test_an_alert_reads_like_a_case(run: Run, stored: list[AlertRecord]) -> None:
    one = next(one for one in stored if one.state == "explained")
    found = run("alerts", "show", one.alert_id)
    for said in (one.rationale, one.reasons[0].fact, one.event_ids[0], *one.entities):
        assert said in found
    assert f"explained by {one.explained_by}" in found
    assert json.loads(run("alerts", "show", one.alert_id, "--json"))["alert_id"] == one.alert_id


def test_an_alert_that_is_not_there_is_an_error(run: Run) -> None:
    with pytest.raises(AlertNotFound):
        run("alerts", "show", "no-such")


def test_a_summary_counts_by_typology(run: Run, stored: list[AlertRecord]) -> None:
    lines = run("alerts", "summary").splitlines()
    assert lines[0].split() == ["TYPOLOGY", "CRITICAL", "HIGH", "MEDIUM", "LOW", "ALL"]
    assert lines[-1].split()[::5] == ["all", str(len(stored))]
    assert json.loads(run("alerts", "summary", "--json"))["total"] == len(stored)


def test_detectors_are_listed_and_shown(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "DETECTORS", (LargePayment,))
    assert run("detectors", "list").splitlines()[1].split()[:3] == ["large_payment", "3", "yes"]
    found = run("detectors", "show", "large_payment")
    for said in (
        "FATF: Of large payments (2024)",
        "least = 1000000  Least amount",
        LargePayment.definition,
    ):
        assert said in found
    assert json.loads(run("detectors", "list", "--json"))[0]["typology"] == "large_payment"
    assert json.loads(run("detectors", "show", "large_payment", "--json"))["version"] == 3
