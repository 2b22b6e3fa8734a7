"""A window as arrays that can be saved, and back.

What follows from the live payments (blocks, pairs, ties) is not saved: it is built again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from catalystindex.model.errors import WindowFileInvalid
from catalystindex.stores.array_file import Packed

_ARROW: Final[Any] = pa
"""Functions whose published types are narrower than what they take."""
VERSION: Final = 1
NAMES: Final = ("accounts", "parties", "branches", "purposes")
ACTIVITY: Final = ("first", "last")

Arrays = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class WindowState:
    """What a window is, apart from what follows from it."""

    keep: int
    evidence: bool
    last_time: int
    """Time of the newest payment there ever was."""
    rows: Arrays
    """Columns of the payments that have not expired."""
    names: Mapping[str, Sequence[str]]
    """By `NAMES`: names in the order of their codes."""
    activity: Arrays
    """``first`` and ``last`` of each account, by code."""


def packed(state: WindowState) -> Packed:
    """Return a window as arrays."""
    said = {
        "version": VERSION,
        "keep": state.keep,
        "evidence": state.evidence,
        "last_time": state.last_time,
    }
    arrays = {f"rows.{name}": column for name, column in state.rows.items()}
    arrays |= {f"activity.{name}": column for name, column in state.activity.items()}
    for kind in NAMES:
        offsets, text = _packed_names(state.names[kind])
        arrays |= {f"{kind}.offsets": offsets, f"{kind}.text": text}
    return Packed(said, arrays)


def unpacked(found: Packed, kinds: Mapping[str, type[np.generic]]) -> WindowState:
    """Return the window of such arrays, whose rows may have columns of these kinds.

    Raises `WindowFileInvalid` for what is no window of this version.
    """
    said, arrays = found
    if said.get("version") != VERSION:
        raise WindowFileInvalid(
            f"the window was saved in version {str(said.get('version'))[:20]} of the format; "
            f"this release reads version {VERSION}"
        )
    try:
        rows = _part(arrays, "rows.", kinds)
        activity = _part(arrays, "activity.", dict.fromkeys(ACTIVITY, np.int64))
        names = {kind: _names(arrays, kind) for kind in NAMES}
        keep, evidence, last = int(said["keep"]), bool(said["evidence"]), int(said["last_time"])
    except (KeyError, TypeError, ValueError, pa.ArrowException) as error:
        raise WindowFileInvalid(f"the saved window cannot be read: {error}") from error
    return WindowState(keep, evidence, last, rows, names, activity)


def _part(arrays: Arrays, prefix: str, kinds: Mapping[str, type[np.generic]]) -> Arrays:
    """Return the arrays of a prefix. Raises `KeyError`, `WindowFileInvalid`."""
    found = {
        name.removeprefix(prefix): array
        for name, array in arrays.items()
        if name.startswith(prefix)
    }
    for name, array in found.items():
        if array.dtype != np.dtype(kinds[name]):
            raise WindowFileInvalid(f"the column {name!r} of the saved window has another type")
    if len({len(array) for array in found.values()}) > 1:
        raise WindowFileInvalid(f"the columns of {prefix!r} of the saved window differ in length")
    return found


def _packed_names(names: Sequence[str]) -> tuple[NDArray[np.int64], NDArray[np.uint8]]:
    """Return where each name begins and the last one ends, and the text of all in UTF-8."""
    array = _ARROW.array(names, pa.large_string())
    _, offsets, text = array.buffers()
    if not len(array):
        return np.zeros(1, np.int64), np.empty(0, np.uint8)
    places = np.frombuffer(offsets, np.int64)[: len(array) + 1]
    whole = np.frombuffer(text, np.uint8) if text is not None else np.empty(0, np.uint8)
    return places, whole[: int(places[-1])]


def _names(arrays: Arrays, kind: str) -> list[str]:
    """Return names as they were. Raises `KeyError`, `ValueError`, `ArrowException`."""
    offsets, text = arrays[f"{kind}.offsets"], arrays[f"{kind}.text"]
    if offsets.dtype != np.int64 or text.dtype != np.uint8 or not len(offsets):
        raise ValueError(f"the names of {kind} have another type")
    buffers = [None, pa.py_buffer(offsets.data), pa.py_buffer(text.data)]
    array = _ARROW.Array.from_buffers(pa.large_string(), len(offsets) - 1, buffers)
    array.validate(full=True)
    return [str(name) for name in array.to_pylist()]
