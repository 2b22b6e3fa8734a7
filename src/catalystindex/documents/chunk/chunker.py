"""Cutting a document by its policy: the base tier first, then the tiers that join it, in order."""

from collections.abc import Sequence

from catalystindex.documents.chunk.draft import ChunkDraft
from catalystindex.documents.chunk.policy import ChunkPolicy
from catalystindex.documents.chunk.source import MAX_BOXES, ChunkSource
from catalystindex.documents.chunk.spec import (
    BASE_TIER,
    CriteriaTier,
    HighlightTier,
    PageTier,
    SemanticTier,
    TableTier,
    Tier,
    WindowTier,
)
from catalystindex.documents.chunk.tiers.criteria import cut_criteria
from catalystindex.documents.chunk.tiers.highlight import cut_highlights
from catalystindex.documents.chunk.tiers.page import cut_pages
from catalystindex.documents.chunk.tiers.semantic import cut_passages
from catalystindex.documents.chunk.tiers.table import cut_tables
from catalystindex.documents.chunk.tiers.window import cut_windows
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.embedding.tokens import ModelTokenizer

__all__ = ["BASE_TIER", "MAX_BOXES", "ChunkDraft", "chunk_document"]


def chunk_document(
    parsed: ParsedDocument, title: str, policy: ChunkPolicy, tokenizer: ModelTokenizer
) -> list[ChunkDraft]:
    """Cut a document. No chunk is longer than the policy allows, counted by the tokenizer.

    The chunks of a tier stand together, in the order of the text: neighbours in the list are
    neighbours in the tier.
    """
    source = ChunkSource(parsed, title, policy, tokenizer)
    drafts: list[ChunkDraft] = []
    for tier in policy.tiers:
        drafts += _cut_tier(source, tier, drafts)
    return drafts


def _cut_tier(source: ChunkSource, tier: Tier, before: Sequence[ChunkDraft]) -> list[ChunkDraft]:
    match tier:
        case SemanticTier():
            return cut_passages(source)
        case WindowTier():
            return cut_windows(source, tier)
        case CriteriaTier():
            return cut_criteria(source, tier)
        case TableTier():
            base = [draft for draft in before if draft.tier == BASE_TIER]
            return cut_tables(source, tier, base)
        case HighlightTier():
            return cut_highlights(source, tier)
        case PageTier():
            return cut_pages(source)
