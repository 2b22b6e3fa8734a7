"""Measures of one ranking against judgements, as trec_eval defines them.

A ranking is document ids, best first, each once: its order is final, ties were broken by whoever
ranked. Judgements map document ids to grades; a grade of 0 or below is not relevant, and so is a
document without one. Judged documents that the collection lacks still count as relevant: a
measure is comparable with others' only if its ideal is theirs.
"""

import math
from collections.abc import Mapping, Sequence

RELEVANT = 1
"""The lowest grade that counts as relevant for recall and reciprocal rank (``-l 1``)."""

Judgements = Mapping[str, int]


def ndcg(ranking: Sequence[str], judged: Judgements, depth: int) -> float:
    """Return the normalised discounted cumulative gain, 0 to 1: trec_eval's ``ndcg_cut``.

    The gain is the grade itself and the discount log2(rank + 1) (Järvelin and Kekäläinen 2002, as
    in trec_eval's m_ndcg_cut.c); the ideal is over everything judged.
    """
    grades = sorted((grade for grade in judged.values() if grade > 0), reverse=True)
    ideal = _discounted(grades[:depth])
    found = [max(0, judged.get(document, 0)) for document in ranking[:depth]]
    return _discounted(found) / ideal if ideal else 0.0


def recall(ranking: Sequence[str], judged: Judgements, depth: int) -> float:
    """Return the share of relevant documents within ``depth``: trec_eval's ``recall``."""
    relevant = {document for document, grade in judged.items() if grade >= RELEVANT}
    return len(relevant.intersection(ranking[:depth])) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranking: Sequence[str], judged: Judgements, depth: int) -> float:
    """Return 1 / rank of the first relevant document, 0 if none is within ``depth``."""
    for rank, document in enumerate(ranking[:depth], start=1):
        if judged.get(document, 0) >= RELEVANT:
            return 1 / rank
    return 0.0


def _discounted(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))
