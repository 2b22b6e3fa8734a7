"""When two answers are the same: the same passages in the same order with the same scores.

Scores are sums of float32 products, and a rebuilt segment may hold the products in another order:
the last digits of a sum then differ. So scores may differ by one part in 100,000, and passages
may change places only where their scores are that close. Everything else must be equal.
"""

import json
import math
from typing import Any

CLOSE = 1e-5
SCORES = ("score", "dense_score", "sparse_score")

Json = dict[str, Any]


def same_answer(one: bytes, other: bytes) -> bool:
    """Tell whether two answers (JSON of a search response) are the same."""
    if one == other:
        return True
    left, right = json.loads(one), json.loads(other)
    hits, found = left.pop("hits"), right.pop("hits")
    if left != right or len(hits) != len(found):
        return False
    if [_id(hit) for hit in hits] != [_id(hit) for hit in found] and not _tied(hits, found):
        return False
    by_id = {_id(hit): hit for hit in found}
    return all(_id(hit) in by_id and _same_hit(hit, by_id[_id(hit)]) for hit in hits)


def _tied(hits: list[Json], found: list[Json]) -> bool:
    """Tell whether every passage in another place stands among passages of its own score."""
    pairs = zip(hits, found, strict=True)
    return all(_id(a) == _id(b) or _close(a["score"], b["score"]) for a, b in pairs)


def _same_hit(one: Json, other: Json) -> bool:
    apart = {*SCORES, "rank"}
    rest = ({k: v for k, v in hit.items() if k not in apart} for hit in (one, other))
    return next(rest) == next(rest) and all(_close(one[k], other[k]) for k in SCORES)


def _close(one: float | None, other: float | None) -> bool:
    if one is None or other is None:
        return one is other
    return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)


def _id(hit: Json) -> str:
    return str(hit["citation"]["chunk_id"])
