"""A PDF as a document: every page read, then what only the whole shows, then text."""

from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.archive import RATIO_FREE_BYTES
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import PDF
from catalystindex.documents.parse.mailbox.attachments import attach
from catalystindex.documents.parse.pdf.assemble import Assembler, laid_out, ticked
from catalystindex.documents.parse.pdf.enclosures import enclosures
from catalystindex.documents.parse.pdf.facts import pdf_facts, pdf_title
from catalystindex.documents.parse.pdf.pages import OcrTurn, PageContent, PageReader
from catalystindex.documents.parse.pdf.remarks import warn_of_pages
from catalystindex.documents.parse.pdf.rules import Rules
from catalystindex.documents.parse.pdf.streams import StreamCheck, check_streams
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import (
    CorruptDocument,
    DocumentTooLarge,
    EncryptedDocument,
    ExpandsTooMuch,
    TruncatedDocument,
)

END, OBJECT_MARKS = b"%%EOF", (b" obj", b"endobj")
XFA = (pdfium_c.FORMTYPE_XFA_FULL, pdfium_c.FORMTYPE_XFA_FOREGROUND)
NOTHING = Rules((), (), complete=True)


def parse_pdf(data: bytes, context: ParseContext) -> ParsedDocument:
    """Read a PDF.

    A damaged page is marked so and does not fail the others; if no page can be read the document
    is `CorruptDocument`. Raises also `EncryptedDocument`, `TruncatedDocument`, `TooManyPages`,
    `DocumentTooLarge` and `DocumentTooSlow`.
    """
    document = _open(data)
    try:
        streams = _checked_streams(data, context)
        return _read(document, streams, context)
    finally:
        document.close()


def _checked_streams(data: bytes, context: ParseContext) -> StreamCheck:
    limits = context.limits
    streams = check_streams(data, limits.max_unpacked_bytes)
    dense = streams.unpacked > max(RATIO_FREE_BYTES, limits.max_expansion * len(data))
    if dense or streams.unpacked >= limits.max_unpacked_bytes:
        raise ExpandsTooMuch(
            f"The PDF's streams unpack to {streams.unpacked:,} bytes and more: print it anew.",
            limit=limits.max_unpacked_bytes,
        )
    if 2 * streams.damaged > streams.seen:
        raise CorruptDocument(
            f"{streams.damaged} of the PDF's {streams.seen} packed streams are damaged, as by a "
            "transfer as text: fetch it again as binary."
        )
    return streams


def _read(
    document: pdfium.PdfDocument, streams: StreamCheck, context: ParseContext
) -> ParsedDocument:
    count = len(document)
    context.check_pages(count)
    if not count:
        raise CorruptDocument("The PDF has no pages.")
    form = document.get_formtype()
    if form == pdfium_c.FORMTYPE_ACRO_FORM:
        document.init_forms()
    pages = list(_pages(PageReader(document, OcrTurn(context)), count, context))
    if all(page.state == "damaged" for page in pages):
        raise CorruptDocument("None of the PDF's pages can be read: it is damaged.")
    builder = DocumentBuilder(PDF, context.limits.max_text_chars)
    warn_of_pages(pages, builder)
    _warn(streams, form, builder)
    Assembler(builder, ticked(laid_out(pages), context)).assemble()
    title = pdf_title(document) or builder.first_heading()  # not one of a file inside
    for enclosure in enclosures(document, builder, context):
        attach(enclosure, builder, context)
    facts = pdf_facts(document)
    return builder.build(title=title, pages=count, facts=facts, named_by_heading=False)


def _warn(streams: StreamCheck, form: int, builder: DocumentBuilder) -> None:
    if streams.damaged:
        builder.warn(
            f"{streams.damaged} of the PDF's {streams.seen} packed streams are damaged: text may "
            "be missing."
        )
    if form in XFA:
        builder.warn("The PDF is an XFA form: only what it holds for other programs is read.")


def _open(data: bytes) -> pdfium.PdfDocument:
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if error.err_code in (pdfium_c.FPDF_ERR_PASSWORD, pdfium_c.FPDF_ERR_SECURITY):
            sentence = "The PDF asks for a password: remove it and try again."
            raise EncryptedDocument(sentence) from error
        if _is_cut_off(data):
            raise _cut_off() from error
        raise CorruptDocument("The PDF is damaged and cannot be opened.") from error
    if _is_cut_off(data):
        document.close()
        raise _cut_off()
    return document


def _is_cut_off(data: bytes) -> bool:
    """Tell whether objects come after the last mark of the end: a repaired PDF lacks their rest."""
    return data.rfind(END) < max(data.rfind(mark) for mark in OBJECT_MARKS)


def _cut_off() -> TruncatedDocument:
    return TruncatedDocument("The PDF is cut off before its end: fetch or save it again.")


def _pages(reader: PageReader, count: int, context: ParseContext) -> Iterator[PageContent]:
    """Yield what is on every page. Stops at the first character beyond the limit."""
    chars = 0
    for index in range(count):
        content = _content(reader, index)
        chars += sum(len(word.text) for word in content.words)
        if chars > context.limits.max_text_chars:
            raise DocumentTooLarge(
                f"The text has more than {context.limits.max_text_chars:,} characters.",
                limit=context.limits.max_text_chars,
            )
        yield content
        context.page_done(index + 1, count)


def _content(reader: PageReader, index: int) -> PageContent:
    try:
        return reader.read(index)
    except pdfium.PdfiumError:
        return PageContent(index + 1, 0.0, 0.0, (), NOTHING, (), "damaged")
