"""CSV (RFC 4180): a header, a column per field, nothing lost.

Text is in quotes, always; an empty cell without them is a null. Lists are JSON in one cell. Times
are ISO 8601 in UTC with microseconds. So `read_csv` gives back exactly what was written.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import pyarrow as pa

from catalystindex.model.event_errors import EventFileInvalid
from catalystindex.streaming.arrow_calls import Array, pcsv, pl
from catalystindex.streaming.arrow_json import list_text
from catalystindex.streaming.arrow_schema import ARROW_TYPES, Form, Layout, layout_of, schema_of
from catalystindex.synthetic.export.base import KindFile, Needs

BLOCK_BYTES: Final = 16 << 20
"""Read at once; more than the largest event."""

_LISTS: Final = msgspec.json.Decoder(list[str])


class Csv(KindFile):
    """``csv``: RFC 4180 with line feeds."""

    suffix = "csv"
    needs = Needs.TABLE

    def __init__(self, path: Path, kind: str) -> None:
        super().__init__(path, kind)
        self._layout = layout_of(kind)
        self._schema = _flat_schema(self._layout)
        self._writer = pcsv.CSVWriter(self.out, self._schema)

    def write(self, batch: pa.RecordBatch) -> None:
        """Add rows."""
        columns = [
            list_text(array) if column.form is Form.TEXTS else array
            for column, array in zip(self._layout.columns, batch.columns, strict=True)
        ]
        self._writer.write_batch(pa.RecordBatch.from_arrays(columns, schema=self._schema))

    def finish(self) -> None:
        """Write what the library holds back."""
        self._writer.close()


def read_csv(kind: str, path: Path) -> Iterator[pa.RecordBatch]:
    """Yield what `Csv` wrote, in the kind's schema.

    Raises `EventFileInvalid` where the file is not of that form, `SchemaUnknown` for an unknown
    kind, `OSError` where it cannot be read.
    """
    layout = layout_of(kind)
    try:
        with pcsv.open_csv(path, **_options(layout)) as reader:
            for batch in reader:
                yield _unfolded(layout, batch)
    except (pa.ArrowException, msgspec.MsgspecError) as error:
        raise EventFileInvalid(f"{path.name} is no CSV of {kind} events: {error}"[:300]) from None


def _options(layout: Layout) -> dict[str, object]:
    schema = _flat_schema(layout)
    types = {field.name: field.type for field in schema}
    return {
        "read_options": pcsv.ReadOptions(block_size=BLOCK_BYTES),
        "parse_options": pcsv.ParseOptions(newlines_in_values=True),
        "convert_options": pcsv.ConvertOptions(
            column_types=types,
            include_columns=schema.names,
            null_values=[""],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
            true_values=["true"],
            false_values=["false"],
        ),
    }


def _flat_schema(layout: Layout) -> pa.Schema:
    return pa.schema(
        [
            (one.name, ARROW_TYPES[Form.TEXT if one.form is Form.TEXTS else one.form])
            for one in layout.columns
        ]
    )


def _unfolded(layout: Layout, batch: pa.RecordBatch) -> pa.RecordBatch:
    columns = [
        _lists(array) if column.form is Form.TEXTS else array
        for column, array in zip(layout.columns, batch.columns, strict=True)
    ]
    return pa.RecordBatch.from_arrays(columns, schema=schema_of(layout.kind))


def _lists(array: Array) -> Array:
    cells = [None if cell is None else _LISTS.decode(cell) for cell in array.to_pylist()]
    return pl.array(cells, ARROW_TYPES[Form.TEXTS])
