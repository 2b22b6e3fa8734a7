"""DOCX (ECMA-376): paragraphs, headings, lists and tables in document order."""

import re
import zipfile
from io import BytesIO

from docx import Document
from docx.document import Document as DocxDocument
from docx.opc.exceptions import PackageNotFoundError
from docx.table import Table
from docx.text.paragraph import Paragraph

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.parse.media import DOCX
from catalystindex.documents.parsed import DocumentBuilder, ParsedDocument, markdown_table
from catalystindex.model.errors import CorruptDocument, DocumentTooLarge

_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)


def parse_docx(data: bytes, limits: LimitsSettings) -> ParsedDocument:
    """Parse a DOCX document. Raises `CorruptDocument` and `DocumentTooLarge`."""
    _check_expansion(data, limits.max_unpacked_bytes)
    try:
        document = Document(BytesIO(data))
        return _build(document)
    except (PackageNotFoundError, zipfile.BadZipFile, SyntaxError, KeyError, ValueError) as error:
        # A part that is not well-formed XML surfaces as lxml's kind of SyntaxError.
        raise CorruptDocument("The DOCX document is damaged.") from error


def _check_expansion(data: bytes, limit: int) -> None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            size = sum(item.file_size for item in archive.infolist())
    except (zipfile.BadZipFile, ValueError) as error:
        raise CorruptDocument("The DOCX archive is damaged.") from error
    if size > limit:
        raise DocumentTooLarge("The archive unpacks to more than is allowed.", limit=limit)


def _build(document: DocxDocument) -> ParsedDocument:
    builder = DocumentBuilder(DOCX)
    for part in document.iter_inner_content():
        if isinstance(part, Table):
            builder.add("table", markdown_table(_rows(part)))
        else:
            _paragraph(part, builder)
    return builder.build(title=document.core_properties.title or None)


def _paragraph(paragraph: Paragraph, builder: DocumentBuilder) -> None:
    style = (paragraph.style.name if paragraph.style is not None else None) or ""
    heading = _HEADING.match(style)
    if heading:
        builder.heading(int(heading[1]) + 1, paragraph.text)
    elif style == "Title":
        builder.heading(1, paragraph.text)
    else:
        builder.add("list_item" if style.startswith("List") else "paragraph", paragraph.text)


def _rows(table: Table) -> list[list[str]]:
    """Return the cells as text; a merged cell counts once, where it begins."""
    rows: list[list[str]] = []
    for row in table.rows:
        cells: list[str] = []
        seen: list[object] = []
        for cell in row.cells:
            if not any(cell._tc is other for other in seen):
                seen.append(cell._tc)
                cells.append(cell.text)
        rows.append(cells)
    return rows
