"""Office Open XML packages (ECMA-376 part 2): their parts, and what each part refers to.

Read by lxml alone. The office libraries refuse sound files: a picture whose target is ``NULL``,
the "Strict" variant, templates; or they build tables of every cell up to the last (see
docs/design/parsing.md).
"""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import IO

from lxml import etree

from catalystindex.documents.parse.archive import open_archive, read_entry
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.notation import language_tag, moment
from catalystindex.documents.parsed import DocumentFacts
from catalystindex.model.errors import CorruptDocument, DocumentTooLarge, NestedTooDeep

Element = etree._Element

SCHEMAS = "http://schemas.openxmlformats.org"
WORD = f"{{{SCHEMAS}/wordprocessingml/2006/main}}"
SLIDES = f"{{{SCHEMAS}/presentationml/2006/main}}"
DRAWING = f"{{{SCHEMAS}/drawingml/2006/main}}"
CHART = f"{{{SCHEMAS}/drawingml/2006/chart}}"
DIAGRAM = f"{{{SCHEMAS}/drawingml/2006/diagram}}"
PICTURE = f"{{{SCHEMAS}/drawingml/2006/picture}}"
MATH = f"{{{SCHEMAS}/officeDocument/2006/math}}"
RELATION = f"{{{SCHEMAS}/officeDocument/2006/relationships}}"
COMPATIBILITY = f"{{{SCHEMAS}/markup-compatibility/2006}}"
PROPERTIES = f"{{{SCHEMAS}/package/2006/metadata/core-properties}}"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
TERMS = "{http://purl.org/dc/terms/}"

ALTERNATIVES, CHOICE = f"{COMPATIBILITY}AlternateContent", f"{COMPATIBILITY}Choice"
_STRICT = re.compile(
    rb"""((?:xmlns(?::\w+)?|Type)\s*=\s*["'])http://purl\.oclc\.org/ooxml/(\w+)/"""
)
_TRANSITIONAL = rb"\1http://schemas.openxmlformats.org/\2/2006/"
_WHOLE = re.compile(r"\s*([+-]?\d{1,15})(?:\.\d*)?\s*\Z")
XML_DEPTH = 114
"""What libxml2 calls a document that passes its limits on depth (256) or on one text (10 MB)."""

MAX_TREE_MARKS, MAX_STREAM_MARKS = 15_000_000, 60_000_000
"""Tags and attributes of one part: each takes some 100 bytes as long as it is held."""


@dataclass(frozen=True)
class Relation:
    """A part that another refers to. ``kind`` is the last step of its type's address."""

    kind: str
    target: str
    external: bool


class Package:
    """An office document's archive. Part names have no leading slash and any case."""

    def __init__(self, data: bytes, context: ParseContext) -> None:
        self._archive = open_archive(data, context)
        self._names = {name.lower(): name for name in reversed(self._archive.namelist())}
        self._relations: dict[str, dict[str, Relation]] = {}

    def read(self, name: str) -> bytes | None:
        """Return a part's bytes, or None if it is not there."""
        stored = self._names.get(name.lower())
        return None if stored is None else read_entry(self._archive, stored)

    def open(self, name: str) -> IO[bytes] | None:
        """Return a part as a stream to be read element by element, or None if it is not there."""
        data = self.read(name)
        if data is None:
            return None
        check_markup(data, name, MAX_STREAM_MARKS)
        return BytesIO(data)

    def xml(self, name: str) -> Element | None:
        """Return a part's root element, or None if it is not there. Raises `CorruptDocument`."""
        data = self.read(name)
        return None if data is None else parse_xml(data, name)

    def relations(self, name: str) -> dict[str, Relation]:
        """Return what a part refers to, by id. The package itself is the part ``""``."""
        if name not in self._relations:
            self._relations[name] = self._read_relations(name)
        return self._relations[name]

    def _read_relations(self, name: str) -> dict[str, Relation]:
        folder, _, file = name.rpartition("/")
        root = self.xml(f"{folder}/_rels/{file}.rels".lstrip("/"))
        found: dict[str, Relation] = {}
        for node in root if root is not None else ():
            target = node.get("Target") or ""
            external = node.get("TargetMode") == "External"
            if not external:
                target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            kind = (node.get("Type") or "").rpartition("/")[2]
            found.setdefault(node.get("Id") or "", Relation(kind, target, external))
        return found

    def related(self, name: str, kind: str) -> list[str]:
        """Return the parts of a kind that a part refers to and that are there."""
        return [
            one.target
            for one in self.relations(name).values()
            if one.kind == kind and not one.external and one.target.lower() in self._names
        ]

    def target(self, name: str, relation_id: str | None) -> str | None:
        """Return the part that a part's reference leads to, or None if it leads nowhere."""
        found = self.relations(name).get(relation_id or "")
        if found is None or found.external or found.target.lower() not in self._names:
            return None
        return found.target

    def main(self, usual: str) -> tuple[str, Element]:
        """Return the main part and its root. Raises `CorruptDocument` if there is none."""
        name = next(iter(self.related("", "officeDocument")), usual)
        root = self.xml(name)
        if root is None:
            raise CorruptDocument(f"The document has no main part ({usual}).")
        return name, root

    def core(self) -> Element | None:
        """Return the root of the core properties, or None without readable ones."""
        name = next(iter(self.related("", "core-properties")), "docProps/core.xml")
        try:
            return self.xml(name)
        except CorruptDocument:  # a document is not lost over a damaged note about it
            return None

    def title(self) -> str | None:
        """Return the title that the properties name."""
        return _property(self.core(), f"{DUBLIN_CORE}title")

    def facts(self, language: str | None = None) -> DocumentFacts:
        """Return what the core properties say. A language of the text itself comes first."""
        core = self.core()
        return DocumentFacts(
            author=_property(core, f"{DUBLIN_CORE}creator"),
            created=moment(_property(core, f"{TERMS}created")),
            modified=moment(_property(core, f"{TERMS}modified")),
            language=language or language_tag(_property(core, f"{DUBLIN_CORE}language")),
            subject=_property(core, f"{DUBLIN_CORE}subject"),
        )


def _property(core: Element | None, tag: str) -> str | None:
    text = core.findtext(tag) if core is not None else None
    return " ".join((text or "").split()) or None


def parse_xml(data: bytes, name: str) -> Element:
    """Return the root of an XML part. Raises `CorruptDocument` and `NestedTooDeep`."""
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    check_markup(data, name, MAX_TREE_MARKS)
    try:
        root = etree.fromstring(_STRICT.sub(_TRANSITIONAL, data), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise damaged(name, error) from error
    refuse_entities(root, name)
    return root


def check_markup(data: bytes, name: str, limit: int) -> None:
    """Raise `DocumentTooLarge` for more tags and attributes than memory holds as a tree."""
    if data.count(b"<") + data.count(b'="') > limit:
        raise DocumentTooLarge(
            f"The part {name!r} has more than {limit:,} tags and attributes: split the document.",
            limit=limit,
        )


def damaged(name: str, error: Exception) -> CorruptDocument | NestedTooDeep:
    """Return the error for a part that lxml refused."""
    if getattr(error, "code", None) == XML_DEPTH:
        return NestedTooDeep(
            f"The part {name!r} is nested more than 256 levels deep, or holds a text of over 10 MB."
        )
    return CorruptDocument(f"The part {name!r} of the document is damaged.")


def refuse_entities(root: Element, name: str) -> None:
    """Raise `CorruptDocument` for a document type: office programs write none (ECMA-376 part 2)."""
    if root.getroottree().docinfo.doctype:
        raise CorruptDocument(f"The part {name!r} declares entities, which is not allowed.")


def flattened(node: Element) -> Iterator[Element]:
    """Yield the children, each set of alternatives replaced by the one to show."""
    for child in node:
        if child.tag == ALTERNATIVES:
            yield from flattened(_chosen(child))
        else:
            yield child


def _chosen(alternatives: Element) -> Element:
    """Return the first choice, or the fallback of a set that has none."""
    choice = alternatives.find(CHOICE)
    if choice is None:
        choice = next(iter(alternatives), None)
    return alternatives if choice is None else choice


def whole(text: str | None, default: int = 0) -> int:
    """Return a whole number written in an attribute, or the default."""
    found = _WHOLE.match(text or "")
    return int(found[1]) if found else default


def switched_on(node: Element | None) -> bool:
    """Tell whether an element that switches something is there and not "off"."""
    if node is None:
        return False
    value = next((item for key, item in node.attrib.items() if key.endswith("val")), "1")
    return value not in ("0", "false", "off", "none")
