"""The sentences of a passage that speak most to the question: what a short answer shows."""

import re
from itertools import pairwise

from catalystindex.model.search import Hit

_SENTENCE = re.compile(r"(?<=[.!?])\s+|\n{2,}")
MAX_SENTENCES = 3
MAX_CHARS = 500


def answer_sentence(hit: Hit) -> str:
    """Return up to three neighbouring sentences of the hit with the most matched words."""
    pieces = _pieces(hit.text)
    weights = [sum(a <= s.start < b for s in hit.highlights) for a, b in pieces]
    pairs = [sum(weights[i : i + MAX_SENTENCES]) for i in range(len(pieces))]
    best = pairs.index(max(pairs))
    start, end = pieces[best][0], pieces[min(best + MAX_SENTENCES, len(pieces)) - 1][1]
    text = " ".join(hit.text[start:end].split())
    return text if len(text) <= MAX_CHARS else text[: MAX_CHARS - 3].rstrip() + "..."


def _pieces(text: str) -> list[tuple[int, int]]:
    """Return the ranges of the sentences of a text."""
    edges = [0, *(match.end() for match in _SENTENCE.finditer(text)), len(text)]
    return [(a, b) for a, b in pairwise(edges) if text[a:b].strip()]
