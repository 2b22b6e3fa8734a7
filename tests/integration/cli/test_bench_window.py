"""`catalystctl bench window`, run small."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from catalystindex.cli.main import app
from catalystindex.model.errors import InvalidRequest
from catalystindex.temporal.features.registry import GROUPS

runner = CliRunner()


def test_a_drawn_stream_as_json() -> None:
    options = ["--shape", "zipf", "--threads", "2", "--cycle-length", "3"]
    result = runner.invoke(app, ["bench", "window", "--synthetic", "2000", *options, "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert report["machine"]["cores"] >= 1
    assert {rate["group"] for rate in report["rates"]} >= {group.name for group in GROUPS}
    assert report["options"]["settings"]["cycle_length"] == 3
    assert "measuring: compiling" in result.stderr


def test_growth_is_measured_alone_and_each_point_is_a_line() -> None:
    options = ["--synthetic", "2000", "--growth", "--days", "30", "--keep-days", "30"]
    result = runner.invoke(app, ["bench", "window", *options])
    assert result.exit_code == 0, result.output
    assert "pareto, drawn over 30 days" in result.stdout
    assert "720 h held" in result.stdout
    assert "S/MILLION" in result.stdout
    edges, *_, held, _, _ = result.stdout.splitlines()[-1].split()
    assert edges == held
    assert "statistics" not in result.output


def test_growth_as_json() -> None:
    result = runner.invoke(app, ["bench", "window", "--synthetic", "120000", "--growth", "--json"])
    assert result.exit_code == 0, result.output
    report = json.loads(result.stdout)
    assert [round(point["edges"], -4) for point in report["growth"]] == [100_000, 120_000]
    assert isinstance(report["order"], float)


def test_a_file_as_tables(tmp_path: Path) -> None:
    path = tmp_path / "mine.csv"
    lines = [f"a{number % 7},b{number % 5},{number},1.5" for number in range(300)]
    path.write_text("\n".join(["source,target,time,amount", *lines]), encoding="utf-8")
    result = runner.invoke(
        app, ["bench", "window", "--edges", str(path), "--window", "1", "--scatter-window", "0.5"]
    )
    assert result.exit_code == 0, result.output
    assert "mine.csv: 300 payments among 12 accounts" in result.stdout
    assert "window 1 h, scatter-gather 0.5 h" in result.stdout
    assert "cores" in result.stdout
    for word in ("layers", "append", "P99 MS", "4096", "MiB", "CAPPED"):
        assert word in result.stdout


@pytest.mark.parametrize(
    ("options", "wrong"),
    [
        ([], "either --synthetic N or --edges"),
        (["--synthetic", "500", "--shape", "star"], "pareto, zipf, dense"),
        (["--edges", __file__, "--growth"], "of drawn streams"),
        (["--edges", __file__, "--synthetic", "500"], "either --synthetic N or --edges"),
    ],
)
def test_what_cannot_be_measured_is_refused(options: list[str], wrong: str) -> None:
    result = runner.invoke(app, ["bench", "window", *options])
    assert isinstance(result.exception, InvalidRequest)
    assert wrong in str(result.exception)
