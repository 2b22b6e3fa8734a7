"""Where the text of RTF goes: paragraphs and tables of the flow, notes beside it, values."""

import re
from dataclasses import dataclass, field

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.charsets import fit
from catalystindex.documents.parsed import BlockKind, Furniture, FurnitureKind

_HEADING = re.compile(r"heading (\d)", re.IGNORECASE)
MAX_OUTLINE = 8


@dataclass
class ParagraphStyle:
    """What a style says of its paragraphs."""

    name: str = ""
    outline: int | None = None

    @property
    def is_caption(self) -> bool:
        """Whether its paragraphs name tables and pictures."""
        return self.name.strip().lower() == "caption"

    def heading_level(self) -> int | None:
        """Return the level of the headings that have this style."""
        named = _HEADING.match(self.name)
        if named:
            return int(named[1]) + 1
        if self.name.strip().lower() == "title":
            return 1
        return outline_level(self.outline)


def outline_level(outline: int | None) -> int | None:
    """Return the heading level of an outline level; beyond the last it is body text."""
    return None if outline is None or not 0 <= outline <= MAX_OUTLINE else outline + 2


@dataclass
class Sink:
    """Takes text."""

    pieces: list[str] = field(default_factory=list)

    def text(self, text: str) -> None:
        """Take some text."""
        self.pieces.append(text)

    def taken(self) -> str:
        """Return the text so far, and begin anew."""
        text = fit("".join(self.pieces))
        self.pieces.clear()
        return text


class Nowhere(Sink):
    """Lets text go."""

    def text(self, text: str) -> None:
        """Let it go."""


class Flow(Sink):
    """Text in paragraphs. Here, cells are parted by tabs and rows by lines."""

    def paragraph(self, heading: int | None, *, kind: BlockKind, in_table: bool) -> None:
        """End a paragraph."""
        self.pieces.append("\n")

    def cell(self) -> None:
        """End a cell."""
        self.pieces.append("\t")

    def row(self) -> None:
        """End a row."""
        self.pieces.append("\n")

    def row_begins(self) -> None:
        """Note that a row of a table is described."""

    def header_row(self) -> None:
        """Note that the row is repeated on every page."""


class MainFlow(Flow):
    """The document's own text: blocks of the builder. Notes follow the block they belong to."""

    def __init__(self, builder: DocumentBuilder) -> None:
        super().__init__()
        self._builder = builder
        self._cell: list[str] = []
        self._row: list[str] = []
        self._rows: list[list[str]] = []
        self._headers = 0
        self._is_header = self._in_row = False
        self._notes: list[str] = []
        self._caption = ""

    def note(self, text: str) -> None:
        """Take a note, a comment or the text of a box."""
        self._notes.append(text)

    def paragraph(self, heading: int | None, *, kind: BlockKind, in_table: bool) -> None:
        """End a paragraph: in a table it is a part of its cell."""
        if in_table or self._in_row:
            self._cell.append(self.taken())
            return
        self._end_table()
        text = self.taken()
        if kind == "caption" and heading is None:
            self._caption = text  # until it is known whether a table follows
            return
        self._end_caption()
        if heading is not None:
            self._builder.heading(heading, " ".join(text.split()))
        elif kind == "list_item":
            self._builder.add(kind, text.replace("\t", " ", 1))
        else:
            self._builder.add(kind, text)
        self._end_notes()

    def _end_caption(self) -> None:
        caption, self._caption = self._caption, ""
        self._builder.add("caption", caption)

    def cell(self) -> None:
        """End a cell."""
        self._cell.append(self.taken())
        self._row.append("\n".join(self._cell))
        self._cell.clear()

    def row(self) -> None:
        """End a row."""
        if self._cell or self.pieces:
            self.cell()
        if self._row:
            self._headers += self._is_header and self._headers == len(self._rows)
            self._rows.append(self._row)
        self._row = []
        self._is_header = self._in_row = False

    def row_begins(self) -> None:
        """Note that a row of a table is described."""
        self._in_row = True
        self._is_header = False

    def header_row(self) -> None:
        """Note that the row is repeated on every page."""
        self._is_header = True

    def end(self) -> None:
        """Add what is left."""
        if self._row or self._cell:
            self.row()
        self._in_row = False
        self.paragraph(None, kind="paragraph", in_table=False)

    def _end_table(self) -> None:
        if self._row or self._cell:
            self.row()
        if self._rows:
            self._builder.table(self._rows, header_rows=self._headers, caption=self._caption)
            self._rows, self._headers, self._caption = [], 0, ""
            self._end_notes()

    def _end_notes(self) -> None:
        for note in self._notes:
            self._builder.add("paragraph", note)
        self._notes.clear()


class Beside(Flow):
    """A note of a main flow."""

    def __init__(self, main: MainFlow, label: str) -> None:
        super().__init__()
        self._main, self._label = main, label

    def close(self) -> None:
        """Hand the text over."""
        text = self.taken().strip()
        if text:
            self._main.note(f"{self._label}{text}")


class Running(Flow):
    """A running header or footer, which is kept out of the text."""

    def __init__(self, builder: DocumentBuilder, kind: FurnitureKind) -> None:
        super().__init__()
        self._builder, self._kind = builder, kind

    def close(self) -> None:
        """Hand the text over."""
        text = " ".join(self.taken().split())
        if text:
            self._builder.drop(Furniture(page=1, kind=self._kind, text=text, box=None))
