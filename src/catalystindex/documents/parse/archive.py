"""ZIP archives, which office documents and e-books are: opened only after a look at their list."""

import zipfile
import zlib
from io import BytesIO

from catalystindex.documents.parse.context import ParseContext
from catalystindex.model.errors import (
    CorruptDocument,
    DocumentWithMacros,
    EncryptedDocument,
    ExpandsTooMuch,
)

ENCRYPTED_FLAG = 0x1
RATIO_FREE_BYTES = 16 * 1024 * 1024
"""Small archives may be as dense as they like: a blank sheet packs 1,000 to 1."""
PIECE = 1 << 20
MACRO_PART = "vbaproject.bin"
DAMAGE = (
    zipfile.BadZipFile,
    zipfile.LargeZipFile,
    zlib.error,
    EOFError,
    KeyError,
    NotImplementedError,
    OSError,
    OverflowError,
    RuntimeError,
    UnicodeError,
    ValueError,
)
"""What zipfile raises on damaged archives."""


def open_archive(data: bytes, context: ParseContext) -> zipfile.ZipFile:
    """Return an archive whose every entry unpacks to what its list says, within the limits.

    Each entry is unpacked once to check it: libraries that read archives on their own may trust
    lengths that are lies. Raises `CorruptDocument`, `EncryptedDocument`, `ExpandsTooMuch` and
    `DocumentWithMacros`.
    """
    try:
        archive = zipfile.ZipFile(BytesIO(data))
        items = archive.infolist()
    except DAMAGE as error:
        raise CorruptDocument("The archive is damaged or cut off.") from error
    if any(item.flag_bits & ENCRYPTED_FLAG for item in items):
        raise EncryptedDocument("The archive asks for a password: remove it and try again.")
    _check_list(items, len(data), context)
    if context.parsing.macros == "refuse" and any(
        item.filename.lower().endswith(MACRO_PART) for item in items
    ):
        raise DocumentWithMacros(
            "The document carries macros (VBA): save it in a format without them, as .docx, "
            ".xlsx or .pptx, or set parsing.macros to 'ignore'."
        )
    for item in items:
        _check_entry(archive, item)
    return archive


def read_entry(archive: zipfile.ZipFile, name: str) -> bytes | None:
    """Return an entry's bytes, or None if there is none of that name."""
    try:
        return archive.read(name)
    except KeyError:
        return None
    except DAMAGE as error:
        raise CorruptDocument(f"The archive's entry {name!r} is damaged.") from error


def _check_list(items: list[zipfile.ZipInfo], packed: int, context: ParseContext) -> None:
    limits = context.limits
    if len(items) > limits.max_archive_entries:
        raise ExpandsTooMuch(
            f"The archive holds {len(items):,} files; the limit is {limits.max_archive_entries:,}.",
            limit=limits.max_archive_entries,
        )
    unpacked = sum(item.file_size for item in items)
    context.count_unpacked(unpacked)
    if unpacked > RATIO_FREE_BYTES and unpacked > limits.max_expansion * packed:
        raise ExpandsTooMuch(
            f"The archive unpacks to {unpacked // max(packed, 1):,} times its size; the limit is "
            f"{limits.max_expansion}.",
            limit=limits.max_expansion,
        )


def _check_entry(archive: zipfile.ZipFile, item: zipfile.ZipInfo) -> None:
    """Unpack an entry piece by piece; zipfile checks its length and CRC-32 on the way."""
    try:
        with archive.open(item) as entry:
            while entry.read(PIECE):
                pass
    except DAMAGE as error:
        raise CorruptDocument(f"The archive's entry {item.filename!r} is damaged.") from error
