"""Which records are dropped: the oldest, and none that a group has not applied."""

import heapq
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

from catalystindex.stores.eventlog.schema import place_of, split_place

DELETED_AT_ONCE: Final = 256
"""Blocks that one transaction deletes: appends go on in between."""


def starts_after(
    connection: sqlite3.Connection,
    starts: Sequence[int],
    ends: Sequence[int],
    floors: Sequence[int],
    appended_before: int,
    max_records: int | None,
) -> list[int]:
    """Return where partitions begin when what is over age or number is gone."""
    made = [
        min(floor, max(start, _first_at(connection, partition, end, appended_before)))
        for partition, (start, end, floor) in enumerate(zip(starts, ends, floors, strict=True))
    ]
    made = [max(start, one) for start, one in zip(starts, made, strict=True)]
    kept = sum(end - one for end, one in zip(ends, made, strict=True))
    if max_records is not None and kept > max_records:
        _drop(connection, made, floors, kept - max_records)
    return made


def delete_blocks(connection: sqlite3.Connection, starts: Sequence[int]) -> int:
    """Delete some of the blocks that are before the starts; return how many."""
    for partition, start in enumerate(starts):
        deleted = connection.execute(
            "DELETE FROM blocks WHERE place IN (SELECT place FROM blocks "
            "WHERE place >= ? AND place < ? AND place + records <= ? ORDER BY place LIMIT ?)",
            (
                place_of(partition, 0),
                place_of(partition, start),
                place_of(partition, start),
                DELETED_AT_ONCE,
            ),
        )
        if deleted.rowcount:
            return deleted.rowcount
    return 0


def _first_at(connection: sqlite3.Connection, partition: int, end: int, at: int) -> int:
    """Return the offset of the first record that was appended at or after a moment."""
    row = connection.execute(
        "SELECT place FROM blocks WHERE place >= ? AND place < ? AND appended_at >= ? "
        "ORDER BY place LIMIT 1",
        (place_of(partition, 0), place_of(partition + 1, 0), at),
    ).fetchone()
    return end if row is None else split_place(row[0])[1]


def _drop(
    connection: sqlite3.Connection, starts: list[int], floors: Sequence[int], excess: int
) -> None:
    """Move starts until ``excess`` records are dropped, oldest first, none past its floor."""
    streams = [_blocks(connection, partition, start) for partition, start in enumerate(starts)]
    for _, partition, end in heapq.merge(*streams):
        goes = min(end, floors[partition], starts[partition] + excess) - starts[partition]
        if goes > 0:
            starts[partition] += goes
            excess -= goes
        if not excess:
            return


def _blocks(
    connection: sqlite3.Connection, partition: int, start: int
) -> Iterator[tuple[int, int, int]]:
    """Yield when blocks were appended, their partition, and the offset after them."""
    rows = connection.execute(
        "SELECT appended_at, place + records FROM blocks "
        "WHERE place >= ? AND place < ? AND place + records > ? ORDER BY place",
        (place_of(partition, 0), place_of(partition + 1, 0), place_of(partition, start)),
    )
    for appended_at, after in rows:
        yield appended_at, partition, after - place_of(partition, 0)
