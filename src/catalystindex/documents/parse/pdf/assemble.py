"""Pages laid out to one document: furniture out, headings found, paragraphs joined."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from catalystindex.documents.builder import DocumentBuilder, Where, hulls
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.pdf.captions import FIGURE_CAPTION, TABLE_CAPTION
from catalystindex.documents.parse.pdf.furniture import MarginLine, furniture
from catalystindex.documents.parse.pdf.geometry import Frame, Word, words_text
from catalystindex.documents.parse.pdf.headings import HeadingLevels
from catalystindex.documents.parse.pdf.layout import Piece, TableFound, TextLine, page_pieces
from catalystindex.documents.parse.pdf.pages import PageContent
from catalystindex.documents.parse.pdf.paragraphs import Joiner, Paragraph, Placed, paragraphs
from catalystindex.documents.parse.pictures import leaning
from catalystindex.documents.parsed import Box, Figure, Furniture, FurnitureKind, PageReading

CAPTION_REACH = 3.0
"""Line heights between a caption and its table or figure."""
MAX_CAPTION = 400
MAX_HEADING_LINES = 4


@dataclass(frozen=True)
class LaidPage:
    """A page's content and its pieces in reading order."""

    content: PageContent
    pieces: Sequence[Piece]
    dropped: Sequence[tuple[FurnitureKind, MarginLine]]

    @property
    def kept_words(self) -> list[Word]:
        """The words that are no furniture."""
        away = {id(word) for _, line in self.dropped for word in line.words}
        return [word for word in self.content.words if id(word) not in away]


def laid_out(contents: Sequence[PageContent]) -> Iterator[LaidPage]:
    """Yield the pages laid out, without their furniture."""
    found = furniture(contents)
    for content in contents:
        dropped = found.get(content.number, [])
        away = {id(word) for _, line in dropped for word in line.words}
        words = [word for word in content.words if id(word) not in away]
        pieces = page_pieces(words, content.rules, content.width, content.height)
        yield LaidPage(content, pieces, dropped)


def ticked(pages: Iterator[LaidPage], context: ParseContext) -> list[LaidPage]:
    """Return the pages, looking at the time after each."""
    result = []
    for page in pages:
        result.append(page)
        context.tick()
    return result


@dataclass
class _Flow:
    """Lines that wait to become paragraphs."""

    lines: list[Placed] = field(default_factory=list)


class Assembler:
    """Puts the pages of one document into its builder."""

    def __init__(self, builder: DocumentBuilder, pages: Sequence[LaidPage]) -> None:
        self._builder, self._pages = builder, pages
        self._by_number = {page.content.number: page.content for page in pages}
        lines = [
            piece.line for page in pages for piece in page.pieces if isinstance(piece, TextLine)
        ]
        self._captions: set[int] = set()
        self._levels = HeadingLevels(word for page in pages for word in page.kept_words)
        self._joiner = Joiner(lines)

    def assemble(self) -> None:
        """Add everything to the builder."""
        flow = _Flow()
        for page in self._pages:
            self._page_facts(page)
            for piece in page.pieces:
                if isinstance(piece, TextLine):
                    flow.lines.append(Placed(page.content.number, piece))
                else:
                    caption = self._taken_caption(flow, page, piece)
                    self._add_paragraphs(flow)
                    self._add_table(page, piece, caption)
            if page.content.notes:
                self._add_paragraphs(flow)
                self._add_notes(page)
        self._add_paragraphs(flow)

    def _add_notes(self, page: LaidPage) -> None:
        """Add what is noted on a page and is not among what it shows."""
        content = page.content
        shown = "".join("".join(word.text for word in content.words).split())
        for note in content.notes:
            if "".join(note.text.split()) not in shown:
                box = self._box(content, note.frame)
                where = Where(content.number, boxes=() if box is None else (box,))
                self._builder.add("paragraph", f"Note: {note.text}", where)

    def _page_facts(self, page: LaidPage) -> None:
        content = page.content
        words = [word for word in content.words if word.confidence is not None]
        total = sum(len(word.text) for word in words)
        weighted = sum((word.confidence or 0.0) * len(word.text) for word in words)
        self._builder.page(
            PageReading(
                content.number,
                round(content.width, 2),
                round(content.height, 2),
                content.state,
                round(weighted / total, 4) if total else None,
            )
        )
        for kind, line in sorted(page.dropped, key=lambda one: (one[1].frame.top, one[1].place)):
            box = self._box(content, line.frame)
            text = words_text(line.words)
            self._builder.drop(Furniture(content.number, kind, text, box))
        for frame in content.figures:
            box = frame.on_page(content.number, content.width, content.height)
            if box is not None:
                caption = self._figure_caption(page, frame)
                self._builder.figure(Figure(content.number, box, caption))

    def _box(self, content: PageContent, frame: Frame) -> Box | None:
        shown = leaning(frame, content.skew, content.width, content.height)
        return shown.on_page(content.number, content.width, content.height)

    def _taken_caption(self, flow: _Flow, page: LaidPage, table: TableFound) -> str | None:
        """Take the caption of a table off the lines before it: at most three lines."""
        tails = (flow.lines[-count:] for count in (1, 2, 3))
        own = (lines for lines in tails if lines and lines[0].page == page.content.number)
        lines = next((li for li in own if TABLE_CAPTION.match(li[0].line.text.strip())), None)
        if lines is None:
            return None
        gap = table.frame.top - lines[-1].piece.frame.bottom
        if not -2 <= gap <= CAPTION_REACH * lines[-1].line.size:
            return None
        del flow.lines[-len(lines) :]
        return self._joiner.text([placed.line for placed in lines])

    def _figure_caption(self, page: LaidPage, figure: Frame) -> str | None:
        """Return the line close below a picture, or above, that reads as its caption."""
        for piece in page.pieces:
            if not isinstance(piece, TextLine) or not FIGURE_CAPTION.match(piece.line.text.strip()):
                continue
            below, above = piece.frame.top - figure.bottom, figure.top - piece.frame.bottom
            beside = min(piece.frame.right, figure.right) > max(piece.frame.left, figure.left)
            if beside and -2 <= max(below, above) <= CAPTION_REACH * piece.line.size:
                self._captions.add(id(piece))
                return piece.line.text[:MAX_CAPTION]
        return None

    def _add_paragraphs(self, flow: _Flow) -> None:
        for paragraph in paragraphs(flow.lines):
            self._add_paragraph(paragraph)
        flow.lines = []

    def _add_paragraph(self, paragraph: Paragraph) -> None:
        lines = [placed.line for placed in paragraph.lines]
        text = self._joiner.text(lines, paragraph.width)
        where = self._where(paragraph)
        listed = paragraph.is_bulleted or len(lines) > MAX_HEADING_LINES
        level = None if listed else self._levels.level(lines)
        if id(paragraph.lines[0].piece) in self._captions:
            self._builder.add("caption", text, where)
        elif level is not None:
            self._builder.heading(level, " ".join(text.split()), where)
        else:
            self._builder.add("list_item" if paragraph.is_item else "paragraph", text, where)

    def _where(self, paragraph: Paragraph) -> Where:
        boxes = [
            box
            for placed in paragraph.lines
            if (box := self._box(self._by_number[placed.page], placed.piece.frame)) is not None
        ]
        return Where(
            paragraph.lines[0].page,
            paragraph.lines[-1].page,
            tuple(hulls(boxes)),
            paragraph.confidence,
        )

    def _add_table(self, page: LaidPage, table: TableFound, caption: str | None) -> None:
        content = page.content
        box = self._box(content, table.frame)
        where = Where(content.number, None, () if box is None else (box,), table.confidence)
        self._builder.table(table.rows, where, header_rows=table.header_rows, caption=caption)
