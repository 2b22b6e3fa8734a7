"""Highlights: the most central sentences of each section.

Method: LexRank by degree (Erkan and Radev, "LexRank: Graph-based Lexical Centrality as Salience
in Text Summarization", JAIR 22, 2004, section 3.1): sentences are bags of words weighted by TF
and IDF, two are alike from a cosine of 0.1 (the paper's threshold), and a sentence counts as many
as are like it. IDF is that of the sentences of the section. Ties go to the earlier sentence.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from catalystindex.documents.chunk.draft import ChunkDraft
from catalystindex.documents.chunk.source import ChunkSource
from catalystindex.documents.chunk.spec import HighlightTier
from catalystindex.documents.chunk.tiers.sentences import Range, sentences

ALIKE = 0.1
MAX_COMPARED = 200
"""Sentences compared with each other: a longer section is ranked in runs of so many."""
LEAST_WORDS = 5
"""A sentence of fewer says nothing by itself."""
_WORD = re.compile(r"\w+")


def cut_highlights(source: ChunkSource, tier: HighlightTier) -> list[ChunkDraft]:
    """Return the central sentences of every section that is long enough."""
    text = source.parsed.text
    drafts: list[ChunkDraft] = []
    for section in source.sections():
        found = sentences(text, section)
        worded = [one for one in found if len(_words(text, one)) >= LEAST_WORDS]
        if len(worded) < tier.least_sentences:
            continue
        for start, end in _central(text, worded, tier.percent):
            drafts += source.cut("highlight", start, end, section[-1].heading_path)
    return drafts


def _central(text: str, found: Sequence[Range], percent: int) -> list[Range]:
    chosen: list[Range] = []
    for first in range(0, len(found), MAX_COMPARED):
        run = found[first : first + MAX_COMPARED]
        degrees = degree_centrality([_words(text, one) for one in run])
        wanted = max(1, len(run) * percent // 100)
        order = sorted(range(len(run)), key=lambda place: (-int(degrees[place]), place))
        chosen += [run[place] for place in sorted(order[:wanted])]
    return chosen


def degree_centrality(bags: Sequence[Sequence[str]]) -> NDArray[np.int64]:
    """Return for each bag of words how many bags (itself included, if any word tells) are like it.

    Shape (bags,). Words that are in every bag tell nothing.
    """
    frequency = Counter(word for bag in bags for word in set(bag))
    column = {word: place for place, word in enumerate(sorted(frequency))}
    weights = np.zeros((len(bags), len(column)))
    for row, bag in enumerate(bags):
        for word, count in Counter(bag).items():
            weights[row, column[word]] = count * math.log(len(bags) / frequency[word])
    lengths = np.linalg.norm(weights, axis=1, keepdims=True)
    units = np.divide(weights, lengths, out=np.zeros_like(weights), where=lengths > 0)
    alike: NDArray[np.int64] = (np.round(units @ units.T, 9) >= ALIKE).sum(axis=1)
    return alike


def _words(text: str, one: Range) -> list[str]:
    return _WORD.findall(text[slice(*one)].lower())
