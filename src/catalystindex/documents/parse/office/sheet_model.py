"""One sheet of a workbook of either format, and how it becomes part of a document."""

from dataclasses import dataclass, field

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.office.sheet_tables import Row, add_islands
from catalystindex.documents.parsed import Furniture
from catalystindex.model.errors import DocumentWithMacros

SHEET_LEVEL = 2


@dataclass
class Sheet:
    """The cells of a sheet by row and column, and what is to be said about them."""

    rows: dict[int, Row] = field(default_factory=dict)
    hidden_rows: int = 0
    hidden_columns: int = 0
    uncached: int = 0
    """Formulas without a stored result."""
    lost: int = 0
    """Cells whose text the file does not hold."""
    furniture: list[Furniture] = field(default_factory=list)


def add_sheet(name: str, sheet: Sheet, builder: DocumentBuilder, context: ParseContext) -> None:
    """Add the cells of a sheet, and tell what a reader of it would not see, or see otherwise."""
    add_islands(sheet.rows, builder, context)
    for furniture in sheet.furniture:
        builder.drop(furniture)
    counts = ((sheet.hidden_rows, "row"), (sheet.hidden_columns, "column"))
    hidden = " and ".join(_counted(count, what) for count, what in counts if count)
    if hidden:
        builder.warn(f"The sheet {name!r} hides {hidden}: read nevertheless.")
    if sheet.uncached:
        formulas = _counted(sheet.uncached, "formula")
        builder.warn(
            f"The sheet {name!r} has {formulas} without a stored result, shown as formulas: open "
            "the workbook in Excel and save it to have the results."
        )
    if sheet.lost:
        cells = _counted(sheet.lost, "cell")
        builder.warn(f"The sheet {name!r} has {cells} whose text is missing from the file.")


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'s' if count > 1 else ''}"


def check_macro_sheet(context: ParseContext) -> None:
    """Raise `DocumentWithMacros` if a sheet of Excel 4 macros is to be refused."""
    if context.parsing.macros == "refuse":
        raise DocumentWithMacros(
            "The workbook carries a sheet of macros (Excel 4): remove it, or set parsing.macros "
            "to 'ignore'."
        )


def warn_of_hidden(name: str, builder: DocumentBuilder) -> None:
    """Note that a whole sheet is hidden."""
    builder.warn(f"The sheet {name!r} is hidden in the workbook; it was read.")
