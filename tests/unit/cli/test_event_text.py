"""Imports, submissions and the stream in words."""

from datetime import UTC, datetime
from pathlib import Path

from catalystindex.cli.event_text import import_lines, submit_lines
from catalystindex.cli.importing import FileOutcome, SetAside, Totals
from catalystindex.cli.stream_text import consumer_row, letter_lines, letter_row, readable
from catalystindex.model.stream import (
    ConsumerState,
    ConsumerStatus,
    DeadEvent,
    LetterState,
    RejectedEvent,
    SubmitResult,
)

AT = datetime(2025, 1, 31, 9, 30, tzinfo=UTC)


def totals() -> Totals:
    return Totals(
        rows=1200,
        events=1199,
        accepted=1000,
        duplicates=199,
        rejected=2,
        seconds=2.0,
        files=[
            FileOutcome("a.csv", 1200, 1199, 1),
            FileOutcome("b.csv", code="event.file_invalid", detail="no such columns"),
        ],
        rejects=[SetAside("a.csv", 17, "event.money", "no amount", "x" * 200)],
    )


def test_an_import_says_what_was_set_aside_and_what_was_taken() -> None:
    lines = list(import_lines(totals(), checked_only=False, rejects=Path("bad.jsonl")))
    assert lines == [
        f"set aside  a.csv:17: no amount [event.money]  {'x' * 120}...",
        "and 1 more; all are in bad.jsonl",
        "read       a.csv: 1,200 rows, 1,199 events",
        "failed     b.csv: no such columns [event.file_invalid], after 0 rows",
        "1,200 rows in 2.0 s (600 a second): 1,000 events accepted, 199 known already, 2 set aside",
    ]


def test_a_check_says_that_nothing_was_sent() -> None:
    *_, last = import_lines(totals(), checked_only=True, rejects=None)
    assert "1,199 events; nothing was sent" in last


def test_a_file_that_could_not_be_read_is_not_a_whole_import() -> None:
    assert not totals().whole
    assert not Totals(files=[FileOutcome("b.csv", code="x")]).whole
    assert Totals(files=[FileOutcome("b.csv")]).whole


def test_a_submission_names_rejected_lines_up_to_a_bound() -> None:
    rejected = [RejectedEvent(line=n, code="event.invalid", reason="no") for n in (3, 4, 9)]
    result = SubmitResult(accepted=1, duplicates=2, rejected=rejected, events=[])
    assert list(submit_lines(result, 2)) == [
        "rejected   line 3: no [event.invalid]",
        "rejected   line 4: no [event.invalid]",
        "and 1 more",
        "1 event accepted, 2 known already, 3 rejected",
    ]


def consumer(**changes: object) -> ConsumerStatus:
    known: dict[str, object] = {
        "group": "graph",
        "state": ConsumerState.RUNNING,
        "code": None,
        "reason": None,
        "since": None,
        "lag": 0,
        "behind_seconds": 0.0,
        "events_per_second": 12_345.6,
        "open_letters": 2,
        "partitions": [],
    }
    return ConsumerStatus.model_validate(known | changes)


def test_a_consumer_is_a_row() -> None:
    assert consumer_row(consumer()) == ("graph", "running", "0", "", "12,346", 2, "")
    stopped = consumer(
        state="stopped", code="internal", reason="a defect", lag=1200, behind_seconds=90.0
    )
    assert consumer_row(stopped)[1:4] == ("stopped", "1,200", "2 minutes")
    assert consumer_row(stopped)[-1] == "a defect [internal]"


def letter(data: str, encoding: str = "text") -> DeadEvent:
    return DeadEvent.model_validate(
        {
            "id": "0a" * 16,
            "group": "graph",
            "partition": 1,
            "offset": 7,
            "entity_id": "T-1",
            "event_id": "0b" * 16,
            "kind": None,
            "code": "event.invalid",
            "reason": "no payload",
            "attempts": 1,
            "event_time": 0,
            "created_at": AT,
            "state": LetterState.OPEN,
            "settled_at": None,
            "settled_by": None,
            "data": data,
            "data_encoding": encoding,
        }
    )


def test_a_dead_event_is_shown_so_that_it_can_be_mended() -> None:
    found = letter('{"kind":"person","entity_id":"é"}')
    assert readable(found) == '{\n  "kind": "person",\n  "entity_id": "é"\n}'
    assert letter_row(found)[2:5] == ("?", "T-1", "no payload [event.invalid]")
    lines = letter_lines(found)
    assert any(line.startswith("what to do") for line in lines)
    assert "partition 1, offset 7" in "\n".join(lines)
    assert lines[-1] == readable(found)


def test_bytes_that_are_no_json_or_no_text_are_shown_as_they_are() -> None:
    assert readable(letter("{broken")) == "{broken"
    assert readable(letter("/w==", "base64")) == "(base64) /w=="
