"""What every parser returns: one text, and blocks that say what its parts are.

Offsets count Unicode code points of ``text``. Blocks are in reading order, do not overlap, and
together hold every non-blank character.
"""

from typing import Literal

import msgspec

from catalystindex.model.errors import DocumentTooLarge

BlockKind = Literal["heading", "paragraph", "list_item", "table", "code"]

SEPARATOR = "\n\n"
MAX_HEADING_CHARS = 300
"""Of a heading's name in paths, which stand beside every block; the text itself is whole."""
MAX_TABLE_CELLS = 2_000_000
"""Counted with the blanks that fill short rows: one long row must not widen a million others."""


class Block(msgspec.Struct, frozen=True):
    """A part of the text. ``heading_path`` ends with the block itself if it is a heading."""

    kind: BlockKind
    start: int
    end: int
    heading_path: tuple[str, ...]
    page: int | None


class ParsedDocument(msgspec.Struct, frozen=True):
    """A document as text. ``pages`` is absent for formats that have none."""

    media_type: str
    title: str | None
    text: str
    blocks: tuple[Block, ...]
    pages: int | None


class DocumentBuilder:
    """Collects blocks in reading order and keeps the heading path.

    Raises `DocumentTooLarge` as soon as the text passes ``max_chars``.
    """

    def __init__(self, media_type: str, max_chars: int) -> None:
        self._media_type, self._max_chars = media_type, max_chars
        self._parts: list[str] = []
        self._blocks: list[Block] = []
        self._length = 0
        self._headings: list[tuple[int, str]] = []

    def heading(self, level: int, text: str, page: int | None = None) -> None:
        """Add a heading; it closes every heading of its level or deeper."""
        name = " ".join(text.split())[:MAX_HEADING_CHARS]
        if not name:
            return
        self._headings = [item for item in self._headings if item[0] < level]
        self._headings.append((level, name))
        self.add("heading", text, page)

    def add(self, kind: BlockKind, text: str, page: int | None = None) -> None:
        """Add a block; blank ones are dropped."""
        body = text.strip()
        if not body:
            return
        if self._parts:
            self._parts.append(SEPARATOR)
            self._length += len(SEPARATOR)
        start, self._length = self._length, self._length + len(body)
        if self._length > self._max_chars:
            raise DocumentTooLarge(
                f"The text has more than {self._max_chars:,} characters.", limit=self._max_chars
            )
        path = tuple(name for _, name in self._headings)
        self._parts.append(body)
        self._blocks.append(Block(kind, start, self._length, path, page))

    def build(self, *, title: str | None = None, pages: int | None = None) -> ParsedDocument:
        """Return the document. Without a title of its own it is named by its first heading."""
        first = self._first_heading()
        name = " ".join((title or first or "").split())
        text = "".join(self._parts)
        return ParsedDocument(self._media_type, name or None, text, tuple(self._blocks), pages)

    def _first_heading(self) -> str | None:
        for block in self._blocks:
            if block.kind == "heading":
                return block.heading_path[-1]
        return None


def markdown_table(rows: list[list[str]]) -> str:
    """Return rows of cells, the first being the header, as a Markdown table."""
    width = max((len(row) for row in rows), default=0)
    if not width:
        return ""
    if width * len(rows) > MAX_TABLE_CELLS:
        raise DocumentTooLarge(
            f"A table has more than {MAX_TABLE_CELLS:,} cells.", limit=MAX_TABLE_CELLS
        )
    full = [[_cell(cell) for cell in row] + [""] * (width - len(row)) for row in rows]
    lines = ["| " + " | ".join(row) + " |" for row in full]
    return "\n".join([lines[0], "|" + " --- |" * width, *lines[1:]])


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
