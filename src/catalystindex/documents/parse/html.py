"""HTML: headings, paragraphs, lists and tables in document order; scripts and styles dropped."""

import re

from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.parse.media import HTML
from catalystindex.documents.parse.text import decode
from catalystindex.documents.parsed import (
    BlockKind,
    DocumentBuilder,
    ParsedDocument,
    markdown_table,
)

DROPPED = ("script", "style", "noscript", "template", "svg", "iframe", "object")
HEADINGS = {f"h{level}": level for level in range(1, 7)}
LEAVES: dict[str, BlockKind] = {
    "p": "paragraph",
    "li": "list_item",
    "dt": "paragraph",
    "dd": "paragraph",
    "pre": "code",
    "blockquote": "paragraph",
    "figcaption": "paragraph",
    "address": "paragraph",
}
FRAMES = frozenset(
    {"article", "aside", "body", "center", "details", "div", "dl", "fieldset", "figure", "footer"}
    | {"form", "header", "main", "nav", "ol", "section", "summary", "table", "ul"}
    | {"caption", "tbody", "td", "tfoot", "th", "thead", "tr"}
)
BLOCKS = FRAMES | frozenset(LEAVES) | frozenset(HEADINGS)
MAX_DEPTH = 200
LINE_BREAK = "\x0b"
"""Stands for `<br>` until white space is squeezed; `decode` lets none through."""
_WHITE = re.compile(r"[ \t\r\n\f]+")


def parse_html(data: bytes, limits: LimitsSettings) -> ParsedDocument:
    """Parse HTML."""
    tree = LexborHTMLParser(decode(data))
    tree.strip_tags(list(DROPPED))
    builder = DocumentBuilder(HTML, limits.max_text_chars)
    if tree.body is not None:
        _Walker(tree.body, builder).walk(tree.body, 0)
    title = tree.css_first("title")
    return builder.build(title=title.text() if title is not None else None)


class _Walker:
    """Walks one document. Which nodes hold blocks is found out once, not at every level."""

    def __init__(self, body: LexborNode, builder: DocumentBuilder) -> None:
        self._builder = builder
        self._holders = _block_holders(body)

    def walk(self, node: LexborNode, depth: int) -> None:
        """Add the blocks below a node; runs of inline content between blocks are paragraphs."""
        run: list[str] = []
        for child in node.iter(include_text=True):
            holds = child.tag in BLOCKS or child.mem_id in self._holders
            if depth < MAX_DEPTH and holds:
                self._builder.add("paragraph", _squeezed("".join(run)))
                run.clear()
                self._block(child, depth + 1)
            else:
                run.append(_inline(child, depth))
        self._builder.add("paragraph", _squeezed("".join(run)))

    def _block(self, node: LexborNode, depth: int) -> None:
        tag = node.tag or ""
        if tag in HEADINGS:
            self._builder.heading(HEADINGS[tag], _flat(node))
        elif tag == "table" and not _is_layout(node):
            _table(node, self._builder)
        elif tag == "pre":
            self._builder.add("code", node.text(deep=True))
        elif tag in LEAVES and node.mem_id not in self._holders:
            self._builder.add(LEAVES[tag], _squeezed(_inline(node, depth)))
        else:
            self.walk(node, depth)


def _block_holders(body: LexborNode) -> set[int]:
    """Return the nodes that hold blocks somewhere below. Each is marked once: linear."""
    holders: set[int] = set()
    for node in body.traverse():
        if node.tag in BLOCKS:
            parent = node.parent
            while parent is not None and parent.mem_id not in holders:
                holders.add(parent.mem_id)
                parent = parent.parent
    return holders


def _is_layout(table: LexborNode) -> bool:
    """Tell whether a table only arranges other tables or headings."""
    return any(table.css_first(f"table {tag}") is not None for tag in ("table", *HEADINGS))


def _table(node: LexborNode, builder: DocumentBuilder) -> None:
    caption = node.css_first("caption")
    if caption is not None:
        builder.add("paragraph", _flat(caption))
    rows = [[_flat(cell) for cell in row.css("th, td")] for row in node.css("tr")]
    builder.add("table", markdown_table([row for row in rows if row]))


def _flat(node: LexborNode) -> str:
    """Return the text on one line."""
    return " ".join(_inline(node, 0).split())


def _inline(node: LexborNode, depth: int) -> str:
    """Return the text as it flows: markup adds no character, a line break one, a block two."""
    if node.tag == "br":
        return LINE_BREAK
    if node.tag == "-text" or depth >= MAX_DEPTH:
        return _WHITE.sub(" ", node.text(deep=True))
    inner = "".join(_inline(child, depth + 1) for child in node.iter(include_text=True))
    return f" {inner} " if node.tag in BLOCKS else inner


def _squeezed(text: str) -> str:
    """Return text with its own line breaks, and no other run of white space."""
    return "\n".join(" ".join(line.split()) for line in text.split(LINE_BREAK)).strip()
