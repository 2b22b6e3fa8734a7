"""Which ids the log holds, and where: what makes an append idempotent.

Ids are hashes, so a tree of all of them would be written to at random: at some million ids each
append would touch as many pages as it has ids. Instead the newest are in memory (they are in the
log's blocks on disk as well, and are read from there after a start); whenever there are `RUN_IDS`,
they are written as one sorted run. A run is looked into only for ids that its filter (Bloom, 1970)
lets through: 1 in 1,000 of those it does not have. A run goes when its last record has gone.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from hashlib import blake2b
from typing import Final

import msgspec
import numpy as np

from catalystindex.stores.eventlog.filters import Filters, filter_of
from catalystindex.stores.eventlog.schema import split_place

RUN_IDS: Final = 1 << 17
HEX_CHARS: Final = 32
ID_BYTES: Final = 16
ENTRY: Final = np.dtype([("tenant", ">u4"), ("id", "V16"), ("place", ">u8")])
"""An id in a run; runs are sorted by tenant and id."""
KEY_BYTES: Final = 20
PAGE_ENTRIES: Final = 128
PERSON: Final = b"message"

Places = dict[int, dict[bytes, int]]
"""Place by id, by tenant."""


def packed_ids(message_ids: Sequence[str]) -> list[bytes]:
    """Return ids as 16 bytes each; at once where all of them are hex."""
    joined = "".join(message_ids)
    if len(joined) == HEX_CHARS * len(message_ids):
        try:
            packed = bytes.fromhex(joined)
        except ValueError:
            packed = b""
        if packed.hex() == joined and set(map(len, message_ids)) == {HEX_CHARS}:
            return [packed[at : at + ID_BYTES] for at in range(0, len(packed), ID_BYTES)]
    return [packed_id(one) for one in message_ids]


def packed_id(message_id: str) -> bytes:
    """Return an id as 16 bytes: 32 lower-case hex digits as they are, anything else hashed."""
    if len(message_id) == HEX_CHARS:
        try:
            packed = bytes.fromhex(message_id)
        except ValueError:
            packed = b""
        if packed.hex() == message_id:
            return packed
    text = message_id.encode("utf-8", "surrogatepass")
    return blake2b(text, digest_size=16, person=PERSON).digest()


class Ids:
    """The ids of one log. Not for use by several threads at once."""

    def __init__(self, is_kept: Callable[[int], bool]) -> None:
        """Take what tells whether the record at a place is kept: ids of others are forgotten."""
        self._is_kept = is_kept
        self._recent: Places = {}
        self._count = 0
        self._filters = Filters()

    def load(self, connection: sqlite3.Connection) -> list[int]:
        """Read the filters; return up to which offset of each partition runs have the ids."""
        ends: list[int] = []
        self._recent, self._count, self._filters = {}, 0, Filters()
        for number, said, blob in connection.execute(
            "SELECT number, ends, filter FROM runs ORDER BY number"
        ):
            self._filters.add(number, blob)
            ends = msgspec.json.decode(said, type=list[int])
        return ends

    def find(
        self, connection: sqlite3.Connection, tenant: int, ids: Sequence[bytes]
    ) -> dict[bytes, int]:
        """Return the places of those of these ids that the log holds."""
        recent = self._recent.get(tenant, {})
        is_kept = self._is_kept
        found = {
            one: place for one in ids if (place := recent.get(one)) is not None and is_kept(place)
        }
        if not self._filters:
            return found
        rest = [one for one in ids if one not in found] if found else list(ids)
        if rest:
            self._find_in_runs(connection, tenant, rest, found)
        return found

    def add(self, tenant: int, places: Iterable[tuple[bytes, int]]) -> None:
        """Note ids that are in the log from now on."""
        recent = self._recent.setdefault(tenant, {})
        before = len(recent)
        recent.update(places)
        self._count += len(recent) - before

    @property
    def run_is_due(self) -> bool:
        """Whether enough are in memory for a run."""
        return self._count >= RUN_IDS

    def write_run(self, connection: sqlite3.Connection, ends: Sequence[int]) -> Callable[[], None]:
        """Write what is in memory, in the caller's transaction; call the answer once it is kept."""
        newest = connection.execute("SELECT coalesce(max(number), 0) FROM runs").fetchone()[0]
        number = newest + 1
        made = filter_of({tenant: list(ids) for tenant, ids in self._recent.items()})
        connection.executemany("INSERT INTO ids VALUES (?, ?, ?)", self._pages(number))
        connection.execute(
            "INSERT INTO runs VALUES (?, ?, ?)",
            (number, msgspec.json.encode(list(ends)).decode(), made),
        )

        def kept() -> None:
            self._filters.add(number, made)
            self._recent, self._count = {}, 0

        return kept

    def forget(self, connection: sqlite3.Connection, starts: Sequence[int]) -> Callable[[], None]:
        """Drop the runs whose records are all before ``starts``; call the answer once kept.

        The newest stays: its ends say from where on ids are in memory.
        """
        rows = connection.execute("SELECT number, ends FROM runs ORDER BY number").fetchall()
        gone = [number for number, said in rows[:-1] if _is_before(said, starts)]
        for number in gone:
            connection.execute("DELETE FROM ids WHERE run = ?", (number,))
            connection.execute("DELETE FROM runs WHERE number = ?", (number,))

        def kept() -> None:
            for number in gone:
                self._filters.remove(number)

        return kept

    def _pages(self, number: int) -> Iterator[tuple[int, bytes, bytes]]:
        """Yield what is in memory, sorted, in pages with their first key."""
        for tenant in sorted(self._recent):
            places = self._recent[tenant]
            entries = np.empty(len(places), dtype=ENTRY)
            joined = b"".join(places)
            entries["tenant"] = tenant
            entries["id"] = np.frombuffer(joined, dtype="V16")
            entries["place"] = np.fromiter(places.values(), dtype=np.uint64, count=len(places))
            halves = np.frombuffer(joined, dtype=">u8").reshape(-1, 2)
            entries = entries[np.lexsort((halves[:, 1], halves[:, 0]))]
            for start in range(0, len(entries), PAGE_ENTRIES):
                page = entries[start : start + PAGE_ENTRIES].tobytes()
                yield number, page[:KEY_BYTES], page

    def _find_in_runs(
        self,
        connection: sqlite3.Connection,
        tenant: int,
        ids: Sequence[bytes],
        found: dict[bytes, int],
    ) -> None:
        for number, index in self._filters.may_hold(tenant, ids):
            place = _look_up(connection, number, tenant.to_bytes(4) + ids[index])
            if place is not None and self._is_kept(place):
                found[ids[index]] = place


def _look_up(connection: sqlite3.Connection, number: int, key: bytes) -> int | None:
    """Return the place of a key in a run."""
    row = connection.execute(
        "SELECT data FROM ids WHERE run = ? AND first <= ? ORDER BY first DESC LIMIT 1",
        (number, key),
    ).fetchone()
    if row is None:
        return None
    page: bytes = row[0]
    at = page.find(key)
    while at % ENTRY.itemsize and at >= 0:  # across two entries: it is not one
        at = page.find(key, at + 1)
    return None if at < 0 else int.from_bytes(page[at + KEY_BYTES : at + ENTRY.itemsize])


def _is_before(ends: str, starts: Sequence[int]) -> bool:
    """Tell whether a run that was written at these ends has nothing from the starts on."""
    pairs = zip(msgspec.json.decode(ends, type=list[int]), starts, strict=True)
    return all(end <= start for end, start in pairs)


def kept_from(starts: Sequence[int]) -> Callable[[int], bool]:
    """Return what tells whether a place is at or after the start of its partition."""

    def is_kept(place: int) -> bool:
        partition, offset = split_place(place)
        return offset >= starts[partition]

    return is_kept
