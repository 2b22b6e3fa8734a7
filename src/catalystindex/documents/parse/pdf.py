"""PDF with a text layer, by PDFium: lines with sizes, headings by larger type, pages kept."""

import ctypes
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.parse.media import PDF
from catalystindex.documents.parsed import DocumentBuilder, ParsedDocument
from catalystindex.model.errors import CorruptDocument, DocumentTooLarge, EncryptedDocument

HEADING_RATIO = 1.15
"""A line this much taller than the body is a heading."""
MAX_HEADING_CHARS = 200
PARAGRAPH_GAP = 0.6
"""White space between lines, in line heights, that ends a paragraph."""
SIZE_STEP = 0.5
"""Heights, in points, are compared in steps of this."""
SAMPLED_CHARS = 8


@dataclass(frozen=True)
class Line:
    """A line of a page: text, height of its characters and its top and bottom, in points."""

    text: str
    height: float
    top: float
    bottom: float
    page: int


def parse_pdf(data: bytes, limits: LimitsSettings) -> ParsedDocument:
    """Parse a PDF. Raises `EncryptedDocument`, `CorruptDocument` and `DocumentTooLarge`."""
    document = _open(data)
    try:
        pages = len(document)
        if pages > limits.max_pages:
            raise DocumentTooLarge(
                f"The document has {pages:,} pages; the limit is {limits.max_pages:,}.",
                limit=limits.max_pages,
            )
        lines = list(_all_lines(document, limits.max_text_chars))
        title = document.get_metadata_value("Title")
    finally:
        document.close()
    builder = DocumentBuilder(PDF, limits.max_text_chars)
    _add_lines(lines, builder)
    return builder.build(title=title, pages=pages)


def _all_lines(document: pdfium.PdfDocument, max_chars: int) -> Iterator[Line]:
    """Yield every line, and stop at the first beyond the limit: the builder then refuses."""
    chars = 0
    for number in range(len(document)):
        for line in _page_lines(document, number):
            chars += len(line.text)
            yield line
            if chars > max_chars:
                return


def _open(data: bytes) -> pdfium.PdfDocument:
    try:
        return pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code in (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY):
            sentence = "The PDF asks for a password: remove it and try again."
            raise EncryptedDocument(sentence) from error
        raise CorruptDocument("The PDF is damaged and cannot be opened.") from error


def _page_lines(document: pdfium.PdfDocument, number: int) -> Iterator[Line]:
    try:
        page = document[number]
        text_page = page.get_textpage()
    except pdfium.PdfiumError as error:
        raise CorruptDocument(f"Page {number + 1} is damaged.", page=number + 1) from error
    try:
        yield from _lines(text_page, number + 1)
    finally:
        text_page.close()
        page.close()


def _lines(text_page: pdfium.PdfTextPage, page: int) -> Iterator[Line]:
    """Yield the lines in the order of the content stream."""
    start = 0
    codes = [pdfium_c.FPDFText_GetUnicode(text_page, i) for i in range(text_page.count_chars())]
    for index, code in enumerate([*codes, ord("\n")]):
        if code in (ord("\n"), ord("\r")):
            line = _line(text_page, codes, range(start, index), page)
            if line is not None:
                yield line
            start = index + 1


def _line(
    text_page: pdfium.PdfTextPage, codes: Sequence[int], span: range, page: int
) -> Line | None:
    text = _decode(codes[span.start : span.stop])
    visible = [i for i in span if not chr(codes[i]).isspace()]
    if not text.strip() or not visible:
        return None
    sample = visible[:: max(1, len(visible) // SAMPLED_CHARS)]
    boxes = [_box(text_page, i) for i in sample]
    return Line(
        text=text.strip(),
        height=median(top - bottom for top, bottom in boxes),
        top=max(top for top, _ in boxes),
        bottom=min(bottom for _, bottom in boxes),
        page=page,
    )


def _decode(codes: Sequence[int]) -> str:
    """Return the characters; PDFium gives UTF-16 units, and 0xFFFE for a soft hyphen."""
    units = ["-" if code == 0xFFFE else chr(code) for code in codes if code not in (0, 0x02)]
    return "".join(units).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _box(text_page: pdfium.PdfTextPage, index: int) -> tuple[float, float]:
    """Return top and bottom of a character, in points from the bottom of the page."""
    rect = pdfium_c.FS_RECTF()
    pdfium_c.FPDFText_GetLooseCharBox(text_page, index, ctypes.byref(rect))
    return rect.top, rect.bottom


def _add_lines(lines: Sequence[Line], builder: DocumentBuilder) -> None:
    levels = _heading_levels(lines)
    paragraph: list[Line] = []
    for line in lines:
        if paragraph and _breaks(paragraph[-1], line):
            _add_paragraph(paragraph, levels, builder)
            paragraph = []
        paragraph.append(line)
    _add_paragraph(paragraph, levels, builder)


def _add_paragraph(
    lines: Sequence[Line], levels: dict[float, int], builder: DocumentBuilder
) -> None:
    if not lines:
        return
    text = " ".join(line.text for line in lines)
    level = levels.get(_step(lines[0].height))
    if level is not None and len(text) <= MAX_HEADING_CHARS:
        builder.heading(level, text, lines[0].page)
    else:
        builder.add("paragraph", "\n".join(line.text for line in lines), lines[0].page)


def _breaks(above: Line, below: Line) -> bool:
    """Tell whether a paragraph ends between two lines."""
    if above.page != below.page or _step(above.height) != _step(below.height):
        return True
    gap = above.bottom - below.top
    return gap > PARAGRAPH_GAP * below.height or gap < -3 * below.height


def _heading_levels(lines: Sequence[Line]) -> dict[float, int]:
    """Return the level of each height that marks headings: the tallest is level 1."""
    weight: Counter[float] = Counter()
    for line in lines:
        weight[_step(line.height)] += len(line.text)
    if not weight:
        return {}
    body = max(weight, key=lambda height: (weight[height], -height))
    tall = sorted((h for h in weight if h >= body * HEADING_RATIO), reverse=True)
    return {height: level for level, height in enumerate(tall, start=1)}


def _step(height: float) -> float:
    return round(height / SIZE_STEP) * SIZE_STEP
