"""Tables of web pages: cells that span others, header rows, and tables that only arrange a page."""

from collections.abc import Iterator

from selectolax.lexbor import LexborNode

from catalystindex.documents.builder import MAX_TABLE_CELLS, DocumentBuilder
from catalystindex.documents.parse.web.html_text import HEADINGS, flat
from catalystindex.model.errors import DocumentTooLarge

MAX_COLUMNS_SPANNED = 1000
MAX_ROWS_SPANNED = 65_534
"""The bounds of HTML itself."""
_INNER = ", ".join(f"table {tag}" for tag in ("table", *HEADINGS))


def is_layout(table: LexborNode) -> bool:
    """Tell whether a table only arranges other tables or headings, or is one column of text."""
    if table.attributes.get("role") == "presentation" or table.css_first(_INNER) is not None:
        return True
    if table.css_first("th, caption") is not None:
        return False
    return not any(len(_cells(row)) > 1 for row in table.css("tr"))


def add_table(table: LexborNode, builder: DocumentBuilder) -> None:
    """Add a table. A cell that spans counts where it begins and is blank beyond."""
    caption = table.css_first("caption")
    rows = table.css("tr")
    try:
        lines = list(_expanded(rows))
    except DocumentTooLarge:  # by what cells claim to span, not by what they hold
        lines = [[flat(cell) for cell in _cells(row)] for row in rows]
    builder.table(
        lines,
        header_rows=_header_rows(rows),
        caption=flat(caption) if caption is not None else None,
    )


def _cells(row: LexborNode) -> list[LexborNode]:
    return [cell for cell in row.iter() if cell.tag in ("td", "th")]


def _header_rows(rows: list[LexborNode]) -> int:
    """Count the rows at the top that are in a header, or consist of header cells."""
    for place, row in enumerate(rows):
        cells = _cells(row)
        in_header = row.parent is not None and row.parent.tag == "thead"
        if not (in_header or (cells and all(cell.tag == "th" for cell in cells))):
            return place
    return min(len(rows), 1)


def _expanded(rows: list[LexborNode]) -> Iterator[list[str]]:
    """Yield the rows with each cell in its own column. Raises `DocumentTooLarge`."""
    held: dict[int, int] = {}  # column to the rows that are still covered there
    total = 0
    for row in rows:
        line: dict[int, str] = {}
        column = 0
        for cell in _cells(row):
            while held.get(column):
                column += 1
            line[column] = flat(cell)
            total += _span(cell, "colspan", MAX_COLUMNS_SPANNED) or 1
            _check(total + column)
            column = _hold(cell, column, held, len(rows))
        held = {place: left - 1 for place, left in held.items() if left > 1}
        total += len(held)
        _check(total)
        yield [line.get(place, "") for place in range(max(line, default=-1) + 1)]


def _hold(cell: LexborNode, column: int, held: dict[int, int], rows: int) -> int:
    """Cover what a cell spans; return the column after it."""
    end = column + (_span(cell, "colspan", MAX_COLUMNS_SPANNED) or 1)
    height = _span(cell, "rowspan", MAX_ROWS_SPANNED) or rows
    for place in range(column, end):
        held[place] = max(held.get(place, 0), height)
    return end


def _check(cells: int) -> None:
    if cells > MAX_TABLE_CELLS:
        raise DocumentTooLarge(
            f"A table has more than {MAX_TABLE_CELLS:,} cells.", limit=MAX_TABLE_CELLS
        )


def _span(cell: LexborNode, name: str, most: int) -> int:
    """Return a span; 0 is one to the end, and what is no number is 1."""
    text = (cell.attributes.get(name) or "1").strip()
    return min(int(text[:6]), most) if text[:6].isdecimal() and text.isascii() else 1
