"""DOCX (ECMA-376): paragraphs, headings, lists and tables in document order.

Text is read from the XML itself: tracked insertions and content controls are text that a reader
sees, and python-docx's own iteration leaves them out. Tracked deletions are not shown.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from docx import Document
from docx.document import Document as DocxDocument
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from docx.text.paragraph import Paragraph

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.parse.media import DOCX
from catalystindex.documents.parsed import DocumentBuilder, ParsedDocument, markdown_table
from catalystindex.model.errors import CorruptDocument, DocumentTooLarge, EncryptedDocument

_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
PARAGRAPH, TABLE, ROW, CELL = (qn(f"w:{name}") for name in ("p", "tbl", "tr", "tc"))
SKIPPED = (
    qn("w:del"),
    qn("w:moveFrom"),
    "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback",
)
TEXT = qn("w:t")
BREAKS = {qn("w:tab"): "\t", qn("w:br"): "\n", qn("w:cr"): "\n", qn("w:noBreakHyphen"): "-"}
ENCRYPTED_FLAG = 0x1
MAX_SPAN = 63
"""Columns of a table in Word end at 63."""
DAMAGE = (
    PackageNotFoundError,
    zipfile.BadZipFile,
    zlib.error,
    SyntaxError,  # a part that is not well-formed XML surfaces as lxml's kind of it
    AttributeError,
    KeyError,
    ValueError,
    RecursionError,
    NotImplementedError,
)
"""What python-docx, zipfile and lxml raise on a damaged document."""

Element = Any  # python-docx's XML classes are typed as Any


def parse_docx(data: bytes, limits: LimitsSettings) -> ParsedDocument:
    """Parse a DOCX document.

    Raises `CorruptDocument`, `EncryptedDocument` and `DocumentTooLarge`.
    """
    _check_archive(data, limits.max_unpacked_bytes)
    try:
        return _build(Document(BytesIO(data)), limits)
    except DAMAGE as error:
        raise CorruptDocument("The DOCX document is damaged.") from error


def _check_archive(data: bytes, limit: int) -> None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            items = archive.infolist()
    except DAMAGE as error:
        raise CorruptDocument("The DOCX archive is damaged.") from error
    if any(item.flag_bits & ENCRYPTED_FLAG for item in items):
        raise EncryptedDocument("The DOCX archive asks for a password: remove it and try again.")
    if sum(item.file_size for item in items) > limit:
        raise DocumentTooLarge("The archive unpacks to more than is allowed.", limit=limit)


def _build(document: DocxDocument, limits: LimitsSettings) -> ParsedDocument:
    if document.element.body is None:
        raise CorruptDocument("The DOCX document has no body.")
    builder = DocumentBuilder(DOCX, limits.max_text_chars)
    for part in _parts(document.element.body):
        if part.tag == TABLE:
            builder.add("table", markdown_table(list(_rows(part))))
        else:
            _paragraph(part, document, builder)
    return builder.build(title=document.core_properties.title or None)


def _parts(node: Element) -> Iterator[Element]:
    """Yield the paragraphs and outermost tables below a node, in order."""
    for child in node:
        if child.tag in (PARAGRAPH, TABLE):
            yield child
        elif child.tag not in SKIPPED:
            yield from _parts(child)


def _paragraph(part: Element, document: DocxDocument, builder: DocumentBuilder) -> None:
    style = Paragraph(part, document).style
    name = (style.name if style is not None else None) or ""
    heading = _HEADING.match(name)
    if heading:
        builder.heading(int(heading[1]) + 1, _text(part))
    elif name == "Title":
        builder.heading(1, _text(part))
    else:
        builder.add("list_item" if name.startswith("List") else "paragraph", _text(part))


def _rows(table: Element) -> Iterator[list[str]]:
    """Yield the cells as text. A merged cell counts where it begins and is blank beyond."""
    for row in _below(table, ROW):
        cells: list[str] = []
        for cell in _below(row, CELL):
            continues = cell.vMerge == "continue"
            cells.append("" if continues else " ".join(_text(cell).split()))
            cells += [""] * min(max(cell.grid_span - 1, 0), MAX_SPAN)
        yield cells


def _below(node: Element, tag: str) -> Iterator[Element]:
    """Yield the nearest elements of a tag: those of a table inside a cell are not the table's."""
    for child in node:
        if child.tag == tag:
            yield child
        elif child.tag not in (*SKIPPED, TABLE, PARAGRAPH):
            yield from _below(child, tag)


def _text(node: Element) -> str:
    """Return the text that a reader sees below a node; paragraphs end with a line break."""
    if node.tag == TEXT:
        return node.text or ""
    if node.tag in BREAKS:
        return BREAKS[node.tag]
    if node.tag in SKIPPED or not isinstance(node.tag, str):
        return ""
    inner = "".join(_text(child) for child in node)
    return f"{inner}\n" if node.tag == PARAGRAPH else inner
