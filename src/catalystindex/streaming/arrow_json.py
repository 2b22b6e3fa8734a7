"""JSON text of whole columns, to the byte what the codec's encoder writes for each value.

A *member* is ``,"name":value``, null on rows that leave it out. Pieces of text are joined row by
row in one pass, so a row costs some copying and no Python.
"""

from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from catalystindex.streaming.arrow_calls import Array, pc, pl
from catalystindex.streaming.arrow_schema import Column, Form

Piece = Array | str

_SHORT: Final = {0x08: "\\b", 0x09: "\\t", 0x0A: "\\n", 0x0C: "\\f", 0x0D: "\\r"}
_SHORT_QUOTED: Final = {0x22: '\\"', 0x5C: "\\\\"}
_SPACE: Final = 0x20


def member(column: Column, array: Array) -> list[Piece]:
    """Return the pieces of a field's members, beginning with a comma.

    Rows that are null, or have the default of a field that is not required, are left out.
    """
    array = _without_default(column, array)
    if array.null_count == len(array):
        return []
    pieces: list[Piece] = [f',"{column.name}":']
    if column.form is Form.TEXT:
        pieces += ['"', escaped(array), '"']
    elif column.form is Form.TEXTS:
        pieces += [list_text(array)]
    else:
        pieces += [_digits(column, array)]
    if array.null_count == 0:
        return pieces
    return [pc.binary_join_element_wise(*_merged(pieces), "")]


def list_text(array: Array) -> Array:
    """Return lists of text as JSON arrays; null stays null."""
    inner = pc.binary_join(_escaped_lists(array), '","')
    filled = pc.binary_join_element_wise('["', inner, '"]', "")
    return pc.if_else(pc.equal(pc.list_value_length(array), 0), "[]", filled)


def joined(pieces: list[Piece]) -> Array:
    """Return the pieces of each row, one after the other; a null adds nothing."""
    return pc.binary_join_element_wise(
        *_merged(pieces), "", null_handling="replace", null_replacement=""
    )


def escaped(array: Array) -> Array:
    """Return text as it stands between the quotes of JSON (RFC 8259, section 7).

    Only what must be escaped is; most columns hold nothing of the kind and come back as they are.
    """
    for code in _special(array):
        array = pc.replace_substring(array, chr(code), _escape(code))
    return array


def _escape(code: int) -> str:
    return _SHORT_QUOTED.get(code) or _SHORT.get(code) or f"\\u{code:04x}"


def _special(array: Array) -> list[int]:
    """Return the characters in this text that JSON escapes, the backslash first."""
    text = text_bytes(array)
    if len(text) == 0:
        return []
    marked = (text < _SPACE) | (text == 0x22) | (text == 0x5C)
    if not marked.any():
        return []
    return sorted((int(code) for code in np.unique(text[marked])), reverse=True)


def text_bytes(array: Array) -> npt.NDArray[np.uint8]:
    """Return the bytes of a column of strings, without a copy."""
    _, ends, data = array.buffers()
    if data is None or ends is None:
        return np.empty(0, np.uint8)
    first, last = np.frombuffer(ends, np.int32)[[array.offset, array.offset + len(array)]]
    return np.frombuffer(data, np.uint8)[first:last]


def _escaped_lists(array: Array) -> Array:
    """Return the lists with their texts escaped; null stays null."""
    values = array.flatten()
    clean = escaped(values)
    if clean is values:
        return array
    ends = np.zeros(len(array) + 1, np.int32)
    lengths = pc.fill_null(pc.list_value_length(array), 0)
    np.cumsum(lengths.to_numpy(zero_copy_only=False), out=ends[1:])
    mask = array.is_null() if array.null_count else None
    return pl.ListArray.from_arrays(pl.array(ends), clean, mask=mask)


def _without_default(column: Column, array: Array) -> Array:
    """Return the column with nulls in place of the default."""
    if column.required or column.default is None:
        return array
    if column.form is Form.TEXTS:
        default = pc.equal(pc.list_value_length(array), 0)
    else:
        default = pc.equal(array, pl.scalar(column.default, array.type))
    if not pc.any(default).as_py():
        return array
    return pc.if_else(default, pl.scalar(None, array.type), array)


def _digits(column: Column, array: Array) -> Array:
    whole = array.view(pa.int64()) if column.form is Form.INSTANT else array
    return whole.cast(pa.string())


def _merged(pieces: list[Piece]) -> list[Piece]:
    """Join constant pieces that follow each other: each costs a step on every row."""
    merged: list[Piece] = []
    for piece in pieces:
        if merged and isinstance(piece, str) and isinstance(merged[-1], str):
            merged[-1] += piece
        else:
            merged.append(piece)
    return merged
