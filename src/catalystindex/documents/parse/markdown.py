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
    lines = text.split("\n")
    done = 0
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    for place, token in enumerate(tokens):
        if place % TICK_EACH == 0:
            context.tick()
        if token.map is None or token.map[0] < done:
            continue
        first, last = token.map
        if token.type == "heading_open":
            builder.add("paragraph", "\n".join(lines[done:first]))
            builder.heading(int(token.tag[1:]), _inline(tokens, place))
        elif token.type in KINDS:
            builder.add("paragraph", "\n".join(lines[done:first]))
            block = builder.add(KINDS[token.type], "\n".join(lines[first:last]))
            if token.type == "table_open":
                builder.mark_table(block, _rows(tokens, place))
        else:
            continue
        done = last
    builder.add("paragraph", "\n".join(lines[done:]))
    return builder.build()


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
