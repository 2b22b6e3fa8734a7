"""`catalystctl synth`, run as a person does."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from typer.testing import CliRunner

from catalystindex.cli.commands.synth import Format, Sender
from catalystindex.cli.main import app
from catalystindex.model.errors import ExportFailed, InvalidRequest, SyntheticInvalid
from catalystindex.sdk import Client
from catalystindex.stores.eventlog.base import Message
from catalystindex.streaming import codec
from catalystindex.synthetic.export.formats import FILE_TYPES

SMALL = ["synth", "--accounts", "600", "--days", "3", "--seed", "5"]
runner = CliRunner()


def _sums(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}


def _in_a_process(out: Path, form: str, **environment: str) -> None:
    paths = os.pathsep.join(sys.path)
    subprocess.run(
        [
            sys.executable,
            "-m",
            "catalystindex.cli.main",
            *SMALL,
            "--format",
            form,
            "--out",
            str(out),
            "--workers",
            "1",
        ],
        env={**os.environ, "PYTHONPATH": paths, **environment},
        check=True,
        capture_output=True,
        timeout=120,
    )


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_bytes_are_the_same_in_every_process(form: str, tmp_path: Path) -> None:
    _in_a_process(tmp_path / "a", form, PYTHONHASHSEED="1", TZ="Asia/Kathmandu")
    _in_a_process(tmp_path / "b", form, PYTHONHASHSEED="2", TZ="America/St_Johns")
    assert _sums(tmp_path / "a") == _sums(tmp_path / "b")


def test_truth_is_about_events_that_are_there_once(tmp_path: Path) -> None:
    out = tmp_path / "bank"
    done = runner.invoke(
        app,
        [*SMALL, "--format", "jsonl", "--out", str(out), "--workers", "0", "--json"],
        catch_exceptions=False,
    )
    assert done.exit_code == 0
    said = json.loads(done.output)
    events = [
        codec.decode(line)
        for path in out.glob("*.jsonl")
        if path.name != "truth.jsonl"
        for line in path.read_bytes().splitlines()
    ]
    assert said["events"] == len(events)
    seen = Counter(event.event_id for event in events)
    assert max(seen.values()) == 1
    assert all(codec.event_id_of(event) == event.event_id for event in events)
    truths = [json.loads(line) for line in (out / "truth.jsonl").read_text().splitlines()]
    named = [one for truth in truths for one in truth["event_ids"]]
    assert named
    assert all(seen[one] == 1 for one in named)
    assert said["config"]["accounts"] == 600
    assert said["config"]["start"] == "2024-01-01"


def test_the_summary_names_kinds_and_patterns(tmp_path: Path) -> None:
    done = runner.invoke(
        app,
        [
            *SMALL,
            "--format",
            "csv",
            "--out",
            str(tmp_path / "bank"),
            "--workers",
            "0",
            "--typologies",
            "fan_in, structuring",
            "--difficulty",
            "hard",
        ],
        catch_exceptions=False,
    )
    assert done.exit_code == 0
    assert "transaction" in done.output
    assert "cycle" not in done.output
    manifest = json.loads((tmp_path / "bank" / "manifest.json").read_bytes())
    assert manifest["config"]["typologies"] == ["fan_in", "structuring"]
    assert manifest["config"]["difficulty"] == 1


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ([], InvalidRequest, "Name a folder with --out"),
        (["--out", "x", "--wait"], InvalidRequest, "for --format log"),
        (["--out", "x", "--create"], InvalidRequest, "for --format log"),
        (["--out", "x", "--start", "yesterday"], InvalidRequest, "'yesterday' is no date"),
        (["--out", "x", "--difficulty", "evil"], InvalidRequest, "easy, default, hard, or a"),
        (["--out", "x", "--difficulty", "2"], SyntheticInvalid, "difficulty is 2"),
        (["--out", "x", "--typologies", "magic"], SyntheticInvalid, "'magic' is no typology"),
    ],
)
def test_what_makes_no_bank_is_refused(
    options: list[str], error: type[Exception], says: str, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=says):
        runner.invoke(app, [*SMALL, *options], catch_exceptions=False)
    assert list(tmp_path.iterdir()) == []


def test_formats_are_those_that_there_are() -> None:
    assert {form.value for form in Format} == {*FILE_TYPES, "log"}


def test_events_go_through_the_client() -> None:
    sent: list[bytes] = []
    rejected: list[str] = []

    def submit(lines: list[bytes]) -> SimpleNamespace:
        sent.extend(lines)
        return SimpleNamespace(rejected=rejected, accepted=len(lines), duplicates=2)

    client: Any = SimpleNamespace(events=SimpleNamespace(submit=submit))
    send = Sender(cast("Client", client))
    send([Message("k", "i", 0, b"{}")])
    assert sent == [b"{}"]
    assert (send.accepted, send.duplicates) == (1, 2)
    rejected.append("line 1: no event")
    with pytest.raises(ExportFailed, match="line 1: no event"):
        send([Message("k", "i", 0, b"{}")])
