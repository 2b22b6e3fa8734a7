"""Files of events on their way: rows set aside, files that break off, servers that are away."""

import io
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any, ClassVar, cast

import pytest

from catalystindex.cli import importing
from catalystindex.cli.importing import Import, Sending, Totals, over
from catalystindex.model.errors import EventBacklogFull, EventFileInvalid, Unavailable
from catalystindex.model.stream import RejectedEvent, SubmitResult
from catalystindex.sdk import Client
from catalystindex.stores.eventlog.base import Message
from catalystindex.streaming.importers.base import Chunk, ImportOptions
from catalystindex.streaming.importers.registry import make_importer
from support.event_bodies import ndjson, payment, person

IMPORTER = make_importer("events", ImportOptions())


def quiet(totals: Totals) -> None:
    del totals


@pytest.fixture
def good(tmp_path: Path) -> Path:
    file = tmp_path / "good.jsonl"
    file.write_bytes(ndjson([person("P1"), payment("T1", "A", "B")]))
    return file


def accepted(lines: Sequence[bytes]) -> SubmitResult:
    return SubmitResult(accepted=len(lines), duplicates=0, rejected=[], events=[])


def client_of(submit_batches: object) -> Client:
    """Return what answers as the SDK does, from a function."""
    events = SimpleNamespace(submit_batches=submit_batches)
    return cast("Client", SimpleNamespace(events=events))


def test_reading_alone_sends_nothing_and_sets_bad_rows_aside(tmp_path: Path, good: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_bytes(b"{broken\n" * 30)
    rejects = io.StringIO()
    totals = Import(IMPORTER, rejects, quiet).run([good, bad], None)
    assert (totals.rows, totals.events, totals.rejected, totals.accepted) == (32, 2, 30, 0)
    assert len(totals.rejects) == importing.SHOWN
    written = [json.loads(line) for line in rejects.getvalue().splitlines()]
    assert [one["line"] for one in written] == list(range(1, 31))
    assert not totals.whole


def test_a_file_that_cannot_be_opened_stops_no_other(tmp_path: Path, good: Path) -> None:
    totals = Import(IMPORTER, None, quiet).run([tmp_path / "missing.jsonl", good], None)
    assert [one.code is None for one in totals.files] == [False, True]
    assert totals.events == 2


def test_what_came_before_a_file_broke_off_is_sent(good: Path) -> None:
    class Breaking:
        name: ClassVar[str] = "breaking"
        summary: ClassVar[str] = "Breaks off."

        def chunks(self, path: Path) -> Iterator[Chunk]:
            yield from IMPORTER.chunks(path)
            raise EventFileInvalid("it ends here")

    sent: list[bytes] = []

    def submit(lines: Sequence[bytes], batch: int) -> Iterator[SubmitResult]:
        assert len(lines) <= batch
        sent.extend(lines)
        yield accepted(lines)

    totals = Import(Breaking(), None, quiet).run([good], over(client_of(submit)))
    assert (len(sent), totals.accepted) == (2, 2)
    assert (totals.files[0].code, totals.files[0].detail) == ("event.file_invalid", "it ends here")
    assert not totals.whole


def test_what_the_server_refuses_is_set_aside_with_its_bytes(good: Path) -> None:
    def submit(lines: Sequence[bytes], batch: int) -> Iterator[SubmitResult]:
        del lines, batch
        no = RejectedEvent(line=2, code="event.too_large", reason="no")
        yield SubmitResult(accepted=1, duplicates=0, rejected=[no], events=[])

    totals = Import(IMPORTER, None, quiet).run([good], over(client_of(submit)))
    (row,) = totals.rejects
    assert (row.file, row.line, row.code) == (good.as_posix(), None, "event.too_large")
    assert '"entity_id":"T1"' in row.raw


def test_a_server_that_is_away_ends_the_import(good: Path) -> None:
    with Client("http://127.0.0.1:1", None, retries=0) as client, pytest.raises(Unavailable):
        Import(IMPORTER, None, quiet).run([good], over(client))


class Full:
    """Has no room so many times."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.pauses: list[float] = []

    def __call__(self, lines: Sequence[bytes], batch: int) -> Iterator[SubmitResult]:
        del batch
        self.times -= 1
        if self.times >= 0:
            raise EventBacklogFull
        yield accepted(lines)

    def send(self, taken: list[Any]) -> None:
        sending = Sending(
            over(client_of(self)), lambda *args: taken.append(args), self.pauses.append
        )
        try:
            sending.send("a.csv", [Message("k", "m", 0, b"{}")])
            sending.finish()
        finally:
            sending.close()


def test_a_batch_waits_until_the_server_has_room() -> None:
    full, taken = Full(3), []  # type: ignore[var-annotated]  # what the callback is given
    full.send(taken)
    assert [len(one[1]) for one in taken] == [1]
    assert full.pauses == [importing.PAUSE] * 3


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "PATIENCE", 2)
    full = Full(99)
    with pytest.raises(EventBacklogFull):
        full.send([])
    assert len(full.pauses) == 2
