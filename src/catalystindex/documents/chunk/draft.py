"""A chunk before it has an id."""

import msgspec

from catalystindex.documents.parsed import Box
from catalystindex.model.chunk import ChunkMetadata


class ChunkDraft(msgspec.Struct, frozen=True):
    """A chunk before it has an id. ``embedded`` is what the vectors are made of."""

    tier: str
    start: int
    end: int
    heading_path: tuple[str, ...]
    first_page: int | None
    last_page: int | None
    embedded: str
    tokens: int
    boxes: tuple[Box, ...] = ()
    confidence: float | None = None
    metadata: ChunkMetadata = {}
