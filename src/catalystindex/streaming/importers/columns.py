"""Parsing plain blocks by column, for the formats that come in millions of rows.

Every function either gives exactly what `values` gives for each text, or raises `pa.ArrowInvalid`:
the caller then looks at the rows one by one.
"""

from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv

from catalystindex.model.currency import MAX_MINOR
from catalystindex.streaming.importers.values import MAX_ID, MAX_STEP

_DIGITS: Final = 18
"""Digits of a decimal that fits a signed 64-bit integer."""


def parse(data: bytes, width: int, wanted: list[int]) -> list[pa.Array]:
    """Return the wanted columns as text. Raises `pa.ArrowInvalid`."""
    names = [str(at) for at in range(width)]
    table = pacsv.read_csv(
        pa.BufferReader(data),
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
    return [column.combine_chunks() for column in table.columns]


def identifiers(column: pa.Array) -> list[str]:
    """Return ids of 1 to `MAX_ID` characters."""
    lengths = pc.min_max(pc.binary_length(column)).as_py()
    _sure(1 <= lengths["min"] and lengths["max"] <= MAX_ID)
    texts: list[str] = column.to_pylist()
    return texts


def minor_amounts(column: pa.Array, places: int) -> list[int]:
    """Return amounts in minor units."""
    decimals = column.cast(pa.decimal128(_DIGITS, places))
    low = np.frombuffer(decimals.buffers()[1], dtype="<i8")[::2][: len(decimals)]
    _sure(bool(((low >= 0) & (low <= MAX_MINOR)).all()))
    amounts: list[int] = low.tolist()
    return amounts


def steps(column: pa.Array, start: int, length: int) -> list[int]:
    """Return the microseconds at which steps begin."""
    numbers = np.asarray(column.cast(pa.decimal128(_DIGITS, 0)).cast(pa.int64()))
    _sure(bool(((numbers >= 0) & (numbers <= MAX_STEP)).all()))
    micros: list[int] = (start + numbers * length).tolist()
    return micros


def _sure(condition: bool) -> None:
    if not condition:
        raise pa.ArrowInvalid("out of bounds")
