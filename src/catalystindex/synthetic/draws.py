"""Random numbers that are the same on every machine, in any order of asking.

A stream is named by the seed and a path of words and numbers; its key is the BLAKE2b hash of them,
its bits are Philox-4x64 (Salmon et al. 2011), whose raw words numpy promises to keep. Everything is
made of them by integers alone: numpy's distributions may change between releases, and ``exp`` or
``log`` differ in the last bit between processors.
"""

from hashlib import blake2b
from typing import Final

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Words = npt.NDArray[np.uint64]

MILLION: Final = 1_000_000
TABLE_BITS: Final = 10
"""A table of quantiles has 2**10 steps, hence one more entries."""

_HALF: Final = np.uint64(32)
_TOP: Final = np.uint64(64 - TABLE_BITS)
_REST: Final = np.uint64(64 - TABLE_BITS - 16)
_SIXTEEN: Final = np.uint64(0xFFFF)
_BUFFER: Final = 64


def _bits(seed: int, path: tuple[str | int, ...]) -> np.random.Philox:
    name = "/".join(str(part) for part in (seed, *path)).encode()
    return np.random.Philox(
        key=int.from_bytes(blake2b(name, digest_size=16, person=b"synthetic").digest(), "little")
    )


class Draws:
    """A stream of draws in bulk. Bounds are below 2**31."""

    def __init__(self, seed: int, *path: str | int) -> None:
        self._bits = _bits(seed, path)

    def words(self, count: int) -> Words:
        """Return so many words of 64 random bits."""
        words: Words = self._bits.random_raw(count)
        return words

    def below(self, bound: int | Ints, count: int) -> Ints:
        """Return whole numbers from 0 to below the bound, or to below each of the bounds."""
        high = self.words(count) >> _HALF
        limit = np.asarray(bound, dtype=np.uint64)
        return ((high * limit) >> _HALF).astype(np.int64)

    def between(self, low: int, high: int, count: int) -> Ints:
        """Return whole numbers from low to high, both included."""
        return low + self.below(high - low + 1, count)

    def chance(self, millionths: int | Ints, count: int) -> Bools:
        """Return whether each of so many came true, at a chance in millionths."""
        return self.below(MILLION, count) < millionths

    def choose(self, options: npt.NDArray[np.integer], count: int) -> Ints:
        """Return so many of the options, any of them at each draw."""
        return options[self.below(len(options), count)].astype(np.int64)

    def quantile(self, table: Ints, count: int) -> Ints:
        """Return draws from the distribution whose quantiles the table lists (`tables`)."""
        words = self.words(count)
        step = (words >> _TOP).astype(np.int64)
        part = ((words >> _REST) & _SIXTEEN).astype(np.int64)
        low = table[step]
        return low + (((table[step + 1] - low) * part) >> 16)

    def order(self, count: int) -> Ints:
        """Return the numbers from 0 to below count in random order."""
        return np.argsort(self.words(count), kind="stable").astype(np.int64)

    def around(self, expected: int) -> int:
        """Return a count near what is expected, up to a tenth away."""
        spread = expected // 10
        return max(0, expected - spread + int(self.below(2 * spread + 1, 1)[0]))


class Dice:
    """A stream of single draws, as whole numbers of Python."""

    def __init__(self, seed: int, *path: str | int) -> None:
        self._bits = _bits(seed, path)
        self._words: list[int] = []

    def _word(self) -> int:
        if not self._words:
            self._words = self._bits.random_raw(_BUFFER).tolist()
        return self._words.pop()

    def below(self, bound: int) -> int:
        """Return a whole number from 0 to below the bound, which may be up to 2**63."""
        return (self._word() * bound) >> 64

    def between(self, low: int, high: int) -> int:
        """Return a whole number from low to high, both included."""
        return low + self.below(high - low + 1)

    def chance(self, millionths: int) -> bool:
        """Return whether it came true."""
        return self.below(MILLION) < millionths

    def quantile(self, table: Ints) -> int:
        """Return a draw from the distribution whose quantiles the table lists."""
        place = self.below((len(table) - 1) << 16)
        step, part = place >> 16, place & 0xFFFF
        low = int(table[step])
        return low + (((int(table[step + 1]) - low) * part) >> 16)

    def shares(self, total: int, parts: int) -> list[int]:
        """Split a total into parts of unlike size, each at least half of an even share."""
        weights = [self.between(500, 1500) for _ in range(parts)]
        whole = sum(weights)
        split = [total * weight // whole for weight in weights]
        split[-1] += total - sum(split)
        return split
