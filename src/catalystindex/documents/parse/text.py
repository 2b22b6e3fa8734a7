"""Plain text: paragraphs between blank lines. And the decoding that all text kinds share."""

import re

from charset_normalizer import from_bytes

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import PLAIN
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import CorruptDocument

_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_SIGN_IN_WORD = re.compile("[^\\W\\d_][\u00a1-\u00b6\u00b8-\u00bf\u00d7\u00f7][^\\W\\d_]")
_ACCENTED_WORD = re.compile("[\u00c0-\u00ff]{4}")
TICK_EACH = 1_000
WIDE_SAMPLE, MIN_WIDE, WIDE_ZEROS = 4096, 16, 0.8
BOM_ENCODINGS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


def decode(data: bytes) -> str:
    """Return the text in some bytes, with Unix line ends and without control characters.

    A byte-order mark decides, then UTF-8, then the encoding that the statistics of the bytes
    speak for. Raises `CorruptDocument` when no encoding fits.
    """
    text = _decoded(data).replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    return _CONTROLS.sub("", text)


def _decoded(data: bytes) -> str:
    named = next((name for mark, name in BOM_ENCODINGS if data.startswith(mark)), None)
    encoding = named or wide_encoding(data[:WIDE_SAMPLE]) or "utf-8"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise CorruptDocument(f"The text is not valid {encoding}.") from error
    western = _western(data)
    if western is not None:
        return western
    best = from_bytes(data, cp_exclusion=["utf_16", "utf_16_be", "utf_16_le", "utf_32"]).best()
    if best is None:
        raise CorruptDocument("The text is in no encoding that can be recognised.")
    return str(best)


def wide_encoding(head: bytes) -> str | None:
    """Return UTF-16 in one byte order or the other if text without a mark is in it, else None.

    Of Western text every other byte is zero, and hardly any of those between.
    """
    if len(head) < MIN_WIDE:
        return None
    first, second = head[::2].count(0) / len(head[::2]), head[1::2].count(0) / len(head[1::2])
    if second >= WIDE_ZEROS and first <= 1 - WIDE_ZEROS - 0.1:
        return "utf-16-le"
    return "utf-16-be" if first >= WIDE_ZEROS and second <= 1 - WIDE_ZEROS - 0.1 else None


def _western(data: bytes) -> str | None:
    """Return the text as Windows-1252, unless signs stand inside words there.

    Statistics cannot tell the one-byte encodings apart on short texts. Read as Windows-1252, text
    in another of them shows signs (``ł`` of Polish becomes ``³``) between letters, and Cyrillic
    or Greek shows words of accented letters only.
    """
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError:
        return None
    return None if _SIGN_IN_WORD.search(text) or _ACCENTED_WORD.search(text) else text


def parse_text(data: bytes, context: ParseContext) -> ParsedDocument:
    """Parse plain text."""
    builder = DocumentBuilder(PLAIN, context.limits.max_text_chars)
    text = decode(data)
    for count, paragraph in enumerate(_BLANK_LINES.split(text)):
        if count % TICK_EACH == 0:
            context.tick()
        builder.add("paragraph", paragraph)
    return builder.build()
