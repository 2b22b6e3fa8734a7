"""Running headers, footers and page numbers: lines in margins that come back page after page."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from catalystindex.documents.parse.pdf.geometry import Frame, Line, Word
from catalystindex.documents.parse.pdf.grids import ruled_grids
from catalystindex.documents.parse.pdf.lines import lines_of
from catalystindex.documents.parse.pdf.pages import PageContent
from catalystindex.documents.parse.pdf.segments import segments
from catalystindex.documents.parse.pdf.turning import Turn, main_direction
from catalystindex.documents.parsed import FurnitureKind

MARGIN = 0.15
"""Share of the page's height at its top and bottom in which furniture stands."""
NUMBER_MARGIN = 0.18
SIDE = 0.1
APART = 0.6
"""Line heights of white, at least, between furniture and the text."""
MAX_ROWS = 3
MIN_PAGES = 3
PAIR = 2
"""Pages of a document in which a line must prove by its number that it is no accident."""
DENSE = 2.5
MIN_SHARE = 0.3
"""Of the document's pages, that a line must come back on."""
STEP = 8.0
"""Points by which its place may differ from page to page."""
MAX_PARTS = 3
"""Left, middle and right: a line of more parts is one of a table."""
MAX_DIGITS = 5
"""Of a page's number: longer ones (Bates numbers, accounts) are looked for, and stay."""
MIN_COUNTING = 0.7
MIN_COUNTED = 2
ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_NUMBER = re.compile(r"[0-9]+")
_BARE = re.compile(
    r"[\W_]*(?:(?:page|seite|p\.|pag\.|página|pagina)\s*)?([0-9]{1,5}|[ivxlc]{1,7})"
    r"(?:\s*(?:of|/|von|de|sur|di)\s*[0-9]{1,5})?[\W_]*",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class MarginLine:
    """A part of a line in a margin; in ``text`` every number is alike, ``numbers`` are they.

    ``frame`` is on the page as shown, ``middle`` its height on the page as it is read.
    """

    page: int
    place: int
    edge: str
    middle: float
    text: str
    numbers: tuple[str, ...]
    bare: int
    words: tuple[Word, ...]
    frame: Frame

    @property
    def alike(self) -> tuple[str, str, tuple[str, ...]]:
        """What lines that are the same have in common."""
        return self.edge, self.text, self.numbers

    @property
    def kind(self) -> FurnitureKind:
        """What it is if it is furniture."""
        if self.bare:
            return "page_number"
        return "footer" if self.edge == "footer" else "header"

    @property
    def spot(self) -> tuple[int, int]:
        """Its page and place."""
        return self.page, self.place


def furniture(pages: Sequence[PageContent]) -> dict[int, list[tuple[FurnitureKind, MarginLine]]]:
    """Return what is furniture on each page, by page number.

    A page is never left without any word: a receipt may say nothing but what others say.
    """
    lines = [line for page in pages for line in _margin_lines(page)]
    found = _repeated(lines, len(pages)) | _counting(lines)
    if len(pages) == PAIR:
        found |= _beside_numbers(lines, found)
    by_page = _by_page(lines, found)
    result: dict[int, list[tuple[FurnitureKind, MarginLine]]] = {}
    for page in pages:
        items = _set_apart(page, by_page[page.number])
        if items and sum(len(line.words) for _, line in items) < len(page.words):
            result[page.number] = items
    return result


def _by_page(
    lines: Sequence[MarginLine], found: Mapping[tuple[int, int], FurnitureKind]
) -> dict[int, list[tuple[FurnitureKind, MarginLine]]]:
    """Return what was found, and the same lines at other heights: pages differ in size."""
    known = {line.alike: found[line.spot] for line in lines if line.spot in found}
    by_page: dict[int, list[tuple[FurnitureKind, MarginLine]]] = defaultdict(list)
    for line in lines:
        kind = found.get(line.spot) or known.get(line.alike)
        if kind is not None:
            by_page[line.page].append((kind, line))
    return by_page


def _set_apart(
    page: PageContent, items: Sequence[tuple[FurnitureKind, MarginLine]]
) -> list[tuple[FurnitureKind, MarginLine]]:
    """Return the furniture that stands apart from the text: of copies of a letter, lines repeat.

    From the text outwards, a line that the next kept line follows closely is text as well.
    """
    main = Turn(main_direction(page.words), page.width, page.height)
    away = {id(word) for _, line in items for word in line.words}
    frames = [main.frame(word) for word in page.words if id(word) not in away]
    kept: list[tuple[FurnitureKind, MarginLine]] = []
    crowded = _crowded(items)
    for kind, line in sorted(items, key=lambda item: -_outwards(item[1], main.size)):
        frame = main.frame(line.frame)
        near = line.edge in crowded or any(_follows(frame, other, line.edge) for other in frames)
        if line.edge != "side" and kind != "page_number" and near:
            frames.append(frame)
        else:
            kept.append((kind, line))
    return kept


def _crowded(items: Sequence[tuple[FurnitureKind, MarginLine]]) -> set[str]:
    """Return the edges at which too many lines repeat: they are a paragraph of form letters."""
    rows: dict[str, set[int]] = defaultdict(set)
    for kind, line in items:
        if kind != "page_number":
            rows[line.edge].add(round(line.middle / STEP))
    return {edge for edge, heights in rows.items() if len(heights) > MAX_ROWS}


def _outwards(line: MarginLine, size: tuple[float, float]) -> float:
    """Return how far a line is from the nearer of top and bottom, in points."""
    return min(line.middle, size[1] - line.middle)


def _follows(frame: Frame, other: Frame, edge: str) -> bool:
    """Tell whether text stands close below a header's line, or close above a footer's."""
    beside = min(frame.right, other.right) > max(frame.left, other.left)
    gap = other.top - frame.bottom if edge == "header" else frame.top - other.bottom
    return beside and -0.5 * frame.height < gap < APART * frame.height


def _margin_lines(page: PageContent) -> Iterator[MarginLine]:
    """Yield the parts of the lines in the margins that are in no ruled table."""
    main = Turn(main_direction(page.words), page.width, page.height)
    grids = [g.frame for g in ruled_grids(main.rules(page.rules)) if len(g.cells) > 1]
    for place, (words, text, shown, alone) in enumerate(_margin_parts(page, main)):
        frame = main.frame(shown)
        # Page numbers stand further in than other furniture, with nothing beside them.
        number = alone and _BARE.fullmatch(text.strip())
        edge = _edge(frame, main.size, NUMBER_MARGIN if number else MARGIN)
        x, y = (frame.left + frame.right) / 2, (frame.top + frame.bottom) / 2
        if edge is not None and not any(grid.holds(x, y) for grid in grids):
            yield _margin_line(page.number, place, edge, y, text, words, shown)


def _margin_parts(
    page: PageContent, main: Turn
) -> Iterator[tuple[tuple[Word, ...], str, Frame, bool]]:
    """Yield the parts of the lines in the margins: words, text, rectangle as shown, if alone."""
    for degrees in sorted({word.turned for word in page.words}):
        turn = Turn(degrees, page.width, page.height)
        own: dict[tuple[float, float, str], list[Word]] = defaultdict(list)
        for word in _margin_words(page, main, degrees):
            own[_key(turn.word(word))].append(word)
        # Words drawn twice, to look bold, are one.
        for line in lines_of([turn.word(words[0]) for words in own.values()]):
            yield from _line_parts(line, own, turn)


def _margin_words(page: PageContent, main: Turn, degrees: int) -> list[Word]:
    return [
        word
        for word in page.words
        if word.turned == degrees and _edge(main.frame(word), main.size, NUMBER_MARGIN)
    ]


def _line_parts(
    line: Line, own: Mapping[tuple[float, float, str], list[Word]], turn: Turn
) -> Iterator[tuple[tuple[Word, ...], str, Frame, bool]]:
    parts = segments(line)
    for part in parts if len(parts) <= MAX_PARTS else ():
        words = tuple(word for moved in part.words for word in own[_key(moved)])
        yield words, part.text, turn.back().frame(part.frame), len(parts) == 1


def _margin_line(
    page: int,
    place: int,
    edge: str,
    middle: float,
    text: str,
    words: tuple[Word, ...],
    frame: Frame,
) -> MarginLine:
    text = " ".join(text.split())
    bare = _BARE.fullmatch(text)
    return MarginLine(
        page,
        place,
        edge,
        middle,
        _NUMBER.sub("#", text),
        tuple(_NUMBER.findall(text)),
        _value(bare[1]) if bare else 0,
        words,
        frame,
    )


def _key(word: Word) -> tuple[float, float, str]:
    return word.left, word.top, word.text


def _edge(frame: Frame, size: tuple[float, float], margin: float) -> str | None:
    width, height = size
    if frame.bottom <= margin * height:
        return "header"
    if frame.top >= (1 - margin) * height:
        return "footer"
    aside = frame.right <= SIDE * width or frame.left >= (1 - SIDE) * width
    return "side" if aside and frame.height > 2 * frame.width else None


def _repeated(lines: Sequence[MarginLine], pages: int) -> dict[tuple[int, int], FurnitureKind]:
    """Return lines that come back at one height, the same but for numbers that count pages."""
    groups: dict[tuple[str, int, int, str], list[MarginLine]] = defaultdict(list)
    for line in lines:
        for shift in (0, 1):  # a line on the border between two steps is in both
            groups[line.edge, shift, int(line.middle / STEP + shift / 2), line.text].append(line)
    sets = (alike for group in groups.values() for alike in _alike(group))
    return {line.spot: line.kind for alike in sets if _is_enough(alike, pages) for line in alike}


def _is_enough(lines: Sequence[MarginLine], pages: int) -> bool:
    """Tell whether lines come back on enough of a document's pages.

    A chapter's header comes back on its own pages only, and there perhaps on every other one.
    """
    at = sorted({line.page for line in lines})
    if pages == PAIR:
        return len(at) == PAIR and _tells_its_page(lines)
    dense = at[-1] - at[0] < DENSE * len(at)
    return len(at) >= (MIN_PAGES if dense else max(MIN_PAGES, MIN_SHARE * pages))


def _tells_its_page(lines: Sequence[MarginLine]) -> bool:
    """Tell whether one number of each line is that of its page: that is no accident."""
    return any(
        all(int(value) == line.page for value, line in zip(values, lines, strict=True))
        for values in zip(*(line.numbers for line in lines), strict=True)
    )


def _heights_of(line: MarginLine) -> set[tuple[int, int]]:
    """Return the heights on its page that a line is level with, give or take a point."""
    return {(line.page, round(line.middle) + off) for off in (-1, 0, 1)}


def _beside_numbers(
    lines: Sequence[MarginLine], found: Mapping[tuple[int, int], FurnitureKind]
) -> dict[tuple[int, int], FurnitureKind]:
    """Return what both of two pages have, alike, on the line of their page number."""
    numbered = {(line.page, round(line.middle)) for line in lines if line.spot in found}
    level = [line for line in lines if _heights_of(line) & numbered]
    pages: dict[tuple[str, str, tuple[str, ...]], set[int]] = defaultdict(set)
    for line in level:
        pages[line.alike].add(line.page)
    both = [line for line in level if len(pages[line.alike]) == PAIR]
    return {line.spot: line.kind for line in both if line.spot not in found}


def _alike(group: Sequence[MarginLine]) -> list[list[MarginLine]]:
    """Return lines whose numbers are equal or count with the pages: other numbers are facts."""
    result: dict[tuple[object, ...], list[MarginLine]] = defaultdict(list)
    counted = _counts(group)
    for line in group:
        result[line.numbers].append(line)
        shifts = tuple(
            ("counts", int(number) - line.page) if counts else number
            for number, counts in zip(line.numbers, counted, strict=True)
        )
        result["counted", shifts].append(line)
    return [result[key] for key in sorted(result, key=repr)]


def _counts(group: Sequence[MarginLine]) -> list[bool]:
    """Tell of each number of a line whether it counts with the pages in most of the lines."""
    answers = []
    for values in zip(*(line.numbers for line in group), strict=True):
        shifts = Counter(
            int(value) - line.page
            for value, line in zip(values, group, strict=True)
            if len(value) <= MAX_DIGITS
        )
        answers.append(bool(shifts) and max(shifts.values()) >= MIN_COUNTING * len(group))
    return answers


def _counting(lines: Sequence[MarginLine]) -> dict[tuple[int, int], FurnitureKind]:
    """Return lone numbers in a margin that count up with the pages, on two pages or more."""
    shifts = Counter((line.edge, line.bare - line.page) for line in lines if line.bare)
    return {
        line.spot: "page_number"
        for line in lines
        if line.bare and shifts[line.edge, line.bare - line.page] >= MIN_COUNTED
    }


def _value(text: str) -> int:
    """Return the number that some digits or Roman numerals stand for; 0 if they stand for none."""
    if text.isdigit():
        return int(text)
    values = [ROMAN.get(char, 0) for char in text.lower()]
    return sum(
        -value if value < max(values[index + 1 :], default=0) else value
        for index, value in enumerate(values)
    )
