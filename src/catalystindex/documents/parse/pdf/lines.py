"""Words to lines: what stands on one base line, left to right (right to left where so written)."""

import unicodedata
from collections.abc import Sequence
from dataclasses import replace

from catalystindex.documents.parse.pdf.geometry import Frame, Line, Word

MIN_SHARE = 0.5
"""Of the smaller height, that two words on one line have in common."""
RIGHT_TO_LEFT = ("R", "AL")


def lines_of(words: Sequence[Word]) -> list[Line]:
    """Return the lines of upright words, top to bottom."""
    rows: list[list[Word]] = []
    frames: list[Frame] = []
    for word in sorted(words, key=lambda one: (one.top + one.bottom, one.left)):
        place = _row_of(word, frames)
        if place is None:
            rows.append([word])
            frames.append(word)
        else:
            rows[place].append(word)
            frames[place] = _grown(frames[place], word)
    return [_line(row) for row in rows]


def _row_of(word: Word, frames: Sequence[Frame]) -> int | None:
    """Return which of the last rows a word is on: words come by height, so few are looked at."""
    for place in range(len(frames) - 1, max(len(frames) - 4, -1), -1):
        frame = frames[place]
        shared = min(frame.bottom, word.bottom) - max(frame.top, word.top)
        if shared >= MIN_SHARE * min(frame.height, word.height):
            return place
    return None


def _grown(frame: Frame, word: Word) -> Frame:
    """Return a row's rectangle with a word added: it grows in width, not in height.

    A tall letter would else pull the lines above and below into its row.
    """
    taller = word if word.height > frame.height * 1.2 else frame
    low, high = (frame, taller) if taller is frame else (frame, frame)
    return Frame(
        min(frame.left, word.left),
        low.top,
        max(frame.right, word.right),
        high.bottom,
    )


def _line(row: Sequence[Word]) -> Line:
    ordered = sorted(row, key=lambda word: (word.left, word.right))
    if _is_right_to_left(ordered):
        ordered.reverse()
        return Line(tuple(replace(word, glued=False) for word in ordered))
    return Line(tuple(_glue(ordered)))


def _glue(ordered: Sequence[Word]) -> list[Word]:
    """Keep a word glued only if it still touches the one before it on the line."""
    result: list[Word] = []
    for word in ordered:
        before = result[-1] if result else None
        touches = before is not None and word.left - before.right < 0.15 * word.size
        result.append(replace(word, glued=word.glued and touches))
    return result


def _is_right_to_left(words: Sequence[Word]) -> bool:
    letters = [char for word in words for char in word.text if char.isalpha()]
    turned = sum(unicodedata.bidirectional(char) in RIGHT_TO_LEFT for char in letters)
    return 2 * turned > len(letters)
