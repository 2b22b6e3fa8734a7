"""The parts of a DOCX document beside its body: notes, comments, running headers and footers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from catalystindex.documents.parse.office.docx_styles import Styles
from catalystindex.documents.parse.office.docx_text import Found, TextReader
from catalystindex.documents.parse.office.ooxml import RELATION, WORD, Element, Package, switched_on
from catalystindex.documents.parsed import Furniture, FurnitureKind

_NUMBER = re.compile(r"\W*\d+\W*")
FURNITURE: dict[str, FurnitureKind] = {
    f"{WORD}headerReference": "header",
    f"{WORD}footerReference": "footer",
}


@dataclass(frozen=True)
class Story:
    """A run of blocks with the part it stands in: references count from there."""

    part: str
    node: Element
    reader: TextReader


def read_notes(package: Package, main: str, styles: Styles) -> dict[tuple[str, str], Story]:
    """Return the footnotes and endnotes by kind and id, without the lines that part them off."""
    return {
        (kind, node.get(f"{WORD}id") or ""): Story(part, node, reader)
        for kind in ("footnote", "endnote")
        for part, root in _parts(package, main, f"{kind}s")
        for reader in (TextReader(root, styles),)
        for node in root.iterchildren(f"{WORD}{kind}")
        if node.get(f"{WORD}type", "normal") == "normal"
    }


def read_comments(package: Package, main: str, styles: Styles) -> dict[str, str]:
    """Return the comments by id, as sentences."""
    found: dict[str, str] = {}
    for _, root in _parts(package, main, "comments"):
        reader = TextReader(root, styles)
        for node in root.iterchildren(f"{WORD}comment"):
            text = plain_text(node, reader)
            author = " ".join((node.get(f"{WORD}author") or "").split())
            by = f"Comment by {author}" if author else "Comment"
            if text:
                found.setdefault(node.get(f"{WORD}id") or "", f"{by}: {text}")
    return found


def read_furniture(package: Package, main: str, root: Element, styles: Styles) -> list[Furniture]:
    """Return the headers and footers that are shown, each text once."""
    settings = next((root for _, root in _parts(package, main, "settings")), None)
    even = settings is not None and switched_on(settings.find(f"{WORD}evenAndOddHeaders"))
    parts: dict[str, FurnitureKind] = {}
    for section in root.iter(f"{WORD}sectPr"):
        for node in _shown_references(section, even=even):
            part = package.target(main, node.get(f"{RELATION}id"))
            parts.setdefault(part or "", FURNITURE[node.tag])
    found = (_furniture(package, part, kind, styles) for part, kind in parts.items())
    return list(dict.fromkeys(one for one in found if one is not None))


def _shown_references(section: Element, *, even: bool) -> list[Element]:
    """Return the references of a section to headers and footers that some page of it shows."""
    first = switched_on(section.find(f"{WORD}titlePg"))
    hidden = [kind for kind, on in (("first", first), ("even", even)) if not on]
    references = section.iterchildren(*FURNITURE)
    return [node for node in references if node.get(f"{WORD}type") not in hidden]


def _furniture(
    package: Package, part: str, kind: FurnitureKind, styles: Styles
) -> Furniture | None:
    root = package.xml(part) if part else None
    text = plain_text(root, TextReader(root, styles)) if root is not None else ""
    return (
        Furniture(1, "page_number" if _NUMBER.fullmatch(text) else kind, text, None)
        if text
        else None
    )


def plain_text(node: Element, reader: TextReader) -> str:
    """Return all text of a small part, its boxes and tables too, a paragraph a line."""
    pieces, todo = [], [node]
    while todo:
        inner: list[Element] = []
        for one in todo:
            found = Found()
            pieces += [reader.text(child, found) for child in one]
            inner += found.inner
        todo = inner
    lines = ("".join(pieces)).splitlines()
    return "\n".join(" ".join(line.split()) for line in lines if line.strip())


def _parts(package: Package, main: str, kind: str) -> Iterator[tuple[str, Element]]:
    for part in package.related(main, kind):
        root = package.xml(part)
        if root is not None:
            yield part, root
