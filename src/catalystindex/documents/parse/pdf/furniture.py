"""Running headers, footers and page numbers: lines in margins that come back page after page."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
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
_NUMBER = re.compile(r"\d+")
_BARE = re.compile(
    r"[\W_]*(?:(?:page|seite|p\.|pag\.|página|pagina)\s*)?(\d{1,5}|[ivxlc]{1,7})"
    r"(?:\s*(?:of|/|von|de|sur|di)\s*\d{1,5})?[\W_]*",
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
class _Spot:
    """A line in a margin: which one, at what height, and its text with every number alike."""

    edge: str
    place: int
    text: str


def furniture(pages: Sequence[PagePieces]) -> dict[tuple[int, int], FurnitureKind]:
    """Return the kind of each piece that is furniture, by page number and place on the page."""
    spots: dict[_Spot, list[tuple[int, int]]] = defaultdict(list)
    numbers: dict[str, list[tuple[int, int, int]]] = defaultdict(list)
    for page in pages:
        for place, piece in enumerate(page.pieces):
            edge = _edge(page, piece)
            if edge is None or not isinstance(piece, TextLine):
                continue
            middle = (piece.frame.top + piece.frame.bottom) / 2
            text = _NUMBER.sub("#", " ".join(piece.line.text.split()))
            for shift in (0, 1):  # a line on the border between two steps is in both
                step = int(middle / STEP) + shift
                spots[_Spot(f"{edge}{shift}", step, text)].append((page.number, place))
            bare = _BARE.fullmatch(piece.line.text.strip())
            if bare:
                numbers[edge].append((page.number, place, _value(bare[1])))
    found = _repeated(spots, len(pages))
    found.update(_counting(numbers))
    return found


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


def _repeated(
    spots: dict[_Spot, list[tuple[int, int]]], pages: int
) -> dict[tuple[int, int], FurnitureKind]:
    found: dict[tuple[int, int], FurnitureKind] = {}
    enough = max(MIN_PAGES, MIN_SHARE * pages)
    for spot, places in spots.items():
        if len({page for page, _ in places}) >= enough:
            bare = _BARE.fullmatch(spot.text.replace("#", "1"))
            kind: FurnitureKind = "footer" if spot.edge.startswith("footer") else "header"
            for place in places:
                found[place] = "page_number" if bare else kind
    return found


def _counting(
    numbers: dict[str, list[tuple[int, int, int]]],
) -> dict[tuple[int, int], FurnitureKind]:
    """Return lone numbers in a margin that count up with the pages, on two pages or more."""
    found: dict[tuple[int, int], FurnitureKind] = {}
    for places in numbers.values():
        shifts = Counter(value - page for page, _, value in places if value)
        for page, place, value in places:
            if value and shifts[value - page] >= 2:
                found[page, place] = "page_number"
    return found


def _value(text: str) -> int:
    """Return the number that some digits or Roman numerals stand for; 0 if they stand for none."""
    if text.isdigit():
        return int(text)
    values = [{"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}[char] for char in text.lower()]
    return sum(
        -value if value < max(values[index + 1 :], default=0) else value
        for index, value in enumerate(values)
    )
