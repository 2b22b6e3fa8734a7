"""What a PDF says of itself in its information dictionary and catalogue."""

import ctypes
import re

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from catalystindex.documents.parsed import DocumentFacts

_DATE = re.compile(
    r"(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?\s*(?:([-+Z])(?:(\d\d)'?(\d\d)?'?)?)?"
)
WIDE = ctypes.POINTER(ctypes.c_ushort)
NO_NAMES = frozenset({"", "(anonymous)", "anonymous", "untitled", "(unspecified)", "unspecified"})
FILE_NAME = re.compile(r"^Microsoft \w+ - .*|^\S+\.\w{2,4}$", re.IGNORECASE)


def pdf_title(document: pdfium.PdfDocument) -> str | None:
    """Return the title, unless it is what programs write when they know none."""
    title = _text(document, "Title")
    return None if title is None or FILE_NAME.match(title) else title


def pdf_facts(document: pdfium.PdfDocument) -> DocumentFacts:
    """Return author, subject, dates (RFC 3339) and language (BCP 47)."""
    return DocumentFacts(
        author=_text(document, "Author"),
        created=_moment(_text(document, "CreationDate")),
        modified=_moment(_text(document, "ModDate")),
        language=_language(document),
        subject=_text(document, "Subject"),
    )


def _text(document: pdfium.PdfDocument, key: str) -> str | None:
    value = " ".join(document.get_metadata_value(key).split())
    return None if value.lower() in NO_NAMES else value


def _language(document: pdfium.PdfDocument) -> str | None:
    length = pdfium_c.FPDFCatalog_GetLanguage(document, None, 0)
    if not 2 < length < 200:
        return None
    buffer = ctypes.create_string_buffer(length)
    pdfium_c.FPDFCatalog_GetLanguage(document, ctypes.cast(buffer, WIDE), length)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\x00") or None


def _moment(value: str | None) -> str | None:
    """Return a PDF date (ISO 32000-1, 7.9.4) as RFC 3339, as far as it goes."""
    found = _DATE.match(value or "")
    if not found:
        return None
    year, month, day, hour, minute, second, sign, hours, minutes = found.groups()
    date = f"{year}-{month or '01'}-{day or '01'}"
    zone = "Z" if sign in (None, "Z") or not hours else f"{sign}{hours}:{minutes or '00'}"
    return f"{date}T{hour or '00'}:{minute or '00'}:{second or '00'}{zone}"
