"""Bytes to text where the document names an encoding, and text that is fit to be kept."""

import codecs
import re

from catalystindex.documents.parse.text import decode
from catalystindex.model.errors import CorruptDocument

_UNFIT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufeff]")
NO_CHARSETS = frozenset(
    {"idna", "mbcs", "oem", "punycode", "raw-unicode-escape", "undefined", "unicode-escape"}
)
"""Python's codecs that are no encodings of documents; some take time that grows as the square."""
WIDER = {
    "ascii": "utf-8",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "cp950",
}
"""What is written under these names is in fact the wider encoding (WHATWG Encoding, 4.2)."""
OTHER_NAMES = {
    "x-sjis": "cp932",
    "ks_c_5601-1987": "cp949",
    "x-mac-roman": "mac-roman",
    "macintosh": "mac-roman",
    "iso-8859-8-i": "iso8859-8",
    "x-gbk": "gb18030",
    "unicode-1-1-utf-7": "utf-7",
}
CODE_PAGES = {0: "cp1252", 708: "iso8859-6", 10000: "mac-roman", 10001: "cp932", 65000: "utf-7"}
CODE_PAGES |= {936: "gb18030", 1200: "utf-16-le", 1201: "utf-16-be", 65001: "utf-8"}
CODE_PAGES |= {20127: "utf-8", 20866: "koi8-r", 21866: "koi8-u", 50220: "iso2022_jp"}
CODE_PAGES |= {50221: "iso2022_jp", 51932: "euc_jp", 51949: "cp949", 54936: "gb18030"}
CODE_PAGES |= {28590 + part: f"iso8859-{part}" for part in (1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 15)}


def codec(charset: str) -> str | None:
    """Return Python's codec for an encoding's name, or None for one that is not known."""
    name = charset.strip().strip("'\"").lower()
    try:
        found = codecs.lookup(OTHER_NAMES.get(name, name))
    except (LookupError, ValueError):
        return None
    if found.name in NO_CHARSETS or not found._is_text_encoding:
        return None
    return WIDER.get(found.name, found.name)


def page_codec(code_page: int) -> str:
    """Return Python's codec for a code page of Windows; Western European if it is unknown."""
    return codec(CODE_PAGES.get(code_page, f"cp{code_page}")) or "cp1252"


def decoded_as(data: bytes, charset: str) -> str | None:
    """Return the text if the bytes are valid in the encoding, else None."""
    name = codec(charset)
    if name is None:
        return None
    try:
        return data.decode(name)
    except (UnicodeError, ValueError):
        return None


def decoded(data: bytes, charset: str | None) -> tuple[str, bool]:
    """Return the text, and whether the bytes were what ``charset`` promises.

    Where they are not, the encoding is found out (`decode`); as the last resort each byte that
    fits no encoding becomes a replacement character, and the rest is kept.
    """
    text = decoded_as(data, charset) if charset else None
    if text is not None:
        return fit(text), True
    try:
        return fit(decode(data)), not charset
    except CorruptDocument:
        return fit(data.decode("utf-8", "replace")), False


def fit(text: str) -> str:
    """Return text with Unix line ends, without control characters and halves of characters."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\f", "\n\n")
    return _UNFIT.sub(_fitted, plain)


def _fitted(found: re.Match[str]) -> str:
    return "\ufffd" if "\ud800" <= found[0] <= "\udfff" else ""
