"""Parsing plain blocks by column, for the formats that come in millions of rows.

Every function that reads text either gives exactly what `values` gives for each, or raises
`pa.ArrowInvalid`: the caller then looks at the rows one by one.
"""

from io import BytesIO
from itertools import repeat
from typing import Final, cast

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
from numpy.typing import NDArray

from catalystindex.model.currency import MAX_MINOR
from catalystindex.model.events.fields import MAX_MICROS
from catalystindex.stores.eventlog.base import Message
from catalystindex.streaming.arrow_seal import seal_batch
from catalystindex.streaming.importers.values import MAX_ID, MAX_STEP

_DIGITS: Final = 18
"""Digits of a decimal that fits a signed 64-bit integer."""


def parse(data: bytes, width: int, wanted: list[int]) -> list[pa.StringArray]:
    """Return the wanted columns as text. Raises `pa.ArrowInvalid`."""
    names = [str(at) for at in range(width)]
    table = pacsv.read_csv(
        BytesIO(data),
        read_options=pacsv.ReadOptions(
            use_threads=False, column_names=names, block_size=len(data) + 1
        ),
        parse_options=pacsv.ParseOptions(quote_char=False),
        convert_options=pacsv.ConvertOptions(
            include_columns=[str(at) for at in wanted],
            column_types=dict.fromkeys(names, pa.string()),
            strings_can_be_null=False,
        ),
    )
    return [cast(pa.StringArray, column.combine_chunks()) for column in table.columns]


def identifiers(column: pa.StringArray) -> pa.StringArray:
    """Return ids, all of 1 to `MAX_ID` characters."""
    lengths = np.asarray(pc.binary_length(column))
    _sure(bool(((lengths >= 1) & (lengths <= MAX_ID)).all()))
    return column


def minor_amounts(column: pa.StringArray, places: int) -> NDArray[np.int64]:
    """Return amounts in minor units."""
    decimals = column.cast(pa.decimal128(_DIGITS, places))
    words = np.frombuffer(memoryview(cast(bytes, decimals.buffers()[1])), dtype=np.dtype("<i8"))
    low = words[::2][: len(decimals)]  # of 128 bits the lower half: `_DIGITS` fit into it
    _sure(bool(((low >= 0) & (low <= MAX_MINOR)).all()))
    return np.ascontiguousarray(low)


def steps(column: pa.StringArray, start: int, length: int) -> NDArray[np.int64]:
    """Return the microseconds at which steps begin."""
    _sure(bool(np.asarray(pc.utf8_is_digit(column)).all()))  # or else 0x1F were a number
    numbers = np.asarray(column.cast(pa.int64()))
    _sure(bool(((numbers >= 0) & (numbers <= MAX_STEP)).all()))
    times: NDArray[np.int64] = start + numbers * length
    _sure(bool((times <= MAX_MICROS).all()))
    return times


def messages(kind: str, batch: pa.RecordBatch) -> list[Message]:
    """Return the messages of events that have no ids yet, in order."""
    sealed = seal_batch(kind, batch)
    table = sealed.bytes_table("data")
    rows = zip(
        table.column("entity_id").to_pylist(),
        table.column("event_id").to_pylist(),
        table.column("event_time").to_pylist(),
        table.column("data").cast(pa.binary()).to_pylist(),
        repeat(None),
        repeat(None),
    )
    return list(map(Message._make, rows))


def _sure(condition: bool) -> None:
    if not condition:
        raise pa.ArrowInvalid("out of bounds")
