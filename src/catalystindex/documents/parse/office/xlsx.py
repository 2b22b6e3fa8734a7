"""Sheets of an XLSX workbook, read cell by cell: what a sheet declares of its size is no matter."""

import re

from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.office.number_formats import GENERAL, shown
from catalystindex.documents.parse.office.ooxml import Element, Package, whole
from catalystindex.documents.parse.office.sheet_model import Sheet
from catalystindex.documents.parse.office.sheet_tables import CellBudget, Row
from catalystindex.documents.parse.office.xlsx_parts import (
    header_text,
    local,
    read_formats,
    read_shared,
    rich_text,
    stream,
)
from catalystindex.documents.parsed import Furniture, FurnitureKind

_COLUMN = re.compile(r"([A-Za-z]{1,3})\d*\Z")
_LONG_NUMBER = re.compile(r"-?\d{16,400}")
MAX_COLUMN = 16_384
UNKNOWN_FORMULA = "(formula)"
TICK_ROWS = 1000


class CellReader:
    """Reads sheets of one workbook: they share texts and formats."""

    def __init__(self, package: Package, main: str, root: Element, context: ParseContext) -> None:
        self._package, self._context = package, context
        self._shared = read_shared(package, main)
        self._formats = read_formats(package, main)
        self._budget = CellBudget(context)
        properties = next(root.iter("{*}workbookPr"), None)
        since = properties.get("date1904") if properties is not None else None
        self._epoch_1904 = since in ("1", "true")

    def read(self, part: str) -> Sheet:
        """Return a sheet. Raises `DocumentTooLarge` and `CorruptDocument`."""
        sheet = Sheet()
        source = self._package.open(part)
        number = 0
        tags = ("row", "col", "oddHeader", "oddFooter")
        for place, node in enumerate(stream(source, part, *tags) if source is not None else ()):
            if place % TICK_ROWS == 0:
                self._context.tick()
            if local(node) == "row":
                number = whole(node.get("r"), number + 1)
                self._row(node, number, sheet)
            else:
                _aside(node, sheet)
        return sheet

    def _row(self, node: Element, number: int, sheet: Sheet) -> None:
        row: Row = {}
        column = 0
        for cell in node:
            column = _column(cell.get("r"), column + 1)
            text = self._text(cell, sheet)
            if text.strip() and column not in row:
                self._budget.take(text)
                row[column] = text
        if row:
            sheet.rows.setdefault(number, {}).update(row)
            sheet.hidden_rows += node.get("hidden") in ("1", "true")

    def _text(self, cell: Element, sheet: Sheet) -> str:
        """Return a cell as the sheet shows it; without a stored value, its formula."""
        value, formula = None, None
        for part in cell:
            kind = local(part)
            if kind == "is":
                return rich_text(part)
            if kind == "v":
                value = part.text
            elif kind == "f":
                formula = part
        if value is not None:
            return self._shown(value, cell, sheet)
        if formula is None or cell.get("t") == "str":
            return ""
        sheet.uncached += 1
        return f"={formula.text}" if formula.text else UNKNOWN_FORMULA

    def _shown(self, value: str, cell: Element, sheet: Sheet) -> str:
        kind = cell.get("t", "n")
        if kind == "s":
            place = whole(value, -1)
            if 0 <= place < len(self._shared):
                return self._shared[place]
            sheet.lost += 1
            return ""
        if kind == "b":
            return "TRUE" if value.strip() in ("1", "true") else "FALSE"
        if kind != "n" or _LONG_NUMBER.fullmatch(value):
            return value
        style = whole(cell.get("s"), -1)
        code = self._formats[style] if 0 <= style < len(self._formats) else GENERAL
        try:
            number = float(value)
        except ValueError:
            return value
        return shown(number, code, epoch_1904=self._epoch_1904)


def _column(reference: str | None, following: int) -> int:
    """Return the column of a cell's reference; without one it follows the cell before."""
    found = _COLUMN.match(reference or "")
    column = 0
    for letter in found[1].upper() if found else "":
        column = column * 26 + ord(letter) - 64
    return min(column or following, MAX_COLUMN)


def _aside(node: Element, sheet: Sheet) -> None:
    """Note what stands beside the cells."""
    kind = local(node)
    if kind == "col":
        sheet.hidden_columns += node.get("hidden") in ("1", "true")
        return
    text = header_text(node.text or "")
    if text:
        what: FurnitureKind = "header" if kind == "oddHeader" else "footer"
        sheet.furniture.append(Furniture(1, what, text, None))
