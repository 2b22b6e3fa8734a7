"""The answers in simulators' files: which payment or account is part of a crime.

They are read apart from the events, and only to measure detectors: no answer is in any event.
A label carries the `entity_id` that the importer gives with the same options.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from catalystindex.model.errors import EventFileInvalid, EventInvalid, InvalidRequest
from catalystindex.streaming.importers.amlgentex import AmlgentexImporter
from catalystindex.streaming.importers.amlsim import AmlsimImporter
from catalystindex.streaming.importers.amlworld import AmlworldImporter
from catalystindex.streaming.importers.base import ImportOptions
from catalystindex.streaming.importers.delimited import Delimited, Row, plain_rows
from catalystindex.streaming.importers.lines import FileEnded, opened
from catalystindex.streaming.importers.parquet import ParquetTable
from catalystindex.streaming.importers.paysim import PaysimImporter
from catalystindex.streaming.importers.tables import Layout

PATTERN_COLUMNS: Final = ("patternID", "alertID")
"""Of AMLGentex, by version."""


class Label(NamedTuple):
    """What is true of one payment or account."""

    entity_id: str
    positive: bool
    """It is part of laundering or fraud."""
    pattern: str | None = None
    """Number of the pattern that made it, where the file has one."""


def labels(name: str, path: Path, options: ImportOptions) -> Iterator[Label]:
    """Give out the labels of a file, in its order; rows that the importer sets aside have none.

    Raises `EventFileInvalid` where the file has no labels or cannot be read, `InvalidRequest` for
    a format without.
    """
    if name not in _READERS:
        raise InvalidRequest(f"{name[:40]!r} has no labels", field="format")
    try:
        yield from _READERS[name](path, options)
    except FileEnded as error:
        raise EventFileInvalid(f"{path.name} cannot be read to its end: {error}") from None


def _amlsim(path: Path, options: ImportOptions) -> Iterator[Label]:
    return _table(path, AmlsimImporter(options).layout, "isFraud")


def _amlworld(path: Path, options: ImportOptions) -> Iterator[Label]:
    return _table(path, AmlworldImporter(options).layout, "Is Laundering")


def _paysim(path: Path, options: ImportOptions) -> Iterator[Label]:
    return _table(path, PaysimImporter(options).layout, "isFraud")


def _amlgentex(path: Path, options: ImportOptions) -> Iterator[Label]:
    importer = AmlgentexImporter(options)
    table = ParquetTable(path)
    try:
        if "isSAR" not in table.names:
            raise EventFileInvalid(f"{path.name} has no column 'isSAR'")
        more = [name for name in table.names if name in PATTERN_COLUMNS][:1]
        columns = [*importer.columns(table.names), "isSAR", *more]
        for batch in table.batches(columns):
            for number, row in enumerate(batch.rows, batch.first):
                values = dict(zip(columns, row, strict=True))
                yield from _gentex_label(importer, number, values, more)
    finally:
        table.close()


def _gentex_label(
    importer: AmlgentexImporter, number: int, row: Mapping[str, Any], more: list[str]
) -> Iterator[Label]:
    try:
        event = importer.event(number, row)
    except EventInvalid:
        return
    pattern = str(row[more[0]]) if more else None
    yield Label(event.entity_id, bool(row["isSAR"]), pattern)


def _table(path: Path, layout_of: Callable[[list[str]], Layout], column: str) -> Iterator[Label]:
    with opened(path) as stream:
        file = Delimited(stream)
        layout = layout_of(file.header)
        if column not in file.header:
            raise EventFileInvalid(f"{path.name} has no column {column!r}")
        at = file.header.index(column)
        for block in file.blocks():
            for row in block.rows if block.plain is None else plain_rows(block):
                if row.error is None and len(row.values) == len(file.header):
                    yield from _row_labels(row, layout, at)


def _row_labels(row: Row, layout: Layout, at: int) -> Iterator[Label]:
    try:
        for event in layout.events(row.line, row.values):
            yield Label(event.entity_id, row.values[at].strip() == "1")
    except EventInvalid:
        return


_READERS: Final[dict[str, Callable[[Path, ImportOptions], Iterator[Label]]]] = {
    AmlgentexImporter.name: _amlgentex,
    AmlsimImporter.name: _amlsim,
    AmlworldImporter.name: _amlworld,
    PaysimImporter.name: _paysim,
}
