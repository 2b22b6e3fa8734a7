from io import BytesIO

import msgspec
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.documents.artifacts import (
    ChunkVectors,
    decode_chunks,
    decode_parsed,
    decode_vectors,
    encode_chunks,
    encode_parsed,
    encode_vectors,
)
from catalystindex.documents.chunk.chunker import ChunkDraft
from catalystindex.documents.parsed import Box
from catalystindex.stores.vectors.base import SparseTerms
from support.documents import lines, parse, parse_pdf, pdf_bytes

text = st.text(st.characters(codec="utf-8"), max_size=20)
pages = st.none() | st.integers(1, 5000)
points = st.floats(0, 2000)
boxes = st.builds(Box, st.integers(1, 5000), points, points, points, points)
drafts = st.builds(
    ChunkDraft,
    tier=text,
    start=st.integers(0, 10**9),
    end=st.integers(0, 10**9),
    heading_path=st.lists(text, max_size=4).map(tuple),
    first_page=pages,
    last_page=pages,
    embedded=text,
    tokens=st.integers(0, 8192),
    boxes=st.lists(boxes, max_size=3).map(tuple),
    confidence=st.none() | st.floats(0, 1),
)


@given(st.lists(drafts, max_size=5))
def test_chunks_come_back_as_they_were(chunks: list[ChunkDraft]) -> None:
    assert decode_chunks(encode_chunks(chunks)) == chunks


@given(text.filter(lambda t: t.strip()))
def test_parsed_text_comes_back_as_it_was(source: str) -> None:
    parsed = parse("x\n\n" + source)
    assert decode_parsed(encode_parsed(parsed)) == parsed


def test_pages_and_headings_come_back_as_they_were() -> None:
    parsed = parse_pdf(pdf_bytes(lines("Title", size=30), lines("text 漢字")))
    assert decode_parsed(encode_parsed(parsed)) == parsed


@pytest.mark.parametrize("lengths", [[], [0], [3], [2, 0, 5, 1]])
def test_vectors_come_back_as_they_were(lengths: list[int]) -> None:
    random = np.random.default_rng(7)
    dense = random.normal(size=(len(lengths), 4)).astype(np.float32)
    sparse = [
        SparseTerms(
            np.sort(random.choice(2**32, size, replace=False)).astype(np.uint32),
            random.random(size, np.float32),
        )
        for size in lengths
    ]
    back = decode_vectors(encode_vectors(ChunkVectors(dense, sparse)))
    np.testing.assert_array_equal(back.dense, dense)
    assert len(back.sparse) == len(sparse)
    for own, was in zip(back.sparse, sparse, strict=True):
        assert own.indices.dtype == np.uint32
        assert own.values.dtype == np.float32
        np.testing.assert_array_equal(own.indices, was.indices)
        np.testing.assert_array_equal(own.values, was.values)


def test_dense_and_sparse_must_match() -> None:
    with pytest.raises(ValueError, match="one dense and one sparse"):
        ChunkVectors(np.zeros((2, 4), np.float32), [])


def test_pickled_arrays_are_refused() -> None:
    file = BytesIO()
    bad = np.array([{"a": 1}], dtype=object)
    np.savez(file, allow_pickle=True, dense=bad, offsets=bad, indices=bad, values=bad)
    with pytest.raises(ValueError, match="allow_pickle"):
        decode_vectors(file.getvalue())


@pytest.mark.parametrize("data", [b"", b"[", b'{"text": 1}'])
def test_a_damaged_parsed_artifact_is_refused(data: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode_parsed(data)


def test_parsed_text_of_an_earlier_release_is_still_read() -> None:
    """Spans of citations refer to artifacts written before blocks had places."""
    old = (
        b'{"media_type":"text/plain","title":null,"text":"Cash.","pages":null,"blocks":'
        b'[{"kind":"paragraph","start":0,"end":5,"heading_path":[],"page":null}]}'
    )
    parsed = decode_parsed(old)
    assert (parsed.text, parsed.blocks[0].boxes, parsed.sections) == ("Cash.", (), ())


def test_chunks_of_an_earlier_release_are_still_read() -> None:
    old = (
        b'[{"tier":"semantic","start":0,"end":5,"heading_path":[],"first_page":1,"last_page":1,'
        b'"embedded":"Cash.","tokens":4}]'
    )
    (draft,) = decode_chunks(old)
    assert (draft.embedded, draft.boxes, draft.confidence) == ("Cash.", (), None)
