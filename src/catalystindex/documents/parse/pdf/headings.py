"""Headings: lines set larger than the body, or bold where the body is not."""

import re
from collections import Counter
from collections.abc import Iterable

from catalystindex.documents.parse.pdf.geometry import Line, Word

RATIO = 1.15
"""How much larger than the body a heading's type is, at least."""
STEP = 0.5
"""Points that sizes are rounded to."""
LONG = 14
"""Words from which a line in slightly larger type is a sentence."""
TITLE_RATIO = 1.5
MAX_CHARS = 200
MAX_LEVELS = 6
_LETTER = re.compile(r"[^\W\d_]{2}|^[^\W\d_]+$")
_LEADER = re.compile(r"(?:\.\s?){4,}|_{3,}")
"""Dots that lead to a page number in a table of contents, blanks to fill in."""


class HeadingLevels:
    """The levels of headings in one document, from how its words are set, those of tables too."""

    def __init__(self, words: Iterable[Word]) -> None:
        weight: Counter[tuple[float, bool]] = Counter()
        for word in words:
            weight[_step(word.size), word.bold] += len(word.text)
        self._levels: dict[tuple[float, bool], int] = {}
        self._body = 0.0
        if weight:
            self._fill(weight)

    def _fill(self, weight: Counter[tuple[float, bool]]) -> None:
        body, heavy = self._body, _ = max(sorted(weight), key=lambda style: weight[style])
        share = weight[body, True] / max(weight[body, True] + weight[body, False], 1)
        tall = sorted((style for style in weight if style[0] >= body * RATIO), reverse=True)
        if not heavy and share < 0.3:
            tall += [
                style
                for style in sorted(weight, reverse=True)
                if style[1] and body * 0.95 <= style[0] < body * RATIO
            ]
        sizes = list(dict.fromkeys(tall))
        self._levels = {style: min(at, MAX_LEVELS) for at, style in enumerate(sizes, start=1)}

    def level(self, lines: Iterable[Line]) -> int | None:
        """Return the level of a paragraph if it is a heading; all its lines are set alike."""
        items = list(lines)
        text = " ".join(line.text for line in items)
        if len(text) > MAX_CHARS or not _LETTER.search(text) or _LEADER.search(text):
            return None
        found = {self._levels.get((_step(line.size), line.bold)) for line in items}
        level = found.pop() if len(found) == 1 else None
        words = len(text.split())
        sentence = words > LONG or (words > LONG / 2 and text.rstrip().endswith((".", ",", ";")))
        if level is not None and sentence and items[0].size < TITLE_RATIO * self._body:
            return None
        return level


def _step(size: float) -> float:
    return round(size / STEP) * STEP
