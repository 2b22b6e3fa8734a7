"""A bank is written as a whole or not at all, and the same by any number of processes."""

import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

from catalystindex.model.errors import ExportFailed, ExportTargetTaken, SyntheticInvalid
from catalystindex.stores.eventlog.base import Message
from catalystindex.streaming import codec
from catalystindex.synthetic.export.event_log import LogExporter
from catalystindex.synthetic.export.files import HashedFile
from catalystindex.synthetic.export.formats import FILE_TYPES
from catalystindex.synthetic.manifest import read_manifest
from catalystindex.synthetic.orchestrator import Progress, Run, export_to_folder, export_to_log
from support.tiny_bank import PAYMENTS, tiny_source

HERE = Run(tiny_source(), workers=0)


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


@pytest.mark.parametrize("form", FILE_TYPES)
def test_files_do_not_depend_on_the_number_of_workers(form: str, tmp_path: Path) -> None:
    source = tiny_source(days=5)
    for workers in (0, 1, 2):
        export_to_folder(Run(source, workers), tmp_path / str(workers), form)
    alone = _contents(tmp_path / "0")
    assert _contents(tmp_path / "1") == alone
    assert _contents(tmp_path / "2") == alone
    assert set(alone) == {
        f"account.{form}", f"transaction.{form}", "truth.jsonl", "manifest.json",
    }  # fmt: skip


def test_the_manifest_says_what_is_there(tmp_path: Path) -> None:
    said = export_to_folder(HERE, tmp_path / "out", "jsonl")
    assert read_manifest(tmp_path / "out" / "manifest.json") == said
    assert said.events == 2 + 3 * PAYMENTS
    assert said.kinds == {"account": 2, "transaction": 3 * PAYMENTS}
    assert said.config == {"days": 3}
    assert said.typologies["fan_in"].events == 3
    assert said.typologies["cycle"].lookalikes == 1
    assert said.first_event == "1970-01-01T00:00:00+00:00"
    assert said.last_event == "1970-01-04T00:00:00.000003+00:00"
    for file in said.files:
        data = (tmp_path / "out" / file.name).read_bytes()
        assert (len(data), hashlib.sha256(data).hexdigest()) == (file.bytes, file.sha256)
        assert data.count(b"\n") == file.rows


def test_truth_names_events_that_are_there_once(tmp_path: Path) -> None:
    export_to_folder(HERE, tmp_path / "out", "jsonl")
    lines = (tmp_path / "out" / "transaction.jsonl").read_bytes().splitlines()
    seen = Counter(codec.decode(line).event_id for line in lines)
    unused, planted = (
        json.loads(line) for line in (tmp_path / "out" / "truth.jsonl").read_text().splitlines()
    )
    assert unused["event_ids"] == []
    assert unused["lookalike"]
    assert (planted["pattern"], planted["typology"]) == (7, "fan_in")
    assert planted["roles"] == {"source": ["a0"], "sink": ["a1", "a0"]}
    assert planted["entity_ids"] == ["a0", "a1"]
    assert planted["kinds"] == ["transaction"]
    assert planted["event_roles"] == ["placement"] * 3
    assert [seen[one] for one in planted["event_ids"]] == [1, 1, 1]
    times = {codec.decode(line).event_id: codec.decode(line).event_time for line in lines}
    assert [times[one] for one in planted["event_ids"]] == sorted(
        times[one] for one in planted["event_ids"]
    )


@pytest.mark.parametrize(
    ("flaw", "says"),
    [("stranger", "pattern 99"), ("miscounts", "pattern 7 .fan_in. has 4 events, 3 were made")],
)
def test_truth_that_is_not_true_is_a_defect(flaw: str, says: str, tmp_path: Path) -> None:
    run = replace(HERE, source=tiny_source(flaw=flaw))
    with pytest.raises(SyntheticInvalid, match=says):
        export_to_folder(run, tmp_path / "out", "jsonl")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("workers", [0, 2])
@pytest.mark.parametrize(
    ("flaw", "error", "says"),
    [
        ("raises", SyntheticInvalid, "day 1 is a holiday"),
        ("disk", ExportFailed, "No space left on device"),
    ],
)
def test_a_run_that_fails_leaves_nothing(
    workers: int, flaw: str, error: type[Exception], says: str, tmp_path: Path
) -> None:
    with pytest.raises(error, match=says):
        export_to_folder(Run(tiny_source(flaw=flaw), workers), tmp_path / "out", "parquet")
    assert list((tmp_path / "out").iterdir()) == []


def test_a_worker_that_dies_is_said(tmp_path: Path) -> None:
    with pytest.raises(ExportFailed, match="A worker process has died"):
        export_to_folder(Run(tiny_source(flaw="dies"), 1), tmp_path / "out", "csv")
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("form", FILE_TYPES)
def test_a_full_disk_is_said(form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: object, __: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(HashedFile, "write", full)
    with pytest.raises(ExportFailed, match="No space left on device") as caught:
        export_to_folder(HERE, tmp_path / "out", form)
    assert caught.value.exit_code == 74
    assert list((tmp_path / "out").iterdir()) == []


def test_a_path_that_is_a_file_is_said(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("mine")
    with pytest.raises(ExportFailed, match="File exists"):
        export_to_folder(HERE, tmp_path / "out", "jsonl")
    with pytest.raises(ExportFailed, match="Not a directory"):
        export_to_folder(HERE, tmp_path / "out" / "below", "jsonl")


def test_a_folder_that_holds_something_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(ExportTargetTaken, match=r"not empty: it holds notes\.txt"):
        export_to_folder(HERE, tmp_path, "jsonl")
    assert _contents(tmp_path) == {"notes.txt": b"mine"}


def test_force_replaces_an_older_run_and_nothing_else(tmp_path: Path) -> None:
    export_to_folder(HERE, tmp_path, "csv")
    (tmp_path / "notes.txt").write_text("mine")
    export_to_folder(HERE, tmp_path, "parquet", force=True)
    names = set(_contents(tmp_path))
    assert names == {
        "notes.txt", "account.parquet", "transaction.parquet", "truth.jsonl", "manifest.json",
    }  # fmt: skip
    assert read_manifest(tmp_path / "manifest.json").format == "parquet"


def test_force_does_not_replace_what_no_run_wrote(tmp_path: Path) -> None:
    (tmp_path / "person.csv").write_text("mine")
    with pytest.raises(ExportTargetTaken, match=r"person\.csv is not of an older run"):
        export_to_folder(HERE, tmp_path, "csv", force=True)
    assert _contents(tmp_path) == {"person.csv": b"mine"}


def test_force_keeps_the_older_run_where_the_new_one_fails(tmp_path: Path) -> None:
    export_to_folder(HERE, tmp_path, "csv")
    before = _contents(tmp_path)
    with pytest.raises(SyntheticInvalid):
        export_to_folder(Run(tiny_source(flaw="raises"), 0), tmp_path, "csv", force=True)
    assert _contents(tmp_path) == before


@pytest.mark.parametrize("name", ["../precious", "/etc/hosts", "..", ""])
def test_a_manifest_cannot_name_files_elsewhere(name: str, tmp_path: Path) -> None:
    out = tmp_path / "out"
    export_to_folder(HERE, out, "csv")
    (tmp_path / "precious").write_text("mine")
    manifest = json.loads((out / "manifest.json").read_bytes())
    manifest["files"][0]["name"] = name
    (out / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(ExportFailed, match="which is no file here"):
        export_to_folder(HERE, out, "csv", force=True)
    assert (tmp_path / "precious").exists()


def test_what_is_no_manifest_is_not_believed(tmp_path: Path) -> None:
    (tmp_path / "manifest.json").write_text("{}")
    with pytest.raises(ExportFailed, match="is no manifest"):
        export_to_folder(HERE, tmp_path, "csv", force=True)


def test_a_killed_run_is_recognised_and_replaced_on_request(tmp_path: Path) -> None:
    (tmp_path / ".unfinished").mkdir()
    (tmp_path / ".unfinished" / "person.csv").write_text("half")
    with pytest.raises(ExportTargetTaken, match="under way or was killed"):
        export_to_folder(HERE, tmp_path, "csv")
    export_to_folder(HERE, tmp_path, "csv", force=True)
    assert not (tmp_path / ".unfinished").exists()


@pytest.mark.parametrize("workers", [0, 2])
def test_progress_is_told_day_by_day(workers: int, tmp_path: Path) -> None:
    told: list[Progress] = []
    export_to_folder(Run(tiny_source(), workers, told.append), tmp_path / "out", "jsonl")
    assert told == [Progress(day, 3, 2 + day * PAYMENTS) for day in range(4)]


def test_events_go_to_a_log_with_their_truth_beside(tmp_path: Path) -> None:
    sent: list[Message] = []
    said = export_to_log(HERE, LogExporter(sent.extend), tmp_path / "truth")
    assert len(sent) == said.events == 14
    assert set(_contents(tmp_path / "truth")) == {"truth.jsonl", "manifest.json"}
    again: list[Message] = []
    export_to_log(HERE, LogExporter(again.extend))
    assert again == sent


INTERRUPTED = """
import os, signal, sys
from pathlib import Path
from support.tiny_bank import tiny_source
from catalystindex.synthetic.orchestrator import Run, export_to_folder

def stop(progress):
    if progress.days_done == 2:
        os.kill(os.getpid(), signal.SIGINT)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # tests in the background ignore it
    export_to_folder(Run(tiny_source(50), 2, stop), Path(sys.argv[1]), "jsonl")
"""


def test_ctrl_c_leaves_nothing(tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    script.write_text(INTERRUPTED)
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "out")],
        env=env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert "KeyboardInterrupt" in done.stderr
    assert done.returncode in (130, -signal.SIGINT, 1)
    assert list((tmp_path / "out").iterdir()) == []
