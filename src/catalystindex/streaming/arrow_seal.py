"""Sealing whole tables: the ids and bytes that `codec.seal` gives to each of their events.

The canonical JSON of all rows is written as one column of text (`arrow_json`); Python touches a row
once, to hash it. Measured at over twice what encoding structs one by one gives
(`benchmarks/synth.py`).
"""

from collections.abc import Iterable, Iterator
from hashlib import blake2b
from typing import Final

import numpy as np
import pyarrow as pa

from catalystindex.model.event_errors import EventInvalid
from catalystindex.streaming.arrow import Columns, typed_columns
from catalystindex.streaming.arrow_calls import Array, pc, pl
from catalystindex.streaming.arrow_json import Piece, joined, member
from catalystindex.streaming.arrow_schema import EVENT_ID, PAYLOAD, Column, Layout
from catalystindex.streaming.codec import ID_BYTES, ID_PERSON

MAX_PART_BYTES: Final = 64 << 20
"""Bytes of a table that are sealed at once: text of Arrow ends at 2 GiB, escaping makes more."""

_HEX: Final = np.frombuffer(bytes(range(256)).hex().encode(), np.uint16)
_NOTHING: Final = pl.scalar(None, pa.string())


class SealedBatch:
    """Events of one kind with their ids."""

    def __init__(self, columns: Columns, event_ids: Array, rest: Array) -> None:
        self.kind: str = columns.layout.kind
        self.event_ids = event_ids
        """One string per row."""
        self._columns, self._rest = columns, rest

    @property
    def times(self) -> Array:
        """Micros of each event, as int64."""
        times: Array = self._columns.get("event_time")
        return times.view(pa.int64())

    def wire(self, end: str = "") -> Array:
        """Return the bytes of each event, as text, each followed by ``end``."""
        head = f'{_head(self._columns.layout)}"event_id":"'
        return pc.binary_join_element_wise(head, self.event_ids, '",', self._rest, end, "")

    def bytes_table(self, name: str) -> pa.RecordBatch:
        """Return ``event_id``, ``entity_id``, ``event_time`` (as int64), and the bytes as text."""
        entities: Array = self._columns.get("entity_id")
        columns = [self.event_ids, entities, self.times, self.wire()]
        return pa.RecordBatch.from_arrays(columns, [EVENT_ID, "entity_id", "event_time", name])

    def complete(self) -> pa.RecordBatch:
        """Return all columns of the kind in its schema, ids among them."""
        batch = self._columns.complete()
        place = batch.schema.get_field_index(EVENT_ID)
        return batch.set_column(place, batch.schema.field(place), self.event_ids)


def seal_batch(kind: str, batch: pa.RecordBatch) -> SealedBatch:
    """Return the events of a table, which has no ids yet, with their ids.

    Equal to `codec.seal` on each row. Cut large tables with `parts_of` first. Raises as
    `arrow.typed_columns` does, and `EventInvalid` where ids are there already.
    """
    columns = typed_columns(kind, batch)
    if columns.get(EVENT_ID) is not None:
        raise EventInvalid("events that have ids are not sealed again", kind=kind)
    rest = _rest(columns)
    return SealedBatch(columns, _ids(_head(columns.layout).encode(), rest), rest)


def parts_of(batch: pa.RecordBatch) -> Iterator[pa.RecordBatch]:
    """Yield a table in slices small enough to be sealed, in order; the cut depends on it alone."""
    if batch.num_rows > 1 and batch.nbytes > MAX_PART_BYTES:
        half = batch.num_rows // 2
        yield from parts_of(batch.slice(0, half))
        yield from parts_of(batch.slice(half))
    elif batch.num_rows:
        yield batch


def _head(layout: Layout) -> str:
    return f'{{"kind":"{layout.kind}",'


def _rest(columns: Columns) -> Array:
    """Return the JSON of each event from behind its kind and id to its end."""
    envelope = _members(columns, columns.layout.envelope)
    payload = _members(columns, columns.layout.payload)
    if columns.deletes is None:
        return joined([*envelope, f',"{PAYLOAD}":{{', *payload, "}}"])
    whole = joined([f',"{PAYLOAD}":{{', *payload, "}"])
    return joined([*envelope, pc.if_else(columns.deletes, _NOTHING, whole), "}"])


def _members(columns: Columns, fields: Iterable[Column]) -> list[Piece]:
    """Return the pieces of the members of an object, without a comma before the first."""
    pieces: list[Piece] = []
    for column in fields:
        array = columns.get(column.name)
        if array is not None:
            pieces += member(column, array)
    if pieces and isinstance(pieces[0], str):
        pieces[0] = pieces[0][1:]
    elif pieces:
        pieces = [pc.replace_substring(joined(pieces), ",", "", max_replacements=1)]
    return pieces


def _ids(head: bytes, rest: Array) -> Array:
    """Return the id of each event: in hex, the hash of ``head`` and the row's text."""
    count = len(rest)
    base = blake2b(head, digest_size=ID_BYTES, person=ID_PERSON)
    _, ends, data = rest.buffers()
    places = np.frombuffer(ends, np.int32, count + 1, 4 * rest.offset).tolist()
    digests = b"".join(_digests(base, memoryview(data), places))
    text = _HEX[np.frombuffer(digests, np.uint8)]
    width = 2 * ID_BYTES
    offsets = np.arange(0, width * count + 1, width, dtype=np.int32)
    return pl.StringArray.from_buffers(count, pl.py_buffer(offsets), pl.py_buffer(text))


def _digests(base: blake2b, text: memoryview, places: list[int]) -> Iterator[bytes]:
    begin = places[0]
    for end in places[1:]:
        row = base.copy()
        row.update(text[begin:end])
        begin = end
        yield row.digest()
