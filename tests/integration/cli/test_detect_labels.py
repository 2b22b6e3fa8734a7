"""Alerts measured by labels of other systems, with commands only."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from catalystindex.aml import registry
from catalystindex.cli.main import app
from catalystindex.model.errors import EventFileInvalid, InvalidRequest
from support.detectors import SmallFanIn
from support.event_bodies import AT, ndjson, payment
from support.importers import real, written

Run = Callable[..., str]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    def ran(*arguments: object) -> str:
        words = ["--data-dir", str(tmp_path / "data"), *(str(one) for one in arguments)]
        done = CliRunner().invoke(app, words)
        if done.exception is not None and not isinstance(done.exception, SystemExit):
            raise done.exception
        assert done.exit_code == 0, done.output
        return done.stdout

    return ran


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "DETECTORS", (SmallFanIn,))


def bank(folder: Path) -> tuple[object, ...]:
    """Write a fan-in of four, and one payment besides; return how it is read."""
    made = [payment(f"p{n}", f"s{n}", "hub", 1000, AT + n) for n in range(4)]
    path = folder / "events.jsonl"
    path.write_bytes(ndjson([*made, payment("other", "x", "y", 5, AT)]))
    return "--file", path, "--format", "events", "--processes", 0


def labelled(folder: Path, *lines: dict[str, str]) -> Path:
    return written(folder / "labels.jsonl", *(json.dumps(line) for line in lines))


@pytest.mark.usefixtures("small")
def test_labels_with_patterns_give_recall_and_a_curve(run: Run, tmp_path: Path) -> None:
    cycle = {"typology": "cycle", "pattern": "2"}
    truth = labelled(
        tmp_path,
        *({"entity_id": f"p{n}", "typology": "fan_in", "pattern": "1"} for n in range(4)),
        {"entity_id": "other", **cycle},
        {"entity_id": "unheard-of", **cycle},
    )
    arguments = ("detect", *bank(tmp_path), "--truth", truth)
    found = json.loads(run(*arguments, "--json"))
    said = found["evaluation"]
    assert (
        said["by_typology"]["fan_in"] | {"alerts": 1, "true": 1, "precise": 1}
        == (said["by_typology"]["fan_in"])
    )
    assert (said["recall"], said["accounts"], said["alerts_per_thousand"]) == (
        0.5, 7, pytest.approx(1000 / 7),
    )  # fmt: skip
    assert [point["recall"] for point in said["curve"]] == [0.5]
    assert (found["unknown_labels"], found["labelled_accounts"]) == (1, None)
    text = run(*arguments)
    assert "Found 1 of 2 patterns: recall 0.50, by name 0.50." in text
    assert "1 label of payments or accounts that were not read are left out." in text


@pytest.mark.usefixtures("small")
def test_labels_of_accounts_give_no_recall(run: Run, tmp_path: Path) -> None:
    truth = labelled(tmp_path, {"entity_id": "hub", "kind": "account"})
    found = json.loads(run("detect", *bank(tmp_path), "--truth", truth, "--json"))
    assert found["evaluation"] is None
    assert (found["labelled_accounts"]["labelled"], found["labelled_accounts"]["named"]) == (1, 1)


@pytest.mark.usefixtures("small")
def test_labels_of_other_data_are_no_measurement(run: Run, tmp_path: Path) -> None:
    truth = labelled(tmp_path, {"entity_id": "elsewhere"})
    with pytest.raises(EventFileInvalid, match="none is of a payment"):
        run("detect", *bank(tmp_path), "--truth", truth)


def test_answers_of_a_simulator_become_labels(run: Run, tmp_path: Path) -> None:
    row = "2022/09/01 00:20,1,A,2,B,3,US Dollar,3,US Dollar,Wire,1"
    header = (
        "Timestamp,From Bank,Account,To Bank,Account,Amount Received,Receiving Currency,"
        "Amount Paid,Payment Currency,Payment Format,Is Laundering"
    )
    payments = written(tmp_path / "t.csv", header, row, row[:-1] + "0")
    key = written(
        tmp_path / "p.txt", "BEGIN LAUNDERING ATTEMPT - CYCLE", row,
        row.replace("Wire", "ACH"), "END LAUNDERING ATTEMPT",
    )  # fmt: skip
    out = tmp_path / "labels.jsonl"
    plain = ("events", "labels", payments, "--format", "amlworld", "--out", out)
    assert "The labels name no patterns" in run(*plain)
    said = run(*plain, "--patterns", key)
    assert "1 payment and 0 accounts of 2 labels are part of a crime" in said
    assert "1 of 2 payments of the patterns are in no file." in said
    (line,) = [json.loads(one) for one in out.read_text().splitlines()]
    assert (line["pattern"], line["typology"]) == ("1", "cycle")
    told: dict[str, Any] = json.loads(run(*plain, "--patterns", key, "--json"))
    assert told == {
        "labels": 2, "transactions": 1, "accounts": 0, "patterns": {"cycle": 1}, "key_left": 1,
    }  # fmt: skip


@pytest.mark.parametrize("more", [("--format", "csv"), ("--format", "paysim", "--currency", "X")])
def test_what_has_no_labels_is_refused(run: Run, tmp_path: Path, more: tuple[str, ...]) -> None:
    file, out = written(tmp_path / "t.csv", "a,b"), tmp_path / "labels.jsonl"
    with pytest.raises(InvalidRequest):
        run("events", "labels", file, "--out", out, *more)
    assert not out.exists()


def test_a_third_partys_data_is_measured(run: Run, tmp_path: Path) -> None:
    file, out = real("amlgentex_seed1", "transactions.parquet"), tmp_path / "labels.jsonl"
    told = json.loads(
        run("events", "labels", file, "--format", "amlgentex", "--out", out, "--json")
    )
    assert (told["labels"], told["transactions"]) == (111_063, 764)
    assert told["patterns"] == dict.fromkeys(
        ("bipartite", "cycle", "fan_in", "fan_out", "gather_scatter", "scatter_gather", "stack"), 10
    )
    some = ("--detector", "cycle", "--detector", "bipartite")
    read = ("--file", file, "--format", "amlgentex", "--processes", 0)
    said = json.loads(run("detect", *read, *some, "--truth", out, "--json"))["evaluation"]
    assert (said["accounts"], said["abuse_payments"], said["total"]["patterns"]) == (
        10_000, 764, 70,
    )  # fmt: skip
    assert said["by_typology"]["cycle"]["named"] >= 8
    assert said["by_typology"]["bipartite"]["named"] >= 8
    assert 0.25 < said["recall"] < 1
    assert said["alerts_per_thousand"] <= 20
    assert said["curve"][-1]["recall"] == said["recall"]
