"""Tables on a sheet: cells that stand together, and what is a table, a title or a remark."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.office.cells import check_cells
from catalystindex.model.errors import DocumentTooLarge

Row = dict[int, str]
"""Cells by column; none is blank."""
LONG_TEXT = 100
"""Characters of a cell from which a column of cells reads as prose."""
MAX_BESIDE = 20
"""Tables side by side."""
BORDERS = 3
"""Characters that a cell takes in the text beside its own."""


@dataclass(frozen=True)
class Island:
    """Rows that follow one another, all with something in them."""

    rows: Sequence[Row]

    @property
    def columns(self) -> list[int]:
        """The columns with something in them, in order."""
        return sorted({column for row in self.rows for column in row})


class CellBudget:
    """Counts the text of all cells as they are read, so that no more than the limit is held."""

    def __init__(self, context: ParseContext) -> None:
        self._context, self._chars = context, 0
        self._limit = context.limits.max_text_chars

    def take(self, text: str) -> None:
        """Count a cell. Raises `DocumentTooLarge`."""
        self._chars += len(text) + BORDERS
        if self._chars > self._limit:
            raise DocumentTooLarge(
                f"The sheets hold more than {self._limit:,} characters.", limit=self._limit
            )


def add_islands(rows: dict[int, Row], builder: DocumentBuilder, context: ParseContext) -> None:
    """Add the cells of a sheet: each group of rows between blank ones is a table of its own."""
    for band in _bands(rows):
        context.tick()
        for island in _side_by_side(band):
            _add(island, builder)


def _bands(rows: dict[int, Row]) -> Iterator[Island]:
    """Yield the rows between blank ones."""
    run: list[Row] = []
    last = 0
    for number in sorted(number for number, row in rows.items() if row):
        if run and number != last + 1:
            yield Island(run)
            run = []
        run.append(rows[number])
        last = number
    if run:
        yield Island(run)


def _side_by_side(band: Island) -> Iterator[Island]:
    """Yield the parts of a band between blank columns if each is plainly a table of its own.

    Else rows would be torn apart: statements often keep blank columns between their figures. Plain
    are two tables of different height, each with a whole row of headers and two columns or more.
    """
    above, body = _peeled(band)
    parts = _split_columns(body)
    if (
        not 2 <= len(parts) <= MAX_BESIDE
        or not all(_headed(body, one) for one in parts)
        or (len({_span(body, part) for part in parts}) < len(parts))
    ):
        yield band
        return
    if above:
        yield Island(above)
    for part in parts:
        inside = set(part)
        cut = ({key: row[key] for key in row if key in inside} for row in body)
        yield Island([row for row in cut if row])


def _peeled(band: Island) -> tuple[Sequence[Row], Sequence[Row]]:
    """Return the rows of one cell at the top, and the others."""
    first = next((at for at, row in enumerate(band.rows) if len(row) > 1), len(band.rows))
    return band.rows[:first], band.rows[first:]


def _split_columns(rows: Sequence[Row]) -> list[list[int]]:
    parts: list[list[int]] = []
    for column in Island(rows).columns:
        if parts and parts[-1][-1] == column - 1:
            parts[-1].append(column)
        else:
            parts.append([column])
    return parts


def _span(rows: Sequence[Row], part: Sequence[int]) -> tuple[int, int]:
    """Return the first and last row with something in some columns."""
    held = [at for at, row in enumerate(rows) if any(column in row for column in part)]
    return held[0], held[-1]


def _headed(rows: Sequence[Row], part: Sequence[int]) -> bool:
    if len(part) < 2:
        return False
    first, last = _span(rows, part)
    return last > first and all(column in rows[first] for column in part)


def _add(island: Island, builder: DocumentBuilder) -> None:
    above, body = _peeled(island)
    if not body:
        _add_column(island, builder)
        return
    for row in above[:-1]:
        builder.add("paragraph", next(iter(row.values())))
    caption = next(iter(above[-1].values())) if above else None
    _add_table(Island(body), builder, caption)


def _add_column(island: Island, builder: DocumentBuilder) -> None:
    """Add rows of one cell each: a list of entries is a table, and prose is paragraphs."""
    texts = [next(iter(row.values())) for row in island.rows]
    one_column = len(island.columns) == 1
    if len(texts) == 1 or not one_column or any(len(text) > LONG_TEXT for text in texts):
        for text in texts:
            builder.add("paragraph", text)
    else:
        builder.table([[text] for text in texts])


def _add_table(island: Island, builder: DocumentBuilder, caption: str | None) -> None:
    columns = island.columns
    check_cells(len(island.rows), len(columns))
    rows = [[row.get(column, "") for column in columns] for row in island.rows]
    builder.table(rows, caption=caption)
