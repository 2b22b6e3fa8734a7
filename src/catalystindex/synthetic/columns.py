"""Columns of text made in bulk: numbered ids, words of a vocabulary, lists of one."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catalystindex.synthetic.batch import PATTERN, ROLE, EventBatch
from catalystindex.synthetic.draws import Ints

SOURCE: Final = "synthetic"
BATCH_ROWS: Final = 200_000
"""Rows of a batch at most."""

_ZERO: Final = ord("0")


def numbered(prefix: str, numbers: Ints, width: int, middle: str = "") -> pa.StringArray:
    """Return ids such as ``tx-0007-0000123``: prefix, middle, and a number of fixed width."""
    head = np.frombuffer((prefix + middle).encode("ascii"), dtype=np.uint8)
    length = len(head) + width
    table = np.empty((len(numbers), length), dtype=np.uint8)
    table[:, : len(head)] = head
    rest = numbers.astype(np.int64)
    for place in range(length - 1, len(head) - 1, -1):
        table[:, place] = rest % 10 + _ZERO
        rest = rest // 10
    offsets = np.arange(len(numbers) + 1, dtype=np.int32) * np.int32(length)
    return pa.StringArray.from_buffers(
        len(numbers), pa.py_buffer(offsets), pa.py_buffer(table.reshape(-1))
    )


def words(vocabulary: pa.Array | Sequence[str], codes: npt.NDArray[np.integer]) -> pa.Array:
    """Return the words that the codes point to; a negative code is null."""
    options = vocabulary if isinstance(vocabulary, pa.Array) else pa.array(vocabulary, pa.string())
    missing = codes < 0
    indices = pa.array(codes, mask=missing) if missing.any() else pa.array(codes)
    return options.take(indices)


def integers(values: npt.NDArray[np.integer], missing: npt.NDArray[np.bool_]) -> pa.Array:
    """Return whole numbers, null where they are missing."""
    return pa.array(values.astype(np.int64), mask=missing) if missing.any() else pa.array(values)


def constant(word: str, count: int) -> pa.Array:
    """Return a column that says one word."""
    return pa.repeat(pa.scalar(word, pa.string()), count)


def joined(*parts: pa.Array | str) -> pa.Array:
    """Return the parts of each row, one after the other; null where a part is."""
    return pc.binary_join_element_wise(*parts, "")


def listed(values: pa.Array) -> pa.Array:
    """Return lists of one, empty where the value is null."""
    present = values.is_valid().to_numpy(zero_copy_only=False)
    offsets = np.concatenate(([0], np.cumsum(present))).astype(np.int32)
    return pa.ListArray.from_arrays(pa.array(offsets), values.drop_null())


def listed_rows(rows: Sequence[Sequence[str]]) -> pa.Array:
    """Return lists from rows of Python."""
    return pa.array([list(row) for row in rows], pa.list_(pa.string()))


def batches(
    kind: str,
    times: Ints,
    columns: Mapping[str, pa.Array],
    pattern: npt.NDArray[np.integer],
    roles: pa.Array,
) -> list[EventBatch]:
    """Return the events of one kind in batches of at most `BATCH_ROWS`.

    Rows are expected in order of time and then id. Without rows there is no batch. A column of
    nulls alone is left out.
    """
    count = len(times)
    if count == 0:
        return []
    kept = {name: column for name, column in columns.items() if column.null_count < count}
    whole = pa.RecordBatch.from_pydict(
        {
            "entity_id": kept.pop("entity_id"),
            "event_time": pa.array(times),
            "source": constant(SOURCE, count),
            **kept,
            PATTERN: pa.array(pattern.astype(np.int32)),
            ROLE: roles,
        }
    )
    return [
        EventBatch(kind, whole.slice(begin, BATCH_ROWS)) for begin in range(0, count, BATCH_ROWS)
    ]
