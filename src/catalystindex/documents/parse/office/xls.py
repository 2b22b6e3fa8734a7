"""XLS workbooks of before 2007, read by xlrd; olefile opens the compound file around them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO, StringIO
from typing import TypeVar

import olefile
import xlrd

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import XLS
from catalystindex.documents.parse.office.number_formats import GENERAL, shown
from catalystindex.documents.parse.office.sheet_model import (
    SHEET_LEVEL,
    Sheet,
    add_sheet,
    check_macro_sheet,
    warn_of_hidden,
)
from catalystindex.documents.parse.office.sheet_tables import CellBudget, Row
from catalystindex.documents.parse.office.xls_records import CELLS, MACROS, SheetRecords, scan
from catalystindex.documents.parsed import DocumentFacts, ParsedDocument
from catalystindex.model.errors import (
    CorruptDocument,
    DocumentError,
    DocumentWithMacros,
    EncryptedDocument,
)

MACRO_STORAGE = "_VBA_PROJECT_CUR"
STREAMS = ("Workbook", "Book")
MOMENT = "yyyy-mm-dd h:mm:ss"
Value = TypeVar("Value")


@dataclass(frozen=True)
class _Container:
    """What the compound file says: the properties, and the records of its workbook."""

    facts: DocumentFacts
    title: str | None
    sheets: list[SheetRecords]


def parse_xls(data: bytes, context: ParseContext) -> ParsedDocument:
    """Parse an XLS workbook.

    Raises `CorruptDocument`, `EncryptedDocument`, `DocumentWithMacros` and `DocumentTooLarge`.
    """
    if context.parsing.macros == "refuse" and _utf16(MACRO_STORAGE) in data:
        raise DocumentWithMacros(
            "The workbook carries macros (VBA): save it as .xlsx, or set parsing.macros to "
            "'ignore'."
        )
    book = _opened(data)
    container = _guarded(lambda: _container(data))
    if any(sheet.kind == MACROS for sheet in container.sheets):
        check_macro_sheet(context)
    return _guarded(lambda: _build(book, container, context))


def _guarded(read: Callable[[], Value]) -> Value:
    """Run a step of reading; whatever the libraries trip over is damage."""
    try:
        return read()
    except (DocumentError, MemoryError):
        raise
    except Exception as error:  # xlrd and olefile check nothing: any error may come out of damage
        raise CorruptDocument("The XLS workbook is damaged.") from error


def _opened(data: bytes) -> xlrd.Book:
    """Return the workbook, without formats if those are damaged."""
    try:
        return _open(data, formats=True)
    except (DocumentError, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - as above; the damage may concern looks only, which `_build` then says
        return _guarded(lambda: _open(data, formats=False))


def _open(data: bytes, *, formats: bool) -> xlrd.Book:
    try:
        return xlrd.open_workbook(
            file_contents=data, logfile=StringIO(), formatting_info=formats, ragged_rows=True
        )
    except xlrd.XLRDError as error:
        if "encrypted" in str(error):
            raise EncryptedDocument(
                "The workbook asks for a password: remove it and try again."
            ) from error
        raise


def _build(book: xlrd.Book, container: _Container, context: ParseContext) -> ParsedDocument:
    builder = DocumentBuilder(XLS, context.limits.max_text_chars)
    if not book.formatting_info:
        builder.warn("The workbook's formats are damaged: numbers are shown as they are stored.")
    reader = _CellReader(book, context)
    held = [
        _add_one(records, sheet, reader, builder)
        for records, sheet in _paired(container.sheets, book.sheets())
    ]
    if not any(held):  # a workbook of blank sheets is without text, names or not
        return DocumentBuilder(XLS, context.limits.max_text_chars).build()
    return builder.build(title=container.title, facts=container.facts)


def _paired(
    records: list[SheetRecords], sheets: list[xlrd.sheet.Sheet]
) -> Iterator[tuple[SheetRecords, xlrd.sheet.Sheet | None]]:
    """Yield the sheets in the order of their tabs; xlrd gives those of cells only."""
    left = iter(sheets)
    for one in records:
        yield one, next(left, None) if one.kind == CELLS else None
    for sheet in left:
        yield SheetRecords(sheet.name, CELLS, bool(sheet.visibility)), sheet


def _add_one(
    records: SheetRecords,
    sheet: xlrd.sheet.Sheet | None,
    reader: "_CellReader",
    builder: DocumentBuilder,
) -> bool:
    """Add a sheet, and tell whether there was anything in it."""
    name = " ".join((sheet.name if sheet is not None else records.name).split()) or "Sheet"
    builder.heading(SHEET_LEVEL, name)
    before = builder.length
    if records.hidden:
        warn_of_hidden(name, builder)
    if sheet is not None:
        add_sheet(name, reader.read(sheet), builder, reader.context)
    if records.kind == MACROS:
        builder.warn(f"The sheet {name!r} holds macros and was not read.")
    for text in records.texts:
        builder.add("paragraph", text.replace("\r", "\n"))
    for furniture in records.furniture:
        builder.drop(furniture)
    for note in _notes(sheet) if sheet is not None else ():
        builder.add("paragraph", note)
    return builder.length > before


class _CellReader:
    """Reads the sheets of one workbook."""

    def __init__(self, book: xlrd.Book, context: ParseContext) -> None:
        self._book, self.context = book, context
        self._budget = CellBudget(context)

    def read(self, source: xlrd.sheet.Sheet) -> Sheet:
        """Return a sheet's cells. Raises `DocumentTooLarge`."""
        sheet = Sheet()
        for number in range(source.nrows):
            if number % 1000 == 0:
                self.context.tick()
            row = self._row(source.row(number))
            if row:
                sheet.rows[number] = row
                info = source.rowinfo_map.get(number)
                sheet.hidden_rows += bool(info is not None and info.hidden)
        columns = source.colinfo_map.items()
        used = {column for row in sheet.rows.values() for column in row}
        sheet.hidden_columns = sum(bool(info.hidden) and key in used for key, info in columns)
        return sheet

    def _row(self, cells: list[xlrd.sheet.Cell]) -> Row:
        row: Row = {}
        for column, cell in enumerate(cells):
            text = self._text(cell)
            if text.strip():
                self._budget.take(text)
                row[column] = text
        return row

    def _text(self, cell: xlrd.sheet.Cell) -> str:
        if cell.ctype == xlrd.XL_CELL_TEXT:
            return str(cell.value)
        if cell.ctype == xlrd.XL_CELL_BOOLEAN:
            return "TRUE" if cell.value else "FALSE"
        if cell.ctype == xlrd.XL_CELL_ERROR:
            return xlrd.error_text_from_code.get(int(cell.value), "#ERROR!")
        if cell.ctype not in (xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE):
            return ""
        return shown(float(cell.value), self._format(cell), epoch_1904=bool(self._book.datemode))

    def _format(self, cell: xlrd.sheet.Cell) -> str:
        if cell.xf_index is None or not 0 <= cell.xf_index < len(self._book.xf_list):
            return MOMENT if cell.ctype == xlrd.XL_CELL_DATE else GENERAL
        found = self._book.format_map.get(self._book.xf_list[cell.xf_index].format_key)
        return found.format_str if found is not None else GENERAL


def _notes(sheet: xlrd.sheet.Sheet) -> list[str]:
    """Return the comments on cells as sentences."""
    found = []
    for (row, column), note in sorted(sheet.cell_note_map.items()):
        author = " ".join((note.author or "").split())
        text = (note.text or "").strip().removeprefix(f"{author}:").strip()
        by = f"Comment by {author}" if author else "Comment"
        if text:
            found.append(f"{by} on {xlrd.colname(column)}{row + 1}: {text}")
    return found


# --- the compound file -------------------------------------------------------


def _container(data: bytes) -> _Container:
    """Return what the compound file says; a workbook may also come without one."""
    if not olefile.isOleFile(data=data):
        return _Container(DocumentFacts(), None, [])
    with olefile.OleFileIO(BytesIO(data)) as file:
        meta = file.get_metadata()
        found = meta.codepage if isinstance(meta.codepage, int) else 1252
        sheets = scan(file.openstream("Workbook").read()) if file.exists("Workbook") else []
    codec = "utf-8" if found in (65001, -535) else f"cp{found}"
    facts = DocumentFacts(
        author=_words(meta.author, codec),
        created=_moment(meta.create_time),
        modified=_moment(meta.last_saved_time),
        subject=_words(meta.subject, codec),
    )
    return _Container(facts, _words(meta.title, codec), sheets)


def _words(value: object, codec: str) -> str | None:
    if not isinstance(value, bytes):
        return None
    try:
        text = value.decode(codec, "replace")
    except LookupError:
        text = value.decode("cp1252", "replace")
    return " ".join(text.replace("\x00", "").split()) or None


def _moment(value: object) -> str | None:
    """Return a moment, unless it is the zero that programs write for "unknown" (1601)."""
    if not isinstance(value, datetime) or value.year < 1970:
        return None
    return value.replace(tzinfo=UTC, microsecond=0).isoformat().replace("+00:00", "Z")


def _utf16(name: str) -> bytes:
    return name.encode("utf-16-le") + b"\x00\x00"
