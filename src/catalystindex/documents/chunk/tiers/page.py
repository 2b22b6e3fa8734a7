"""Pages: each whole, cut at the limit."""

from collections.abc import Sequence
from itertools import groupby, takewhile

from catalystindex.documents.chunk.draft import ChunkDraft
from catalystindex.documents.chunk.source import ChunkSource


def cut_pages(source: ChunkSource) -> list[ChunkDraft]:
    """Return the pages; nothing for formats without pages.

    A block that runs over the end of a page belongs to the page where it begins. The heading path
    of a page is what the paths of its blocks begin with.
    """
    drafts: list[ChunkDraft] = []
    paged = (block for block in source.parsed.blocks if block.page is not None)
    for _, group in groupby(paged, key=lambda block: block.page):
        blocks = list(group)
        path = _shared([block.heading_path for block in blocks])
        drafts += source.cut("page", blocks[0].start, blocks[-1].end, path)
    return drafts


def _shared(paths: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """Return what all paths begin with."""
    levels = takewhile(lambda names: len(set(names)) == 1, zip(*paths, strict=False))
    return tuple(names[0] for names in levels)
