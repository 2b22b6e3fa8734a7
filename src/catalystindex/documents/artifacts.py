"""The forms in which stages hand results on: JSON for text, NPZ without pickles for arrays."""

from collections.abc import Sequence
from io import BytesIO
from itertools import pairwise

import msgspec
import numpy as np

from catalystindex.documents.chunk.draft import ChunkDraft
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.embedding.base import FloatMatrix
from catalystindex.stores.vectors.base import SparseTerms


class ChunkVectors:
    """The vectors of a version's chunks, in their order."""

    def __init__(self, dense: FloatMatrix, sparse: Sequence[SparseTerms]) -> None:
        if len(dense) != len(sparse):
            raise ValueError("one dense and one sparse vector per chunk")
        self.dense, self.sparse = dense, list(sparse)

    def part(self, start: int, end: int) -> "ChunkVectors":
        """Return those of the chunks from ``start`` up to ``end``."""
        return ChunkVectors(self.dense[start:end], self.sparse[start:end])


def encode_parsed(parsed: ParsedDocument) -> bytes:
    """Return a parsed document as JSON."""
    return msgspec.json.encode(parsed)


def decode_parsed(data: bytes) -> ParsedDocument:
    """Return the parsed document in some JSON."""
    return msgspec.json.decode(data, type=ParsedDocument)


def encode_chunks(chunks: Sequence[ChunkDraft]) -> bytes:
    """Return chunks as JSON."""
    return msgspec.json.encode(list(chunks))


def decode_chunks(data: bytes) -> list[ChunkDraft]:
    """Return the chunks in some JSON."""
    return msgspec.json.decode(data, type=list[ChunkDraft])


def encode_vectors(vectors: ChunkVectors) -> bytes:
    """Return vectors as NPZ: dense (chunks, dimension), and sparse rows in CSR form."""
    lengths = [len(terms.indices) for terms in vectors.sparse]
    offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
    none = SparseTerms(np.empty(0, np.uint32), np.empty(0, np.float32))
    rows = vectors.sparse or [none]
    file = BytesIO()
    np.savez(
        file,
        dense=vectors.dense.astype(np.float32),
        offsets=offsets,
        indices=np.concatenate([terms.indices for terms in rows]),
        values=np.concatenate([terms.values for terms in rows]),
    )
    return file.getvalue()


def decode_vectors(data: bytes) -> ChunkVectors:
    """Return the vectors in some NPZ. Pickled arrays are refused."""
    with np.load(BytesIO(data), allow_pickle=False) as arrays:
        dense, offsets = arrays["dense"], arrays["offsets"]
        indices, values = arrays["indices"], arrays["values"]
    sparse = [
        SparseTerms(indices[start:end], values[start:end]) for start, end in pairwise(offsets)
    ]
    return ChunkVectors(dense, sparse)
