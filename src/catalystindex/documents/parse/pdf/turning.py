"""Words that are not upright: turned so that they are, and their rectangles turned back."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from catalystindex.documents.parse.pdf.geometry import Frame, Word
from catalystindex.documents.parse.pdf.rules import Rules

MAJORITY = 0.6


@dataclass(frozen=True)
class Turn:
    """Turns a page of a size (points) so that text read at ``degrees`` clockwise is upright."""

    degrees: int
    width: float
    height: float

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the turned page."""
        if self.degrees in (90, 270):
            return self.height, self.width
        return self.width, self.height

    def frame(self, frame: Frame) -> Frame:
        """Return a rectangle of the page on the turned page."""
        if self.degrees == 90:
            return Frame(frame.top, self.width - frame.right, frame.bottom, self.width - frame.left)
        if self.degrees == 180:
            return Frame(
                self.width - frame.right,
                self.height - frame.bottom,
                self.width - frame.left,
                self.height - frame.top,
            )
        if self.degrees == 270:
            return Frame(
                self.height - frame.bottom, frame.left, self.height - frame.top, frame.right
            )
        return frame

    def back(self) -> "Turn":
        """Return the turn that undoes this one."""
        width, height = self.size
        return Turn((360 - self.degrees) % 360, width, height)

    def word(self, word: Word) -> Word:
        """Return a word on the turned page."""
        moved = self.frame(word)
        return replace(
            word,
            left=moved.left,
            top=moved.top,
            right=moved.right,
            bottom=moved.bottom,
            turned=(word.turned - self.degrees) % 360,
        )

    def rules(self, rules: Rules) -> Rules:
        """Return ruling lines on the turned page."""
        across = tuple(self.frame(frame) for frame in rules.horizontal)
        down = tuple(self.frame(frame) for frame in rules.vertical)
        if self.degrees in (90, 270):
            across, down = down, across
        return Rules(across, down, rules.complete)


def main_direction(words: Iterable[Word]) -> int:
    """Return the direction most characters are read in, if it is a clear majority; else 0."""
    weight: Counter[int] = Counter()
    for word in words:
        weight[word.turned] += len(word.text)
    if not weight:
        return 0
    turned = max(sorted(weight), key=lambda degrees: weight[degrees])
    return turned if weight[turned] >= MAJORITY * weight.total() else 0


def made_upright(words: Sequence[Word], width: float, height: float) -> list[Word]:
    """Return words of one direction as they would stand upright."""
    if not words:
        return []
    turn = Turn(words[0].turned, width, height)
    return [turn.word(word) for word in words]
