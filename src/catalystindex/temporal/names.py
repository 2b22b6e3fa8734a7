"""Ids as numbers: event ids are 128 bits already, entity ids are hashed to 64."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any, Final

import numpy as np
import pyarrow as pa

from catalystindex.model.errors import EventInvalid
from catalystindex.temporal.kernels.blake2b import WORK, hash_texts
from catalystindex.temporal.layout import Octets, Words

KEY_BYTES: Final = 8
HEX_CHARS: Final = 32
_BAD: Final = 255


def _nibbles() -> Octets:
    table = np.full(256, _BAD, np.uint8)
    for value, digit in enumerate(b"0123456789abcdef"):
        table[digit] = value
    return table


_NIBBLES: Final = _nibbles()


def entity_key(entity_id: str) -> int:
    """Return the first 8 bytes of BLAKE2b-512 of an entity id, as a little-endian number.

    Two of n payments share a key by chance with n^2 / 2^65: 3 in a million at 10 million.
    """
    digest = blake2b(entity_id.encode("utf-8", "surrogatepass")).digest()
    return int.from_bytes(digest[:KEY_BYTES], "little")


def entity_keys(entity_ids: Sequence[str]) -> Words:
    """Return the keys of entity ids."""
    return np.fromiter(map(entity_key, entity_ids), np.uint64, len(entity_ids))


def entity_keys_of(array: Any) -> Words:  # noqa: ANN401  # an Arrow array of text
    """Return the keys of a column of entity ids, which has no nulls."""
    text = array.cast(pa.large_string())
    _, offsets, data = text.buffers()
    keys = np.empty(len(text), np.uint64)
    if len(text):
        places = np.frombuffer(offsets, np.int64)[text.offset : text.offset + len(text) + 1]
        octets = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
        hash_texts(octets, places, np.empty(WORK, np.uint64), keys)
    return keys


def id_numbers(event_ids: Sequence[str]) -> tuple[Words, Words]:
    """Return the high and low halves of event ids. Raises `EventInvalid` for one that is none."""
    if set(map(len, event_ids)) - {HEX_CHARS}:
        raise EventInvalid(f"an event id has {HEX_CHARS} hexadecimal digits")
    return _halves(np.frombuffer("".join(event_ids).encode("utf-8", "replace"), np.uint8))


def id_numbers_of(array: Any) -> tuple[Words, Words]:  # noqa: ANN401  # an Arrow array of text
    """Return the halves of a column of event ids. Raises `EventInvalid`."""
    text = array.cast(pa.large_string())
    if not len(text):
        return _halves(np.empty(0, np.uint8))
    _, offsets, data = text.buffers()
    places = np.frombuffer(offsets, np.int64)[text.offset : text.offset + len(text) + 1]
    if (np.diff(places) != HEX_CHARS).any():
        raise EventInvalid(f"an event id has {HEX_CHARS} hexadecimal digits")
    return _halves(np.frombuffer(data, np.uint8)[places[0] : places[-1]])


def _halves(digits: Octets) -> tuple[Words, Words]:
    values = _NIBBLES[digits]
    if len(digits) % HEX_CHARS or (values == _BAD).any():
        raise EventInvalid(f"an event id has {HEX_CHARS} lower-case hexadecimal digits")
    octets = np.ascontiguousarray(values[::2] << 4 | values[1::2])
    halves = octets.view(">u8").astype(np.uint64).reshape(-1, 2)
    return np.ascontiguousarray(halves[:, 0]), np.ascontiguousarray(halves[:, 1])
