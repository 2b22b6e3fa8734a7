"""Kinds that are known by their first bytes. Cheap: nothing is unpacked but an archive's list."""

import re
import zipfile
from collections.abc import Set as AbstractSet
from io import BytesIO
from pathlib import PurePosixPath

from catalystindex.documents.parse.kinds import (
    DOCX,
    EPUB,
    JPEG,
    MSG,
    PDF,
    PNG,
    PPTX,
    READABLE,
    RTF,
    TIFF,
    XLS,
    XLSX,
)
from catalystindex.model.errors import (
    CorruptDocument,
    EncryptedDocument,
    TruncatedDocument,
    UnsupportedMedia,
)

_PDF_HEADER = re.compile(rb"(?:\A|[\r\n\x00])%PDF-|%PDF-\d\.\d[ \t]*[\r\n]")
PDF_MAGIC_WITHIN = 1024
"""Readers accept a PDF header within the first 1,024 bytes (ISO 32000-1, implementation note)."""
FIRST_BYTES = (
    (b"{\\rtf", RTF),
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
    (b"II+\x00", TIFF),
    (b"MM\x00+", TIFF),
)
FOREIGN = (
    *(
        b"%!PS",
        b"\x1f\x8b",
        b"GIF8",
        b"Rar!",
        b"7z\xbc\xaf",
        b"BZh",
        b"\xfd7zXZ",
        b"\x28\xb5\x2f\xfd",
    ),
)
"""Formats that would pass for text (PostScript) and mislead, or may lack a zero byte."""
ZIP, EMPTY_ZIP = b"PK\x03\x04", b"PK\x05\x06"
ZIP_END = b"PK\x05\x06"
ZIP64_LOCATOR = b"PK\x06\x07"
EOCD_WITHIN = 66_000
"""Where an archive of over 65,535 entries or 4 GiB says so: reading its list takes seconds."""
COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MAIN_PARTS = ((("word/document",), DOCX), (("ppt/presentation",), PPTX), (("xl/workbook",), XLSX))
STREAMS = (
    ("Workbook", XLS),
    ("Book", XLS),
    ("WordDocument", "doc"),
    ("PowerPoint Document", "ppt"),
)
OLD = {
    "doc": "This is a Word document of before 2007: save it as .docx.",
    "ppt": "This is a PowerPoint presentation of before 2007: save it as .pptx.",
}


def signed_kind(data: bytes, filename: str) -> str | None:
    """Return the kind that the first bytes tell, or None.

    Raises `UnsupportedMedia` for kinds that are known and not read, `TruncatedDocument`,
    `CorruptDocument` and `EncryptedDocument`.
    """
    if data.startswith((ZIP, EMPTY_ZIP)):
        return _archive_kind(data, filename)
    if data.startswith(COMPOUND):
        return _compound_kind(data, filename)
    if _PDF_HEADER.search(data[:PDF_MAGIC_WITHIN]):
        return PDF
    start = data[:64].lstrip(b"\xef\xbb\xbf \t\r\n")
    if start.startswith(FOREIGN):
        raise UnsupportedMedia(
            f"{filename!r} is of a kind that cannot be read. {READABLE}", filename=filename
        )
    return next((kind for magic, kind in FIRST_BYTES if start.startswith(magic)), None)


def _archive_kind(data: bytes, filename: str) -> str:
    tail = data[-EOCD_WITHIN:]
    if tail.rfind(ZIP64_LOCATOR) >= 0:
        raise UnsupportedMedia(
            "The archive has more entries than a document needs.", filename=filename
        )
    if tail.rfind(ZIP_END) < 0:
        raise TruncatedDocument("The archive is cut off: its list of files is missing.")
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError, OSError) as error:
        raise CorruptDocument("The archive is damaged or cut off.") from error
    kind = _main_part(names)
    if kind is None and "META-INF/manifest.xml" in names:
        raise UnsupportedMedia(
            "This is an OpenDocument file: save it as .docx, .xlsx, .pptx or PDF.",
            filename=filename,
        )
    if kind is None:
        raise UnsupportedMedia(
            f"{filename!r} is an archive and no document: unpack it first. {READABLE}",
            filename=filename,
        )
    return kind


def _main_part(names: AbstractSet[str]) -> str | None:
    for starts, kind in MAIN_PARTS:
        if any(name.startswith(starts) and name.endswith((".xml", ".bin")) for name in names):
            return kind
    return EPUB if "META-INF/container.xml" in names else None


def _compound_kind(data: bytes, filename: str) -> str:
    """Return the kind of a compound file (MS-CFB) by the streams its directory names."""
    if _utf16("__properties_version1.0") in data:
        return MSG
    if _utf16("EncryptedPackage") in data:
        raise EncryptedDocument("The document asks for a password: remove it and try again.")
    held: dict[str, int] = {}
    for name, kind in STREAMS:
        place = data.find(_utf16(name))
        if place >= 0:
            held.setdefault(kind, place)
    if not held:
        raise UnsupportedMedia(
            f"{filename!r} is of a kind that cannot be read. {READABLE}", filename=filename
        )
    suffix = {".xls": XLS, ".doc": "doc", ".ppt": "ppt"}.get(PurePosixPath(filename).suffix.lower())
    kind = suffix if suffix in held else min(held, key=lambda kind: held[kind])
    if kind in OLD:
        raise UnsupportedMedia(OLD[kind], filename=filename)
    return kind


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le") + b"\x00\x00"
