"""Collects what a parser finds, in reading order, into one `ParsedDocument`."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

import msgspec

from catalystindex.documents.parsed import (
    Attachment,
    Block,
    BlockKind,
    Box,
    DocumentFacts,
    Figure,
    Furniture,
    PageReading,
    ParsedDocument,
    Section,
    Table,
)
from catalystindex.model.errors import DocumentTooLarge

SEPARATOR = "\n\n"
MAX_HEADING_CHARS = 300
"""Of a heading's name in paths, which stand beside every block; the text itself is whole."""
MAX_TABLE_CELLS = 2_000_000
"""Counted with the blanks that fill short rows: one long row must not widen a million others."""
MAX_WARNINGS = 100


@dataclass(frozen=True)
class Where:
    """Where a block stands. Without ``last_page`` it is on one page."""

    page: int | None = None
    last_page: int | None = None
    boxes: tuple[Box, ...] = ()
    confidence: float | None = None


NOWHERE = Where()


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
        self._tables: list[Table] = []
        self._figures: list[Figure] = []
        self._attachments: list[Attachment] = []
        self._page_readings: list[PageReading] = []
        self._furniture: list[Furniture] = []
        self._warnings: list[str] = []

    @property
    def length(self) -> int:
        """Characters of text so far."""
        return self._length

    def heading(self, level: int, text: str, where: Where = NOWHERE) -> None:
        """Add a heading; it closes every heading of its level or deeper."""
        if self.enter(level, text):
            self.add("heading", text, where)

    def enter(self, level: int, name: str) -> bool:
        """Open a section without adding text; tell whether the name has any characters."""
        short = " ".join(name.split())[:MAX_HEADING_CHARS]
        if not short:
            return False
        self.leave(level)
        self._headings.append((level, short))
        return True

    def leave(self, level: int) -> None:
        """Close every heading of a level or deeper."""
        self._headings = [item for item in self._headings if item[0] < level]

    def add(self, kind: BlockKind, text: str, where: Where = NOWHERE) -> Block | None:
        """Add a block and return it; blank ones are dropped."""
        body = text.strip()
        if not body:
            return None
        if self._parts:
            self._parts.append(SEPARATOR)
            self._length += len(SEPARATOR)
        start, self._length = self._length, self._length + len(body)
        if self._length > self._max_chars:
            raise DocumentTooLarge(
                f"The text has more than {self._max_chars:,} characters.", limit=self._max_chars
            )
        path = tuple(name for _, name in self._headings)
        block = Block(
            kind,
            start,
            self._length,
            path,
            where.page,
            where.last_page if where.last_page is not None else where.page,
            where.boxes,
            where.confidence,
        )
        self._parts.append(body)
        self._blocks.append(block)
        return block

    def table(
        self,
        rows: Sequence[Sequence[str]],
        where: Where = NOWHERE,
        *,
        header_rows: int = 1,
        caption: str | None = None,
    ) -> None:
        """Add a table, as rows and as Markdown text. Its caption is a block before it.

        ``header_rows`` counts from the top; Markdown shows the first row as header in any case.
        """
        full = tuple(row for row in squared(rows) if any(row))
        name = " ".join((caption or "").split()) or None
        if not any(any(row) for row in full):
            self.add("caption", name or "", where)
            return
        if name:
            self.add("caption", name, Where(where.page, None, where.boxes, where.confidence))
        block = self.add("table", _markdown(full), where)
        if block is not None:
            box = where.boxes[0] if where.boxes else None
            self._tables.append(
                Table(block.start, block.end, full, header_rows, name, where.page, box)
            )

    def mark_table(self, block: Block | None, rows: Sequence[Sequence[str]]) -> None:
        """Note that a block, whose text stays as it is, is a table with one header row."""
        full = squared(rows)
        if block is not None and full:
            self._tables.append(Table(block.start, block.end, full, 1, None, block.page, None))

    def figure(self, figure: Figure) -> None:
        """Note a picture. Its words, if any, are blocks of their own."""
        self._figures.append(figure)

    def page(self, reading: PageReading) -> None:
        """Note how a page was read."""
        self._page_readings.append(reading)

    def drop(self, furniture: Furniture) -> None:
        """Keep a running header, footer or page number out of the text."""
        self._furniture.append(furniture)

    def warn(self, sentence: str) -> None:
        """Note what a reader of the document should know; at most `MAX_WARNINGS` are kept."""
        if sentence not in self._warnings and len(self._warnings) < MAX_WARNINGS:
            self._warnings.append(sentence)

    def attachment(self, attachment: Attachment) -> None:
        """Note a file inside the document."""
        self._attachments.append(attachment)

    def include(
        self, part: ParsedDocument, level: int, where: Where | None = None
    ) -> tuple[int, int]:
        """Add another document's blocks under the open headings; return the range of its text.

        Its pages are not pages of this document: they become a step of the heading path. With
        ``where`` it is a picture in this document: its blocks stand there, and no step is added.
        """
        start = self._length + (len(SEPARATOR) if self._parts else 0)
        offset = start
        for page, blocks in groupby(part.blocks, key=lambda block: block.page):
            prefix = () if page is None or where is not None else (f"page {page}",)
            for block in blocks:
                self._include_block(part, block, level, prefix, where or NOWHERE)
        self._tables += [_moved(table, offset, where or NOWHERE) for table in part.tables]
        for sentence in part.warnings:
            self.warn(sentence)
        self.leave(level)
        return start, max(start, self._length)

    def _include_block(
        self,
        part: ParsedDocument,
        block: Block,
        level: int,
        prefix: tuple[str, ...],
        where: Where,
    ) -> None:
        self.leave(level)
        for depth, name in enumerate((*prefix, *block.heading_path)):
            self._headings.append((level + depth, name))
        text = part.text[block.start : block.end]
        self.add(block.kind, text, replace(where, confidence=block.confidence))

    def first_heading(self) -> str | None:
        """Return the name of the first heading so far."""
        return next((b.heading_path[-1] for b in self._blocks if b.kind == "heading"), None)

    def build(
        self,
        *,
        title: str | None = None,
        pages: int | None = None,
        facts: DocumentFacts | None = None,
        named_by_heading: bool = True,
    ) -> ParsedDocument:
        """Return the document. Without a title of its own it is named by its first heading."""
        first = self.first_heading() if named_by_heading else None
        name = " ".join((title or first or "").split())
        return ParsedDocument(
            media_type=self._media_type,
            title=name or None,
            text="".join(self._parts),
            blocks=tuple(self._blocks),
            pages=pages,
            sections=tuple(_sections(self._blocks)),
            tables=tuple(self._tables),
            figures=tuple(self._figures),
            page_readings=tuple(self._page_readings),
            furniture=tuple(self._furniture),
            attachments=tuple(self._attachments),
            facts=facts or DocumentFacts(),
            warnings=tuple(self._warnings),
        )


def squared(rows: Sequence[Sequence[str]]) -> tuple[tuple[str, ...], ...]:
    """Return rows of one width, cells on one line each. Raises `DocumentTooLarge`."""
    width = max((len(row) for row in rows), default=0)
    if width * len(rows) > MAX_TABLE_CELLS:
        raise DocumentTooLarge(
            f"A table has more than {MAX_TABLE_CELLS:,} cells.", limit=MAX_TABLE_CELLS
        )
    return tuple(
        tuple(" ".join(cell.split()) for cell in row) + ("",) * (width - len(row)) for row in rows
    )


def _moved(table: Table, offset: int, where: Where) -> Table:
    start, end = table.start + offset, table.end + offset
    box = where.boxes[0] if where.boxes else None
    return msgspec.structs.replace(table, start=start, end=end, page=where.page, box=box)


def _sections(blocks: Iterable[Block]) -> Iterator[Section]:
    """Yield a section for each run of blocks that begins at a heading."""
    run: list[Block] = []
    for block in blocks:
        if run and (block.kind == "heading" or block.heading_path != run[-1].heading_path):
            yield _section(run)
            run = []
        run.append(block)
    if run:
        yield _section(run)


def _section(run: Sequence[Block]) -> Section:
    pages = [page for block in run for page in (block.page, block.last_page) if page is not None]
    return Section(
        heading_path=run[-1].heading_path,
        start=run[0].start,
        end=run[-1].end,
        first_page=min(pages, default=None),
        last_page=max(pages, default=None),
        boxes=tuple(hulls(box for block in run for box in block.boxes)),
    )


def hulls(boxes: Iterable[Box]) -> list[Box]:
    """Return one box for each page that holds all of the boxes on it, by page."""
    found: dict[int, Box] = {}
    for box in boxes:
        old = found.get(box.page, box)
        found[box.page] = Box(
            box.page,
            min(old.left, box.left),
            min(old.top, box.top),
            max(old.right, box.right),
            max(old.bottom, box.bottom),
        )
    return [found[page] for page in sorted(found)]


def _markdown(rows: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows]
    return "\n".join([lines[0], "|" + " --- |" * len(rows[0]), *lines[1:]])
