"""HTML: headings, paragraphs, lists, tables and form fields in document order.

Scripts, styles and what the page hides are dropped; menus and footers are text like any other.
"""

import re
from collections.abc import Iterator

from selectolax.lexbor import LexborHTMLParser, LexborNode

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import HTML
from catalystindex.documents.parse.notation import language_tag, moment
from catalystindex.documents.parse.web.html_depth import shallow
from catalystindex.documents.parse.web.html_source import as_html, page_text
from catalystindex.documents.parse.web.html_tables import add_table, is_layout
from catalystindex.documents.parse.web.html_text import (
    BLOCKS,
    DROPPED,
    HEADINGS,
    edge,
    flat,
    gathered,
    inline,
    kept_lines,
    own_text,
    squeezed,
)
from catalystindex.documents.parsed import BlockKind, DocumentFacts, Figure, ParsedDocument

LEAVES: dict[str, BlockKind] = {"li": "list_item", "figcaption": "caption"}
VERBATIM = frozenset({"pre", "listing", "xmp", "plaintext"})
_NOT_SHOWN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
AUTHORS = ("author", "article:author", "dc.creator", "dcterms.creator")
CREATED = ("article:published_time", "datepublished", "dcterms.created", "dc.date", "date")
MODIFIED = ("article:modified_time", "datemodified", "dcterms.modified", "last-modified")
SUBJECTS = ("dc.subject", "dcterms.subject", "subject")


def parse_html(data: bytes, context: ParseContext) -> ParsedDocument:
    """Parse HTML, or XHTML that says so in its first line."""
    return parse_page(page_text(data), context, xhtml=data.lstrip()[:5] == b"<?xml")


def parse_page(source: str, context: ParseContext, *, xhtml: bool = False) -> ParsedDocument:
    """Parse the source of a page. Raises `DocumentTooLarge`."""
    context.tick()
    tree = LexborHTMLParser(shallow(as_html(source) if xhtml else source))
    context.tick()
    title = tree.css_first("title")
    name = title.text() if title is not None else None
    facts = _facts(tree)
    builder = DocumentBuilder(HTML, context.limits.max_text_chars)
    tree.strip_tags(list(DROPPED))
    if tree.body is not None:
        _drop_hidden(tree.body, builder)
        _Walker(builder, context).walk(tree.body)
        for figure in _figures(tree.body):
            builder.figure(figure)
    return builder.build(title=name, facts=facts)


def _facts(tree: LexborHTMLParser) -> DocumentFacts:
    told: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        held = node.attributes
        name = held.get("name") or held.get("property") or held.get("itemprop") or ""
        value = " ".join((held.get("content") or "").split())
        if value:
            told.setdefault(name.strip().lower(), value)
    root = tree.css_first("html")
    held = root.attributes if root is not None else {}
    return DocumentFacts(
        author=_first(told, AUTHORS),
        created=moment(_first(told, CREATED)),
        modified=moment(_first(told, MODIFIED)),
        language=language_tag(held.get("lang") or held.get("xml:lang")),
        subject=_first(told, SUBJECTS),
    )


def _first(told: dict[str, str], names: tuple[str, ...]) -> str | None:
    found = (told[name] for name in names if name in told)
    return next((value for value in found if "://" not in value), None)


def _drop_hidden(body: LexborNode, builder: DocumentBuilder) -> None:
    """Drop what a reader of the page does not see, and say so."""
    hidden = [node for node in body.css("[hidden], [style*='none' i]") if _is_hidden(node)]
    marked = {node.mem_id for node in hidden}
    for node in [one for one in hidden if not _is_inside(one, marked)]:
        if flat(node):
            builder.warn("Text that the page hides was left out.")
        node.decompose()


def _is_hidden(node: LexborNode) -> bool:
    if node.tag == "body":
        return False
    held = node.attributes
    return "hidden" in held or bool(_NOT_SHOWN.search(held.get("style") or ""))


def _is_inside(node: LexborNode, marked: set[int]) -> bool:
    parent = node.parent
    while parent is not None:
        if parent.mem_id in marked:
            return True
        parent = parent.parent
    return False


def _figures(body: LexborNode) -> Iterator[Figure]:
    """Yield the pictures. A caption belongs to every picture of its figure."""
    captions: dict[int, str] = {}
    for figure in body.css("figure"):
        caption = figure.css_first("figcaption")
        if caption is not None:
            for picture in figure.css("img, svg"):
                captions[picture.mem_id] = flat(caption)
    for picture in body.css("img"):
        words = " ".join((picture.attributes.get("alt") or "").split())
        caption_text = captions.get(picture.mem_id)
        if words or caption_text:
            yield Figure(None, None, caption_text or None, words or None)


class _Walker:
    """Walks a page in order; text between the edges of blocks is one block."""

    def __init__(self, builder: DocumentBuilder, context: ParseContext) -> None:
        self._builder, self._context = builder, context
        self._run: list[str] = []
        self._kinds: list[BlockKind] = ["paragraph"]

    def walk(self, body: LexborNode) -> None:
        """Add the blocks below a node."""
        stack = [(body, body.iter(include_text=True))]
        while stack:
            node, children = stack[-1]
            child = next(children, None)
            if child is None:
                stack.pop()
                self._leave(node)
            elif self._enter(child):
                stack.append((child, child.iter(include_text=True)))
        self._flush()

    def _enter(self, node: LexborNode) -> bool:
        """Add a node that is read as one, or open it; tell whether to look inside."""
        text = own_text(node)
        if text is not None:
            self._run.append(inline(text))
            return False
        tag = node.tag or ""
        if tag not in BLOCKS:
            self._run.append(edge(node))
            return True
        self._flush()
        if self._whole(node, tag):
            return False
        self._kinds.append(LEAVES.get(tag, "paragraph"))
        return True

    def _whole(self, node: LexborNode, tag: str) -> bool:
        """Add a heading, a table or code; tell whether it was one."""
        if tag in HEADINGS:
            self._builder.heading(HEADINGS[tag], flat(node))
        elif tag in VERBATIM:
            self._builder.add("code", kept_lines(gathered(node)))
        elif tag == "table" and not is_layout(node):
            self._context.tick()
            add_table(node, self._builder)
        else:
            return False
        return True

    def _leave(self, node: LexborNode) -> None:
        if node.tag in BLOCKS:
            self._flush()
            if len(self._kinds) > 1:
                self._kinds.pop()

    def _flush(self) -> None:
        self._builder.add(self._kinds[-1], squeezed("".join(self._run)))
        self._run.clear()
