"""Where consumer groups stand. Every function works in its caller's transaction."""

import sqlite3
from collections.abc import Mapping, Sequence

from catalystindex.model.errors import ConsumerUnknown, InvalidRequest, PositionExpired

MAX_GROUP = 64


def register(connection: sqlite3.Connection, group: str, starts: Sequence[int]) -> None:
    """Make a group known that begins at the oldest records; one that is known stays."""
    if not 1 <= len(group) <= MAX_GROUP or not group.isascii() or not group.isprintable():
        raise InvalidRequest(f"a consumer's name has 1 to {MAX_GROUP} visible ASCII characters")
    connection.executemany(
        "INSERT OR IGNORE INTO positions VALUES (?, ?, ?)",
        [(group, partition, start) for partition, start in enumerate(starts)],
    )


def forget(connection: sqlite3.Connection, group: str) -> None:
    """Make a group unknown. Raises `ConsumerUnknown`."""
    of(connection, group)
    connection.execute('DELETE FROM positions WHERE "group" = ?', (group,))


def of(connection: sqlite3.Connection, group: str) -> dict[int, int]:
    """Return the position by partition. Raises `ConsumerUnknown`."""
    found = dict(
        connection.execute(
            'SELECT partition, position FROM positions WHERE "group" = ? ORDER BY partition',
            (group,),
        )
    )
    if not found:
        raise ConsumerUnknown(f"{group[:MAX_GROUP]!r} is no consumer of this log")
    return found


def put(connection: sqlite3.Connection, group: str, positions: Mapping[int, int]) -> None:
    """Move a group. Raises `ConsumerUnknown`."""
    for partition in sorted(positions):
        moved = connection.execute(
            'UPDATE positions SET position = ? WHERE "group" = ? AND partition = ?',
            (positions[partition], group, partition),
        )
        if not moved.rowcount:
            raise ConsumerUnknown(f"{group[:MAX_GROUP]!r} is no consumer of this log")


def check(positions: Mapping[int, int], starts: Sequence[int], ends: Sequence[int]) -> None:
    """Raise `InvalidRequest` or `PositionExpired` unless a group can go on from there."""
    for partition in sorted(positions):
        if not 0 <= partition < len(ends):
            raise InvalidRequest(f"there is no partition {partition}; there are {len(ends)}")
        if not 0 <= positions[partition] <= ends[partition]:
            raise InvalidRequest(
                f"partition {partition} has no offset {positions[partition]}; it ends at "
                f"{ends[partition]}"
            )
        if positions[partition] < starts[partition]:
            raise expired(partition, positions[partition], starts[partition])


def expired(partition: int, position: int, start: int) -> PositionExpired:
    """Return the error for a position that is no longer kept."""
    return PositionExpired(
        f"partition {partition} begins at {start}; {position} was asked for",
        partition=partition,
        start=start,
    )


def groups(connection: sqlite3.Connection) -> list[str]:
    """Return the groups that are known, sorted."""
    rows = connection.execute('SELECT DISTINCT "group" FROM positions ORDER BY "group"')
    return [row[0] for row in rows]


def slowest(connection: sqlite3.Connection, ends: Sequence[int]) -> list[int]:
    """Return by partition how far every group is; the end where there is no group."""
    found = dict(
        connection.execute("SELECT partition, min(position) FROM positions GROUP BY partition")
    )
    return [min(end, found.get(partition, end)) for partition, end in enumerate(ends)]
