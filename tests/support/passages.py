"""Chunks of an imagined version, cut from one text."""

from catalystindex.model.chunk import Chunk, Span
from catalystindex.model.ids import content_id
from catalystindex.search.fuse import Fused
from catalystindex.stores.records.chunks import Passage

TEXT = "".join(f"Sentence {number:03d} of it. " for number in range(60))


def chunk(
    ordinal: int,
    start: int,
    end: int,
    *,
    tier: str = "semantic",
    document: str = "doc",
    version: str = "v1",
) -> Chunk:
    return Chunk(
        id=content_id("chunk", version, tier, ordinal, start, end),
        document_id=document,
        version_id=f"{document}-{version}",
        ordinal=ordinal,
        tier=tier,
        text=TEXT[start:end],
        heading_path=[],
        span=Span(start=start, end=end),
        pages=None,
        tokens=1,
    )


def candidate(one: Chunk, score: float = 0.5) -> tuple[Fused, Passage]:
    fused = Fused(one.id, score, dense=score, sparse=None)
    return fused, Passage(one, "kb", "Title", "a.txt", 1, "00")
