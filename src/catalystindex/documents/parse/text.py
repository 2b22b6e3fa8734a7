"""Plain text: paragraphs between blank lines. And the decoding that all text kinds share."""

import re

from charset_normalizer import from_bytes

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.parse.media import PLAIN
from catalystindex.documents.parsed import DocumentBuilder, ParsedDocument
from catalystindex.model.errors import CorruptDocument

_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
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
    encoding = next((name for mark, name in BOM_ENCODINGS if data.startswith(mark)), "utf-8")
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise CorruptDocument(f"The text is not valid {encoding}.") from error
    best = from_bytes(data).best()
    if best is None:
        raise CorruptDocument("The text is in no encoding that can be recognised.")
    return str(best)


def parse_text(data: bytes, limits: LimitsSettings) -> ParsedDocument:
    """Parse plain text."""
    del limits
    builder = DocumentBuilder(PLAIN)
    for paragraph in _BLANK_LINES.split(decode(data)):
        builder.add("paragraph", paragraph)
    return builder.build()
