"""The content of one page in reading order: lines of text and tables."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from catalystindex.documents.parse.pdf.aligned import AlignedTable, aligned_tables
from catalystindex.documents.parse.pdf.columns import regions
from catalystindex.documents.parse.pdf.geometry import (
    Frame,
    Line,
    Mark,
    Word,
    hull,
    mean_confidence,
)
from catalystindex.documents.parse.pdf.grids import ruled_grids
from catalystindex.documents.parse.pdf.lines import lines_of
from catalystindex.documents.parse.pdf.ruled import Boxes, RuledTable, read_grid
from catalystindex.documents.parse.pdf.rules import Rules
from catalystindex.documents.parse.pdf.turning import Turn, made_upright, main_direction


@dataclass(frozen=True)
class TextLine:
    """A line; ``region`` tells columns and boxes apart, ``frame`` is on the page as shown."""

    line: Line
    frame: Frame
    region: int


@dataclass(frozen=True)
class TableFound:
    """A table; ``frame`` is on the page as shown."""

    rows: tuple[tuple[str, ...], ...]
    header_rows: int
    frame: Frame
    confidence: float | None


MAX_HEADER = 2
HEADER_OVERLAP = 0.85
HEADER_GAP = 14.0
"""Points between a header that is ruled off and the rows below it."""

Piece = TextLine | TableFound


@dataclass(frozen=True)
class _Inset:
    """Something that is read as a whole, in the place of its rectangle."""

    frame: Frame
    content: RuledTable | Boxes


def page_pieces(words: Sequence[Word], rules: Rules, width: float, height: float) -> list[Piece]:
    """Return the lines and tables of a page. Every word is in exactly one of them."""
    turn = Turn(main_direction(words), width, height)
    moved = [turn.word(word) for word in words]
    return _with_headers(_Layout(turn).pieces(moved, turn.rules(rules)))


def _with_headers(pieces: Iterable[Piece]) -> list[Piece]:
    """Join a header that is ruled off to the table right below it."""
    result: list[Piece] = []
    for piece in pieces:
        above = result[-1] if result else None
        if isinstance(above, TableFound) and isinstance(piece, TableFound):
            result[-1:] = _joined(above, piece)
        else:
            result.append(piece)
    return result


def _joined(above: TableFound, below: TableFound) -> list[TableFound]:
    """Return two tables as one if the first is a header ruled off from the second."""
    a, b = above.frame, below.frame
    shared = min(a.right, b.right) - max(a.left, b.left)
    if (
        len(above.rows) > MAX_HEADER
        or len(above.rows[0]) != len(below.rows[0])
        or not -HEADER_GAP < b.top - a.bottom < HEADER_GAP
        or shared < HEADER_OVERLAP * max(a.width, b.width)
    ):
        return [above, below]
    rows = above.rows + below.rows
    return [TableFound(rows, len(above.rows), hull([a, b]), above.confidence)]


class _Layout:
    """Lays out one page that has been turned upright."""

    def __init__(self, turn: Turn) -> None:
        self._turn, self._back = turn, turn.back()
        self._region = 0

    def pieces(self, words: Sequence[Word], rules: Rules) -> Iterator[Piece]:
        """Yield the pieces in reading order; words that are not upright come last."""
        insets, rest = self._insets(words, rules)
        upright = [word for word in rest if word.turned == 0]
        marks = [_mark(place, inset.frame) for place, inset in enumerate(insets)]
        for region in regions([*upright, *marks]):
            yield from self._read(region, insets)
        yield from self._leaning([word for word in rest if word.turned != 0])

    def _insets(self, words: Sequence[Word], rules: Rules) -> tuple[list[_Inset], list[Word]]:
        insets: list[_Inset] = []
        rest = list(words)
        for grid in ruled_grids(rules):
            content = read_grid(grid, rest, self._turn.size)
            if content is None:
                continue
            insets.append(_Inset(content.frame, content))
            taken = {id(word) for word in _words_of(content)}
            rest = [word for word in rest if id(word) not in taken]
        return insets, rest

    def _read(self, region: Sequence[Word], insets: Sequence[_Inset]) -> Iterator[Piece]:
        """Yield a region's lines, with each inset before the first line that is below its top."""
        waiting = sorted(
            (word for word in region if isinstance(word, Mark)), key=lambda mark: mark.top
        )
        self._region += 1
        number = self._region
        for piece in self._lines_and_tables(
            [word for word in region if not isinstance(word, Mark)]
        ):
            top = piece.frame.top
            while waiting and waiting[0].top <= top:
                yield from self._inset(insets[waiting.pop(0).inset])
            yield self._placed(piece, number)
        for mark in waiting:
            yield from self._inset(insets[mark.inset])

    def _lines_and_tables(self, words: Sequence[Word]) -> Iterator[Line | AlignedTable]:
        lines = lines_of(words)
        tables = {table.start: table for table in aligned_tables(lines)}
        place = 0
        while place < len(lines):
            table = tables.get(place)
            if table is None:
                yield lines[place]
                place += 1
            else:
                yield table
                place = table.end

    def _placed(self, piece: Line | AlignedTable, number: int) -> Piece:
        if isinstance(piece, Line):
            return TextLine(piece, self._back.frame(piece.frame), number)
        frame = self._back.frame(piece.frame)
        return TableFound(piece.rows, 1, frame, mean_confidence(piece.words))

    def _inset(self, inset: _Inset) -> Iterator[Piece]:
        content = inset.content
        if isinstance(content, RuledTable):
            frame = self._back.frame(content.frame)
            confidence = mean_confidence(content.words)
            yield TableFound(content.rows, content.header_rows, frame, confidence)
            return
        for cell in content.cells:
            upright = [word for word in cell if word.turned == 0]
            for region in regions(upright):
                yield from self._read(region, ())
            yield from self._leaning([word for word in cell if word.turned != 0])

    def _leaning(self, words: Sequence[Word]) -> Iterator[Piece]:
        """Yield the lines of words that are read in other directions than the page."""
        for degrees in (90, 180, 270):
            same = [word for word in words if word.turned == degrees]
            self._region += 1
            for line in lines_of(made_upright(same, *self._turn.size)):
                back = Turn(degrees, *self._turn.size).back()
                frame = self._back.frame(back.frame(line.frame))
                yield TextLine(line, frame, self._region)


def _mark(place: int, frame: Frame) -> Mark:
    """Return the mark of an inset."""
    return Mark(frame.left, frame.top, frame.right, frame.bottom, "", 1.0, inset=place)


def _words_of(content: RuledTable | Boxes) -> Iterator[Word]:
    if isinstance(content, RuledTable):
        yield from content.words
    else:
        for cell in content.cells:
            yield from cell
