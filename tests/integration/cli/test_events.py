"""Events and their stream on the command line, beside a server and without one."""

import json
import subprocess
from pathlib import Path

import pytest

from support.event_bodies import Raw, ndjson, payment, person
from support.server import PROGRAM, Folder, Served, environment


@pytest.fixture
def events(tmp_path: Path) -> Path:
    """Two good events, a line that is no JSON, and an event with a field too many."""
    file = tmp_path / "events.jsonl"
    bad: Raw = {**person("P2"), "surprise": 1}
    file.write_bytes(
        ndjson([person("P1")]) + b"{broken\n" + ndjson([bad, payment("T1", tmp_path.name, "B")])
    )
    return file


@pytest.mark.parametrize("beside", ["alone", "served"])
def test_an_import_sets_bad_rows_aside_and_takes_the_others(
    request: pytest.FixtureRequest, beside: str, events: Path
) -> None:
    folder: Folder = request.getfixturevalue(beside)
    rejects = events.parent / "rejects.jsonl"
    wanted = ("events", "import", "--format", "events", events, "--rejects", rejects, "--create")
    done = folder.run(*wanted, "--json", expect=3)
    found = json.loads(done.stdout)
    assert {name: found[name] for name in ("rows", "events", "rejected")} == {
        "rows": 4, "events": 2, "rejected": 2,
    }  # fmt: skip
    assert found["accepted"] + found["duplicates"] == 2
    written = [json.loads(line) for line in rejects.read_text("utf-8").splitlines()]
    assert written == found["rejects"]
    assert [(one["line"], one["code"]) for one in written] == [
        (2, "event.invalid"),
        (3, "event.invalid"),
    ]
    assert written[0]["raw"] == "{broken"
    assert written[0]["file"] == events.as_posix()


def test_an_import_again_changes_nothing(served: Served, tmp_path: Path) -> None:
    file = tmp_path / "again.jsonl"
    file.write_bytes(ndjson(payment(f"again-{n}", "A", "B") for n in range(12_000)))
    first = served.json("events", "import", "--format", "events", file, "--wait")
    assert (first["accepted"], first["duplicates"]) == (12_000, 0)
    second = served.run("events", "import", "--format", "events", file).stdout
    assert "0 events accepted, 12,000 known already, 0 set aside" in second


def test_a_check_sends_nothing_and_needs_no_server(tmp_path: Path, events: Path) -> None:
    folder = Folder(tmp_path / "none", tmp_path)
    said = folder.run("events", "import", "--format", "events", events, "--check", expect=3).stdout
    assert "2 events; nothing was sent" in said
    assert f"set aside  {events}:2:" in said
    assert not (tmp_path / "none").exists()


def test_a_folder_is_looked_through_and_a_bad_file_stops_no_other(
    served: Served, tmp_path: Path
) -> None:
    folder = tmp_path / "delivery"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "a.jsonl").write_bytes(ndjson([payment(f"F-{tmp_path.name}", "A", "B")]))
    (folder / "b.jsonl").write_bytes(b"\x00\xff\n")
    (folder / "readme.md").write_text("no events")
    args = ("events", "import", "--format", "events", folder, "--include", "*.jsonl", "--json")
    found = json.loads(served.run(*args, expect=3).stdout)
    assert [Path(one["file"]).name for one in found["files"]] == ["b.jsonl", "a.jsonl"]
    assert (found["accepted"], found["rejected"]) == (1, 1)


def test_a_file_of_another_format_is_said_to_be_so(served: Served, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.csv"
    wrong.write_text("a,b\n1,2\n")
    args = ("events", "import", "--format", "paysim", wrong, "--json")
    (file,) = json.loads(served.run(*args, expect=3).stdout)["files"]
    assert (file["code"], file["events"]) == ("event.file_invalid", 0)


def test_an_unknown_format_is_refused_with_the_known_ones(served: Served, events: Path) -> None:
    error = served.error("events", "import", "--format", "excel", events, expect=65)
    assert "amlsim" in error["detail"]
    listed = [one["format"] for one in served.json("events", "formats")]
    assert {"amlsim", "events", "csv"} <= set(listed)


def test_a_bank_goes_into_the_log_once(served: Served, tmp_path: Path) -> None:
    bank = ("synth", "--accounts", "500", "--days", "1", "--format", "log", "--workers", "0")
    first = served.json(*bank, "--wait", "--out", tmp_path / "truth")
    assert first["log"] == {"accepted": first["events"], "duplicates": 0}
    assert (tmp_path / "truth" / "truth.jsonl").exists()
    said = served.run(*bank).stdout
    assert f"0 events accepted by the log, {first['events']:,} known already" in said
    assert all(one["lag"] == 0 for one in served.json("stream", "status")["consumers"])


def test_a_bank_makes_a_data_folder_only_when_asked(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "bank", tmp_path)
    bank = ("synth", "--accounts", "500", "--days", "1", "--format", "log", "--workers", "0")
    error = folder.error(*bank, expect=66)
    assert (error["code"], (tmp_path / "bank").exists()) == ("resource.not_found", False)
    made = folder.json(*bank, "--typologies", "fan_in", "--density", "0", "--create")
    assert made["log"]["accepted"] == made["events"]


def test_a_mistyped_folder_is_not_made(tmp_path: Path, events: Path) -> None:
    folder = Folder(tmp_path / "mistyped", tmp_path)
    args = ("events", "import", "--format", "events", events)
    assert folder.error(*args, expect=66)["code"] == "resource.not_found"
    assert not (tmp_path / "mistyped").exists()


def test_events_are_submitted_from_a_file_and_from_standard_input(
    served: Served, tmp_path: Path
) -> None:
    lines = tmp_path / "lines.jsonl"
    lines.write_bytes(b"\n" + ndjson([payment(f"S-{tmp_path.name}", "A", "B")]) + b"{broken\n")
    said = served.run("events", "submit", lines, expect=3).stdout
    assert "rejected   line 3:" in said
    assert "1 event accepted, 0 known already, 1 rejected" in said
    array = json.dumps([payment(f"S-{tmp_path.name}", "A", "B")], indent=2).encode()
    done = subprocess.run(
        [*PROGRAM, "events", "submit", "-", "--json"],
        input=array, capture_output=True, env=environment(served.data), cwd=tmp_path, check=True,
    )  # fmt: skip
    assert json.loads(done.stdout)["duplicates"] == 1


def test_schema_and_kinds_are_printed(served: Served) -> None:
    schema = json.loads(served.run("events", "schema").stdout)
    assert schema["title"] == "Event"
    assert "transaction" in served.run("events", "kinds").stdout


def test_the_stream_is_shown_and_moved_by_its_owner(served: Served, tmp_path: Path) -> None:
    served.run("events", "submit", _file(tmp_path, payment("X", "A", "B")))
    status = served.json("stream", "status")
    assert status["records"] >= 1
    for one in status["consumers"]:
        moved = served.json("stream", "seek", one["group"], "--to", "start", "--yes")
        assert moved["group"] == one["group"]
        served.run("stream", "restart", one["group"])
    error = served.error("stream", "seek", "nobody", "--to", "end", "--yes", expect=66)
    assert error["code"] == "stream.consumer_unknown"
    refused = served.run("stream", "seek", "graph", "--to", "start", expect=1)
    assert "Move graph for all workspaces?" in refused.stderr


def test_there_are_no_dead_events_to_begin_with(served: Served) -> None:
    assert served.json("stream", "dead-letters", "list", "--all") == []
    assert "no dead events" in served.run("stream", "dead-letters", "list").stdout
    gone = served.error("stream", "dead-letters", "show", "0" * 32, expect=66)
    assert gone["code"] == "stream.letter_not_found"


def _file(folder: Path, *events: Raw) -> Path:
    file = folder / "some.jsonl"
    file.write_bytes(ndjson(events))
    return file
