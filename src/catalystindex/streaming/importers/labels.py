"""The answers in simulators' files: which payment or account is part of a crime.

They are read apart from the events, and only to measure detectors: no answer is in any event.
A label carries the `entity_id` that the importer gives with the same options.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from math import isnan
from pathlib import Path
from typing import Any, Final, NamedTuple, Protocol

from catalystindex.model.errors import EventFileInvalid, EventInvalid, InvalidRequest
from catalystindex.model.events.envelope import Event, kind_of
from catalystindex.streaming.importers.amlgentex import AmlgentexImporter
from catalystindex.streaming.importers.amlsim import AmlsimImporter
from catalystindex.streaming.importers.amlworld import AmlworldImporter
from catalystindex.streaming.importers.amlworld_patterns import AnswerKey
from catalystindex.streaming.importers.base import ImportOptions
from catalystindex.streaming.importers.delimited import Delimited, Row, plain_rows
from catalystindex.streaming.importers.lines import FileEnded, opened
from catalystindex.streaming.importers.parquet import ParquetTable
from catalystindex.streaming.importers.paysim import PaysimImporter
from catalystindex.streaming.importers.tables import Layout

PATTERN_COLUMNS: Final = ("patternID", "alertID")
"""Of AMLGentex, by version."""
MODEL_COLUMN: Final = "modelType"

MODELS: Final = {
    1: "fan_out",
    2: "fan_in",
    3: "cycle",
    4: "bipartite",
    5: "stack",
    6: "random",
    7: "scatter_gather",
    8: "gather_scatter",
}
"""Typologies of AMLGentex by number, as AMLSim has them; 10 and above are ordinary payments."""


class Label(NamedTuple):
    """What is true of one payment or account."""

    entity_id: str
    positive: bool
    """It is part of laundering or fraud."""
    pattern: str | None = None
    """Name of the pattern that made it, where the file has one."""
    typology: str | None = None
    """Of the pattern, as detectors name it, where the file says it."""
    kind: str = "transaction"
    """Of the event: a label may be on an account."""


def label_formats() -> list[str]:
    """Return the names of the formats that have labels, sorted."""
    return sorted(_READERS)


def labels(
    name: str, path: Path, options: ImportOptions, key: AnswerKey | None = None
) -> Iterator[Label]:
    """Give out the labels of a file, in its order; rows that the importer sets aside have none.

    ``key`` names the patterns of AMLworld, whose files of payments do not. Raises
    `EventFileInvalid` where the file has no labels or cannot be read, `InvalidRequest` for a format
    without, and for a key that is not the format's.
    """
    if name not in _READERS:
        raise InvalidRequest(
            f"{name[:40]!r} has no labels; {', '.join(label_formats())} have", field="format"
        )
    if key is not None and name != AmlworldImporter.name:
        raise InvalidRequest(f"{name} has no file of patterns beside its own", field="patterns")
    reader = _READERS[name] if key is None else partial(_amlworld, key=key)
    try:
        yield from reader(path, options)
    except FileEnded as error:
        raise EventFileInvalid(f"{path.name} cannot be read to its end: {error}") from None


def _amlsim(path: Path, options: ImportOptions) -> Iterator[Label]:
    return _table(path, AmlsimImporter(options).layout, "isFraud")


def _amlworld(path: Path, options: ImportOptions, key: AnswerKey | None = None) -> Iterator[Label]:
    layout = AmlworldImporter(options).layout
    if key is None:
        return _table(path, layout, "Is Laundering")

    def of(event: Event, row: Sequence[str], *, positive: bool) -> Label:
        pattern, typology = key.take(row) or (None, None)
        return Label(event.entity_id, positive, pattern, typology)

    return _table(path, layout, "Is Laundering", of)


def _paysim(path: Path, options: ImportOptions) -> Iterator[Label]:
    return _table(path, PaysimImporter(options).layout, "isFraud")


def _amlgentex(path: Path, options: ImportOptions) -> Iterator[Label]:
    importer = AmlgentexImporter(options)
    table = ParquetTable(path)
    try:
        if "isSAR" not in table.names:
            raise EventFileInvalid(f"{path.name} has no column 'isSAR'")
        more = [name for name in table.names if name in PATTERN_COLUMNS][:1]
        model = [name for name in table.names if name == MODEL_COLUMN]
        columns = [*importer.columns(table.names), "isSAR", *more, *model]
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
    number_of = _whole(row[more[0]]) if more else None
    model = _whole(row.get(MODEL_COLUMN))
    pattern = None if number_of is None else f"{number_of}"
    if pattern is not None and model is not None:
        pattern = f"{model}-{pattern}"  # each model counts its own
    yield Label(event.entity_id, _is_sar(row["isSAR"], number), pattern, _typology(model))


def _is_sar(value: object, number: int) -> bool:
    """Return what a mark says. Raises `EventFileInvalid` for one that is neither yes nor no."""
    said = {"0": False, "1": True, "false": False, "true": True}.get(str(_whole(value)).lower())
    if said is None:
        raise EventFileInvalid(f"row {number}: isSAR is {str(value)[:20]!r}, not 0 or 1")
    return said


def _whole(value: object) -> object:
    """Return a number that is whole as one; None for what says that there is none."""
    if isinstance(value, str) and value.strip().isdecimal():
        value = int(value)
    if isinstance(value, float):
        value = int(value) if value.is_integer() else None if isnan(value) else value
    return None if value is None or str(value).strip() in ("", "-1") else value


def _typology(model: object) -> str | None:
    """Return the typology of a number; one that is not known is named by it."""
    if model is None:
        return None
    return MODELS.get(model, f"model_{model}") if isinstance(model, int) else str(model)


class _LabelOf(Protocol):
    def __call__(self, event: Event, row: Sequence[str], *, positive: bool) -> Label: ...


def _plain(event: Event, row: Sequence[str], *, positive: bool) -> Label:
    del row
    return Label(event.entity_id, positive, kind=kind_of(event))


def _table(
    path: Path,
    layout_of: Callable[[list[str]], Layout],
    column: str,
    label_of: _LabelOf = _plain,
) -> Iterator[Label]:
    with opened(path) as stream:
        file = Delimited(stream)
        layout = layout_of(file.header)
        if column not in file.header:
            raise EventFileInvalid(f"{path.name} has no column {column!r}")
        at = file.header.index(column)
        for block in file.blocks():
            for row in block.rows if block.plain is None else plain_rows(block):
                if row.error is None and len(row.values) == len(file.header):
                    yield from _row_labels(row, layout, at, label_of)


def _row_labels(row: Row, layout: Layout, at: int, label_of: _LabelOf) -> Iterator[Label]:
    try:
        for event in layout.events(row.line, row.values):
            yield label_of(event, row.values, positive=row.values[at].strip() == "1")
    except EventInvalid:
        return


_READERS: Final[dict[str, Callable[[Path, ImportOptions], Iterator[Label]]]] = {
    AmlgentexImporter.name: _amlgentex,
    AmlsimImporter.name: _amlsim,
    AmlworldImporter.name: _amlworld,
    PaysimImporter.name: _paysim,
}
