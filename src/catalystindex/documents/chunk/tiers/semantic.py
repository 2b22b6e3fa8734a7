"""The base tier: passages that follow the headings and hold every non-blank character once."""

from catalystindex.documents.chunk.draft import ChunkDraft
from catalystindex.documents.chunk.source import ChunkSource


def cut_passages(source: ChunkSource) -> list[ChunkDraft]:
    """Return the passages of every section."""
    return [
        draft
        for section in source.sections()
        for draft in source.cut(
            "semantic", section[0].start, section[-1].end, section[-1].heading_path
        )
    ]
