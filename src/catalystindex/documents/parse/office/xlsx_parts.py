"""The parts of a workbook beside its cells: shared texts, formats, comments and drawings."""

import re
from collections.abc import Iterator
from typing import IO

from lxml import etree

from catalystindex.documents.parse.office.number_formats import BUILT_IN, GENERAL
from catalystindex.documents.parse.office.ooxml import (
    Element,
    Package,
    damaged,
    refuse_entities,
    whole,
)

_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CODES = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|\d+|[^&])')
USUAL_SHARED = "xl/sharedStrings.xml"
THREADED = "tc="
"""The author that Excel gives to old-style copies of comments in threads."""


def local(node: Element) -> str:
    """Return a tag without its namespace: "Strict" workbooks have another one."""
    return node.tag.rpartition("}")[2]


def stream(source: IO[bytes], name: str, *tags: str) -> Iterator[Element]:
    """Yield the elements of some tags as they are read, and forget them afterwards."""
    wanted = tuple(f"{{*}}{tag}" for tag in tags)
    try:
        reader = etree.iterparse(
            source,
            tag=wanted,
            resolve_entities=False,
            no_network=True,
            remove_comments=True,
            remove_pis=True,
        )
        for place, (_, node) in enumerate(reader):
            if place == 0:
                refuse_entities(node, name)
            yield node
            node.clear()
            while node.getprevious() is not None:
                parent = node.getparent()
                if parent is None:
                    break
                del parent[0]
    except etree.XMLSyntaxError as error:
        raise damaged(name, error) from error


def rich_text(node: Element) -> str:
    """Return the text of a cell or comment, without the readings above Asian characters."""
    pieces = []
    for child in node:
        kind = local(child)
        if kind == "t":
            pieces.append(child.text or "")
        elif kind == "r":
            pieces += [part.text or "" for part in child if local(part) == "t"]
    return _ESCAPED.sub(_character, "".join(pieces))


def _character(found: re.Match[str]) -> str:
    sign = chr(int(found[1], 16))
    return sign if sign.isprintable() or sign in "\t\n" else ""


def read_shared(package: Package, main: str) -> list[str]:
    """Return the texts that cells share."""
    texts: list[str] = []
    for part in (package.related(main, "sharedStrings") or [USUAL_SHARED])[:1]:
        source = package.open(part)
        nodes = stream(source, part, "si") if source is not None else iter(())
        texts += [rich_text(node) for node in nodes]
    return texts


def read_formats(package: Package, main: str) -> list[str]:
    """Return the number format of each cell style."""
    root = next((package.xml(part) for part in package.related(main, "styles")), None)
    own = {whole(one.get("numFmtId")): one.get("formatCode") or "" for one in _all(root, "numFmt")}
    codes = BUILT_IN | own
    styles = next(_all(root, "cellXfs"), None)
    numbers = [whole(one.get("numFmtId")) for one in styles] if styles is not None else []
    return [codes.get(number, GENERAL) for number in numbers]


def read_comments(package: Package, sheet: str, people: dict[str, str]) -> list[str]:
    """Return the comments of a sheet as sentences: threads, and notes of the old kind."""
    threads = [
        _comment(people.get(node.get("personId") or "", ""), node.get("ref"), node)
        for part in package.related(sheet, "threadedComment")
        for node in _all(package.xml(part), "threadedComment")
    ]
    roots = [package.xml(part) for part in package.related(sheet, "comments")]
    notes = [one for root in roots for one in _notes(root, copies=not threads)]
    return [one for one in threads + notes if one]


def _notes(root: Element | None, *, copies: bool) -> Iterator[str]:
    """Yield the notes of one part; those that are ``copies`` of threads on demand only."""
    authors = [one.text or "" for one in _all(root, "author")]
    for node in _all(root, "comment"):
        place = whole(node.get("authorId"), -1)
        author = authors[place] if 0 <= place < len(authors) else ""
        if copies or not author.startswith(THREADED):
            yield _comment(author, node.get("ref"), node)


def read_people(package: Package, main: str) -> dict[str, str]:
    """Return the names of those who comment in threads, by id."""
    roots = (package.xml(part) for part in package.related(main, "person"))
    people = (node for root in roots for node in _all(root, "person"))
    return {node.get("id") or "": node.get("displayName") or "" for node in people}


def _comment(author: str, place: str | None, node: Element) -> str:
    text = "".join(rich_text(one) or one.text or "" for one in node if local(one) == "text")
    name = "" if author.startswith(THREADED) else " ".join(author.split())
    body = "\n".join(line.strip() for line in text.splitlines() if line.strip())
    body = body.removeprefix(f"{name}:").strip() if name else body
    by = f"Comment by {name}" if name else "Comment"
    return f"{by} on {place or 'a cell'}: {body}" if body else ""


def _all(root: Element | None, name: str) -> Iterator[Element]:
    if root is not None:
        yield from root.iter(f"{{*}}{name}")


def header_text(code: str) -> str:
    """Return what a page header or footer of a sheet says, without its codes."""
    return " ".join(_CODES.sub(" ", code).split())
