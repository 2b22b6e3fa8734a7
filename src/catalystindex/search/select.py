"""Which candidates become hits: no passage twice, no more of a document than was asked for.

Candidates come in the order of fusion, already checked for visibility. Each is taken, or

- *overlapping*: at least half of it, or of a better hit of the same version, is common to both
  (tiers cut one text in several ways, so they overlap by construction);
- *folded*: it stands within the context that a better hit of its version and tier will show, so
  it is shown there, marked as a match, and leaves its place to another;
- *over the cap*: its document has as many hits as one document may have.
"""

from collections import Counter

from catalystindex.model.chunk import Span
from catalystindex.search.fuse import Fused
from catalystindex.search.plan import Plan
from catalystindex.stores.records.chunks import Passage

OVERLAP = 0.5
"""Of the shorter of two ranges: from here on they are taken for the same evidence."""

Ranked = list[tuple[Fused, Passage]]


class Selection:
    """Takes candidates, best first, until it holds ``limit`` hits.

    ``per_document`` bounds the hits of one document (None does not); ``reach`` is the number of
    neighbours that will be shown on each side of a hit.
    """

    def __init__(self, limit: int, per_document: int | None, reach: int) -> None:
        self._limit, self._cap, self._reach = limit, per_document, reach
        self._of_version: dict[str, list[Passage]] = {}
        self._of_document: Counter[str] = Counter()
        self.hits: Ranked = []
        self.folded: set[str] = set()
        self.overlapping = self.over_cap = 0

    @classmethod
    def of(cls, plan: Plan) -> "Selection":
        """Return the empty selection of a plan."""
        return cls(plan.limit, plan.per_document, plan.context)

    @property
    def is_full(self) -> bool:
        """Tell whether there are as many hits as were asked for."""
        return len(self.hits) >= self._limit

    @property
    def dropped(self) -> int:
        """How many candidates did not become hits of their own."""
        return self.overlapping + self.over_cap + len(self.folded)

    def offer(self, fused: Fused, passage: Passage) -> None:
        """Take the next candidate, or count why not."""
        chunk = passage.chunk
        beside = self._of_version.setdefault(chunk.version_id, [])
        if any(overlap(chunk.span, other.chunk.span) >= OVERLAP for other in beside):
            self.overlapping += 1
        elif any(self._shows(other, passage) for other in beside):
            self.folded.add(chunk.id)
        elif self._cap is not None and self._of_document[chunk.document_id] >= self._cap:
            self.over_cap += 1
        elif not self.is_full:
            beside.append(passage)
            self._of_document[chunk.document_id] += 1
            self.hits.append((fused, passage))

    def facts(self) -> dict[str, object]:
        """Return what the trace says of the selection so far."""
        return {
            "hits": len(self.hits),
            "overlapping": self.overlapping,
            "folded": len(self.folded),
            "over_cap": self.over_cap,
        }

    def _shows(self, hit: Passage, other: Passage) -> bool:
        """Tell whether the context of a hit will hold another passage of the same version."""
        same_tier = hit.chunk.tier == other.chunk.tier
        return same_tier and abs(hit.chunk.ordinal - other.chunk.ordinal) <= self._reach


def overlap(one: Span, other: Span) -> float:
    """Return the common characters of two ranges as a share of the shorter one, 0 to 1."""
    common = min(one.end, other.end) - max(one.start, other.start)
    shorter = min(one.end - one.start, other.end - other.start)
    return max(0, common) / shorter if shorter else 0.0
