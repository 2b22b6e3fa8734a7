"""The text of DOCX paragraphs and cells as a reader sees it, and what they refer to.

Read from the XML itself: tracked insertions, content controls, links and results of fields are
text that a reader sees. Tracked deletions, instructions of fields and hidden text are not.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from catalystindex.documents.parse.office.docx_styles import Styles
from catalystindex.documents.parse.office.omml import equation
from catalystindex.documents.parse.office.ooxml import (
    COMPATIBILITY,
    DRAWING,
    MATH,
    WORD,
    Element,
    flattened,
    switched_on,
    whole,
)

PARAGRAPH, TABLE, RUN = f"{WORD}p", f"{WORD}tbl", f"{WORD}r"
BOX = f"{WORD}txbxContent"
SKIPPED = (
    f"{WORD}del",
    f"{WORD}moveFrom",
    f"{WORD}pPr",
    f"{WORD}rPr",
    f"{COMPATIBILITY}Fallback",
)
TEXTS = (f"{WORD}t", f"{DRAWING}t")
SIGNS = {
    f"{WORD}tab": "\t",
    f"{WORD}ptab": "\t",
    f"{WORD}br": "\n",
    f"{WORD}cr": "\n",
    f"{WORD}noBreakHyphen": "-",
}
NOTES = {f"{WORD}footnoteReference": "footnote", f"{WORD}endnoteReference": "endnote"}
COMMENT = f"{WORD}commentReference"
OBJECTS = (f"{WORD}drawing", f"{WORD}pict", f"{WORD}object")
WORD_ART = "{urn:schemas-microsoft-com:vml}textpath"
SYMBOLS = {
    "F06F": "\u2610",
    "F071": "\u2610",
    "F0A8": "\u2610",
    "F0FB": "\u2717",
    "F0FC": "\u2713",
    "F0FD": "\u2612",
    "F0FE": "\u2611",
    "F0B7": "\u2022",
    "F0E0": "\u2192",
    "F0E8": "\u21d2",
}
"""Signs of the Wingdings and Symbol fonts that carry meaning: ticks, boxes, arrows."""


@dataclass
class Found:
    """What a paragraph or table refers to, in order: it follows its text."""

    inner: list[Element] = field(default_factory=list)
    """Text boxes, and tables inside cells."""
    objects: list[Element] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)
    comments: list[str] = field(default_factory=list)


class TextReader:
    """Reads the text of one part. ``hidden_chars`` counts what was left out as hidden."""

    def __init__(self, root: Element, styles: Styles) -> None:
        self._styles = styles
        self._instructions = _instruction_texts(root)
        self.hidden_chars = 0

    def text(self, node: Element, found: Found) -> str:
        """Return the text below a node; paragraphs end with a line break."""
        tag = node.tag
        if tag in TEXTS:
            return "" if node in self._instructions else node.text or ""
        if tag in SKIPPED or (tag == RUN and self._skips(node)):
            return ""
        if tag in SPECIAL:
            return self._special(node, found)
        if tag.startswith(MATH):
            return equation(node)
        return SIGNS[tag] if tag in SIGNS else self._below(node, found)

    def _skips(self, run: Element) -> bool:
        """Tell whether a run is hidden, and count what is left out with it."""
        hidden = self._is_hidden(run)
        if hidden:
            self.hidden_chars += sum(len(one.text or "") for one in run.iter(*TEXTS))
        return hidden

    def _below(self, node: Element, found: Found) -> str:
        inner = "".join([self.text(child, found) for child in flattened(node)])
        return f"{inner}\n" if node.tag == PARAGRAPH else inner

    def _special(self, node: Element, found: Found) -> str:
        """Return the text of elements that are more than text."""
        tag = node.tag
        if tag in (BOX, TABLE):
            found.inner.append(node)
        elif tag in NOTES:
            found.notes.append((NOTES[tag], node.get(f"{WORD}id") or ""))
        elif tag == COMMENT:
            found.comments.append(node.get(f"{WORD}id") or "")
        elif tag in OBJECTS:
            found.objects.append(node)
            return self._below(node, found)
        elif tag == f"{WORD}ruby":
            return self._ruby(node, found)
        return _LEAVES[tag](node) if tag in _LEAVES else ""

    def _ruby(self, node: Element, found: Found) -> str:
        base, above = node.find(f"{WORD}rubyBase"), node.find(f"{WORD}rt")
        texts = ["" if part is None else self.text(part, found) for part in (base, above)]
        return f"{texts[0]}({texts[1]})" if texts[1] else texts[0]

    def _is_hidden(self, run: Element) -> bool:
        properties = run.find(f"{WORD}rPr")
        direct = properties.find(f"{WORD}vanish") if properties is not None else None
        if direct is not None:
            return switched_on(direct)
        by_style = self._styles.hides(properties, "r")
        if by_style is not None:
            return by_style
        paragraph = next(run.iterancestors(PARAGRAPH), None)
        outer = paragraph.find(f"{WORD}pPr") if paragraph is not None else None
        return bool(self._styles.hides(outer, "p"))


def objects_in(node: Element) -> Iterator[Element]:
    """Yield what stands in a drawing, but not in its text boxes, whose turn comes with them."""
    for child in flattened(node):
        if child.tag != BOX:
            yield child
            yield from objects_in(child)


def _symbol(node: Element) -> str:
    code = (node.get(f"{WORD}char") or "").upper()
    try:
        sign = chr(int(code, 16))
    except (ValueError, OverflowError):
        return ""
    return SYMBOLS.get(code, sign if sign.isprintable() else "")


def _word_art(node: Element) -> str:
    return f"{node.get('string') or ''}\n"


def _form_field(node: Element) -> str:
    """Return what a form field of old kind shows: a box, ticked or not, or the entry chosen."""
    box = node.find(f"{WORD}ffData/{WORD}checkBox")
    if box is not None:
        state = box.find(f"{WORD}checked")
        ticked = switched_on(box.find(f"{WORD}default") if state is None else state)
        return "\u2612" if ticked else "\u2610"
    entries = node.findall(f"{WORD}ffData/{WORD}ddList/{WORD}listEntry")
    chosen = node.find(f"{WORD}ffData/{WORD}ddList/{WORD}result")
    place = whole(chosen.get(f"{WORD}val")) if chosen is not None else 0
    return (entries[place].get(f"{WORD}val") or "") if 0 <= place < len(entries) else ""


_LEAVES = {f"{WORD}sym": _symbol, WORD_ART: _word_art, f"{WORD}fldChar": _form_field}
SPECIAL = frozenset({BOX, TABLE, COMMENT, f"{WORD}ruby", *NOTES, *OBJECTS, *_LEAVES})


@dataclass
class _Field:
    """A field that was begun: whether its instruction goes on, and the texts in that."""

    instructs: bool = True
    texts: list[Element] = field(default_factory=list)


def _instruction_texts(root: Element) -> set[Element]:
    """Return the texts inside the instructions of fields: a field may be nested in another's.

    A field counts once its end was seen: a missing end must not hide the rest of the document.
    """
    hidden: set[Element] = set()
    fields: list[_Field] = []
    for node in root.iter(f"{WORD}fldChar", f"{WORD}t"):
        kind = node.get(f"{WORD}fldCharType")
        if kind == "begin":
            fields.append(_Field())
        elif fields:
            hidden.update(_next_in_fields(fields, kind, node))
    return hidden


def _next_in_fields(fields: list[_Field], kind: str | None, node: Element) -> list[Element]:
    """Take a step through open fields; return the texts that are now known to be instructions."""
    if kind == "separate":
        fields[-1].instructs = False
    elif kind == "end":
        return fields.pop().texts
    elif node.tag == f"{WORD}t":
        for one in [one for one in fields if one.instructs][-1:]:
            one.texts.append(node)
    return []
