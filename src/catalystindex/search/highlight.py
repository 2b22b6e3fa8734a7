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
    spans: list[Span] = []
    for match in _WORD.finditer(text):
        if sparse.word_terms(match[0]).isdisjoint(wanted):
            continue
        if spans and _joins(text, spans[-1].end, match.start()):
            spans[-1] = Span(start=spans[-1].start, end=match.end())
        else:
            spans.append(Span(start=match.start(), end=match.end()))
    return spans


def _joins(text: str, end: int, start: int) -> bool:
    return start - end <= JOIN_GAP and not text[end:start].isspace()
