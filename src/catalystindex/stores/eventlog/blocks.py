"""Blocks: records of one append in one partition, packed into one row (MessagePack)."""

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import msgspec

from catalystindex.model.errors import EventLogUnavailable
from catalystindex.stores.eventlog.base import Message, Record
from catalystindex.stores.eventlog.schema import place_of, split_place

BLOCK_RECORDS: Final = 1024
BLOCK_BYTES: Final = 4 * 1024 * 1024
"""Bounds of a block: a reader unpacks whole ones. A single message may be larger."""

INSERT: Final = "INSERT INTO blocks VALUES (?, ?, ?, ?, ?, ?, ?)"
SELECT: Final = "SELECT * FROM blocks WHERE place >= ? AND place < ? ORDER BY place"
_ENCODER: Final = msgspec.msgpack.Encoder()
_DECODER: Final = msgspec.msgpack.Decoder(list[Message])


class Block(NamedTuple):
    """A row of blocks."""

    place: int
    records: int
    tenant: int
    user: int
    appended_at: int
    highest: int
    """Greatest event time in it."""
    data: bytes

    @property
    def first(self) -> int:
        """Offset of the first record."""
        return split_place(self.place)[1]


def pack(
    place: int, messages: Sequence[Message], tenant: int, user: int, appended_at: int
) -> list[Block]:
    """Return blocks of consecutive messages, the first of which stands at ``place``."""
    made = []
    for part in _parts(messages):
        highest = max([message.event_time for message in part])
        data = _ENCODER.encode(part)
        made.append(Block(place, len(part), tenant, user, appended_at, highest, data))
        place += len(part)
    return made


def unpack(block: Block, names: dict[int, str]) -> list[Record]:
    """Return the records of a block. Raises `EventLogUnavailable` where it is damaged."""
    partition, offset = split_place(block.place)
    tenant, user, at = names[block.tenant], names[block.user], block.appended_at
    try:
        messages = _DECODER.decode(block.data)
    except msgspec.MsgspecError as error:
        raise EventLogUnavailable(
            f"The event log is damaged at partition {partition}, offset {offset}.",
            partition=partition,
            offset=offset,
        ) from error
    return [
        Record(partition, number, tenant, user, key, message_id, time, at, data, only, origin)
        for number, (key, message_id, time, data, only, origin) in enumerate(messages, offset)
    ]


def blocks_from(connection: sqlite3.Connection, partition: int, offset: int) -> Iterator[Block]:
    """Yield the blocks of a partition that hold what is at or after an offset, in order."""
    low = connection.execute(
        "SELECT max(place) FROM blocks WHERE place >= ? AND place <= ?",
        (place_of(partition, 0), place_of(partition, offset)),
    ).fetchone()[0]
    start = place_of(partition, 0) if low is None else low
    cursor = connection.execute(SELECT, (start, place_of(partition + 1, 0)))
    for row in cursor:
        yield Block._make(row)


def _parts(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    """Split messages where a block would be too large."""
    size = sum([len(message.data) for message in messages])
    if len(messages) <= BLOCK_RECORDS and size <= BLOCK_BYTES:
        yield messages
        return
    part: list[Message] = []
    held = 0
    for message in messages:
        if part and (len(part) == BLOCK_RECORDS or held + len(message.data) > BLOCK_BYTES):
            yield part
            part, held = [], 0
        part.append(message)
        held += len(message.data)
    yield part
