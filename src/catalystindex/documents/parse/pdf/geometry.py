"""Words and lines on a page, in points from its top left corner as it is shown."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from catalystindex.documents.parsed import Box


@dataclass(frozen=True, slots=True)
class Frame:
    """A rectangle: ``left <= right``, ``top <= bottom``."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """Its width in points."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """Its height in points."""
        return self.bottom - self.top

    @property
    def area(self) -> float:
        """Its area in square points."""
        return self.width * self.height

    def holds(self, x: float, y: float) -> bool:
        """Tell whether a point is inside."""
        return self.left <= x <= self.right and self.top <= y <= self.bottom

    def overlap(self, other: "Frame") -> float:
        """Return the area shared with another rectangle."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return max(width, 0.0) * max(height, 0.0)

    def on_page(self, page: int, width: float, height: float) -> Box | None:
        """Return the part that is on the page, or None if nothing of it is."""
        left, right = (round(min(max(x, 0.0), width), 2) for x in (self.left, self.right))
        top, bottom = (round(min(max(y, 0.0), height), 2) for y in (self.top, self.bottom))
        return Box(page, left, top, right, bottom) if left < right and top < bottom else None


@dataclass(frozen=True, slots=True)
class Word(Frame):
    """Characters without a blank between them (of recognised text: a piece of a line).

    ``size`` is the height of its font; ``turned`` is the direction of reading in degrees
    clockwise, 0 being upright. ``glued`` says that no blank stands before it.
    """

    text: str
    size: float
    bold: bool = False
    turned: int = 0
    glued: bool = False
    confidence: float | None = None

    @property
    def middle(self) -> tuple[float, float]:
        """Its centre."""
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Mark(Word):
    """A word without text that keeps the place of something read as a whole."""

    inset: int = 0


@dataclass(frozen=True)
class Line:
    """Words on one base line, in reading order."""

    words: tuple[Word, ...]

    @cached_property
    def text(self) -> str:
        """The words with one blank between them."""
        return words_text(self.words)

    @cached_property
    def frame(self) -> Frame:
        """The rectangle around the words."""
        return hull(self.words)

    @cached_property
    def size(self) -> float:
        """The size in which most of its characters are set."""
        return median(word.size for word in self.words for _ in word.text)

    @cached_property
    def bold(self) -> bool:
        """Whether all of its words are bold."""
        return all(word.bold for word in self.words if any(map(str.isalnum, word.text)))

    @cached_property
    def confidence(self) -> float | None:
        """The mean confidence of its recognised characters; None if none was recognised."""
        return mean_confidence(self.words)


@dataclass(frozen=True)
class Note:
    """What somebody noted at a place of a page."""

    text: str
    frame: Frame


def hull(frames: Iterable[Frame]) -> Frame:
    """Return the smallest rectangle around some. There must be at least one."""
    items = list(frames)
    return Frame(
        min(item.left for item in items),
        min(item.top for item in items),
        max(item.right for item in items),
        max(item.bottom for item in items),
    )


def words_text(words: Sequence[Word]) -> str:
    """Return words as text: one blank between them, none before a glued one."""
    parts: list[str] = []
    for word in words:
        if parts and not word.glued:
            parts.append(" ")
        parts.append(word.text)
    return "".join(parts)


def mean_confidence(words: Iterable[Word]) -> float | None:
    """Return the mean confidence per character of the recognised words, or None."""
    known = [(word.confidence, len(word.text)) for word in words if word.confidence is not None]
    total = sum(count for _, count in known)
    if not total:
        return None
    return round(sum(value * count for value, count in known) / total, 4)
