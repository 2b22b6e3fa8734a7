"""Windows: overlapping runs of sentences within a section."""

from catalystindex.documents.chunk.draft import ChunkDraft
from catalystindex.documents.chunk.source import ChunkSource
from catalystindex.documents.chunk.spec import WindowTier
from catalystindex.documents.chunk.tiers.sentences import Range, sentences


def cut_windows(source: ChunkSource, tier: WindowTier) -> list[ChunkDraft]:
    """Return the windows of every section of more sentences than one window holds.

    The window of a shorter section would only repeat its passage. A window beyond the limit is
    cut there, and its parts stand among the others by where they begin.
    """
    drafts: list[ChunkDraft] = []
    for section in source.sections():
        found = sentences(source.parsed.text, section)
        for start, end in _windows(found, tier):
            drafts += source.cut("window", start, end, section[-1].heading_path)
    return sorted(drafts, key=lambda draft: (draft.start, draft.end))


def _windows(found: list[Range], tier: WindowTier) -> list[Range]:
    if len(found) <= tier.sentences:
        return []
    step = tier.sentences - tier.overlap
    firsts = range(0, len(found) - tier.overlap, step)
    return [
        (found[first][0], found[min(first + tier.sentences, len(found)) - 1][1]) for first in firsts
    ]
