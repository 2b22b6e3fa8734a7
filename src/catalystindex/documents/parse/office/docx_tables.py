"""Blocks and tables of DOCX documents: which there are, whose cells, and whose caption."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalystindex.documents.parse.office.cells import check_cells
from catalystindex.documents.parse.office.docx_styles import Styles
from catalystindex.documents.parse.office.docx_text import (
    OBJECTS,
    PARAGRAPH,
    SKIPPED,
    TABLE,
    Found,
    TextReader,
)
from catalystindex.documents.parse.office.ooxml import WORD, Element, flattened, switched_on, whole

ROW, CELL, CHUNK = f"{WORD}tr", f"{WORD}tc", f"{WORD}altChunk"
MAX_SPAN = 63
"""Columns of a table in Word end at 63."""


def block_parts(node: Element) -> Iterator[Element]:
    """Yield the paragraphs, outermost tables and foreign chunks below a node, in order."""
    for child in flattened(node):
        if child.tag in (PARAGRAPH, TABLE, CHUNK):
            yield child
        elif child.tag not in SKIPPED:
            yield from block_parts(child)


def is_frame(table: Element) -> bool:
    """Tell whether a table is a box around blocks: one cell, or one column that holds tables."""
    rows = list(below(table, ROW))
    if any(len(list(below(row, CELL))) > 1 for row in rows):
        return False
    return len(rows) == 1 or next(table.iterchildren(ROW), table).find(f".//{TABLE}") is not None


def frame_cells(table: Element) -> Iterator[Element]:
    """Yield the cells of a table that is a frame."""
    for row in below(table, ROW):
        yield from below(row, CELL)


def table_rows(table: Element, reader: TextReader, found: Found) -> tuple[list[list[str]], int]:
    """Return the cells as text, and how many rows at the top are marked as headers (or 1).

    A merged cell counts where it begins and is blank beyond.
    """
    rows: list[list[str]] = []
    headers, count = 0, 0
    for row in below(table, ROW):
        properties = row.find(f"{WORD}trPr")
        if headers == len(rows) and _marked(properties):
            headers += 1
        cells = [""] * _count(properties, "gridBefore")
        for cell in below(row, CELL):
            cells += _cell(cell, reader, found)
        count += len(cells)
        check_cells(count, 1)
        rows.append(cells)
    return rows, headers or 1


def _cell(cell: Element, reader: TextReader, found: Found) -> list[str]:
    merge = cell.find(f"{WORD}tcPr/{WORD}vMerge")
    beyond = max(_count(cell.find(f"{WORD}tcPr"), "gridSpan") - 1, 0)
    continues = merge is not None and merge.get(f"{WORD}val", "continue") == "continue"
    text = "" if continues else "".join([reader.text(child, found) for child in flattened(cell)])
    return [" ".join(text.split()), *[""] * beyond]


def _count(properties: Element | None, name: str) -> int:
    node = properties.find(f"{WORD}{name}") if properties is not None else None
    return min(max(whole(node.get(f"{WORD}val")), 0), MAX_SPAN) if node is not None else 0


def _marked(properties: Element | None) -> bool:
    return properties is not None and switched_on(properties.find(f"{WORD}tblHeader"))


def below(node: Element, tag: str) -> Iterator[Element]:
    """Yield the nearest elements of a tag: those of a table inside a cell are not the table's."""
    for child in flattened(node):
        if child.tag == tag:
            yield child
        elif child.tag not in (*SKIPPED, TABLE, PARAGRAPH):
            yield from below(child, tag)


# --- captions ----------------------------------------------------------------


@dataclass(frozen=True)
class Captions:
    """Which paragraph names a table or picture, by their places; those of tables are ``taken``."""

    owners: dict[int, Element]
    taken: frozenset[int]


def find_captions(parts: Sequence[Element], styles: Styles) -> Captions:
    """Pair the captions with what stands beside them: a picture before, a table after or before."""
    owners: dict[int, Element] = {}
    taken: set[int] = set()
    named = [
        place
        for place, node in enumerate(parts)
        if node.tag == PARAGRAPH and styles.is_caption(node)
    ]
    for place in named:
        owner = _owner(parts, place, owners)
        if owner is not None:
            owners[owner] = parts[place]
            taken.update([place] if parts[owner].tag == TABLE else [])
    return Captions(owners, frozenset(taken))


def _owner(parts: Sequence[Element], place: int, owners: dict[int, Element]) -> int | None:
    """Return what a caption names. Only "Table ..." prefers a table to a picture beside it."""
    near = [one for one in (place - 1, place + 1) if 0 <= one < len(parts) and one not in owners]
    pictures = [one for one in near if _has_picture(parts[one])]
    tables = [one for one in near if parts[one].tag == TABLE and not is_frame(parts[one])][-1:]
    text = "".join(node.text or "" for node in parts[place].iter(f"{WORD}t")).lower()
    first, second = (tables, pictures) if text.lstrip().startswith("tab") else (pictures, tables)
    return next(iter(first + second), None)


def _has_picture(node: Element) -> bool:
    return node.tag == PARAGRAPH and next(node.iter(*OBJECTS), None) is not None
