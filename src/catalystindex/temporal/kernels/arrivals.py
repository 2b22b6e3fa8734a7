"""What becomes of each event as it arrives: a table of payments by entity remembers the others."""

from typing import Final, NamedTuple

import numpy as np

from catalystindex.temporal.compiled import compiled, inlined
from catalystindex.temporal.layout import Bytes, Flags, Longs, Words

HELD: Final = 0
"""It waits until its time is closed."""
LATE: Final = 1
"""Its time was closed before it arrived."""
CORRECTED: Final = 2
"""It is a newer version of a payment that was given out."""
SUPERSEDED: Final = 3
"""A newer version, or the same event, had arrived before."""
APPLIED: Final = 4
"""It took back a payment that was held, as of a time that is closed: nothing is left to do."""

_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
"""2**64 / golden ratio: Fibonacci hashing."""
_SHIFT: Final = np.uint64(20)


class Seen(NamedTuple):
    """The newest event of each entity: a hash table with open addressing."""

    key: Words
    """0 where a place is empty."""
    time: Longs
    version: Longs
    id_high: Words
    """Half of the event id: two events of one entity and version share it as good as never."""
    held: Longs
    """Number of the event while it is held."""
    used: Longs
    """One number: places that are not empty."""


class Arrivals(NamedTuple):
    """Columns of events as they arrive, and how far time was closed when each did."""

    entity: Words
    time: Longs
    version: Longs
    id_high: Words
    gone: Flags
    frontier: Longs


@compiled
def place_of(key: Words, wanted: np.uint64) -> int:
    """Return the place of a key: where it stands, or where it is to be put."""
    mask = len(key) - 1
    place = int(np.int64((wanted * _GOLDEN) >> _SHIFT)) & mask
    while key[place] != 0 and key[place] != wanted:
        place = (place + 1) & mask
    return place


@inlined
def _put(seen: Seen, place: int, new: Arrivals, i: int, number: int) -> None:
    if seen.key[place] == 0:
        seen.used[0] += 1
    seen.key[place] = new.entity[i]
    seen.time[place] = new.time[i]
    seen.version[place] = new.version[i]
    seen.id_high[place] = new.id_high[i]
    seen.held[place] = number


@inlined
def _outdoes(seen: Seen, place: int, new: Arrivals, i: int) -> bool:
    if new.version[i] != seen.version[place]:
        return bool(new.version[i] > seen.version[place])
    return bool(new.id_high[i] > seen.id_high[place])


@compiled
def _replaced(seen: Seen, place: int, new: Arrivals, i: int, number: int) -> int:
    """Judge a newer version of what is held: it takes its place, wherever its own time is."""
    _put(seen, place, new, i, number)
    if new.time[i] > new.frontier[i]:
        return HELD
    return APPLIED if new.gone[i] else LATE


@compiled
def judge(seen: Seen, new: Arrivals, keep: int, number: int, verdict: Bytes, freed: Longs) -> None:
    """Judge events in the order of arrival; the table has room for all of them.

    Sets ``freed`` to the number of the held event that each replaces, -1 if none. Events are
    numbered from ``number`` on. What was given out longer than ``keep`` before is not known.
    """
    for i in range(len(new.time)):
        freed[i] = -1
        frontier = new.frontier[i]
        place = place_of(seen.key, new.entity[i])
        known = seen.key[place] != 0 and seen.time[place] >= frontier - keep
        if not known:
            verdict[i] = LATE
            if new.time[i] > frontier:
                verdict[i] = HELD
                _put(seen, place, new, i, number + i)
        elif not _outdoes(seen, place, new, i):
            verdict[i] = SUPERSEDED
        elif seen.time[place] <= frontier:
            verdict[i] = CORRECTED
            seen.version[place] = new.version[i]
            seen.id_high[place] = new.id_high[i]
        else:
            freed[i] = seen.held[place]
            verdict[i] = _replaced(seen, place, new, i, number + i)


@compiled
def rehash(old: Seen, new: Seen, before: int) -> None:
    """Put what is not older than a time into a new table."""
    for place in range(len(old.key)):
        if old.key[place] != 0 and old.time[place] >= before:
            there = place_of(new.key, old.key[place])
            new.key[there] = old.key[place]
            new.time[there] = old.time[place]
            new.version[there] = old.version[place]
            new.id_high[there] = old.id_high[place]
            new.held[there] = old.held[place]
            new.used[0] += 1
