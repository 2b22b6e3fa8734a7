"""What kind of document some bytes are: by content first, by name only among kinds of text."""

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
    TIFF,
    XLSX,
)
from catalystindex.documents.parse.signatures import signed_kind
from catalystindex.documents.parse.textkinds import text_kind
from catalystindex.model.errors import (
    EmptyDocument,
    MislabelledDocument,
    TruncatedDocument,
    UnsupportedMedia,
)

PDF_MARKS = (b"endobj", b"startxref")
PROMISES = {
    ".pdf": PDF,
    ".docx": DOCX,
    ".pptx": PPTX,
    ".xlsx": XLSX,
    ".epub": EPUB,
    ".msg": MSG,
    ".png": PNG,
    ".jpg": JPEG,
    ".jpeg": JPEG,
    ".tif": TIFF,
    ".tiff": TIFF,
}
"""Names that promise a kind which is known by its first bytes. Not ``.xls`` and ``.doc``: programs
write web pages, tables of text and RTF under those names."""


def detect_media_type(data: bytes, filename: str, declared: str | None) -> str:
    """Return one of `kinds.SUPPORTED`.

    First bytes decide. Where there are none to go by (kinds of text), the declared type and the
    name do, but a name that promises a kind with first bytes of its own is then a lie: a log-in
    page saved as ``statement.pdf`` is no statement. Raises `EmptyDocument`, `MislabelledDocument`,
    `UnsupportedMedia`, and `CorruptDocument` or `EncryptedDocument` for what is plainly so.
    """
    if not data.strip(b" \t\r\n\f\x00"):
        raise EmptyDocument("The document is empty.", filename=filename)
    kind = signed_kind(data, filename)
    if kind is not None:
        return kind
    promised = PROMISES.get(PurePosixPath(filename).suffix.lower())
    if promised == PDF and all(mark in data for mark in PDF_MARKS):
        raise TruncatedDocument(
            "The PDF lacks its beginning: fetch or save it again.", filename=filename
        )
    found = text_kind(data, filename, declared)
    if promised is not None:
        what = f"text ({found})" if found else "of a kind that cannot be read"
        raise MislabelledDocument(
            f"{filename!r} is no {promised.rpartition('/')[2]}: its content is {what}. Open it "
            "where it came from: a page that asks to log in may have been saved in its place.",
            filename=filename,
            found=found or "unknown",
        )
    if found is None:
        raise UnsupportedMedia(
            f"{filename!r} is of a kind that cannot be read. {READABLE}", filename=filename
        )
    return found
