"""Lines to paragraphs: where one ends, and how its lines are joined."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from catalystindex.documents.parse.pdf.geometry import Line, mean_confidence
from catalystindex.documents.parse.pdf.layout import TextLine

GAP = 0.6
"""Line heights of white space beyond which a new paragraph begins, where lines are set close."""
OPEN_GAP = 1.6
SIZE_CHANGE = 1.12
SEEN_SIZE_CHANGE = 1.4
"""The same for recognised lines, whose boxes are less even."""
INDENT = 1.0
"""Ems by which the first line of a paragraph is set in."""
SHORT = 0.8
"""Share of the column's width below which a line that ends a sentence ends its paragraph."""
RAGGED = 0.7
"""Share of the widest line below which a line's end is meant."""
MAX_WORD = 60
SOFT_HYPHEN = "\u00ad"
HYPHENS = ("-", "\u2010", SOFT_HYPHEN)
BULLETS = (
    "\u2022\u25e6\u25aa\u25ab\u25a0\u25a1\u25cf\u25cb\u2023\u2043\u2219\u00b7\u27a2\u2713\u2756"
)
DASHES = "\u2013\u2014*"
PRIVATE = "\ue000-\uf8ff"
"""In which symbol fonts keep their bullets."""
BULLET = re.compile(
    rf"(?:[{BULLETS}{DASHES}{PRIVATE}-]|\(?(?:\d{{1,2}}|[a-zA-Z]|[ivxIVX]{{1,5}})[.)])\s+\S"
)
_SENTENCE_END = re.compile("[.!?:;\u2026][\"'\u201d\u2019)\\]]*$")
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)+|[^\W\d_]+")


@dataclass(frozen=True)
class Placed:
    """A line with the page it is on."""

    page: int
    piece: TextLine

    @property
    def column(self) -> tuple[int, int]:
        """Its page and column."""
        return self.page, self.piece.region

    @property
    def line(self) -> Line:
        """The line."""
        return self.piece.line


@dataclass(frozen=True)
class Paragraph:
    """Lines that belong together, and the width of the column they begin in, in points."""

    lines: tuple[Placed, ...]
    width: float

    @property
    def confidence(self) -> float | None:
        """The mean confidence of its recognised characters."""
        return mean_confidence(word for placed in self.lines for word in placed.line.words)

    @property
    def is_bulleted(self) -> bool:
        """Whether it begins with the sign of an item; a number may be that of a heading."""
        first = self.lines[0].line.text
        return bool(BULLET.match(first)) and not first[:2].strip("(")[:1].isalnum()

    @property
    def is_item(self) -> bool:
        """Whether it begins as an item of a list."""
        return bool(BULLET.match(self.lines[0].line.text))


def paragraphs(lines: Sequence[Placed]) -> Iterator[Paragraph]:
    """Yield the paragraphs that lines make; they may go on over columns and pages."""
    pitch = _usual_gap(lines)
    widths: dict[tuple[int, int], float] = {}
    for placed in lines:
        widths[placed.column] = max(widths.get(placed.column, 0.0), placed.line.frame.width)
    run: list[Placed] = []
    for placed in lines:
        if run and _breaks(run, placed, pitch):
            yield Paragraph(tuple(run), widths[run[0].column])
            run = []
        run.append(placed)
    if run:
        yield Paragraph(tuple(run), widths[run[0].column])


def _usual_gap(lines: Sequence[Placed]) -> float:
    """Return the middle white space between lines of one column, in line heights."""
    gaps = sorted(
        _gap(above, below)
        for above, below in pairwise(lines)
        if _same_column(above, below) and -0.5 < _gap(above, below) < OPEN_GAP
    )
    return gaps[len(gaps) // 4] if gaps else 0.0


def _same_column(above: Placed, below: Placed) -> bool:
    return above.page == below.page and above.piece.region == below.piece.region


def _gap(above: Placed, below: Placed) -> float:
    return (below.line.frame.top - above.line.frame.bottom) / max(below.line.size, 1.0)


def _breaks(run: Sequence[Placed], below: Placed, pitch: float) -> bool:
    above = run[-1]
    if _differs(above.line, below.line) or BULLET.match(below.line.text):
        return True
    if not _same_column(above, below):
        return not _goes_on(above.line, below.line)
    gap = _gap(above, below)
    if gap > pitch + GAP or gap < -1.5:
        return True
    first_of_item = len(run) == 1 and BULLET.match(above.line.text)
    return not first_of_item and _ends(run, below)


def _ends(run: Sequence[Placed], below: Placed) -> bool:
    """Tell whether a paragraph ends by its sense: a sentence ends, short or before an indent."""
    above = run[-1].line
    indented = below.line.frame.left - above.frame.left > INDENT * below.line.size
    width = max(placed.line.frame.width for placed in [*run, below])
    short = above.frame.width < SHORT * width
    return bool(_SENTENCE_END.search(above.text)) and (short or indented)


def _differs(above: Line, below: Line) -> bool:
    sizes = sorted((above.size, below.size))
    change = SIZE_CHANGE if above.confidence is None else SEEN_SIZE_CHANGE
    return sizes[1] > sizes[0] * change or above.bold != below.bold


def _goes_on(above: Line, below: Line) -> bool:
    """Tell whether a sentence goes on in the next column or on the next page."""
    text = below.text.lstrip()
    return not _SENTENCE_END.search(above.text) and text[:1].islower()


class Joiner:
    """Joins lines. What the document writes elsewhere tells whether a hyphen stays."""

    def __init__(self, lines: Iterable[Line]) -> None:
        self._known = {
            word.lower() for line in lines for word in _WORD.findall(line.text.rstrip("-"))
        }

    def text(self, lines: Sequence[Line], width: float | None = None) -> str:
        """Return lines as one text: a blank between them, none in a word that was cut in two.

        After a line that leaves much of its column's ``width`` empty (an address, a poem) a line
        end stays.
        """
        width = width or max(line.frame.width for line in lines)
        parts = [lines[0].text]
        for above, below in pairwise(lines):
            blank = " " if above.frame.width >= RAGGED * width else "\n"
            parts[-1], between = self._seam(parts[-1], below.text, blank)
            parts += [between, below.text]
        return "".join(parts).replace(SOFT_HYPHEN, "")

    def _seam(self, above: str, below: str, blank: str) -> tuple[str, str]:
        """Return a line as it stands before the next, and what stands between the two."""
        if above and below and _is_ideograph(above[-1]) and _is_ideograph(below[0]):
            return above, ""
        if not above.endswith(HYPHENS):
            return above, blank
        first, second = _last_word(above[:-1]), _WORD.match(below)
        if above.endswith(SOFT_HYPHEN) and second:
            return above[:-1], ""
        if not first or not second:
            return above, blank
        stays = not below[:1].islower() or self._is_compound(above, first, second[0].lower())
        return above if stays else above[:-1], ""

    def _is_compound(self, above: str, first: str, second: str) -> bool:
        """Tell whether a hyphen is part of a word: FAA-approved, or known with it only."""
        if not any(map(str.islower, _tail(above[:-1]))):
            return True
        return f"{first}-{second}" in self._known and first + second not in self._known


def _is_ideograph(char: str) -> bool:
    """Tell whether a letter is of a script that is written without blanks (Chinese, Japanese)."""
    return unicodedata.east_asian_width(char) == "W" and not "\uac00" <= char <= "\ud7a3"


def _tail(text: str) -> str:
    return text[-MAX_WORD:].rsplit(maxsplit=1)[-1] if text.strip() else ""


def _last_word(text: str) -> str:
    found = re.search(r"[^\W\d_]+$", text[-MAX_WORD:])
    return found[0].lower() if found else ""
