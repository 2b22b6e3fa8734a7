"""Where a text may be cut, best places first: blocks, sentences, words, tokens."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from catalystindex.embedding.tokens import TokenSpans

_SENTENCE_END = re.compile(
    "[.!?\\u2026][\"'\\u201d\\u2019)\\]]*(?=\\s)|[\\u3002\\uff01\\uff1f]|\\n"
)
_WORD_END = re.compile(r"\s+")

LEAST_FILL = 0.5
"""A better kind of cut is taken only if it leaves the chunk at least this full."""


@dataclass(frozen=True)
class CutPlaces:
    """Character offsets, each list ascending, from the best kind of cut to the worst."""

    kinds: tuple[Sequence[int], ...]

    def best(self, low: int, high: int) -> int | None:
        """Return the last cut of the best kind within ``(low, high]``."""
        for places in self.kinds:
            index = bisect_right(places, high)
            if index and places[index - 1] > low:
                return places[index - 1]
        return None


def cut_places(text: str, block_ends: Sequence[int]) -> CutPlaces:
    """Return where ``text`` may be cut; ``block_ends`` are offsets into it."""
    sentences = [match.end() for match in _SENTENCE_END.finditer(text)]
    words = [match.start() for match in _WORD_END.finditer(text)]
    return CutPlaces((block_ends, sentences, words))


def cut(text: str, spans: TokenSpans, places: CutPlaces, budget: int) -> list[tuple[int, int]]:
    """Return character ranges of at most ``budget`` tokens that hold every non-blank character.

    ``spans`` are the tokens of ``text``. Each range but the last ends at the best place in its
    second half, or between two tokens where there is no place at all. Characters that are no
    token (the tokenizer drops private-use glyphs) stay with the range before them.
    """
    edges = [0]
    first = 0
    while first + budget < len(spans):
        first = _cut_token(spans, places, first, first + budget)
        edges.append(int(spans.starts[first]))
    edges.append(len(text))
    ranges = [stripped(text, start, end) for start, end in pairwise(edges)]
    return [(start, end) for start, end in ranges if start < end]


def stripped(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the range without blanks at its ends."""
    part = text[start:end]
    return start + len(part) - len(part.lstrip()), start + len(part.rstrip())


def _cut_token(spans: TokenSpans, places: CutPlaces, first: int, last: int) -> int:
    """Return the token before which to cut, in ``(first, last]``."""
    least = first + max(1, int((last - first) * LEAST_FILL))
    low, high = int(spans.ends[least - 1]) - 1, int(spans.starts[last])
    place = places.best(low, high)
    if place is None:
        return last
    return max(first + 1, int(spans.starts.searchsorted(place, side="left")))
