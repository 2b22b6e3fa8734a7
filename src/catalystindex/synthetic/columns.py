"""Columns of text made in bulk: numbered ids, words of a vocabulary, lists of one."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from catalystindex.synthetic.batch import PATTERN, ROLE, EventBatch
from catalystindex.synthetic.draws import Ints

if TYPE_CHECKING:
    Column = pa.Array[Any]
else:
    Column = pa.Array

SOURCE: Final = "synthetic"
BATCH_ROWS: Final = 200_000
"""Rows of a batch at most."""

_OPAQUE_DIGITS: Final = 11
OPAQUE: Final = 10**_OPAQUE_DIGITS
PER_DAY: Final = 10_000_000
"""Numbers of a day for `code_of`."""
PLANTED: Final = 5_000_000
"""First number of a day that what patterns plant is given."""
_FACTOR: Final = 73_939_133  # a prime other than 2 and 5, and 10**11 times it is below 2**63

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
        len(numbers), pa.py_buffer(offsets.data), pa.py_buffer(table.data)
    )


def opaque(prefix: str, codes: npt.NDArray[np.integer]) -> Column:
    """Return ids that do not tell the order in which they were given out; negative is null.

    Codes below `OPAQUE` are mapped one to one, by a factor that has no divisor in common with it.
    """
    missing = codes < 0
    if not missing.any():
        return numbered(prefix, mixed(codes), _OPAQUE_DIGITS)
    chosen = np.nonzero(~missing)[0]
    place = np.full(len(codes), -1, dtype=np.int64)
    place[chosen] = np.arange(len(chosen))
    return words(numbered(prefix, mixed(codes[chosen]), _OPAQUE_DIGITS), place)


def mixed(codes: npt.NDArray[np.integer]) -> Ints:
    """Return the numbers that `opaque` writes, by which its ids are ordered."""
    result = codes.astype(np.uint64) * np.uint64(_FACTOR) % np.uint64(OPAQUE)
    return result.astype(np.int64)


def opaque_id(prefix: str, code: int) -> str:
    """Return one id as `opaque` makes them."""
    return f"{prefix}{code * _FACTOR % OPAQUE:0{_OPAQUE_DIGITS}d}"


def code_of(day: int, number: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return codes for `opaque` of what happens on a day, by its number there."""
    return np.int64(day * PER_DAY) + number


def words(vocabulary: Column | Sequence[str], codes: npt.NDArray[np.integer]) -> Column:
    """Return the words that the codes point to; a negative code is null."""
    options = vocabulary if isinstance(vocabulary, pa.Array) else pa.array(vocabulary, pa.string())
    missing = codes < 0
    if len(codes) and missing.all():
        return pa.nulls(len(codes), pa.string())
    indices = pa.array(codes, mask=missing) if missing.any() else pa.array(codes)
    return options.take(indices)


def integers(values: npt.NDArray[np.integer], missing: npt.NDArray[np.bool_]) -> Column:
    """Return whole numbers, null where they are missing."""
    return pa.array(values.astype(np.int64), mask=missing) if missing.any() else pa.array(values)


def constant(word: str, count: int) -> Column:
    """Return a column that says one word."""
    return pa.repeat(pa.scalar(word, pa.string()), count)


def joined(*parts: Column | str) -> Column:
    """Return the parts of each row, one after the other; null where a part is."""
    return pc.binary_join_element_wise(*parts, "")  # type: ignore[call-overload,no-any-return]


def listed(values: Column) -> Column:
    """Return lists of one, empty where the value is null."""
    present = values.is_valid().to_numpy(zero_copy_only=False)
    offsets = pa.array(np.concatenate(([0], np.cumsum(present))), pa.int32())
    lists: Column = pa.ListArray.from_arrays(offsets, values.drop_null())
    return lists


def batches(
    kind: str,
    times: Ints,
    columns: Mapping[str, Column],
    pattern: npt.NDArray[np.integer],
    roles: Column,
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
