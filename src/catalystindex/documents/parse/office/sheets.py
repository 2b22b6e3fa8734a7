"""Workbooks (XLSX, XLS): each sheet a heading, each group of cells a table under it."""

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import XLSX
from catalystindex.documents.parse.office.ooxml import RELATION, Element, Package
from catalystindex.documents.parse.office.sheet_drawings import add_drawings
from catalystindex.documents.parse.office.sheet_model import (
    SHEET_LEVEL,
    add_sheet,
    check_macro_sheet,
    warn_of_hidden,
)
from catalystindex.documents.parse.office.xls import parse_xls
from catalystindex.documents.parse.office.xlsx import CellReader
from catalystindex.documents.parse.office.xlsx_parts import read_comments, read_people
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import NestedTooDeep, UnsupportedMedia

__all__ = ["parse_xls", "parse_xlsx"]

USUAL_PART = "xl/workbook.xml"
MACRO_SHEETS = ("xlMacrosheet", "xlIntlMacrosheet")


def parse_xlsx(data: bytes, context: ParseContext) -> ParsedDocument:
    """Parse an XLSX workbook.

    Raises `CorruptDocument`, `EncryptedDocument`, `DocumentWithMacros`, `DocumentTooLarge`, and
    `UnsupportedMedia` for a binary one (XLSB).
    """
    package = Package(data, context)
    main = next(iter(package.related("", "officeDocument")), USUAL_PART)
    if main.lower().endswith(".bin"):
        raise UnsupportedMedia("This is a binary workbook (XLSB): save it as .xlsx.")
    try:
        return _Workbook(package, context).read()
    except RecursionError as error:
        raise NestedTooDeep("The workbook is nested too deeply to be read.") from error


class _Workbook:
    """Reads one workbook."""

    def __init__(self, package: Package, context: ParseContext) -> None:
        self._package, self._context = package, context
        self._main, self._root = package.main(USUAL_PART)
        self._builder = DocumentBuilder(XLSX, context.limits.max_text_chars)
        self._cells = CellReader(package, self._main, self._root, context)
        self._people = read_people(package, self._main)

    def read(self) -> ParsedDocument:
        """Return the document; one whose sheets are all blank is without text, names or not."""
        held = [self._sheet(entry) for entry in self._root.iter("{*}sheet")]
        if not any(held):
            return DocumentBuilder(XLSX, self._context.limits.max_text_chars).build()
        return self._builder.build(title=self._package.title(), facts=self._package.facts())

    def _sheet(self, entry: Element) -> bool:
        """Add a sheet, and tell whether there was anything in it, be it lost."""
        name = " ".join((entry.get("name") or "").split()) or "Sheet"
        reference = entry.get(f"{RELATION}id")
        relation = self._package.relations(self._main).get(reference or "")
        part = self._package.target(self._main, reference)
        if relation is not None and relation.kind in MACRO_SHEETS:
            check_macro_sheet(self._context)
        self._builder.heading(SHEET_LEVEL, name)
        before = self._builder.length
        if entry.get("state") in ("hidden", "veryHidden"):
            warn_of_hidden(name, self._builder)
        if part is None:
            self._builder.warn(f"The sheet {name!r} is missing from the workbook's file.")
            return True
        sheet = self._cells.read(part)
        add_sheet(name, sheet, self._builder, self._context)
        add_drawings(self._package, part, self._builder)
        for comment in read_comments(self._package, part, self._people):
            self._builder.add("paragraph", comment)
        return bool(self._builder.length > before or sheet.lost)
