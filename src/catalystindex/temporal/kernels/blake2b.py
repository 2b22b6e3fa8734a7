"""BLAKE2b (RFC 7693) of many texts at once: a hash each, without a call from Python for each."""

from typing import Final

import numpy as np

from catalystindex.temporal.compiled import compiled, inlined
from catalystindex.temporal.layout import Longs, Octets, Words

WORK: Final = 40
"""Words that a hash is worked out in."""

BLOCK: Final = 128
"""Bytes that are compressed at once."""

_IV: Final = np.array(
    [
        0x6A09E667F3BCC908, 0xBB67AE8584CAA73B, 0x3C6EF372FE94F82B, 0xA54FF53A5F1D36F1,
        0x510E527FADE682D1, 0x9B05688C2B3E6C1F, 0x1F83D9ABFB41BD6B, 0x5BE0CD19137E2179,
    ],
    np.uint64,
)  # fmt: skip
_PERSON: Final = np.uint64(0x01010000 ^ 64)
"""Parameters: a digest of 64 bytes, no key, no tree."""

_SIGMA: Final = np.array(
    [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15],
        [14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3],
        [11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4],
        [7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8],
        [9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13],
        [2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9],
        [12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11],
        [13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10],
        [6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5],
        [10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0],
    ],
    np.int64,
)
_ROUNDS: Final = 12
_R32, _R24, _R16, _R63 = np.uint64(32), np.uint64(24), np.uint64(16), np.uint64(63)
_R40, _R48, _R1 = np.uint64(40), np.uint64(48), np.uint64(1)


@inlined
def _mix(v: Words, a: int, b: int, c: int, d: int, x: np.uint64, y: np.uint64) -> None:
    """Mix two words of the message into the state (function G)."""
    v[a] = v[a] + v[b] + x
    t = v[d] ^ v[a]
    v[d] = (t >> _R32) | (t << _R32)
    v[c] = v[c] + v[d]
    t = v[b] ^ v[c]
    v[b] = (t >> _R24) | (t << _R40)
    v[a] = v[a] + v[b] + y
    t = v[d] ^ v[a]
    v[d] = (t >> _R16) | (t << _R48)
    v[c] = v[c] + v[d]
    t = v[b] ^ v[c]
    v[b] = (t >> _R63) | (t << _R1)


@compiled
def _compress(h: Words, m: Words, v: Words, count: int, last: bool) -> None:
    """Take a block into the hash (function F)."""
    for i in range(8):
        v[i], v[i + 8] = h[i], _IV[i]
    v[12] ^= np.uint64(count)
    if last:
        v[14] = ~v[14]
    for number in range(_ROUNDS):
        s = _SIGMA[number % 10]
        _mix(v, 0, 4, 8, 12, m[s[0]], m[s[1]])
        _mix(v, 1, 5, 9, 13, m[s[2]], m[s[3]])
        _mix(v, 2, 6, 10, 14, m[s[4]], m[s[5]])
        _mix(v, 3, 7, 11, 15, m[s[6]], m[s[7]])
        _mix(v, 0, 5, 10, 15, m[s[8]], m[s[9]])
        _mix(v, 1, 6, 11, 12, m[s[10]], m[s[11]])
        _mix(v, 2, 7, 8, 13, m[s[12]], m[s[13]])
        _mix(v, 3, 4, 9, 14, m[s[14]], m[s[15]])
    for i in range(8):
        h[i] ^= v[i] ^ v[i + 8]


@compiled
def _load(m: Words, data: Octets, begin: int, end: int) -> None:
    """Read a block as little-endian words, with zeros after its end."""
    m[:] = 0
    for at in range(begin, end):
        place = at - begin
        m[place >> 3] |= np.uint64(data[at]) << np.uint64((place & 7) * 8)


@compiled
def hash_texts(data: Octets, offsets: Longs, work: Words, out: Words) -> None:
    """Set out[i] to the first 8 bytes (little-endian) of BLAKE2b of bytes offsets[i:i+2].

    It works in the `WORK` words that it is given.
    """
    h, m, v = work[:8], work[8:24], work[24:WORK]
    for i in range(len(out)):
        begin, end = offsets[i], offsets[i + 1]
        for word in range(8):
            h[word] = _IV[word]
        h[0] ^= _PERSON
        at = begin
        while end - at > BLOCK:
            _load(m, data, at, at + BLOCK)
            at += BLOCK
            _compress(h, m, v, at - begin, False)
        _load(m, data, at, end)
        _compress(h, m, v, end - begin, True)
        out[i] = h[0]
