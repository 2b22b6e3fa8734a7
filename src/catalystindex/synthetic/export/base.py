"""What every format does: take sealed events of a kind in order, and say what was written."""

from abc import ABC, abstractmethod
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import ClassVar, Final, NamedTuple, Protocol

import pyarrow as pa

from catalystindex.model.events.envelope import KINDS
from catalystindex.streaming.arrow_seal import SealedBatch
from catalystindex.synthetic.export.files import HashedFile

WIRE: Final = "wire"
"""Column of an event's bytes, as the codec writes them."""


class Needs(StrEnum):
    """What a format is given of each batch."""

    TABLE = "table"
    """All columns of the kind (`streaming.arrow_schema`), ids among them."""
    BYTES = "bytes"
    """``event_id``, ``entity_id``, ``event_time`` and `WIRE`."""


class FileEntry(NamedTuple):
    """A file that was written."""

    name: str
    kind: str | None
    rows: int
    bytes: int
    sha256: str


class Exporter(Protocol):
    """Takes the events of a run, batch after batch."""

    def write(self, kind: str, batch: pa.RecordBatch) -> None:
        """Take a batch of one kind, in the form the format needs. Raises `OSError`."""
        ...

    def close(self) -> list[FileEntry]:
        """Finish; return the files written, in order of kind. Raises `OSError`."""
        ...

    def abort(self) -> None:
        """Let go of what is open, unfinished as it is."""
        ...


class KindFile(ABC):
    """A file of one kind of events, being written.

    The bytes depend on the events and the order of batches, never on when they come.
    """

    suffix: ClassVar[str]
    needs: ClassVar[Needs]

    def __init__(self, path: Path, kind: str) -> None:
        self.kind = kind
        self.rows = 0
        self.out = HashedFile(path)

    @abstractmethod
    def write(self, batch: pa.RecordBatch) -> None:
        """Add a batch."""

    @abstractmethod
    def finish(self) -> None:
        """Write what is still held back, and what ends a file of this format."""

    def abandon(self) -> None:
        """Let go of the file, unfinished as it is."""
        with suppress(OSError):
            self.out.close()


class FolderExporter:
    """Writes one file per kind that occurs, named for it: ``transaction.parquet``."""

    def __init__(self, folder: Path, file_type: type[KindFile]) -> None:
        self._folder, self._type = folder, file_type
        self._open: dict[str, KindFile] = {}

    def write(self, kind: str, batch: pa.RecordBatch) -> None:
        """Add a batch to the kind's file."""
        file = self._open.get(kind)
        if file is None:
            file = self._type(self._folder / file_name(kind, self._type), kind)
            self._open[kind] = file
        file.write(batch)
        file.rows += batch.num_rows

    def close(self) -> list[FileEntry]:
        """Finish all files."""
        return [self._finished(self._open[kind]) for kind in KINDS if kind in self._open]

    def abort(self) -> None:
        """Close all files as they are."""
        for file in self._open.values():
            file.abandon()

    def _finished(self, file: KindFile) -> FileEntry:
        file.finish()
        file.out.close()
        name = file_name(file.kind, self._type)
        return FileEntry(name, file.kind, file.rows, file.out.size, file.out.sha256)


def file_name(kind: str, file_type: type[KindFile]) -> str:
    """Return the name of the file of a kind."""
    return f"{kind}.{file_type.suffix}"


def form_of(sealed: SealedBatch, needs: Needs) -> pa.RecordBatch:
    """Return sealed events in the form that a format needs."""
    if needs is Needs.TABLE:
        return sealed.complete()
    return sealed.bytes_table(WIRE)
