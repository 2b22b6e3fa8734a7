"""Reading Parquet files batch by batch."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from catalystindex.model.errors import CatalystError, EventFileInvalid, EventInvalid
from catalystindex.model.events.envelope import Event
from catalystindex.streaming.importers.base import Chunk
from catalystindex.streaming.importers.gather import Gathering, checked, rejected
from catalystindex.streaming.importers.lines import FileEnded

BATCH_ROWS: Final = 5_000
_BUFFER: Final = 1 << 20


_UNREADABLE: Final = (ValueError, OverflowError)
"""What Python has no value for: text that is no UTF-8, a time after the year 9999."""


class Unreadable(NamedTuple):
    """Stands for such a value."""

    reason: str


class Batch(NamedTuple):
    """Some rows, each a tuple of the values wanted."""

    first: int
    """Number of the first row, from 1."""
    rows: list[tuple[Any, ...]]


class ParquetTable:
    """A Parquet file. Columns are read as a stream, a batch of rows at a time."""

    def __init__(self, path: Path) -> None:
        """Read the footer. Raises `EventFileInvalid`."""
        try:
            self._file = pq.ParquetFile(
                path, buffer_size=_BUFFER, pre_buffer=False, page_checksum_verification=True
            )
        except (pa.ArrowException, EOFError) as error:
            raise EventFileInvalid(f"{path.name} is no Parquet file: {error}") from None
        self.names: list[str] = self._file.schema_arrow.names
        self.row = 1
        """Number of the next row."""

    def batches(self, columns: Sequence[str]) -> Iterator[Batch]:
        """Give out rows. Raises `FileEnded` where the file is damaged."""
        source = self._file.iter_batches(BATCH_ROWS, columns=list(columns), use_threads=False)
        while (batch := self._next(source)) is not None:
            values = [_values(batch.column(name)) for name in columns]
            yield Batch(self.row, list(zip(*values, strict=True)))
            self.row += batch.num_rows

    def close(self) -> None:
        """Let go of the file."""
        self._file.close()

    @staticmethod
    def _next(source: Iterator[pa.RecordBatch]) -> pa.RecordBatch | None:
        try:
            return next(source, None)
        except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
            raise FileEnded(str(error)) from None


def parquet_chunks(
    path: Path,
    columns_of: Callable[[list[str]], list[str]],
    event_of: Callable[[int, Mapping[str, Any]], Event],
) -> Iterator[Chunk]:
    """Give out the chunks of a file.

    ``columns_of`` chooses the columns to read and raises `EventFileInvalid` where they are not
    there; ``event_of`` makes the event of a record, by its number and its values.
    """
    table = ParquetTable(path)
    try:
        columns = columns_of(table.names)
        for batch in table.batches(columns):
            gathered = Gathering()
            for number, row in enumerate(batch.rows, batch.first):
                values = dict(zip(columns, row, strict=True))
                try:
                    _check_readable(values)
                    gathered.row([checked(event_of(number, values))])
                except CatalystError as error:
                    gathered.bad(rejected(path.name, number, error, repr(values)))
            yield from gathered.rest()
    except FileEnded as error:
        ended = EventFileInvalid(f"the file cannot be read from here on: {error}")
        yield Chunk(1, [], [rejected(path.name, table.row, ended, "")])
    finally:
        table.close()


def _check_readable(values: Mapping[str, Any]) -> None:
    for name, value in values.items():
        if isinstance(value, Unreadable):
            raise EventInvalid(f"{name} cannot be read: {value.reason}")


def _values(column: "pa.Array[Any]") -> list[Any]:
    """Return values; times to the microsecond, which is as far as Python and events go."""
    if pa.types.is_timestamp(column.type) and column.type.unit == "ns":
        column = column.cast(pa.timestamp("us", column.type.tz), safe=False)
    try:
        values: list[Any] = column.to_pylist()
    except _UNREADABLE:
        return [_value(scalar) for scalar in column]
    return values


def _value(scalar: "pa.Scalar[Any]") -> Any:  # noqa: ANN401 - of the column's type
    try:
        return scalar.as_py()
    except _UNREADABLE as error:
        return Unreadable(str(error))
