"""Files that a PDF carries inside (ISO 32000-1, 7.11.4): a portfolio, an invoice's XML."""

import pypdfium2 as pdfium

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.mailbox.attachments import Enclosure, note_unread
from catalystindex.model.errors import CorruptDocument

UNREADABLE = CorruptDocument("It is damaged inside the PDF.")


def enclosures(
    document: pdfium.PdfDocument, builder: DocumentBuilder, context: ParseContext
) -> list[Enclosure]:
    """Return the files inside; those that cannot be taken out are noted as not read."""
    found: list[Enclosure] = []
    for index in range(min(document.count_attachments(), context.limits.max_attachments + 1)):
        name = f"file {index + 1}"
        try:
            attachment = document.get_attachment(index)
            name = attachment.get_name().strip() or name
            found.append(Enclosure(name, None, bytes(attachment.get_data())))
        except (pdfium.PdfiumError, UnicodeDecodeError):
            note_unread(Enclosure(name, None, b""), UNREADABLE, builder)
    return found
