"""Where a batch run gets its events: an event log, files of other systems, a synthetic bank."""

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import pyarrow as pa

from catalystindex.detection.history import CONCERNS, History
from catalystindex.model.errors import EventFileInvalid, InvalidRequest
from catalystindex.model.tenant import Tenant
from catalystindex.stores.eventlog.scan import LogScan
from catalystindex.streaming.arrow_calls import pl, pq
from catalystindex.streaming.importers.base import Importer, ImportOptions, Rejected
from catalystindex.streaming.importers.events import EventsImporter
from catalystindex.synthetic.manifest import MANIFEST_FILE, read_manifest

GROUP: Final = "detect"
"""Group of the log that reads what is meant for detection."""

TABLE_ROWS: Final = 1 << 20
"""Rows of a table that become columns together: the more, the fewer look-ups of names."""

COLUMNS: Final = {
    "transaction": (
        "event_id", "op", "entity_id", "version", "event_time", "amount", "currency",
        "debtor_account", "creditor_account", "method", "debtor", "creditor", "debtor_country",
        "creditor_country", "purpose", "branch", "declined",
    ),
    "account": (
        "event_id", "op", "entity_id", "version", "event_time", "holders", "country",
    ),
}  # fmt: skip
"""What is read of a table of each kind."""

Tell = Callable[[int], object]
"""Hears how many events were read so far."""


class Reading:
    """Fills a history, and remembers which rows were no events."""

    def __init__(self, history: History, tell: Tell = lambda _: None) -> None:
        self.history = history
        self.rejected: list[Rejected] = []
        """The first `SHOWN` of them."""
        self.rejects = 0
        self._tell = tell
        self._seen = 0

    def log(self, folder: Path, tenant: Tenant) -> None:
        """Read a tenant's events of the log in a data folder. Raises `EventLogUnavailable`."""
        with LogScan(folder) as scan:
            for records in scan.records(tenant):
                ours = [one.data for one in records if one.only in (None, GROUP)]
                self._take(ours)

    def files(self, importer: Importer, paths: Sequence[Path]) -> None:
        """Read files of one format. Raises `EventFileInvalid` for one that cannot be read."""
        for path in paths:
            for chunk in importer.chunks(path):
                self._reject(chunk.rejected)
                self._take([message.data for message in chunk.messages])

    def bank(self, folder: Path) -> None:
        """Read what `catalystctl synth` wrote. Raises `EventFileInvalid`, `ExportFailed`."""
        manifest = read_manifest(folder / MANIFEST_FILE)
        read = {"parquet": self._parquet, "arrow": self._arrow, "jsonl": self._lines}
        if manifest.format not in read:
            raise InvalidRequest(
                f"A bank in {manifest.format} is not read: make it with --format parquet, arrow "
                "or jsonl, or, if it is in the event log, leave out --file.",
                field="file",
            )
        for file in manifest.files:
            if file.kind in CONCERNS and Path(file.name).name == file.name:
                read[manifest.format](file.kind, folder / file.name)

    def tables(self, kind: str, path: Path) -> None:
        """Read a Parquet file of events of one kind, in the product's own columns."""
        self._parquet(kind, path)

    def _take(self, messages: Sequence[bytes]) -> None:
        self.history.take_bytes(messages)
        self._count(len(messages))

    def _table(self, kind: str, batch: pa.RecordBatch) -> None:
        self.history.take_table(kind, batch)
        self._count(batch.num_rows)

    def _count(self, events: int) -> None:
        self._seen += events
        self._tell(self._seen)

    def _reject(self, rows: Sequence[Rejected]) -> None:
        self.rejects += len(rows)
        self.rejected += rows[: max(0, SHOWN - len(self.rejected))]

    def _parquet(self, kind: str, path: Path) -> None:
        try:
            file = pq.ParquetFile(path)
            names = [name for name in COLUMNS[kind] if name in file.schema_arrow.names]
            for batch in file.iter_batches(TABLE_ROWS, columns=names):
                self._table(kind, batch)
        except pa.ArrowException as error:
            raise _unreadable(path, error) from None

    def _arrow(self, kind: str, path: Path) -> None:
        try:
            with pl.memory_map(str(path)) as mapped:
                reader = pl.ipc.open_file(mapped)
                for batch in _together(reader, kind):
                    self._table(kind, batch)
        except pa.ArrowException as error:
            raise _unreadable(path, error) from None

    def _lines(self, _: str, path: Path) -> None:
        self.files(EventsImporter(ImportOptions()), [path])


SHOWN: Final = 20
"""Rows that were no events which are kept with their reasons."""


def _together(reader: Any, kind: str) -> Iterator[pa.RecordBatch]:  # noqa: ANN401  # Arrow's
    """Yield the batches of a file, so many as come to `TABLE_ROWS` as one."""
    names = [name for name in COLUMNS[kind] if name in reader.schema.names]
    held: list[Any] = []
    for number in range(reader.num_record_batches):
        held.append(reader.get_batch(number).select(names))
        if sum(batch.num_rows for batch in held) >= TABLE_ROWS:
            yield _one(held)
            held = []
    if held:
        yield _one(held)


def _one(batches: Sequence[Any]) -> pa.RecordBatch:
    """Return batches as one; a table without rows has none."""
    made: list[pa.RecordBatch] = pl.Table.from_batches(batches).combine_chunks().to_batches()
    return made[0] if made else batches[0]


def _unreadable(path: Path, error: Exception) -> EventFileInvalid:
    return EventFileInvalid(f"{path.name} cannot be read: {error}"[:300])
