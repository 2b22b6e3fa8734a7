"""CSV and Parquet files of any layout, by a mapping file (`mapping`)."""

from collections.abc import Iterable, Iterator, Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, ClassVar

import msgspec

from catalystindex.model.errors import EventInvalid, InvalidRequest
from catalystindex.model.events.envelope import Event
from catalystindex.streaming.importers import values
from catalystindex.streaming.importers.base import Chunk, ImportOptions
from catalystindex.streaming.importers.cells import Cell, Cells, empty, text
from catalystindex.streaming.importers.delimited import Block
from catalystindex.streaming.importers.fields import (
    ENVELOPE,
    class_of,
    fields_of,
    needs_currency,
    type_of,
)
from catalystindex.streaming.importers.mapping import LINE, TableMapping, fill, load_mapping
from catalystindex.streaming.importers.parquet import parquet_chunks
from catalystindex.streaming.importers.tables import Layout, table_chunks


class RowMaker:
    """Makes events of rows, by a mapping."""

    def __init__(self, mapping: TableMapping, options: ImportOptions, name: str) -> None:
        self.mapping = mapping
        self._currency = options.currency
        self._source = options.source or name
        self._cells = Cells(mapping, options.start)
        self._kinds = {**fields_of(mapping.kind), **ENVELOPE}
        self._class = class_of(mapping.kind)
        for name, cell in mapping.constants.items():
            self._check(f"constants.{name}", name, cell)
        for name, told in mapping.values.items():
            for one in told.values():
                self._check(f"values.{name}", name, one)

    def _check(self, place: str, name: str, cell: Cell) -> None:
        """Raise `InvalidRequest` where a value of the mapping is none of its field."""
        try:
            msgspec.convert(self._value(name, {name: cell}), type_of(self.mapping.kind, name))
        except (EventInvalid, msgspec.ValidationError) as error:
            reason = error.detail if isinstance(error, EventInvalid) else error
            raise InvalidRequest(f"the mapping's {place}: {reason}", field="mapping") from None

    def event(self, line: int, row: Mapping[str, Cell]) -> Event:
        """Return the event of a row by column. Raises `EventInvalid` that names the field."""
        cells = self._given(row)
        said = {name: self._value(name, cells) for name in cells}
        raw: dict[str, Any] = {"kind": self.mapping.kind, "source": self._source}
        raw |= {name: said.pop(name) for name in ENVELOPE if name in said}
        raw["entity_id"] = self._id(line, row)
        if raw.get("op", "upsert") != "delete":
            raw["payload"] = said
        try:
            return msgspec.convert(raw, self._class)
        except msgspec.ValidationError as error:
            raise EventInvalid(str(error), kind=self.mapping.kind) from None

    def _given(self, row: Mapping[str, Cell]) -> dict[str, Cell]:
        """Return what the row and the constants say, by field; empty cells say nothing."""
        cells: dict[str, Cell] = dict(self.mapping.constants)
        for name, column in self.mapping.fields.items():
            cell = row[column]
            if empty(cell):
                continue
            told = self.mapping.values.get(name)
            cells[name] = cell if told is None else told.get(text(cell), cell)
        if needs_currency(self.mapping.kind, cells):
            cells.setdefault("currency", self._currency)
        return cells

    def _value(self, name: str, cells: Mapping[str, Cell]) -> Any:  # noqa: ANN401
        currency = cells.get("currency", self._currency)
        if name == "credited_amount":
            currency = cells.get("credited_currency", currency)
        try:
            return self._cells.value(self._kinds[name], cells[name], text(currency))
        except EventInvalid as error:
            raise type(error)(f"{name}: {error.detail}") from None

    def _id(self, line: int, row: Mapping[str, Cell]) -> str:
        """Return the id by the template, or one made of the line and all that is mapped."""
        if self.mapping.id is None:
            said = "\x1f".join(
                "" if empty(row[name]) else text(row[name]) for name in self.mapping.columns()
            )
            digest = blake2b(said.encode(), digest_size=8).hexdigest()
            return f"{self._source}-{line}-{digest}"
        texts = {LINE: str(line)}
        for column in self.mapping.id_columns():
            if empty(row[column]):
                raise EventInvalid(f"the id is made of {column!r}, which is empty")
            texts[column] = text(row[column])
        return fill(self.mapping.id, texts)


class CsvImporter:
    """Reads delimited text with a header."""

    name: ClassVar[str] = "csv"
    summary: ClassVar[str] = "Delimited text of any layout, by a mapping file."

    def __init__(self, options: ImportOptions) -> None:
        """Read the mapping. Raises `InvalidRequest`."""
        self._maker = RowMaker(load_mapping(options.mapping), options, self.name)

    def chunks(self, path: Path) -> Iterator[Chunk]:
        """Give out a file's events and bad rows."""
        return table_chunks(path, self._layout, self._maker.mapping.delimiter)

    def _layout(self, header: list[str]) -> Layout:
        columns = self._maker.mapping.columns()
        places = values.places(header, tuple(columns), "file of this mapping")
        return _MappedRows(self._maker, dict(zip(columns, places, strict=True)))


class _MappedRows:
    """Rows of text."""

    def __init__(self, maker: RowMaker, places: dict[str, int]) -> None:
        self._maker, self._places = maker, places

    def events(self, line: int, row: list[str]) -> Iterable[Event]:
        """Return the event of a row."""
        yield self._maker.event(line, {name: row[at] for name, at in self._places.items()})

    def block(self, block: Block) -> None:
        """Return None: mappings differ too much to go by column."""


class ParquetImporter:
    """Reads Parquet files."""

    name: ClassVar[str] = "parquet"
    summary: ClassVar[str] = "Parquet of any layout, by a mapping file."

    def __init__(self, options: ImportOptions) -> None:
        """Read the mapping. Raises `InvalidRequest`."""
        self._maker = RowMaker(load_mapping(options.mapping), options, self.name)

    def chunks(self, path: Path) -> Iterator[Chunk]:
        """Give out a file's events and bad rows."""
        return parquet_chunks(path, self._columns, self._maker.event)

    def _columns(self, names: list[str]) -> list[str]:
        columns = self._maker.mapping.columns()
        values.places(names, tuple(columns), "file of this mapping")
        return columns
