"""Objects of Outlook files (MS-OXMSG): their properties by tag.

python-oxmsg reads these too, but loads every stream of the file at once, stops at one that is
missing or in another encoding than it says, and knows no messages inside messages.
"""

import struct
from datetime import UTC, datetime, timedelta

from catalystindex.documents.parse.charsets import decoded, fit, page_codec
from catalystindex.documents.parse.mailbox.compound import Storage
from catalystindex.documents.parse.mailbox.encoded_words import utc_moment

PROPERTIES = "__properties_version1.0"
ENTRY = struct.Struct("<HHI8s")
"""A property: type, tag, flags, value."""
UNICODE, BYTES8, BINARY, FOLDER = 0x001F, 0x001E, 0x0102, 0x000D
CODE_PAGE, BODY_CODE_PAGE = 0x3FFD, 0x3FDE
NAMED = struct.Struct("<IHH")
FIRST_NAMED = 0x8000
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


class MapiObject:
    """A message, recipient or file. ``header`` is the length of what its values stand behind."""

    def __init__(self, storage: Storage, header: int) -> None:
        self.storage = storage
        self._fixed: dict[int, bytes] = {}
        values = (storage.stream(PROPERTIES) or b"")[header:]
        for _, tag, _, value in ENTRY.iter_unpack(values[: len(values) // 16 * 16]):
            self._fixed.setdefault(tag, value)

    def text(self, tag: int) -> str:
        """Return a text, or nothing."""
        data = self.storage.stream(_stream(tag, UNICODE))
        if data is not None:
            return fit(data.decode("utf-16-le", "replace")).strip("\x00")
        data = self.storage.stream(_stream(tag, BYTES8))
        return decoded(data, self.encoding(CODE_PAGE))[0] if data else ""

    def first_text(self, *tags: int) -> str:
        """Return the first text that is there, on one line, or nothing."""
        found = (" ".join(self.text(tag).split()) for tag in tags)
        return next((text for text in found if text), "")

    def binary(self, tag: int) -> bytes | None:
        """Return bytes, or None."""
        return self.storage.stream(_stream(tag, BINARY))

    def folder(self, tag: int) -> Storage | None:
        """Return an object inside this one, or None."""
        return self.storage.folder(_stream(tag, FOLDER))

    def number(self, tag: int) -> int | None:
        """Return a whole number, or None."""
        value = self._fixed.get(tag)
        return int.from_bytes(value[:4], "little") if value is not None else None

    def moment(self, tag: int) -> str | None:
        """Return a moment as RFC 3339, or None."""
        value = int.from_bytes(self._fixed.get(tag, b""), "little")
        try:
            return utc_moment(_EPOCH + timedelta(microseconds=value // 10)) if value else None
        except OverflowError:
            return None

    def encoding(self, tag: int) -> str | None:
        """Return the encoding that a code page stands for, or None."""
        page = self.number(tag)
        return page_codec(page) if page else None

    def named(self, number: int) -> int | None:
        """Return the tag of a property that is known by a number of its own, or None."""
        folder = self.storage.folder("__nameid_version1.0")
        entries = (folder.stream(_stream(0x0003, BINARY)) if folder else None) or b""
        for name, kind, index in NAMED.iter_unpack(entries[: len(entries) // 8 * 8]):
            if name == number and not kind & 1:
                return FIRST_NAMED + int(index)
        return None


def _stream(tag: int, kind: int) -> str:
    return f"__substg1.0_{tag:04X}{kind:04X}"
