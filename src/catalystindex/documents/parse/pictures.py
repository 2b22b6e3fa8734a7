"""Recognised lines as words with places in points."""

from dataclasses import dataclass
from math import cos, sin

from catalystindex.documents.ocr.base import Recognised, RecognisedLine
from catalystindex.documents.parse.pdf.geometry import Frame, Word
from catalystindex.documents.parse.pdf.turning import Turn

MIN_CONFIDENCE = 0.5
"""Below it, what is recognised are specks and seals rather than letters."""


@dataclass(frozen=True)
class SeenWords:
    """Words in points of the page as shown, but for a lean of ``skew`` radians about its centre."""

    words: tuple[Word, ...]
    skew: float


def recognised_words(found: Recognised, points: float) -> SeenWords:
    """Return recognised lines as words of the picture as it was given, ``points`` to a pixel.

    Words of a picture that lay on its side keep their direction, so that what places them on the
    page is the page as it is shown.
    """
    sideways = found.turned in (90, 270)
    size = (found.height, found.width) if sideways else (found.width, found.height)
    direction = (360 - found.turned) % 360
    back = Turn(direction, *size).back()
    words = tuple(
        _word(line, direction, back, points)
        for line in found.lines
        if line.confidence >= MIN_CONFIDENCE and line.text.strip()
    )
    return SeenWords(words, found.skew)


def _word(line: RecognisedLine, direction: int, back: Turn, points: float) -> Word:
    frame = back.frame(Frame(line.left, line.top, line.right, line.bottom))
    return Word(
        left=frame.left * points,
        top=frame.top * points,
        right=frame.right * points,
        bottom=frame.bottom * points,
        text=" ".join(line.text.split()),
        size=(line.bottom - line.top) * points,
        turned=direction,
        confidence=round(line.confidence, 4),
    )


def leaning(frame: Frame, skew: float, width: float, height: float) -> Frame:
    """Return the rectangle around one that leans by ``skew`` about the centre of the page."""
    if not skew:
        return frame
    x0, y0 = width / 2, height / 2
    turned = [
        (
            x0 + (x - x0) * cos(skew) - (y - y0) * sin(skew),
            y0 + (x - x0) * sin(skew) + (y - y0) * cos(skew),
        )
        for x in (frame.left, frame.right)
        for y in (frame.top, frame.bottom)
    ]
    return Frame(
        min(x for x, _ in turned),
        min(y for _, y in turned),
        max(x for x, _ in turned),
        max(y for _, y in turned),
    )
