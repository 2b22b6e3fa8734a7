"""Which runs of ids may hold an id: Bloom filters (1970), eight runs looked at in one step.

The filters of eight runs lie across: a byte for each bit of a filter, a bit in it for each run (as
in BitFunnel, Goodwin et al., SIGIR 2017). So an id costs the same few look-ups for all eight.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

FILTER_BITS: Final = 21
"""A filter has two to this many bits: 16 for each id of a run."""
PROBES: Final = 6
"""With so many bits of 16, one of 1,000 ids that a run does not have is let through."""
WIDE: Final = 3
"""Probes that are made of every id; the others only of those that are left."""
SLOTS: Final = 8
GOLDEN: Final = 0x9E3779B97F4A7C15
"""Odd, from the golden ratio: sets tenants apart."""

Bits = NDArray[np.uint8]
Words = NDArray[np.uint64]


def filter_of(ids: Mapping[int, Sequence[bytes]]) -> bytes:
    """Return the filter that lets through these ids, given by tenant."""
    bits = np.zeros(1 << FILTER_BITS, dtype=np.uint8)
    for tenant in sorted(ids):
        for probe in _probes(tenant, ids[tenant]):
            bits[probe] = 1
    return np.packbits(bits, bitorder="little").tobytes()


class Filters:
    """The filters of the runs of one log."""

    def __init__(self) -> None:
        self._slices: list[Bits] = []
        self._runs: dict[int, int] = {}
        """Run by place: slice times `SLOTS`, and slot."""

    def __bool__(self) -> bool:
        return bool(self._runs)

    def add(self, run: int, made: bytes) -> None:
        """Add the filter of a run."""
        place = next(n for n in range(len(self._runs) + 1) if n not in self._runs)
        if place // SLOTS == len(self._slices):
            self._slices.append(np.zeros(1 << FILTER_BITS, dtype=np.uint8))
        bits = np.unpackbits(np.frombuffer(made, dtype=np.uint8), bitorder="little")
        self._slices[place // SLOTS] |= bits << np.uint8(place % SLOTS)
        self._runs[place] = run

    def remove(self, run: int) -> None:
        """Remove the filter of a run, if it is there."""
        for place in [place for place, one in self._runs.items() if one == run]:
            self._slices[place // SLOTS] &= np.uint8(0xFF ^ 1 << place % SLOTS)
            del self._runs[place]

    def may_hold(self, tenant: int, ids: Sequence[bytes]) -> Iterator[tuple[int, int]]:
        """Yield (run, index of the id) for each run that may hold an id of a tenant."""
        probes = _probes(tenant, ids)
        for number, bits in enumerate(self._slices):
            for index, mask in _let_through(bits, probes):
                for slot in range(SLOTS):
                    if mask >> slot & 1:
                        yield self._runs[number * SLOTS + slot], index


def _let_through(bits: Bits, probes: Words) -> Iterator[tuple[int, int]]:
    """Yield the index of each id that some of eight runs may hold, and which (a bit for each)."""
    masks = bits[probes[0]]
    for probe in probes[1:WIDE]:
        masks &= bits[probe]
    left = np.flatnonzero(masks)
    masks = masks[left]
    for probe in probes[WIDE:]:
        masks &= bits[probe[left]]
    for at in np.flatnonzero(masks):
        yield int(left[at]), int(masks[at])


def _probes(tenant: int, ids: Sequence[bytes]) -> Words:
    """Return the bits of each id, as (probe, id) (Kirsch and Mitzenmacher, 2006)."""
    halves = np.frombuffer(b"".join(ids), dtype="<u8").reshape(-1, 2)
    half = _mixed(halves[:, 0] ^ np.uint64(tenant * GOLDEN % (1 << 64)))
    one = _mixed(halves[:, 1] ^ half)
    two = _mixed(one ^ np.uint64(GOLDEN))
    steps = np.arange(PROBES, dtype=np.uint64)[:, None]
    made: Words = (one + steps * two) >> np.uint64(64 - FILTER_BITS)
    return made


def _mixed(words: Words) -> Words:
    """Return words whose bits all depend on each other (Stafford's mix 13, of SplitMix64)."""
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
