"""Payments of a file of edges: CSV or Parquet, for a benchmark on data of one's own."""

from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from catalystindex.model.errors import InvalidRequest
from catalystindex.temporal.bench.streams import Stream
from catalystindex.temporal.layout import NOBODY, Longs
from catalystindex.temporal.payments import ordered, plain

COLUMNS: Final = ("source", "target", "time", "amount")
_LARGEST: Final = 10**15
_FIELD: Final = "edges"


def read_edges(path: Path) -> Stream:
    """Return the payments of a file, in order of time.

    ``source`` and ``target`` name accounts (nothing: cash), ``time`` is a timestamp or microseconds
    since 1970, ``amount`` a number that is counted in hundredths. Rows of equal time stay in the
    order of the file. Raises `InvalidRequest`, which says what is wrong with the file, and
    `OSError` where it cannot be read.
    """
    table = _table(path)
    missing = [name for name in COLUMNS if name not in table.column_names]
    if missing:
        raise _invalid(path, f"has no column {', '.join(missing)}")
    if not table.num_rows:
        raise _invalid(path, "holds no payment")
    time = _times(path, table["time"])
    amount = _amounts(path, table["amount"])
    names = pa.chunked_array(
        [
            pc.cast(table[name], pa.string()).combine_chunks() for name in ("source", "target")
        ]
    ).combine_chunks().dictionary_encode()  # fmt: skip
    codes = names.indices.fill_null(NOBODY).to_numpy(zero_copy_only=False)
    source, target = codes[: table.num_rows], codes[table.num_rows :]
    return Stream(ordered(plain(source, target, time, amount)), len(names.dictionary))


def _table(path: Path) -> "pa.Table":
    try:
        if path.suffix.lower() == ".parquet":
            return pq.read_table(path)
        return pa_csv.read_csv(path)
    except pa.ArrowInvalid as error:
        raise _invalid(path, f"cannot be read: {error}") from error


def _times(path: Path, column: "pa.ChunkedArray[Any]") -> Longs:
    """Return times in microseconds."""
    if pa.types.is_timestamp(column.type):
        column = pc.cast(pc.cast(column, pa.timestamp("us"), safe=False), pa.int64())
    if not pa.types.is_integer(column.type):
        raise _invalid(path, f"has {column.type} where a time is expected")
    return _whole(path, "time", column)


def _amounts(path: Path, column: "pa.ChunkedArray[Any]") -> Longs:
    """Return amounts in hundredths."""
    if not (pa.types.is_integer(column.type) or pa.types.is_floating(column.type)):
        raise _invalid(path, f"has {column.type} where an amount is expected")
    if column.null_count:
        raise _invalid(path, "has a row without amount")
    hundredths = np.rint(pc.cast(column, pa.float64()).to_numpy() * 100)
    if not ((hundredths >= 0) & (hundredths <= _LARGEST)).all():
        raise _invalid(path, f"has an amount that is no number from 0 to {_LARGEST // 100:,}")
    amounts: Longs = hundredths.astype(np.int64)
    return amounts


def _whole(path: Path, name: str, column: "pa.ChunkedArray[Any]") -> Longs:
    if column.null_count:
        raise _invalid(path, f"has a row without {name}")
    try:
        values: Longs = pc.cast(column, pa.int64()).to_numpy()
    except pa.ArrowInvalid as error:
        raise _invalid(path, f"has a {name} that is too large") from error
    return values


def _invalid(path: Path, what: str) -> InvalidRequest:
    return InvalidRequest(f"{path.name} {what}.", field=_FIELD)
