"""What a PDF says of itself in its information dictionary and catalogue."""

import ctypes
import re
from datetime import datetime

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
    try:
        value = " ".join(document.get_metadata_value(key).split())
    except UnicodeDecodeError:  # half of a surrogate pair
        return None
    return None if value.lower() in NO_NAMES else value


def _language(document: pdfium.PdfDocument) -> str | None:
    length = pdfium_c.FPDFCatalog_GetLanguage(document, None, 0)
    if not 2 < length < 200:
        return None
    buffer = ctypes.create_string_buffer(length)
    pdfium_c.FPDFCatalog_GetLanguage(document, ctypes.cast(buffer, WIDE), length)
    return _tag(buffer.raw.decode("utf-16-le", "replace").rstrip("\x00"))


def _tag(value: str) -> str | None:
    """Return a language tag in its usual case (RFC 5646, 2.1.1), or None for what is none."""
    first, *rest = value.strip().replace("_", "-").split("-")
    if not (2 <= len(first) <= 3 and first.isalpha()):
        return None
    return "-".join([first.lower(), *(part.upper() if len(part) == 2 else part for part in rest)])


def _moment(value: str | None) -> str | None:
    """Return a PDF date (ISO 32000-1, 7.9.4) as RFC 3339; None for what is no date.

    A time without a zone is one of an unknown zone, ``-00:00`` (RFC 3339, 4.3).
    """
    found = _DATE.match(value or "")
    if not found:
        return None
    year, month, day, hour, minute, second, sign, hours, minutes = found.groups()
    date = f"{year}-{month or '01'}-{day or '01'}T{hour or '00'}:{minute or '00'}:{second or '00'}"
    if sign == "Z":
        zone = "Z"
    else:
        zone = f"{sign}{hours}:{minutes or '00'}" if sign and hours else "-00:00"
        zone = "Z" if zone == "+00:00" else zone
    try:
        datetime.fromisoformat(date + zone)
    except ValueError:
        return None
    return date + zone
