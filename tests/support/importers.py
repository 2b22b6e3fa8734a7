"""Running importers in tests: everything that they give out is decoded, and its id compared."""

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from catalystindex.model.events.envelope import Event
from catalystindex.stores.eventlog.base import Message
from catalystindex.streaming import codec
from catalystindex.streaming.importers.base import ImportOptions, Rejected
from catalystindex.streaming.importers.registry import make_importer

ROOT = Path(__file__).parent.parent.parent
REAL = Path(os.environ.get("CATALYST_BENCH_DATA") or ROOT.parent / "shared" / "data") / "aml"


class Imported(NamedTuple):
    """What a file gave."""

    rows: int
    events: list[Event]
    rejected: list[Rejected]
    messages: list[Message]

    @property
    def payloads(self) -> list[Any]:
        return [event.payload for event in self.events]

    @property
    def lines(self) -> list[int]:
        return [one.line for one in self.rejected]

    @property
    def reasons(self) -> list[str]:
        return [f"{one.line}: {one.reason}" for one in self.rejected]


def imported(name: str, path: Path, options: ImportOptions | None = None) -> Imported:
    """Import a file."""
    importer = make_importer(name, options or ImportOptions())
    chunks = list(importer.chunks(path))
    messages = [message for chunk in chunks for message in chunk.messages]
    events = [_verified(message) for message in messages]
    rejected = [row for chunk in chunks for row in chunk.rejected]
    assert all(row.file == path.name for row in rejected)
    return Imported(sum(chunk.rows for chunk in chunks), events, rejected, messages)


def _verified(message: Message) -> Event:
    event = codec.decode(message.data)
    assert event.event_id == message.message_id == codec.event_id_of(event)
    assert (event.entity_id, event.event_time) == (message.key, message.event_time)
    return event


def written(path: Path, *lines: str, end: str = "\n") -> Path:
    """Write lines to a file, in UTF-8."""
    path.write_bytes("".join(line + end for line in lines).encode())
    return path


def ids(messages: Sequence[Message]) -> list[str]:
    return [message.message_id for message in messages]


def real(*parts: str) -> Path:
    """Return a real file, or skip the test."""
    path = REAL.joinpath(*parts)
    if not path.is_file():
        pytest.skip(f"no {path.name} at {path.parent}: set CATALYST_BENCH_DATA to the data folder")
    return path


class SpooledPath:
    """A file for as long as it is needed: for hypothesis, whose tests take no fixtures."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._folder = tempfile.TemporaryDirectory()

    def __enter__(self) -> Path:
        path = Path(self._folder.name) / "file"
        path.write_bytes(self._data)
        return path

    def __exit__(self, *_: object) -> None:
        self._folder.cleanup()
