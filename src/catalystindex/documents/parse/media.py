"""What kind of document some bytes are: by content first, by name only among kinds of text."""

import re
import zipfile
from io import BytesIO
from pathlib import PurePosixPath

from catalystindex.model.errors import CorruptDocument, UnsupportedMedia

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
HTML = "text/html"
MARKDOWN = "text/markdown"
PLAIN = "text/plain"

SUPPORTED = (PDF, DOCX, HTML, MARKDOWN, PLAIN)

READABLE = "What can be: PDF, DOCX, HTML, Markdown and plain text."
HEAD = 4096
ZIP64_LOCATOR = b"PK\x06\x07"
EOCD_WITHIN = 66_000
"""Where an archive of over 65,535 entries or 4 GiB says so: reading its list takes seconds."""
_PDF_HEADER = re.compile(rb"(?:\A|[\r\n\x00])%PDF-")
PDF_MAGIC_WITHIN = 1024
"""Readers accept a PDF header within the first 1,024 bytes (ISO 32000-1, implementation note)."""
MARKDOWN_SUFFIXES = (".md", ".markdown", ".mdown")
HTML_MARKS = (b"<!doctype html", b"<html", b"<head", b"<body")
FOREIGN_TEXT = (
    *(b"{\\rtf", b"%!PS", b"\x1f\x8b", b"GIF8", b"\x89PNG", b"\xff\xd8\xff"),
    *(b"II*\x00", b"MM\x00*", b"\xd0\xcf\x11\xe0", b"Rar!", b"7z\xbc\xaf", b"BZh"),
)
"""Formats that would pass for text (RTF, PostScript) and mislead, or may lack a zero byte."""
TEXT_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


def detect_media_type(data: bytes, filename: str, declared: str | None) -> str:
    """Return one of `SUPPORTED`.

    The declared type and the name decide only between kinds of text, which look alike. Raises
    `UnsupportedMedia` for anything else and `CorruptDocument` for an unreadable archive.
    """
    head = data[:HEAD]
    if _PDF_HEADER.search(data[:PDF_MAGIC_WITHIN]):
        return PDF
    if head.startswith(b"PK\x03\x04"):
        return _archive_type(data, filename)
    if _is_binary(head) or head.startswith(FOREIGN_TEXT):
        raise UnsupportedMedia(
            f"{filename!r} is of a kind that cannot be read. {READABLE}", filename=filename
        )
    return _text_type(head, filename, declared)


def _archive_type(data: bytes, filename: str) -> str:
    if data[-EOCD_WITHIN:].rfind(ZIP64_LOCATOR) >= 0:
        raise UnsupportedMedia("The archive has more entries than a document needs.")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise CorruptDocument("The archive is damaged or cut off.") from error
    if "word/document.xml" in names:
        return DOCX
    raise UnsupportedMedia(f"{filename!r} is an archive that is no DOCX document. {READABLE}")


def _is_binary(head: bytes) -> bool:
    return b"\x00" in head and not head.startswith(TEXT_BOMS)


def _text_type(head: bytes, filename: str, declared: str | None) -> str:
    kind = (declared or "").partition(";")[0].strip().lower()
    if kind in (HTML, MARKDOWN, PLAIN):
        return kind
    suffix = PurePosixPath(filename).suffix.lower()
    if suffix in MARKDOWN_SUFFIXES:
        return MARKDOWN
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    looks_html = any(mark in start[:512] for mark in HTML_MARKS)
    if looks_html or suffix in (".html", ".htm", ".xhtml"):
        return HTML
    return PLAIN
