"""Bodies: unpacked whole in steps, however they are cut, and never beyond the limit."""

import gzip
import zlib
from collections.abc import Callable, Iterator

import httpx
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from catalystindex.documents.acquire import body
from catalystindex.documents.acquire.body import read_body
from catalystindex.documents.acquire.wire import Answer
from catalystindex.model.errors import SourceTooLarge, SourceUnavailable

PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "zlib": ("deflate", zlib.compress),
    "raw": ("deflate", lambda data: zlib.compress(data)[2:-4]),
    "members": ("gzip", lambda data: gzip.compress(data[:7]) + gzip.compress(data[7:])),
}
some_data = st.one_of(
    st.binary(max_size=300),
    st.builds(
        lambda byte, size: byte * size, st.binary(min_size=1, max_size=2), st.integers(0, 900)
    ),
)


@pytest.fixture(autouse=True, scope="module")
def small_steps() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(body, "STEP", 16)
        yield


def read(packed: bytes, encoding: str, size: int, limit: int) -> bytes:
    chunks = [packed[start : start + size] for start in range(0, len(packed), size)]
    answer = Answer(200, httpx.Headers({"Content-Encoding": encoding}), chunks)
    return read_body(answer, limit, "here", lambda: None)


@given(some_data, st.sampled_from(sorted(PACKERS)), st.integers(1, 40))
@example(b"\0" * 900, "raw", 1)
@example(b"", "raw", 1)
def test_what_was_packed_comes_out_however_it_is_cut(data: bytes, name: str, size: int) -> None:
    encoding, pack = PACKERS[name]
    assert read(pack(data), encoding, size, 10_000) == data


@given(some_data.filter(bool), st.sampled_from(["gzip", "zlib"]), st.integers(1, 40), st.data())
def test_what_is_cut_off_is_never_taken(
    data: bytes, name: str, size: int, draw: st.DataObject
) -> None:
    encoding, pack = PACKERS[name]
    packed = pack(data)
    cut = packed[: draw.draw(st.integers(1, len(packed) - 1))]
    with pytest.raises(SourceUnavailable):
        read(cut, encoding, size, 10_000)


@given(st.integers(1, 2000), st.integers(1, 2000), st.sampled_from(sorted(PACKERS)))
def test_the_limit_holds_for_what_comes_out(size: int, limit: int, name: str) -> None:
    encoding, pack = PACKERS[name]
    packed = pack(bytes(size))
    if max(size, len(packed)) > limit:
        with pytest.raises(SourceTooLarge):
            read(packed, encoding, 7, limit)
    else:
        assert read(packed, encoding, 7, limit) == bytes(size)
