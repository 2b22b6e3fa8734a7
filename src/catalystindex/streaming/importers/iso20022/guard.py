"""What is looked at before the XML parser sees a byte.

The parser is told to expand nothing and load nothing. Beyond that, a file with a document type
declaration is refused: no message of ISO 20022 has one, and entities (a billion laughs, files of
this machine) cannot be declared elsewhere. So that it cannot hide, only encodings are read in which
markup is plain to see.
"""

import re
from typing import Final

from catalystindex.model.event_errors import EventFileInvalid

PROLOG_BYTES: Final = 64 << 10
"""The root element begins within these."""

_ENCODINGS: Final = re.compile(
    r"utf-?8|utf-?16(le|be)?|(us-)?ascii|iso-?8859-?\d{1,2}|latin-?1|windows-125\d|cp125\d",
    re.IGNORECASE,
)
_DECLARED: Final = re.compile(r"""<\?xml\b[^>]*?\bencoding\s*=\s*["']([^"']*)["']""")
_MISC: Final = re.compile(r"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_UTF_16: Final = (
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)


def check_prolog(head: bytes) -> None:
    """Look at a file's first `PROLOG_BYTES`.

    Raises `EventFileInvalid` for a DOCTYPE, an encoding that is not read, and what is no XML.
    """
    if not head.strip():
        raise EventFileInvalid("the file is empty")
    text = _decoded(head)
    declared = _DECLARED.match(text)
    if declared and not _ENCODINGS.fullmatch(declared[1]):
        raise EventFileInvalid(
            f"the encoding {declared[1][:40]!r} is not read: ISO 20022 files are in UTF-8"
        )
    at = 0
    while found := _MISC.match(text, at):
        at = found.end()
    _check_root(text[at : at + 9])


def _decoded(head: bytes) -> str:
    if head.startswith(
        (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff", b"<\x00\x00\x00", b"\x00\x00\x00<")
    ):
        raise EventFileInvalid("UTF-32 is not read: ISO 20022 files are in UTF-8")
    for mark, encoding in _UTF_16:
        if head.startswith(mark):
            return head.decode(encoding, "replace").removeprefix("\ufeff")
    return head.removeprefix(b"\xef\xbb\xbf").decode("latin-1")


def _check_root(start: str) -> None:
    if start.upper() == "<!DOCTYPE":
        raise EventFileInvalid(
            "the file has a document type declaration (DOCTYPE), by which entities are declared: "
            "no ISO 20022 message has one, and it is not read"
        )
    if not start.startswith("<"):
        raise EventFileInvalid("this is no XML")
    if not re.match(r"<[^\W\d]", start):
        raise EventFileInvalid(
            f"no element begins within the first {PROLOG_BYTES} bytes, or the XML is broken there"
        )
