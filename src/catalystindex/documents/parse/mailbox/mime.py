"""MIME (RFC 2045 and 2046): a message taken apart into its entities, at no cost in recursion.

The standard library's parser recurses with the message's depth, compares each line with every
open boundary, and keeps no bytes of a message inside a message. So the splitting is done here,
and the library reads the parameters of header fields.
"""

import binascii
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from email.utils import collapse_rfc2231_value

from catalystindex.documents.parse.mailbox.encoded_words import from_base64, header_text

MAX_FIELD = 16_384
"""Characters of a field whose parameters are read: the library's time grows as their square."""
MAX_FIELDS = 5_000
_FIELD = re.compile(rb"([!-9;-~]{1,200})[ \t]*:(.*)", re.DOTALL)
_LINES = re.compile(rb"[^\n]*\n|[^\n]+")
_BAD_QUOTED = re.compile(rb"=(?![0-9A-Fa-f]{2}|[ \t]*\r?\n|[ \t]*\Z)")
LIBRARY_ERRORS = (
    AttributeError,
    IndexError,
    KeyError,
    LookupError,
    TypeError,
    UnicodeError,
    ValueError,
)
"""What the standard library raises on malformed parameters."""


@dataclass(frozen=True)
class Entity:
    """A header and a body. Field names are in lower case, values are unfolded."""

    fields: tuple[tuple[str, str], ...]
    body: bytes

    def all(self, name: str) -> list[str]:
        """Return the values of a field, in order."""
        return [value for field, value in self.fields if field == name]

    def first(self, name: str) -> str:
        """Return a field's first value, or nothing."""
        return next((value for field, value in self.fields if field == name), "")

    def media_type(self, default: str = "text/plain") -> str:
        """Return the content type without its parameters."""
        name = re.split(r"[;\s]", self.first("content-type").strip(), maxsplit=1)[0].lower()
        return name if name.count("/") == 1 and not name.startswith("/") else default

    def disposition(self) -> str:
        """Return ``inline``, ``attachment`` or nothing."""
        return re.split(r"[;\s]", self.first("content-disposition").strip(), maxsplit=1)[0].lower()

    def parameter(self, name: str, field: str = "content-type") -> str:
        """Return a parameter of a field (RFC 2231), or nothing."""
        message: Message[str, str] = Message()
        value = self.first(field)[:MAX_FIELD]
        try:
            message[field] = value
            found = message.get_param(name, "", field)
            return collapse_rfc2231_value(found or "").strip()
        except LIBRARY_ERRORS:
            return ""

    def filename(self) -> str:
        """Return the name of the file that the entity is, or nothing."""
        name = self.parameter("filename", "content-disposition") or self.parameter("name")
        return " ".join(header_text(name).split())

    def payload(self) -> tuple[bytes, bool]:
        """Return the body as it was before it was encoded for the way, and whether it is whole."""
        encoding = self.first("content-transfer-encoding").strip().lower()
        if encoding == "base64":
            return from_base64(self.body)
        if encoding == "quoted-printable":
            return binascii.a2b_qp(self.body), not _BAD_QUOTED.search(self.body)
        if encoding in ("x-uuencode", "uuencode", "x-uue"):
            return from_uuencode(self.body)
        return self.body, True


def read_entity(data: bytes) -> Entity:
    """Return an entity. Its header ends at an empty line, or where a line is no field."""
    fields: list[tuple[str, list[bytes]]] = []
    place = 0
    for line in _LINES.finditer(data):
        content = line[0].rstrip(b"\r\n")
        if not content:
            place = line.end()
            break
        found = _FIELD.match(content)
        if content[:1] in (b" ", b"\t") and fields:
            fields[-1][1].append(content)
        elif found and len(fields) < MAX_FIELDS:
            fields.append((found[1].decode("ascii").lower(), [found[2]]))
        else:
            break
        place = line.end()
    texts = ((name, header_bytes(b"".join(parts)).strip()) for name, parts in fields)
    return Entity(tuple(texts), data[place:])


def header_bytes(value: bytes) -> str:
    """Return a field's value as characters; fields in no known encoding are kept byte by byte."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("cp1252", "replace")


def split_parts(entity: Entity) -> tuple[list[bytes], bool] | None:
    """Return the parts of a multipart body and whether it is whole; None without a boundary."""
    boundary = entity.parameter("boundary")
    if not boundary:
        return None
    mark = re.escape(boundary.encode("utf-8", "replace"))
    pieces = list(
        _pieces(entity.body, re.compile(rb"^--" + mark + rb"(--)?[ \t]*\r?$", re.MULTILINE))
    )
    if not pieces:
        return None
    return [piece for piece, _ in pieces], pieces[-1][1]


def _pieces(body: bytes, line: re.Pattern[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Yield what stands between the boundaries, and whether the last one was found."""
    start = -1
    for found in line.finditer(body):
        if start >= 0:
            yield _unended(body[start : found.start()]), bool(found[1])
        start = found.end() + 1
        if found[1]:
            return
    if start >= 0:
        yield body[start:], False


def _unended(piece: bytes) -> bytes:
    """Return a part without the line end that belongs to the boundary after it."""
    return piece.removesuffix(b"\n").removesuffix(b"\r")


def from_uuencode(data: bytes) -> tuple[bytes, bool]:
    """Return what can be decoded, and whether that was all."""
    pieces, whole = [], True
    for line in data.splitlines():
        if line.startswith((b"begin ", b"end", b"`")) or not line.strip():
            continue
        try:
            pieces.append(binascii.a2b_uu(line))
        except binascii.Error:
            whole = False
    return b"".join(pieces), whole
