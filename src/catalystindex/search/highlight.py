"""Highlights: the words of a passage that the sparse retriever matched, by the same stemmer."""

import re
from collections.abc import Iterable

from catalystindex.embedding.sparse import Bm25Encoder
from catalystindex.model.chunk import Span

_WORD = re.compile(r"[^\W_]+")
JOIN_GAP = 1
"""Matches this close are one: ``F33`` and ``1`` of ``F33.1``."""


def highlights(text: str, terms: Iterable[int], sparse: Bm25Encoder) -> list[Span]:
    """Return the ranges of ``text`` whose words stand for one of the terms, in order."""
    wanted = frozenset(terms)
    ranges: list[tuple[int, int]] = []
    for match in _WORD.finditer(text):
        if sparse.word_terms(match[0]).isdisjoint(wanted):
            continue
        start, end = match.span()
        if ranges and _joins(text, ranges[-1][1], start):
            start = ranges.pop()[0]
        ranges.append((start, end))
    return [Span(start=start, end=end) for start, end in ranges]


def _joins(text: str, end: int, start: int) -> bool:
    return start - end <= JOIN_GAP and not text[end:start].isspace()
