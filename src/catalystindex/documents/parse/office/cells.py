"""The bound on cells, for parsers that would fill a table before the builder sees it."""

from catalystindex.documents.builder import MAX_TABLE_CELLS
from catalystindex.model.errors import DocumentTooLarge


def check_cells(rows: int, columns: int) -> None:
    """Raise `DocumentTooLarge` for a table of more cells than one may have."""
    if rows * columns > MAX_TABLE_CELLS:
        raise DocumentTooLarge(
            f"A table has more than {MAX_TABLE_CELLS:,} cells.", limit=MAX_TABLE_CELLS
        )
