"""EPUB (2 and 3): the chapters in the order of the spine."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote
from zipfile import ZipFile

from lxml import etree

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.archive import open_archive, read_entry
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import EPUB
from catalystindex.documents.parse.notation import language_tag, moment
from catalystindex.documents.parse.web.html import parse_page
from catalystindex.documents.parse.web.html_source import page_text
from catalystindex.documents.parsed import DocumentFacts, ParsedDocument
from catalystindex.model.errors import CorruptDocument, EncryptedDocument

CONTAINER, ENCRYPTION = "META-INF/container.xml", "META-INF/encryption.xml"
RIGHTS = "META-INF/rights.xml"
PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "text/x-oeb1-document")
FONT_SCRAMBLING = (
    "http://www.idpf.org/2008/embedding",
    "http://ns.adobe.com/pdf/enc#RC",
)
"""What is done to fonts so that they are not copied: text needs no key."""
MAX_SPINE = 20_000

Element = etree._Element


@dataclass(frozen=True)
class Package:
    """What the book says of itself, and its chapters by address in the archive."""

    chapters: tuple[str, ...]
    title: str | None
    facts: DocumentFacts


def parse_epub(data: bytes, context: ParseContext) -> ParsedDocument:
    """Parse a book. Raises `CorruptDocument`, `EncryptedDocument` and `DocumentTooLarge`."""
    with open_archive(data, context) as archive:
        names = set(archive.namelist())
        _refuse_locked(archive)
        package = _package(archive)
        builder = DocumentBuilder(EPUB, context.limits.max_text_chars)
        missing = [one for one in package.chapters if one not in names]
        if not package.chapters or len(missing) == len(package.chapters):
            raise CorruptDocument("The book is damaged: none of its chapters is there.")
        for name in missing:
            builder.warn(f"The chapter {name!r} is missing in the book.")
        for name in package.chapters:
            if name in names:
                _add_chapter(read_entry(archive, name) or b"", builder, context)
    return builder.build(title=package.title, facts=package.facts)


def _add_chapter(data: bytes, builder: DocumentBuilder, context: ParseContext) -> None:
    context.tick()
    part = parse_page(page_text(data), context, xhtml=True)
    builder.leave(1)
    builder.include(part, 1)
    for figure in part.figures:
        builder.figure(figure)


def _refuse_locked(archive: ZipFile) -> None:
    """Raise `EncryptedDocument` for a book that only its shop's programs open."""
    data = read_entry(archive, ENCRYPTION)
    if data is None:
        return
    methods = [
        node.get("Algorithm") for node in _parsed(data, ENCRYPTION).iter("{*}EncryptionMethod")
    ]
    if read_entry(archive, RIGHTS) is not None or not set(methods) <= set(FONT_SCRAMBLING):
        raise EncryptedDocument(
            "The book is locked to its buyer (DRM): get it without, or as a PDF of its pages."
        )


def _package(archive: ZipFile) -> Package:
    container = read_entry(archive, CONTAINER)
    if container is None:
        raise CorruptDocument("The book is damaged: it does not say where its contents are.")
    roots = (node.get("full-path") for node in _parsed(container, CONTAINER).iter("{*}rootfile"))
    path = next((one for one in roots if one), "")
    data = read_entry(archive, path)
    if data is None:
        raise CorruptDocument("The book is damaged: its table of files is missing.")
    root = _parsed(data, path)
    modified = (one for one in root.iter("{*}meta") if one.get("property") == "dcterms:modified")
    return Package(
        tuple(dict.fromkeys(_chapters(root, posixpath.dirname(path)))),
        _told(root, "title"),
        DocumentFacts(
            author=_told(root, "creator"),
            created=moment(_told(root, "date")),
            modified=moment(next((one.text for one in modified), None)),
            language=language_tag(_told(root, "language")),
            subject=_told(root, "subject"),
        ),
    )


def _told(root: Element, name: str) -> str | None:
    """Return what the metadata say; of several, as of authors, all."""
    found = (
        " ".join("".join(node.itertext()).split())
        for node in root.iter(f"{{http://purl.org/dc/elements/1.1/}}{name}")
    )
    told = [one for one in found if one]
    return (", ".join(told) if name == "creator" else told[0]) if told else None


def _chapters(root: Element, folder: str) -> Iterator[str]:
    """Yield the addresses of the spine's pages. Pictures in the spine have no text."""
    files = {
        node.get("id"): (node.get("href") or "", node.get("media-type") or "")
        for node in root.iter("{*}item")
    }
    for count, node in enumerate(root.iter("{*}itemref")):
        href, kind = files.get(node.get("idref"), ("", ""))
        if count >= MAX_SPINE:
            raise CorruptDocument(f"The book names more than {MAX_SPINE:,} chapters.")
        if kind in PAGES or href.lower().endswith((".xhtml", ".html", ".htm")):
            yield _inside(folder, href)
        elif not href:
            yield node.get("idref") or ""


def _inside(folder: str, href: str) -> str:
    """Return an address in the archive; none leads out of it."""
    path = unquote(href.partition("#")[0])
    return posixpath.normpath(posixpath.join("/", folder, path)).lstrip("/")


def _parsed(data: bytes, name: str) -> Element:
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise CorruptDocument(f"The book's file {name!r} is damaged.") from error
