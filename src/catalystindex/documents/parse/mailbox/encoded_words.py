"""Header fields of messages as they are shown: encoded words (RFC 2047), base64, dates."""

import binascii
import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from catalystindex.documents.parse.charsets import decoded, fit

_WORDS = re.compile(
    r"=\?([^?*\s]{1,60})(?:\*[^?\s]{0,40})?\?([bBqQ])\?([^?]*)\?="
    r"(?:[ \t\r\n]{1,80}(?==\?[^?\s]{1,100}\?[bBqQ]\?))?"
)
_PADDING = re.compile(rb"=+")
BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
NOT_BASE64 = bytes(range(256)).translate(None, BASE64)
BLANKS = b" \t\r\n"
BAD_DATES = (TypeError, ValueError, IndexError, OverflowError, AttributeError)
"""What the standard library raises on malformed dates."""


def header_text(value: str) -> str:
    """Return a field with its encoded words decoded. A character may be split over two words."""
    shown: list[str] = []
    held: list[bytes] = []
    charset, place = "", 0
    for word in _WORDS.finditer(value):
        between = value[place : word.start()]
        if between or word[1].lower() != charset:
            shown += [_decoded_words(held, charset), between]
            held = []
        charset, place = word[1].lower(), word.end()
        held.append(_word_bytes(word[2], word[3]))
    return fit("".join([*shown, _decoded_words(held, charset), value[place:]]))


def _decoded_words(held: list[bytes], charset: str) -> str:
    return decoded(b"".join(held), charset)[0] if held else ""


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return binascii.a2b_qp(data, header=True)
    return from_base64(data)[0]


def from_base64(data: bytes) -> tuple[bytes, bool]:
    """Return what can be decoded, and whether that was all; several pieces in a row are joined."""
    whole = not data.translate(None, BASE64 + BLANKS)
    pieces = []
    for piece in _PADDING.split(data.translate(None, NOT_BASE64)):
        rest = len(piece) % 4
        whole = whole and rest != 1
        usable = piece[:-1] if rest == 1 else piece
        pieces.append(binascii.a2b_base64(usable + b"=" * (-len(usable) % 4)))
    return b"".join(pieces), whole


def sent_moment(value: str) -> str | None:
    """Return a date field's moment as RFC 3339 in UTC, or None for what is none."""
    try:
        found = parsedate_to_datetime(value[:200])
    except BAD_DATES:
        return None
    return utc_moment(found)


def utc_moment(found: datetime) -> str | None:
    """Return a moment as RFC 3339 in UTC. One without a zone is in UTC (RFC 5322, ``-0000``)."""
    try:
        aware = found if found.tzinfo else found.replace(tzinfo=UTC)
        return aware.astimezone(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    except (OverflowError, ValueError):
        return None
