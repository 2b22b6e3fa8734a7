"""A batch of the generator, sealed and ready for a format; and the way of such from a worker.

Parts cross processes as streams of Arrow in a file: nothing is pickled, and a day that waits for
its turn is on the disk and not in memory.
"""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, NamedTuple

import pyarrow as pa

from catalystindex.streaming.arrow_calls import pc, pl
from catalystindex.streaming.arrow_seal import SealedBatch, parts_of, seal_batch
from catalystindex.synthetic.batch import PATTERN, ROLE, EventBatch
from catalystindex.synthetic.export.base import Needs, form_of

PLANTED: Final[pa.Schema] = pl.schema(
    [
        (PATTERN, pa.int32()),
        ("event_time", pa.int64()),
        ("event_id", pa.string()),
        (ROLE, pa.string()),
    ]
)
"""What is kept of an event that belongs to a pattern."""


class Part(NamedTuple):
    """Sealed events of one kind."""

    kind: str
    events: pa.RecordBatch
    """In the form that the format needs."""
    planted: pa.RecordBatch
    """Of the schema `PLANTED`: those of them that patterns planted."""
    first: int
    last: int
    """Micros of the earliest and the latest of them."""


def sealed_parts(batches: Iterable[EventBatch], needs: Needs) -> Iterator[Part]:
    """Yield the generator's batches sealed, in order, cut where they are large."""
    for batch in batches:
        for columns in parts_of(batch.columns):
            yield _part(batch.kind, columns, needs)


def write_parts(path: Path, parts: Iterable[Part]) -> list[tuple[str, int, int]]:
    """Write parts to a file; return kind, first and last of each. Raises `OSError`."""
    heads = []
    with path.open("wb") as file:
        for part in parts:
            for table in (part.events, part.planted):
                with pa.ipc.new_stream(file, table.schema) as stream:
                    stream.write_batch(table)
            heads.append((part.kind, part.first, part.last))
    return heads


def read_parts(path: Path, heads: Sequence[tuple[str, int, int]]) -> Iterator[Part]:
    """Yield what `write_parts` wrote. Raises `OSError`."""
    with pl.OSFile(str(path)) as file:
        for kind, first, last in heads:
            events, planted = _read_one(file), _read_one(file)
            yield Part(kind, events, planted, first, last)


def _read_one(file: pa.NativeFile) -> pa.RecordBatch:
    stream = pa.ipc.open_stream(file)
    batch = stream.read_next_batch()
    end = next(iter(stream), None)
    if end is not None:
        raise pa.ArrowInvalid("a part is one batch")
    return batch


def _part(kind: str, columns: pa.RecordBatch, needs: Needs) -> Part:
    extra: list[str] = [name for name in (PATTERN, ROLE) if name in columns.schema.names]
    sealed = seal_batch(kind, columns.drop_columns(extra) if extra else columns)
    span = pc.min_max(sealed.times)
    return Part(
        kind,
        form_of(sealed, needs),
        _planted(columns, sealed),
        span["min"].as_py(),
        span["max"].as_py(),
    )


def _planted(columns: pa.RecordBatch, sealed: SealedBatch) -> pa.RecordBatch:
    if PATTERN not in columns.schema.names:
        return _empty()
    numbers = columns.column(PATTERN)
    roles = columns.column(ROLE) if ROLE in columns.schema.names else pl.nulls(len(numbers))
    arrays = [numbers, sealed.times, sealed.event_ids, roles]
    cast = [array.cast(field.type) for array, field in zip(arrays, PLANTED, strict=True)]
    return pa.RecordBatch.from_arrays(cast, schema=PLANTED).filter(pc.greater_equal(numbers, 0))


def _empty() -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [pl.nulls(0, field.type) for field in PLANTED], schema=PLANTED
    )
