"""Highlights: the words of a passage that the sparse retriever matched, by the same stemmer.

Words are cut as the retriever's tokenizer cuts them: letters and digits of every script, and the
marks and signs that it takes for part of a word (the vowel signs of Devanagari; not a combining
accent). Which those are is asked of the tokenizer itself, once; characters younger than Python's
tables of Unicode are no letters here.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import chain

from catalystindex.embedding.sparse import Bm25Encoder
from catalystindex.model.chunk import Span

JOIN_GAP = 1
"""Matches this close are one: ``F33`` and ``1`` of ``F33.1``, ``10`` and ``000`` of ``10,000``."""

_PLAIN = re.compile(r"\w+")
_MAYBE_IN_WORDS = ("Mn", "Mc", "Me", "So")
"""Categories that Python holds for no part of a word and the tokenizer may: marks, and letters in
circles."""

_ASSIGNED = (range(0x20000), range(0xE0000, 0xE1000))
"""Planes of Unicode that hold such characters: the others are ideographs, or nobody's."""


def highlights(text: str, terms: Iterable[int], sparse: Bm25Encoder) -> list[Span]:
    """Return the ranges of ``text`` whose words stand for one of the terms, in order."""
    wanted = frozenset(terms)
    ranges: list[tuple[int, int]] = []
    for match in words(text, sparse):
        if sparse.word_terms(match[0]).isdisjoint(wanted):
            continue
        start, end = match.span()
        if ranges and _joins(text, ranges[-1][1], start):
            start = ranges.pop()[0]
        ranges.append((start, end))
    return [Span(start=start, end=end) for start, end in ranges]


def words(text: str, sparse: Bm25Encoder) -> Iterator[re.Match[str]]:
    """Yield the words of a text, as this encoder's tokenizer cuts them."""
    marks, with_marks = _word_marks(sparse)
    pattern = _PLAIN if marks.isdisjoint(text) else with_marks  # ten times slower
    return pattern.finditer(text.replace("_", " "))  # Python takes it for a letter


@lru_cache(maxsize=8)
def _word_marks(sparse: Bm25Encoder) -> tuple[frozenset[str], re.Pattern[str]]:
    """Return the characters that this tokenizer has inside words and Python has not."""
    doubtful = [
        char
        for char in map(chr, chain(*_ASSIGNED))
        if unicodedata.category(char) in _MAYBE_IN_WORDS
    ]
    inside = [char for char in doubtful if len(sparse.query_terms(f"qz{char}zq")) == 1]
    return frozenset(inside), re.compile(rf"[\w{''.join(inside)}]+")


def _joins(text: str, end: int, start: int) -> bool:
    return start - end <= JOIN_GAP and not text[end:start].isspace()
