"""The source of a web page, made fit for the parser: its encoding and XHTML's own forms."""

import re

from catalystindex.documents.parse.charsets import codec, decoded, fit
from catalystindex.documents.parse.text import decode
from catalystindex.documents.parse.web.html_depth import FOREIGN, VOID

HEAD = 4096
UNICODE_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
SEVEN_BIT = (b"\x1b$", b"\x1b(")
"""Escapes of ISO-2022: bytes that are valid ASCII and mean other letters."""
_DECLARED = re.compile(
    rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([\w.:-]+)"""
    rb"""|<meta[^>]{0,300}?charset\s*=\s*["']?\s*([\w.:-]+)""",
    re.IGNORECASE,
)
_CDATA = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_CLOSED_AT_ONCE = re.compile(r"<([A-Za-z][\w:.-]*)((?:\s[^<>]*)?)/>")
KEPT_CLOSED = VOID | FOREIGN


def page_text(data: bytes) -> str:
    """Return a page's source: as Unicode if it is, else in the encoding that it declares.

    Raises `CorruptDocument` for bytes that a byte-order mark promises to be what they are not.
    """
    if data.startswith(UNICODE_MARKS):
        return fit(decode(data))
    declared = _declared(data[:HEAD])
    if declared and any(mark in data for mark in SEVEN_BIT):
        return decoded(data, declared)[0]
    try:
        return fit(data.decode("utf-8"))
    except UnicodeDecodeError:
        return decoded(data, declared)[0]


def _declared(head: bytes) -> str | None:
    """Return the declared encoding. A page that can be searched for it is not in UTF-16."""
    found = _DECLARED.search(head)
    name = (found[1] or found[2]).decode("ascii", "replace") if found else ""
    return None if (codec(name) or "").startswith(("utf-16", "utf-32")) else name or None


def as_html(source: str) -> str:
    """Return XHTML in the forms of HTML: ``<title/>`` would hide all that follows."""
    end = source.rfind("]]>") + 3
    if end > 3:
        source = _CDATA.sub(_escaped, source[:end]) + source[end:]
    return _CLOSED_AT_ONCE.sub(_opened_and_closed, source)


def _escaped(found: re.Match[str]) -> str:
    return found[1].replace("&", "&amp;").replace("<", "&lt;")


def _opened_and_closed(found: re.Match[str]) -> str:
    name = found[1].lower()
    if name in KEPT_CLOSED:
        return found[0]
    return f"<{found[1]}{found[2]}></{found[1]}>"
