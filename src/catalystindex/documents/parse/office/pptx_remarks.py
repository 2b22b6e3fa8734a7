"""What stands beside the slides: the speaker's notes and people's comments."""

from collections.abc import Iterator

from catalystindex.documents.parse.office.drawingml import flat_text
from catalystindex.documents.parse.office.ooxml import SLIDES, Element, Package

COMMENTS = ("{*}cm", "{*}reply")
ASIDE = ("sldImg", "sldNum", "hdr", "ftr", "dt")
"""Placeholders of a page of notes that hold no notes."""


def read_notes(package: Package, slide: str) -> str:
    """Return the notes of a slide, a paragraph a line."""
    roots = [package.xml(part) for part in package.related(slide, "notesSlide")]
    shapes = [shape for root in roots if root is not None for shape in root.iter(f"{SLIDES}sp")]
    texts = [flat_text(shape) for shape in shapes if not _is_aside(shape)]
    return "\n".join(text for text in texts if text)


def _is_aside(shape: Element) -> bool:
    place = next(shape.iter(f"{SLIDES}ph"), None)
    return place is not None and place.get("type") in ASIDE


def read_authors(package: Package, main: str) -> dict[str, str]:
    """Return the names of those who comment, by id: of both kinds of comments."""
    names: dict[str, str] = {}
    for kind in ("commentAuthors", "authors"):
        for part in package.related(main, kind):
            root = package.xml(part)
            for node in root if root is not None else ():
                names[node.get("id") or ""] = " ".join((node.get("name") or "").split())
    return names


def read_comments(package: Package, slide: str, authors: dict[str, str]) -> Iterator[str]:
    """Yield the comments on a slide and the answers to them, as sentences."""
    roots = [package.xml(part) for part in package.related(slide, "comments")]
    for node in (one for root in roots if root is not None for one in root.iter(*COMMENTS)):
        author = authors.get(node.get("authorId") or "", "")
        text = _own_text(node)
        if text:
            yield f"Comment by {author}: {text}" if author else f"Comment: {text}"


def _own_text(node: Element) -> str:
    """Return what a comment says, without the answers that stand inside it."""
    for child in node:
        kind = child.tag.rpartition("}")[2]
        if kind == "text":
            return (child.text or "").strip()
        if kind == "txBody":
            return flat_text(child)
    return ""
