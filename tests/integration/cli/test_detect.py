"""A run over history on the command line, with detectors of a few microseconds."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from catalystindex.aml import registry
from catalystindex.cli.context import local_tenant
from catalystindex.cli.main import app
from catalystindex.config.settings import Settings
from catalystindex.model.clock import SystemClock
from catalystindex.model.errors import (
    DetectionFailed,
    DetectorParameters,
    DetectorUnknown,
    EventFileInvalid,
    InvalidRequest,
    NotFound,
    OwnerLocked,
)
from catalystindex.stores.eventlog.base import Message
from catalystindex.stores.records import alerts as alert_records
from catalystindex.streaming.codec import decode, decode_submitted
from support.detectors import Breaking, SmallFanIn, Wakening
from support.event_bodies import AT, Raw, account, ndjson, payment
from support.eventlog import opened
from support.server import live_server

Run = Callable[..., str]

TIMES = (0, 3, 6, 8, 200, 201, 203)
"""When the collector is paid: a fan-in of four, and one of three much later."""


@pytest.fixture
def known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "DETECTORS", (SmallFanIn, Wakening))


@pytest.fixture
def run(known: None, tmp_path: Path) -> Run:
    """Runs a command on a data folder; raises its error."""
    del known

    def ran(*arguments: object, exit_code: int = 0) -> str:
        words = ["--data-dir", str(tmp_path / "data"), *(str(one) for one in arguments)]
        done = CliRunner().invoke(app, words)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == exit_code, done.output
        return done.stdout

    return ran


def events() -> list[Raw]:
    paid = [payment(f"p{n}", f"s{n}", "hub", 1000 + n, AT + at) for n, at in enumerate(TIMES)]
    return [*paid, account("hub", "ann")]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "events.jsonl"
    path.write_bytes(ndjson(events()))
    return path


def detect(run: Run, *arguments: object, exit_code: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(
        run("detect", "--processes", 0, *arguments, "--json", exit_code=exit_code)
    )
    return found


def of_file(file: Path) -> tuple[object, ...]:
    return "--file", file, "--format", "events"


def spans(found: Sequence[dict[str, Any]]) -> list[tuple[str, int, int]]:
    return [(one["typology"], one["start"] - AT, one["end"] - AT) for one in found]


def test_a_file_gives_alerts(run: Run, file: Path) -> None:
    found = detect(run, *of_file(file))
    assert spans(found["found"]) == [("fan_in", 0, 8), ("fan_in", 200, 203)]
    assert (found["payments"], found["alerts"], found["findings"]) == (7, 2, 3)
    assert found["unrated"] == found["unreadable"] == {}
    assert found["found"][0]["roles"]["sender"] == ["s0", "s1", "s2", "s3"]


def test_processes_and_slices_change_no_byte(run: Run, file: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    detect(run, *of_file(file), "--out", one)
    said = run("detect", *of_file(file), "--processes", 2, "--slices", 5, "--out", two, "--json")
    assert json.loads(said)["slices"] == 5
    assert "found" not in json.loads(said)
    assert one.read_bytes() == two.read_bytes() != b""
    lines = [json.loads(line) for line in one.read_text().splitlines()]
    assert [list(line) for line in lines] == [sorted(line) for line in lines]


def test_a_range_of_time_and_a_choice_of_detectors(run: Run, file: Path) -> None:
    later = ("--from", "2025-01-01T00:00:00.001Z")
    assert detect(run, *of_file(file), *later)["payments"] == 0
    assert detect(run, *of_file(file), "--from", "2025-01-01")["payments"] == 7
    assert detect(run, *of_file(file), "--to", "2025-01-01")["payments"] == 7
    assert detect(run, *of_file(file), "--to", "2024-12-31")["payments"] == 0
    chosen = ("--detector", "small_fan_in", "--param", "small_fan_in.senders=4")
    assert spans(detect(run, *of_file(file), *chosen)["found"]) == [("fan_in", 0, 8)]
    assert detect(run, *of_file(file), "--detector", "wakening")["found"] == []


def test_the_least_severity_is_of_what_is_shown(run: Run, file: Path) -> None:
    for severity, shown in (("medium", 2), ("high", 0)):
        found = detect(run, *of_file(file), "--min-severity", severity)
        assert (found["alerts"], found["shown"], len(found["found"])) == (2, shown, shown)


def test_text_says_what_was_found_and_how_fast(run: Run, file: Path) -> None:
    said = run("detect", *of_file(file), "--processes", 0)
    assert said.splitlines()[0].split() == [
        "TYPOLOGY", "CRITICAL", "HIGH", "MEDIUM", "LOW", "ALERTS",
    ]  # fmt: skip
    assert "4 accounts paid hub." in said
    assert "Detection took" in said
    assert "7 payments in 1 slice" in said


def logged(folder: Path, made: Sequence[Raw]) -> None:
    """Write events to the log of a data folder, as the tenant of the command line."""
    tenant = local_tenant(Settings())
    with opened(folder, SystemClock()) as log:
        sealed = [decode_submitted(json.dumps(one).encode()) for one in made]
        log.append(
            tenant,
            [
                Message(
                    decode(one.data).entity_id, one.event_id, decode(one.data).event_time, one.data
                )
                for one in sealed
            ],
        )


def test_the_log_gives_what_the_file_gives(run: Run, file: Path, tmp_path: Path) -> None:
    logged(tmp_path / "data", events())
    assert detect(run)["found"] == detect(run, *of_file(file))["found"]


def test_the_log_is_read_beside_a_server(run: Run, file: Path, tmp_path: Path) -> None:
    logged(tmp_path / "data", events())
    with live_server(tmp_path / "data"):
        assert detect(run)["found"] == detect(run, *of_file(file))["found"]


def test_what_cannot_be_read_is_counted_and_told_by_the_exit_code(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(ndjson(events()) + b"{broken\n")
    found = detect(run, *of_file(bad), exit_code=3)
    assert (found["rejected"], found["alerts"]) == (1, 2)


def test_a_bank_is_measured_by_its_truth(run: Run, tmp_path: Path) -> None:
    bank = tmp_path / "bank"
    size = ("--accounts", 500, "--days", 10, "--typologies", "fan_in", "--workers", 0)
    run("synth", "--out", bank, *size)
    wide = ("--param", f"small_fan_in.window={3 * 86_400_000_000}")
    senders = ("--param", "small_fan_in.senders=6", "--detector", "small_fan_in")
    found = detect(run, "--file", bank, *wide, *senders, "--truth", bank / "truth.jsonl")
    tally = found["evaluation"]["by_typology"]["fan_in"]
    assert tally["patterns"] > 0
    assert tally["found"] == tally["patterns"]
    said = run(
        "detect", "--file", bank, *wide, *senders, "--processes", 0,
        "--truth", bank / "truth.jsonl",
    )  # fmt: skip
    assert f"Found {tally['found']} of {tally['patterns']} pattern" in said


def test_alerts_are_stored_in_a_folder_that_nobody_serves(
    run: Run, file: Path, tmp_path: Path
) -> None:
    run("kb", "create", "bank")
    first = detect(run, *of_file(file), "--store")
    assert first["stored"] == 2
    with live_server(tmp_path / "data") as server, server.owner.records.read() as connection:
        tenant = local_tenant(Settings())
        found, _ = alert_records.page(connection, tenant, alert_records.AlertQuery())
    assert sorted(one.alert_id for one in found) == sorted(
        one["alert_id"] for one in first["found"]
    )


def test_alerts_are_not_stored_beside_a_server(run: Run, file: Path, tmp_path: Path) -> None:
    with live_server(tmp_path / "data") as server:
        server.owner.lock.announce("http://somewhere")
        with pytest.raises(OwnerLocked, match="--out"):
            detect(run, *of_file(file), "--store")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((), NotFound),
        (("--file", "."), InvalidRequest),
        (("--from", "yesterday"), InvalidRequest),
        (("--param", "small_fan_in"), InvalidRequest),
        (("--param", "small_fan_in.senders=many"), DetectorParameters),
        (("--param", f"small_fan_in.senders={10**30}"), DetectorParameters),
        (("--param", "small_fan_in.senders=" + "[" * 100_000), DetectorParameters),
        (("--param", "small_fan_in.colour=1"), DetectorParameters),
        (("--detector", "nothing"), DetectorUnknown),
    ],
)
def test_what_cannot_be_done_is_said(
    run: Run, arguments: tuple[str, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        run("detect", *arguments)


def test_no_detector_is_no_run(monkeypatch: pytest.MonkeyPatch, run: Run, file: Path) -> None:
    monkeypatch.setattr(registry, "DETECTORS", ())
    with pytest.raises(InvalidRequest, match="No detector"):
        run("detect", *of_file(file))


def test_a_server_elsewhere_is_not_read(
    monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path
) -> None:
    monkeypatch.setenv("CATALYST_CLIENT__URL", "http://elsewhere")
    logged(tmp_path / "data", events())
    with pytest.raises(InvalidRequest, match="on that machine"):
        run("detect")


def test_a_truth_that_is_none_leaves_no_answer(run: Run, file: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth.jsonl"
    truth.write_text("no truth\n")
    with pytest.raises(EventFileInvalid):
        detect(run, *of_file(file), "--truth", truth)


def test_a_detector_that_breaks_leaves_no_answer(
    monkeypatch: pytest.MonkeyPatch, run: Run, tmp_path: Path
) -> None:
    monkeypatch.setattr(registry, "DETECTORS", (Breaking,))
    file, out = tmp_path / "events.jsonl", tmp_path / "alerts.jsonl"
    file.write_bytes(ndjson([payment("p1", "a", "b", Breaking.RAISES)]))
    with pytest.raises(DetectionFailed):
        detect(run, *of_file(file), "--out", out)
    assert not out.exists()


def test_a_file_that_cannot_be_written_leaves_nothing(run: Run, file: Path, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="nowhere"):
        detect(run, *of_file(file), "--out", tmp_path / "nowhere" / "alerts.jsonl")
