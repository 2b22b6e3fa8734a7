"""Tables: groups of rows under their caption and header."""

import re
from collections.abc import Sequence

from catalystindex.documents.chunk.draft import ChunkDraft
from catalystindex.documents.chunk.source import ChunkSource
from catalystindex.documents.chunk.spec import TableTier
from catalystindex.documents.parsed import Table

_RULE = re.compile(r"[\s|:-]*-[\s|:-]*")
_LINE = re.compile(r"[^\n]+")
Range = tuple[int, int]


def cut_tables(
    source: ChunkSource, tier: TableTier, base: Sequence[ChunkDraft]
) -> list[ChunkDraft]:
    """Return the rows of tables in groups that fit with caption and header in front.

    With ``when: split`` only tables that no passage of the ``base`` tier holds whole. A row
    longer than the limit is cut.
    """
    drafts: list[ChunkDraft] = []
    for table in source.parsed.tables:
        split = tier.when == "always" or not _is_whole(table, base)
        if split and len(table.rows) <= tier.max_rows:
            drafts += _cut_table(source, table)
    return drafts


def _is_whole(table: Table, base: Sequence[ChunkDraft]) -> bool:
    return any(draft.start <= table.start and table.end <= draft.end for draft in base)


def _cut_table(source: ChunkSource, table: Table) -> list[ChunkDraft]:
    text = source.parsed.text
    lines = [match.span() for match in _LINE.finditer(text, table.start, table.end)]
    head, rows = _parted(text, lines, table.header_rows)
    lead = "\n".join([*([table.caption] if table.caption else []), *(text[a:b] for a, b in head)])
    blocks = source.blocks(table.start, table.end)
    path = blocks[0].heading_path if blocks else ()
    drafts: list[ChunkDraft] = []
    for start, end in _groups(source, rows or head, path, lead if rows else ""):
        drafts += source.cut("table", start, end, path, lead if rows else "")
    return drafts


def _parted(text: str, lines: list[Range], header_rows: int) -> tuple[list[Range], list[Range]]:
    """Return the lines of the header without its rule, and those of the rows."""
    ruled = len(lines) > 1 and _RULE.fullmatch(text[slice(*lines[1])]) is not None
    if not ruled:
        return lines[:header_rows], lines[header_rows:]
    named = max(header_rows, 1)
    return [lines[0], *lines[2 : named + 1]], lines[named + 1 :]


def _groups(
    source: ChunkSource, rows: list[Range], path: tuple[str, ...], lead: str
) -> list[Range]:
    """Return runs of rows, each as long as fits (the next tries twice as many)."""
    groups: list[Range] = []
    first, size = 0, 8
    while first < len(rows):
        size = min(size, len(rows) - first)
        while size > 1 and not source.fits(rows[first][0], rows[first + size - 1][1], path, lead):
            size -= 1
        groups.append((rows[first][0], rows[first + size - 1][1]))
        first += size
        size *= 2
    return groups
