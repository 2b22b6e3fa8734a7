"""What xlrd leaves out of a BIFF8 workbook ([MS-XLS]): text boxes, words of charts, headers."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from catalystindex.documents.parse.office.xlsx_parts import header_text
from catalystindex.documents.parsed import Furniture, FurnitureKind

BOF, BOUND_SHEET, OBJECT, TEXT_OBJECT, CONTINUE = 0x809, 0x85, 0x5D, 0x1B6, 0x3C
HEADER, FOOTER, CHART_TEXT = 0x14, 0x15, 0x100D
CELLS, MACROS = 0, 1
"""Kinds of sheets; there are others."""
NOTE = 0x19
"""The kind of object that a cell's comment is drawn as; xlrd reads those."""
Record = tuple[int, int, bytes]


@dataclass
class SheetRecords:
    """What was found of one sheet, in the order of the workbook's tabs."""

    name: str
    kind: int
    hidden: bool
    texts: list[str] = field(default_factory=list)
    furniture: list[Furniture] = field(default_factory=list)


def scan(stream: bytes) -> list[SheetRecords]:
    """Return what the records of a workbook say of its sheets; damaged ones say nothing."""
    scanner = _Scanner()
    for kind, place, body in _records(stream):
        scanner.take(kind, place, body)
    return list(scanner.sheets.values())


class _Scanner:
    """Goes through the records. ``sheets`` are by where their own records begin."""

    def __init__(self) -> None:
        self.sheets: dict[int, SheetRecords] = {}
        self._texts: list[str] = []
        self._furniture: list[Furniture] = []
        self._drawn, self._pending = 0, 0

    def take(self, kind: int, place: int, body: bytes) -> None:
        """Take a record: a text goes on in the records right after its own."""
        pending, self._pending = self._pending, 0
        if kind == BOUND_SHEET and len(body) >= 8:
            sheet = SheetRecords(_text(body[6], body[7:]), body[5], bool(body[4] & 3))
            self.sheets.setdefault(int.from_bytes(body[:4], "little"), sheet)
        elif kind == BOF and place in self.sheets:
            sheet = self.sheets[place]
            self._texts, self._furniture = sheet.texts, sheet.furniture
        elif kind == OBJECT:
            self._drawn = int.from_bytes(body[4:6], "little")
        elif kind == CONTINUE and pending:
            text = _text(pending, body)
            self._texts[-1] += text
            self._pending = pending - len(text) if text else 0
        else:
            self._words(kind, body)

    def _words(self, kind: int, body: bytes) -> None:
        """Take the words of a text box or chart, or the header or footer of a sheet."""
        if kind == TEXT_OBJECT and self._drawn != NOTE:
            self._texts.append("")
            self._pending = int.from_bytes(body[10:12], "little")
        elif kind == CHART_TEXT and len(body) > 4:
            self._texts.append(_text(body[2], body[3:]))
        elif kind in (HEADER, FOOTER) and len(body) > 3:
            text = header_text(_text(int.from_bytes(body[:2], "little"), body[2:]))
            what: FurnitureKind = "header" if kind == HEADER else "footer"
            self._furniture += [Furniture(1, what, text, None)] if text else []


def _records(stream: bytes) -> Iterator[Record]:
    place = 0
    while place + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, place)
        yield kind, place, stream[place + 4 : place + 4 + size]
        place += 4 + size


def _text(length: int, body: bytes) -> str:
    """Return a string of so many characters: a byte tells whether each takes one byte or two."""
    wide = bool(body[:1] and body[0] & 1)
    raw = body[1 : 1 + length * (2 if wide else 1)]
    return raw.decode("utf-16-le" if wide else "latin-1", "replace")
