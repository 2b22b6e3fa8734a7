"""Delimited text (CSV, TSV): one table, with the title lines before it as paragraphs."""

import csv
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import CSV, TSV
from catalystindex.documents.parse.office.cells import check_cells
from catalystindex.documents.parse.text import decode
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import DocumentTooLarge

DELIMITERS = ("\t", ";", "|", ",")
"""The first that makes rows most even: decimal commas may be as even as semicolons."""
SAMPLE_CHARS, SAMPLE_ROWS = 65_536, 500
MAX_PREAMBLE = 20
"""Lines before a table that may be its titles; more of them are rows."""
LONG_TEXT = 100
"""Characters of a line from which lines without delimiters read as prose."""
MAX_OPEN_QUOTES = 100
END = "\ue000"
"""A line put after the last: a quote that nobody closed swallows it. No text has it: private."""
TICK_ROWS = 10_000
MAX_FIELD_CHARS = 2**31 - 1
_NUMBER = re.compile(r"[-+(]?[^\w\s]?\s?\d[\d.,' ]*\)?%?")
_YEAR = re.compile(r"(19|20)\d\d")
Row = list[str]

csv.field_size_limit(MAX_FIELD_CHARS)  # the text itself is bounded; a cell may be all of it


def parse_csv(data: bytes, context: ParseContext) -> ParsedDocument:
    """Parse values between commas, semicolons, tabs or bars: whichever makes even rows."""
    return _parse(data, context, CSV, DELIMITERS)


def parse_tsv(data: bytes, context: ParseContext) -> ParsedDocument:
    """Parse values between tabs; a file without any is read as CSV is."""
    return _parse(data, context, TSV, ("\t",) if b"\t" in data else DELIMITERS)


def _parse(
    data: bytes, context: ParseContext, media_type: str, delimiters: Sequence[str]
) -> ParsedDocument:
    told, text = _told(decode(data).removeprefix("\ufeff"))
    context.tick()
    if len(text) > context.limits.max_text_chars:
        raise DocumentTooLarge(
            f"The text has more than {context.limits.max_text_chars:,} characters.",
            limit=context.limits.max_text_chars,
        )
    delimiter = told or _sniffed(text, delimiters)
    rows = _read(text, delimiter, context)
    builder = DocumentBuilder(media_type, context.limits.max_text_chars)
    titles = _count_titles(rows)
    for row in rows[:titles]:
        builder.add("paragraph", delimiter.join(row).strip(f"{delimiter} "))
    _add_table(rows[titles:], builder)
    return builder.build()


def _told(text: str) -> tuple[str | None, str]:
    """Take off the line by which Excel is told the delimiter: ``sep=;``."""
    first, _, rest = text.partition("\n")
    found = re.fullmatch(r'"?sep=(.)"?\s*', first, re.IGNORECASE)
    if found is None or found[1] in '"\r\n ':
        return None, text
    return found[1], rest


# --- rows --------------------------------------------------------------------


def _sniffed(text: str, delimiters: Sequence[str]) -> str:
    """Return the delimiter that gives the largest share of rows one width of two or more."""
    sample = text[:SAMPLE_CHARS]
    if len(sample) < len(text):
        sample = sample[: sample.rfind("\n") + 1] or sample
    shares = [_evenness(sample, delimiter) for delimiter in delimiters]
    return delimiters[shares.index(max(shares))] if max(shares) > 0 else delimiters[-1]


def _evenness(sample: str, delimiter: str) -> float:
    rows = csv.reader(_lines(sample), delimiter=delimiter)
    widths = Counter(len(row) for row in islice(rows, SAMPLE_ROWS) if row)
    even = max((count for width, count in widths.items() if width > 1), default=0)
    return even / max(sum(widths.values()), 1)


def _lines(text: str, start: int = 0) -> Iterator[str]:
    """Yield lines that end where lines do, and not at other signs that split text into lines."""
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield text[start:end]
        start = end


def _read(text: str, delimiter: str, context: ParseContext) -> list[Row]:
    """Return the rows that hold something. A quote that nobody closed is a sign like any other."""
    rows: list[Row] = []
    lines = [*_lines(text if text.endswith("\n") else f"{text}\n"), END]
    done, cells = 0, 0
    for _ in range(MAX_OPEN_QUOTES):
        start = done
        reader = csv.reader(islice(lines, start, None), delimiter=delimiter)
        for row in reader:
            if start + reader.line_num == len(lines):
                break
            done = start + reader.line_num
            cells = _keep(row, rows, cells, context)
        if done >= len(lines) - 1:
            return rows
        plain = csv.reader(lines[done : done + 1], delimiter=delimiter, quoting=csv.QUOTE_NONE)
        cells = _keep(next(plain, []), rows, cells, context)
        done += 1
    for row in csv.reader(lines[done:-1], delimiter=delimiter, quoting=csv.QUOTE_NONE):
        cells = _keep(row, rows, cells, context)
    return rows


def _keep(row: Row, rows: list[Row], cells: int, context: ParseContext) -> int:
    """Keep a row that holds something; return the count of cells. Raises `DocumentTooLarge`."""
    if any(cell.strip() for cell in row):
        rows.append(row)
        cells += len(row)
    check_cells(cells, 1)
    if len(rows) % TICK_ROWS == 0:
        context.tick()
    return cells


# --- the table ---------------------------------------------------------------


def _count_titles(rows: Sequence[Row]) -> int:
    """Return how many lines at the top stand before the table: much shorter than its rows."""
    widths = Counter(len(row) for row in rows[:SAMPLE_ROWS] if len(row) > 1)
    if not widths:
        return 0
    usual = max(widths, key=lambda width: (widths[width], width))
    first = next((at for at, row in enumerate(rows) if _filled(row) > max(usual // 2, 1)), 0)
    return first if first <= MAX_PREAMBLE else 0


def _filled(row: Row) -> int:
    return sum(bool(cell.strip()) for cell in row)


def _add_table(rows: Sequence[Row], builder: DocumentBuilder) -> None:
    """Add the rows; lines without delimiters are a list of entries, or prose."""
    alone = all(len(row) == 1 for row in rows)
    if alone and any(len(row[0]) > LONG_TEXT for row in rows):
        for row in rows:
            builder.add("paragraph", row[0])
    else:
        builder.table(rows, header_rows=1 if rows and _is_header(rows[0]) else 0)


def _is_header(row: Row) -> bool:
    """Tell whether a first row names columns: amounts and numbers are no names, years may be."""
    cells = [cell.strip() for cell in row]
    return not any(_NUMBER.fullmatch(cell) and not _YEAR.fullmatch(cell) for cell in cells)
