"""The base tier: passages that follow the headings and hold every non-blank character once."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

import msgspec

from catalystindex.documents.builder import hulls
from catalystindex.documents.chunk.cuts import cut, cut_places, stripped
from catalystindex.documents.chunk.policy import ChunkPolicy
from catalystindex.documents.parsed import Block, Box, ParsedDocument, mean_confidence
from catalystindex.embedding.tokens import SPECIAL_TOKENS, ModelTokenizer

BASE_TIER = "semantic"
MAX_CHARS_PER_TOKEN = 16
"""A word of over 100 characters is one unknown token, however long: a chunk of it is not."""
CONTEXT_SEPARATOR = " > "
MAX_BOXES = 20


class ChunkDraft(msgspec.Struct, frozen=True):
    """A chunk before it has an id. ``embedded`` is what the vectors are made of."""

    tier: str
    start: int
    end: int
    heading_path: tuple[str, ...]
    first_page: int | None
    last_page: int | None
    embedded: str
    tokens: int
    boxes: tuple[Box, ...] = ()
    confidence: float | None = None


def chunk_document(
    parsed: ParsedDocument, title: str, policy: ChunkPolicy, tokenizer: ModelTokenizer
) -> list[ChunkDraft]:
    """Cut a document. No chunk is longer than the policy allows, counted by the tokenizer."""
    drafts: list[ChunkDraft] = []
    for section in _sections(parsed.blocks):
        drafts += _Cutter(parsed, title, policy, tokenizer).cut(section)
    return drafts


def _sections(blocks: Sequence[Block]) -> Iterator[list[Block]]:
    """Group blocks under one heading; a heading without text of its own joins what follows."""
    section: list[Block] = []
    for block in blocks:
        if block.kind == "heading" and any(other.kind != "heading" for other in section):
            yield section
            section = []
        section.append(block)
    if section:
        yield section


class _Cutter:
    """Cuts the sections of one document."""

    def __init__(
        self, parsed: ParsedDocument, title: str, policy: ChunkPolicy, tokenizer: ModelTokenizer
    ) -> None:
        self._parsed, self._title = parsed, title
        self._policy, self._tokenizer = policy, tokenizer

    def cut(self, section: Sequence[Block]) -> list[ChunkDraft]:
        base = section[0].start
        text = self._parsed.text[base : section[-1].end]
        path = section[-1].heading_path
        context = self._context(path)
        # Only blanks are between the context and the text, so the token counts add up.
        budget = self._policy.max_tokens - SPECIAL_TOKENS - len(self._tokenizer.spans(context))
        places = cut_places(text, [block.end - base for block in section])
        ranges = cut(text, self._tokenizer.spans(text), places, budget)
        return [
            self._draft(base + start, base + end, path, context, section)
            for start, end in self._fitted(ranges, base, context)
        ]

    def _context(self, path: Sequence[str]) -> str:
        """Return title and headings, cut to the policy's share at a token."""
        names = [self._title, *path] if self._title and self._title not in path else list(path)
        text = CONTEXT_SEPARATOR.join(names)
        spans = self._tokenizer.spans(text)
        limit = self._policy.context_tokens
        if len(spans) <= limit:
            return text
        return text[: int(spans.ends[limit - 1])] if limit else ""

    def _fitted(
        self, ranges: Sequence[tuple[int, int]], base: int, context: str
    ) -> Iterator[tuple[int, int]]:
        """Halve the rare range whose count rises once it stands alone (a word cut in two)."""
        todo = list(reversed(ranges))
        while todo:
            start, end = todo.pop()
            embedded = self._embedded(base + start, base + end, context)
            short = end - start <= MAX_CHARS_PER_TOKEN * self._policy.max_tokens
            fits = short and self._tokenizer.count(embedded) <= self._policy.max_tokens
            if fits or end - start <= 1:
                yield start, end
            else:
                middle = (start + end) // 2
                halves = (self._stripped(base, middle, end), self._stripped(base, start, middle))
                todo += [half for half in halves if half[0] < half[1]]

    def _stripped(self, base: int, start: int, end: int) -> tuple[int, int]:
        first, last = stripped(self._parsed.text, base + start, base + end)
        return first - base, last - base

    def _embedded(self, start: int, end: int, context: str) -> str:
        text = self._parsed.text[start:end]
        return f"{context}\n{text}" if context else text

    def _draft(
        self, start: int, end: int, path: tuple[str, ...], context: str, section: Sequence[Block]
    ) -> ChunkDraft:
        first = bisect_right(section, start, key=lambda block: block.end)
        last = bisect_left(section, end, key=lambda block: block.start)
        blocks = section[first:last]
        touched = [p for b in blocks for p in (b.page, b.last_page) if p is not None]
        embedded = self._embedded(start, end, context)
        return ChunkDraft(
            tier=BASE_TIER,
            start=start,
            end=end,
            heading_path=path,
            first_page=min(touched, default=None),
            last_page=max(touched, default=None),
            embedded=embedded,
            tokens=self._tokenizer.count(embedded),
            boxes=_boxes(blocks),
            confidence=mean_confidence(blocks),
        )


def _boxes(blocks: Sequence[Block]) -> tuple[Box, ...]:
    """Return where blocks stand; of very many, one box a page around them."""
    boxes = tuple(box for block in blocks for box in block.boxes)
    return boxes if len(boxes) <= MAX_BOXES else tuple(hulls(boxes))
