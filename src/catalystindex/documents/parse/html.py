"""HTML: headings, paragraphs, lists and tables in document order; scripts and styles dropped."""

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
)
BLOCKS = FRAMES | frozenset(LEAVES) | frozenset(HEADINGS)
MAX_DEPTH = 200


def parse_html(data: bytes, limits: LimitsSettings) -> ParsedDocument:
    """Parse HTML."""
    del limits
    tree = LexborHTMLParser(decode(data))
    tree.strip_tags(list(DROPPED))
    builder = DocumentBuilder(HTML)
    if tree.body is not None:
        _walk(tree.body, builder, 0)
    title = tree.css_first("title")
    return builder.build(title=title.text() if title is not None else None)


def _walk(node: LexborNode, builder: DocumentBuilder, depth: int) -> None:
    """Add the blocks below a node; runs of inline content between blocks are paragraphs."""
    run: list[str] = []
    for child in node.iter(include_text=True):
        if child.tag in BLOCKS and depth < MAX_DEPTH:
            builder.add("paragraph", "".join(run))
            run.clear()
            _block(child, builder, depth + 1)
        else:
            run.append("\n" if child.tag == "br" else _squeezed(child))
    builder.add("paragraph", "".join(run))


def _block(node: LexborNode, builder: DocumentBuilder, depth: int) -> None:
    tag = node.tag or ""
    if tag in HEADINGS:
        builder.heading(HEADINGS[tag], _flat(node))
    elif tag == "table" and node.css_first("table table") is None:
        _table(node, builder)
    elif tag == "pre":
        builder.add("code", node.text(deep=True))
    elif tag in LEAVES and not _has_blocks(node):
        builder.add(LEAVES[tag], _flat(node))
    else:
        _walk(node, builder, depth)


def _table(node: LexborNode, builder: DocumentBuilder) -> None:
    caption = node.css_first("caption")
    if caption is not None:
        builder.add("paragraph", _flat(caption))
    rows = [[_flat(cell) for cell in row.css("th, td")] for row in node.css("tr")]
    builder.add("table", markdown_table([row for row in rows if row]))


def _has_blocks(node: LexborNode) -> bool:
    return any(child.tag in BLOCKS for child in node.traverse() if child != node)


def _flat(node: LexborNode) -> str:
    return " ".join(node.text(deep=True, separator=" ").split())


def _squeezed(node: LexborNode) -> str:
    text = node.text(deep=True)
    body = " ".join(text.split())
    before = " " if text[:1].isspace() else ""
    after = " " if body and text[-1:].isspace() else ""
    return before + body + after
