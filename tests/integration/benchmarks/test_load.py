"""The load bench, small: it measures everything it reports, and says when it has no data."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
SUBJECTS = ("ledger", "wire", "deposit", "trust", "invoice", "shell company", "courier", "vault")
PLACES = ("Vaduz", "Riga", "Valletta", "Nicosia", "Panama", "Tallinn", "Doha")
SHORT = (
    "--chunks",
    "400",
    "--questions",
    "12",
    "--rounds",
    "1",
    "--seconds",
    "1",
    "--rebuild-clients",
    "1",
)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder in the form of the real one, with documents of a few passages each."""
    for name in ("scifact", "cranfield"):
        folder = tmp_path / "retrieval" / name
        folder.mkdir(parents=True)
        documents = [_document(name, number) for number in range(160)]
        queries = [
            {"_id": str(n), "text": f"which {subject} went through {place}?"}
            for n, (subject, place) in enumerate(zip(SUBJECTS, PLACES, strict=False))
        ]
        _write(folder / "corpus.jsonl", documents)
        _write(folder / "queries.jsonl", queries)
    return tmp_path


@pytest.mark.slow
def test_a_short_run_reports_every_part_and_no_wrong_answer(data: Path, tmp_path: Path) -> None:
    done = bench(data, "--cache", str(tmp_path / "cache"), *SHORT)
    assert done.returncode in (0, 1), done.stderr  # speed on a busy machine is no matter of tests
    report = done.stdout
    titles = ("One client", "Many clients", "Ingest", "Search during", "Two workspaces", "Limits")
    for title in titles:
        assert f"## {title}" in report
    for holds in (
        "| 0 of 12 differ | passed |",
        "| 0 errors | passed |",
        "| 0 of 12 changed | passed |",
        "answers wrong or lost | passed |",
    ):
        assert holds in report, report


def test_without_data_it_says_so(tmp_path: Path) -> None:
    done = bench(tmp_path, "--cache", str(tmp_path / "cache"))
    assert done.returncode == 2
    assert "CATALYST_BENCH_DATA" in done.stdout


def bench(data: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    kept = {key: value for key, value in os.environ.items() if not key.startswith("CATALYST_")}
    return subprocess.run(  # our own program
        [sys.executable, "-m", "benchmarks.load", *arguments],
        cwd=ROOT,
        env=kept | {"CATALYST_BENCH_DATA": str(data)},
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )


def _document(name: str, number: int) -> dict[str, str]:
    sentences = [
        f"In {PLACES[(number + k) % len(PLACES)]} the {SUBJECTS[(number * k) % len(SUBJECTS)]} "
        f"numbered {number * 31 + k} passed from one {name} office to the next, and nobody asked."
        for k in range(20)
    ]
    return {"_id": str(number), "title": f"File {number}", "text": " ".join(sentences)}


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
