"""What every tier cuts with: ranges of one document, kept within the limit of its policy."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence

from catalystindex.documents.builder import hulls
from catalystindex.documents.chunk.cuts import cut, cut_places, stripped
from catalystindex.documents.chunk.draft import ChunkDraft
from catalystindex.documents.chunk.policy import ChunkPolicy
from catalystindex.documents.parsed import Block, Box, ParsedDocument, mean_confidence
from catalystindex.embedding.tokens import SPECIAL_TOKENS, ModelTokenizer

MAX_CHARS_PER_TOKEN = 16
"""A word of over 100 characters is one unknown token, however long: a chunk of it is not."""
CONTEXT_SEPARATOR = " > "
MAX_BOXES = 20


class ChunkSource:
    """One document, its policy and the encoder's tokenizer."""

    def __init__(
        self, parsed: ParsedDocument, title: str, policy: ChunkPolicy, tokenizer: ModelTokenizer
    ) -> None:
        self.parsed, self.policy = parsed, policy
        self._title, self._tokenizer = title, tokenizer

    def sections(self) -> Iterator[list[Block]]:
        """Group blocks under one heading; one without text of its own joins what follows."""
        section: list[Block] = []
        for block in self.parsed.blocks:
            if block.kind == "heading" and any(other.kind != "heading" for other in section):
                yield section
                section = []
            section.append(block)
        if section:
            yield section

    def blocks(self, start: int, end: int) -> Sequence[Block]:
        """Return the blocks that a range of characters touches."""
        found = self.parsed.blocks
        first = bisect_right(found, start, key=lambda block: block.end)
        last = bisect_left(found, end, key=lambda block: block.start)
        return found[first:last]

    def cut(
        self, tier: str, start: int, end: int, path: tuple[str, ...], lead: str = ""
    ) -> list[ChunkDraft]:
        """Return the chunks of a range: all of its non-blank characters, each within the limit.

        ``lead`` is embedded before the text of each, after title and headings, and takes at most
        half of what these leave.
        """
        text = self.parsed.text[start:end]
        context = self._with_lead(self._context(path), lead)
        # Only blanks are between the context and the text, so the token counts add up.
        budget = self._room(context)
        places = cut_places(text, [block.end - start for block in self.blocks(start, end)])
        ranges = cut(text, self._tokenizer.spans(text), places, budget)
        return [
            self._draft(tier, start + low, start + high, path, context)
            for low, high in self._fitted(ranges, start, context)
        ]

    def fits(self, start: int, end: int, path: tuple[str, ...], lead: str = "") -> bool:
        """Tell whether a range is one chunk within the limit."""
        context = self._with_lead(self._context(path), lead)
        embedded = self._embedded(start, end, context)
        return self._tokenizer.count(embedded) <= self.policy.max_tokens

    def _room(self, context: str) -> int:
        used = len(self._tokenizer.spans(context)) if context else 0
        return self.policy.max_tokens - SPECIAL_TOKENS - used

    def _context(self, path: Sequence[str]) -> str:
        """Return title and headings, cut to the policy's share at a token."""
        names = list(path) if self.policy.headings else []
        if self.policy.title and self._title and self._title not in names:
            names.insert(0, self._title)
        return self._trimmed(CONTEXT_SEPARATOR.join(names), self.policy.context_tokens)

    def _with_lead(self, context: str, lead: str) -> str:
        short = self._trimmed(lead.strip(), self._room(context) // 2) if lead else ""
        return "\n".join(part for part in (context, short) if part)

    def _trimmed(self, text: str, limit: int) -> str:
        if not text:
            return ""
        spans = self._tokenizer.spans(text)
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
            short = end - start <= MAX_CHARS_PER_TOKEN * self.policy.max_tokens
            fits = short and self._tokenizer.count(embedded) <= self.policy.max_tokens
            if fits or end - start <= 1:
                yield start, end
            else:
                middle = (start + end) // 2
                halves = (self._stripped(base, middle, end), self._stripped(base, start, middle))
                todo += [half for half in halves if half[0] < half[1]]

    def _stripped(self, base: int, start: int, end: int) -> tuple[int, int]:
        first, last = stripped(self.parsed.text, base + start, base + end)
        return first - base, last - base

    def _embedded(self, start: int, end: int, context: str) -> str:
        text = self.parsed.text[start:end]
        return f"{context}\n{text}" if context else text

    def _draft(
        self, tier: str, start: int, end: int, path: tuple[str, ...], context: str
    ) -> ChunkDraft:
        blocks = self.blocks(start, end)
        touched = [p for b in blocks for p in (b.page, b.last_page) if p is not None]
        embedded = self._embedded(start, end, context)
        return ChunkDraft(
            tier=tier,
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
