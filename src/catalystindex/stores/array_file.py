"""Arrays and a few words about them in one file: what comes back is what was written, or an error.

First come the bytes of the arrays, each at a multiple of `ALIGNMENT`, then JSON that says what they
are and where, then its length and the BLAKE2b digest of all before. A file is written in one pass
and takes one wait for the disk, however many arrays there are.
"""

import json
import mmap
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catalystindex.model.errors import WindowFileInvalid

FORMAT: Final = "catalystindex-arrays"
VERSION: Final = 1
ALIGNMENT: Final = 64
DIGEST_BYTES: Final = 32
LENGTH_BYTES: Final = 8
_KINDS: Final = frozenset("biuf")
"""Kinds of NumPy's types that have no pointers in them."""


class Packed(NamedTuple):
    """What a file holds."""

    said: Mapping[str, Any]
    """Anything that JSON has."""
    arrays: Mapping[str, NDArray[Any]]
    """Of one dimension, of numbers or flags."""


def write_packed(path: Path, packed: Packed) -> None:
    """Write a file, in place of one that is there. It is not waited for: see `stores.disk`.

    Raises `OSError`; `ValueError` for an array that is not of one dimension, or not of numbers.
    """
    digest, at = blake2b(digest_size=DIGEST_BYTES), 0
    listed = []
    with path.open("wb") as file:
        for name, array in packed.arrays.items():
            if array.ndim != 1 or array.dtype.kind not in _KINDS:
                raise ValueError(f"the array {name!r} is not of one dimension of numbers")
            body = np.ascontiguousarray(array).view(np.uint8).data
            listed.append([name, array.dtype.str, len(array), at])
            padding = bytes(-len(body) % ALIGNMENT)
            for part in (body, padding):
                digest.update(part)
                file.write(part)
            at += len(body) + len(padding)
        index = json.dumps(
            {"format": FORMAT, "version": VERSION, "said": packed.said, "arrays": listed}
        ).encode()
        end = index + len(index).to_bytes(LENGTH_BYTES, "little")
        digest.update(end)
        file.write(end + digest.digest())


def read_packed(path: Path) -> Packed:
    """Return what a file holds, as copies. Raises `WindowFileInvalid` for one that is not whole."""
    try:
        with (
            path.open("rb") as file,
            mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ) as data,
            memoryview(data) as view,
        ):
            return _packed(path.name, view)
    except ValueError as error:  # of `mmap`: nothing is in it
        raise WindowFileInvalid(f"{path.name} is empty.") from error
    except OSError as error:
        raise WindowFileInvalid(f"{path.name} cannot be read: {error.strerror}.") from error


def _packed(name: str, view: memoryview) -> Packed:
    index = _index(name, view)
    try:
        arrays = {str(key): _array(view, *place) for key, *place in index["arrays"]}
        return Packed(dict(index["said"]), arrays)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise WindowFileInvalid(f"{name} contradicts itself: {error}.") from error


def _index(name: str, view: memoryview) -> dict[str, Any]:
    """Return what a whole file says of its arrays."""
    end = len(view) - DIGEST_BYTES
    begin = end - LENGTH_BYTES
    if begin < 0 or blake2b(view[:end], digest_size=DIGEST_BYTES).digest() != view[end:]:
        raise WindowFileInvalid(f"{name} is damaged.")
    length = int.from_bytes(view[begin:end], "little")
    try:
        found = json.loads(bytes(view[max(0, begin - length) : begin]))
    except (ValueError, RecursionError) as error:
        raise WindowFileInvalid(f"{name} does not say what is in it.") from error
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise WindowFileInvalid(f"{name} is no file of arrays.")
    if found.get("version") != VERSION:
        raise WindowFileInvalid(
            f"{name} was written in version {str(found.get('version'))[:20]} of the format; this "
            f"release reads version {VERSION}."
        )
    return found


def _array(view: memoryview, kind: str, count: int, at: int) -> NDArray[Any]:
    dtype = np.dtype(kind)
    if dtype.kind not in _KINDS or count < 0 or at < 0:
        raise ValueError(f"an array of {kind!r}")
    if not count:
        return np.empty(0, dtype)
    return np.frombuffer(view, dtype, count, at).copy()
