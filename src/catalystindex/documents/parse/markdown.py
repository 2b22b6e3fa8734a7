"""Markdown (CommonMark with tables), kept as its source text."""

import re

from markdown_it import MarkdownIt
from markdown_it.token import Token

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import MARKDOWN
from catalystindex.documents.parse.text import TICK_EACH, decode
from catalystindex.documents.parsed import BlockKind, ParsedDocument
from catalystindex.model.errors import DocumentTooLarge

_FRONT_MATTER = re.compile(
    r"---[ \t]*\n(?:[A-Za-z_][^\n]*\n|[ \t#-][^\n]*\n|\n)*?---[ \t]*(?:\n|$)"
)

MAX_FRONT_MATTER = 65_536

KINDS: dict[str, BlockKind] = {
    "paragraph_open": "paragraph",
    "blockquote_open": "paragraph",
    "html_block": "paragraph",
    "list_item_open": "list_item",
    "table_open": "table",
    "fence": "code",
    "code_block": "code",
}


def parse_markdown(data: bytes, context: ParseContext) -> ParsedDocument:
    """Parse Markdown. Lines that no token claims (link definitions) become paragraphs."""
    builder = DocumentBuilder(MARKDOWN, context.limits.max_text_chars)
    text = _without_front_matter(decode(data), builder)
    if len(text) > context.limits.max_text_chars:
        raise DocumentTooLarge(
            f"The text has more than {context.limits.max_text_chars:,} characters.",
            limit=context.limits.max_text_chars,
        )
    context.tick()
    reading = _Reading(text, builder)
    for place in range(len(reading.tokens)):
        if place % TICK_EACH == 0:
            context.tick()
        reading.take(place)
    reading.rest()
    return builder.build()


class _Reading:
    """Takes the blocks of a text one by one; what no token claims is text between them."""

    def __init__(self, text: str, builder: DocumentBuilder) -> None:
        self.tokens = MarkdownIt("commonmark").enable("table").parse(text)
        self._builder, self._lines, self._done = builder, text.split("\n"), 0

    def take(self, place: int) -> None:
        """Add the block that a token begins, if it begins one that is not added already."""
        token = self.tokens[place]
        heading = token.type == "heading_open"
        if token.map is None or token.map[0] < self._done or not (heading or token.type in KINDS):
            return
        first, last = token.map
        self._builder.add("paragraph", "\n".join(self._lines[self._done : first]))
        if heading:
            self._builder.heading(int(token.tag[1:]), _inline(self.tokens, place))
        else:
            block = self._builder.add(KINDS[token.type], "\n".join(self._lines[first:last]))
            if token.type == "table_open":
                self._builder.mark_table(block, _rows(self.tokens, place))
        self._done = last

    def rest(self) -> None:
        """Add what comes after the last block."""
        self._builder.add("paragraph", "\n".join(self._lines[self._done :]))


def _rows(tokens: list[Token], place: int) -> list[list[str]]:
    """Return the cells of the table that begins at a token."""
    rows: list[list[str]] = []
    for token in tokens[place:]:
        if token.type == "tr_open":
            rows.append([])
        elif token.type == "inline" and rows:
            rows[-1].append(token.content)
        elif token.type == "table_close":
            break
    return rows


def _without_front_matter(text: str, builder: DocumentBuilder) -> str:
    """Take YAML front matter off the text, keeping it as a block: its last line is no heading."""
    found = _FRONT_MATTER.match(text[:MAX_FRONT_MATTER])
    if found is None:
        return text
    builder.add("code", found[0])
    return text[found.end() :]


def _inline(tokens: list[Token], place: int) -> str:
    return tokens[place + 1].content
