"""What stands in the flow of a web page: its characters, and the words of pictures and fields."""

import re

from selectolax.lexbor import LexborNode

LINE_BREAK = "\x0b"
"""Stands for `<br>` until white space is squeezed; the source holds none."""
_WHITE = re.compile(r"[ \t\r\n\f]+")
UNSEEN_FIELDS = frozenset({"hidden", "password", "file", "color", "range"})
MARKS = frozenset({"checkbox", "radio"})
BLOCK_LEAVES = ("p", "li", "dt", "dd", "pre", "blockquote", "figcaption", "address")
HEADINGS = {f"h{level}": level for level in range(1, 7)}
FRAMES = frozenset(
    {"article", "aside", "body", "center", "details", "dialog", "dir", "div", "dl", "fieldset"}
    | {"figure", "footer", "form", "header", "hgroup", "hr", "legend", "listing", "main", "menu"}
    | {"nav", "ol", "optgroup", "option", "search", "section", "summary", "table", "ul", "caption"}
    | {"tbody", "td", "tfoot", "th", "thead", "tr", "xmp", "plaintext"}
)
BLOCKS = FRAMES | frozenset(BLOCK_LEAVES) | frozenset(HEADINGS)
DROPPED = (
    "script",
    "style",
    "noscript",
    "template",
    "annotation",
    "annotation-xml",
    "iframe",
    "object",
    "datalist",
    "head",
    "title",
)


BUTTONS = ("a", "button")


def edge(node: LexborNode) -> str:
    """Return what parts a node from the one before: links in a row are words of their own."""
    if node.tag in BLOCKS:
        return " "
    before = node.prev
    both = before is not None and node.tag in BUTTONS and before.tag in BUTTONS
    return " " if both else ""


def own_text(node: LexborNode) -> str | None:
    """Return the text of a node that is read as one piece, or None for one to look inside."""
    tag = node.tag
    if tag == "-text":
        return node.text(deep=False)
    if tag == "br":
        return LINE_BREAK
    if tag == "img":
        return _apart(node.attributes.get("alt"))
    if tag == "svg":
        return _apart(" ".join(_flat_text(part) for part in node.css("text")))
    reader = FIELDS.get(tag or "")
    return reader(node) if reader else None


def _apart(text: str | None) -> str:
    return f" {text} " if text and text.strip() else ""


def _flat_text(node: LexborNode) -> str:
    return " ".join(node.text(deep=True).split())


def _input(node: LexborNode) -> str:
    """Return what a field shows. Boxes to tick read ``[x]`` and ``[ ]``, as people type them."""
    kind = (node.attributes.get("type") or "text").strip().lower()
    if kind in MARKS:
        return " [x] " if "checked" in node.attributes else " [ ] "
    if kind in UNSEEN_FIELDS:
        return ""
    return _apart(node.attributes.get("alt" if kind == "image" else "value"))


def _select(node: LexborNode) -> str:
    """Return the chosen options of a list, or the first: that is what it shows."""
    options = node.css("option")
    chosen = [one for one in options if "selected" in one.attributes]
    shown = chosen if chosen or "multiple" in node.attributes else options[:1]
    return _apart(", ".join(_flat_text(one) for one in shown))


def _textarea(node: LexborNode) -> str:
    return _apart(node.text(deep=True).replace("\n", LINE_BREAK))


FIELDS = {"input": _input, "select": _select, "textarea": _textarea}


def inline(text: str) -> str:
    """Return text as it flows: line ends of the source are blanks."""
    return _WHITE.sub(" ", text)


def gathered(node: LexborNode) -> str:
    """Return the text below a node; markup adds no character, a block two blanks."""
    parts: list[str] = []
    stack = [(node, node.iter(include_text=True))]
    while stack:
        parent, children = stack[-1]
        child = next(children, None)
        if child is None:
            stack.pop()
            parts.append(" " if parent.tag in BLOCKS else "")
            continue
        text = own_text(child)
        if text is not None:
            parts.append(text)
            continue
        parts.append(edge(child))
        stack.append((child, child.iter(include_text=True)))
    return "".join(parts)


def flat(node: LexborNode) -> str:
    """Return the text below a node on one line."""
    return " ".join(gathered(node).split())


def squeezed(text: str) -> str:
    """Return text with its own line breaks, and no other run of white space."""
    return "\n".join(" ".join(line.split()) for line in text.split(LINE_BREAK)).strip()


def kept_lines(text: str) -> str:
    """Return text whose white space counts."""
    return text.replace(LINE_BREAK, "\n")
