"""Running headers, footers and page numbers: lines in margins that come back page after page."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from catalystindex.documents.parse.pdf.layout import Piece, TextLine
from catalystindex.documents.parsed import FurnitureKind

MARGIN = 0.12
"""Share of the page's height at its top and bottom in which furniture stands."""
SIDE = 0.1
MIN_PAGES = 3
MIN_SHARE = 0.3
"""Of the document's pages, that a line must come back on."""
STEP = 8.0
"""Points by which its place may differ from page to page."""
MAX_CHARS = 200
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
class PagePieces:
    """What is on a page, and its size in points as shown."""

    number: int
    width: float
    height: float
    pieces: Sequence[Piece]


@dataclass(frozen=True)
class _MarginLine:
    """A line in a margin; in ``text`` every number is alike, ``numbers`` are what they are."""

    page: int
    place: int
    edge: str
    middle: float
    text: str
    numbers: tuple[str, ...]
    bare: int

    @property
    def spot(self) -> tuple[int, int]:
        """Its page and place."""
        return self.page, self.place


def furniture(pages: Sequence[PagePieces]) -> dict[tuple[int, int], FurnitureKind]:
    """Return the kind of each piece that is furniture, by page number and place on the page.

    A page is never left without any piece: a receipt may say nothing but what others say.
    """
    lines = list(_margin_lines(pages))
    found = _repeated(lines, len(pages)) | _counting(lines)
    known = {
        (line.edge, line.text, line.numbers): found[line.spot]
        for line in lines
        if line.spot in found
    }
    for line in lines:  # the same line at another height of its margin: pages differ in size
        kind = known.get((line.edge, line.text, line.numbers))
        if kind is not None:
            found[line.spot] = kind
    bare = {
        page.number
        for page in pages
        if page.pieces and all((page.number, at) in found for at in range(len(page.pieces)))
    }
    return {spot: kind for spot, kind in found.items() if spot[0] not in bare}


def _margin_lines(pages: Sequence[PagePieces]) -> Iterator[_MarginLine]:
    for page in pages:
        for place, piece in enumerate(page.pieces):
            edge = _edge(page, piece)
            if edge is None or not isinstance(piece, TextLine):
                continue
            text = " ".join(piece.line.text.split())
            bare = _BARE.fullmatch(text)
            yield _MarginLine(
                page.number,
                place,
                edge,
                (piece.frame.top + piece.frame.bottom) / 2,
                _NUMBER.sub("#", text),
                tuple(_NUMBER.findall(text)),
                _value(bare[1]) if bare else 0,
            )


def _edge(page: PagePieces, piece: Piece) -> str | None:
    if not isinstance(piece, TextLine) or len(piece.line.text) > MAX_CHARS:
        return None
    frame = piece.frame
    if frame.bottom <= MARGIN * page.height:
        return "header"
    if frame.top >= (1 - MARGIN) * page.height:
        return "footer"
    aside = frame.right <= SIDE * page.width or frame.left >= (1 - SIDE) * page.width
    return "side" if aside and frame.height > 2 * frame.width else None


def _repeated(lines: Sequence[_MarginLine], pages: int) -> dict[tuple[int, int], FurnitureKind]:
    """Return lines that come back at one height, the same but for numbers that count pages."""
    groups: dict[tuple[str, int, int, str], list[_MarginLine]] = defaultdict(list)
    for line in lines:
        for shift in (0, 1):  # a line on the border between two steps is in both
            groups[line.edge, shift, int(line.middle / STEP + shift / 2), line.text].append(line)
    enough = max(MIN_PAGES, MIN_SHARE * pages)
    found: dict[tuple[int, int], FurnitureKind] = {}
    for (edge, *_), group in groups.items():
        for alike in _alike(group):
            if len({line.page for line in alike}) >= enough:
                kind: FurnitureKind = "footer" if edge == "footer" else "header"
                found.update({ln.spot: "page_number" if ln.bare else kind for ln in alike})
    return found


def _alike(group: Sequence[_MarginLine]) -> list[list[_MarginLine]]:
    """Return lines whose numbers are equal or count with the pages: other numbers are facts."""
    result: dict[tuple[object, ...], list[_MarginLine]] = defaultdict(list)
    counted = _counts(group)
    for line in group:
        result[line.numbers].append(line)
        shifts = tuple(
            ("counts", int(number) - line.page) if counts else number
            for number, counts in zip(line.numbers, counted, strict=True)
        )
        result["counted", shifts].append(line)
    return [result[key] for key in sorted(result, key=repr)]


def _counts(group: Sequence[_MarginLine]) -> list[bool]:
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


def _counting(lines: Sequence[_MarginLine]) -> dict[tuple[int, int], FurnitureKind]:
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
