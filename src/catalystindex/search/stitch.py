"""The text around a hit, from its neighbours: exact passages, none of them shown twice.

Every passage keeps its own range, and its text is the parsed text of that range: what stands
between two passages is not in the records, so they are not glued together.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from catalystindex.model.chunk import Chunk, Span
from catalystindex.model.search import ContextPassage, HitContext
from catalystindex.search.select import OVERLAP, overlap
from catalystindex.stores.records.neighbours import Neighbours

Marker = Callable[[str], list[Span]]
"""Returns the highlights of a text."""


@dataclass(frozen=True)
class _Part:
    """A neighbour, or what is left of it where its range overlaps what is shown already."""

    chunk: Chunk
    span: Span

    @property
    def text(self) -> str:
        offset = self.chunk.span.start
        return self.chunk.text[self.span.start - offset : self.span.end - offset]


def stitch(
    hits: Sequence[Chunk],
    neighbours: Sequence[Neighbours],
    folded: Iterable[str],
    mark: Marker,
) -> list[HitContext]:
    """Return the context of each hit, in their order; a better hit takes a passage first.

    ``neighbours`` belong to the hits one by one, ``folded`` names the chunks that would have been
    hits of their own.
    """
    shown: dict[str, list[Span]] = {}
    for chunk in hits:
        shown.setdefault(chunk.version_id, []).append(chunk.span)
    matched = frozenset(folded)
    contexts = []
    for chunk, around in zip(hits, neighbours, strict=True):
        taken = shown[chunk.version_id]
        before = _before(chunk, around.before, taken)
        after = _after(chunk, around.after, taken)
        contexts.append(
            HitContext(
                before=[_passage(part, matched, mark) for part in reversed(before)],
                after=[_passage(part, matched, mark) for part in after],
            )
        )
    return contexts


def _before(hit: Chunk, neighbours: Sequence[Chunk], taken: list[Span]) -> list[_Part]:
    """Return what stands before the hit, nearest first, up to what is shown elsewhere."""
    parts: list[_Part] = []
    edge = hit.span.start
    for chunk in neighbours:
        span = Span(start=min(chunk.span.start, edge), end=min(chunk.span.end, edge))
        if not _take(parts, chunk, span, taken):
            break
        edge = parts[-1].span.start
    return parts


def _after(hit: Chunk, neighbours: Sequence[Chunk], taken: list[Span]) -> list[_Part]:
    """Return what stands after the hit, nearest first, up to what is shown elsewhere."""
    parts: list[_Part] = []
    edge = hit.span.end
    for chunk in neighbours:
        span = Span(start=max(chunk.span.start, edge), end=max(chunk.span.end, edge))
        if not _take(parts, chunk, span, taken):
            break
        edge = parts[-1].span.end
    return parts


def _take(parts: list[_Part], chunk: Chunk, span: Span, taken: list[Span]) -> bool:
    """Add a part unless nothing is left of it or it is shown already; tell whether it was added."""
    span = _stripped(_Part(chunk, span))
    if span.start >= span.end or any(overlap(span, other) >= OVERLAP for other in taken):
        return False
    parts.append(_Part(chunk, span))
    taken.append(span)
    return True


def _stripped(part: _Part) -> Span:
    """Return the range without blanks at its ends: a cut may leave some."""
    text = part.text
    start = part.span.start + len(text) - len(text.lstrip())
    return Span(start=start, end=max(start, part.span.start + len(text.rstrip())))


def _passage(part: _Part, matched: frozenset[str], mark: Marker) -> ContextPassage:
    return ContextPassage(
        chunk_id=part.chunk.id,
        text=part.text,
        highlights=mark(part.text),
        span=part.span,
        pages=part.chunk.pages,
        heading_path=part.chunk.heading_path,
        matched=part.chunk.id in matched,
    )
