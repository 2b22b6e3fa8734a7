"""Arrays in one file: whole, or refused."""

import json
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as nst

from catalystindex.model.errors import WindowFileInvalid
from catalystindex.stores.array_file import (
    ALIGNMENT,
    DIGEST_BYTES,
    LENGTH_BYTES,
    Packed,
    read_packed,
    write_packed,
)
from support.importers import SpooledPath

TYPES = st.sampled_from([np.int8, np.uint8, np.int16, np.int32, np.int64, np.uint64, np.bool_])
ARRAYS = TYPES.flatmap(lambda kind: nst.arrays(kind, st.integers(0, 40)))
SAID = {"keep": 30, "name": "Ärzte"}


def some() -> Packed:
    return Packed(SAID, {"a": np.arange(100), "b": np.array([True, False]), "c": np.empty(0, "i2")})


@given(st.dictionaries(st.text(max_size=9), ARRAYS, max_size=6), st.booleans())
def test_what_is_written_comes_back(arrays: dict[str, Any], turned: bool) -> None:
    if turned:
        arrays = {name: array[::-1] for name, array in arrays.items()}
    with SpooledPath(b"something longer that was there before" * 99) as path:
        write_packed(path, Packed(SAID, arrays))
        said, found = read_packed(path)
    assert said == SAID
    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        assert found[name].tolist() == array.tolist()
        assert found[name].flags.writeable


def test_each_damaged_byte_and_each_lost_end_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "arrays"
    write_packed(path, some())
    whole = path.read_bytes()
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(WindowFileInvalid):
            read_packed(path)
    for length in range(0, len(whole), 7):
        path.write_bytes(whole[:length])
        with pytest.raises(WindowFileInvalid):
            read_packed(path)


def test_what_is_not_there_is_refused(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(WindowFileInvalid, match="cannot be read"):
            read_packed(path)


def sealed(path: Path, index: bytes, length: int | None = None) -> Path:
    """Write a file with a true digest: one that another program wrote."""
    body = bytes(ALIGNMENT) + index
    body += (len(index) if length is None else length).to_bytes(LENGTH_BYTES, "little")
    path.write_bytes(body + blake2b(body, digest_size=DIGEST_BYTES).digest())
    return path


def index(**changes: object) -> bytes:
    said: dict[str, object] = {
        "format": "catalystindex-arrays", "version": 1, "said": {},
        "arrays": [["a", "<i8", 8, 0]],
    }  # fmt: skip
    return json.dumps(said | changes).encode()


def test_a_file_of_another_program_is_read_if_it_is_one(tmp_path: Path) -> None:
    assert read_packed(sealed(tmp_path / "f", index())).arrays["a"].tolist() == [0] * 8


@pytest.mark.parametrize(
    "text",
    [
        b"", b"[]", b"{", b"[" * 60_000, b"\xff",
        index(format="other"), index(version=2), index(arrays=None), index(said=7),
        index(arrays=[["a", "O", 8, 0]]), index(arrays=[["a", "<i8", 10_000, 0]]),
        index(arrays=[["a", "<i8", -1, 0]]), index(arrays=[["a", "<i8", 1, -8]]),
        index(arrays=[["a", "<i8", 1, 10**9]]), index(arrays=[["a", "nonsense", 1, 0]]),
        index(arrays=[["a", "<i8"]]), index(arrays=[["a", "<i8", "1", 0]]),
    ],
)  # fmt: skip
def test_what_no_writer_says_is_refused(tmp_path: Path, text: bytes) -> None:
    with pytest.raises(WindowFileInvalid):
        read_packed(sealed(tmp_path / "f", text))


def test_a_length_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WindowFileInvalid):
        read_packed(sealed(tmp_path / "f", index(), 2**60))


@pytest.mark.parametrize("array", [np.zeros((2, 2)), np.array(["a"]), np.array([None])])
def test_what_cannot_be_kept_is_refused(tmp_path: Path, array: np.ndarray[Any, Any]) -> None:
    with pytest.raises(ValueError, match="one dimension of numbers"):
        write_packed(tmp_path / "f", Packed({}, {"a": array}))
