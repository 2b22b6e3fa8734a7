"""Parts of a line that wide gaps set apart: cells of a table, a label and its value."""

from collections.abc import Sequence

from catalystindex.documents.parse.pdf.geometry import Line, Word

WIDE = 0.9
"""Ems of a gap that sets parts apart: a blank is about 0.25, of justified text up to 0.8."""


def segments(line: Line, wide: float = WIDE) -> list[Line]:
    """Return the parts of a line, in its order."""
    parts: list[list[Word]] = []
    for word in line.words:
        if parts and _gap(parts[-1][-1], word) < wide * min(word.size, line.size):
            parts[-1].append(word)
        else:
            parts.append([word])
    return [Line(tuple(part)) for part in parts]


def _gap(a: Word, b: Word) -> float:
    return max(a.left, b.left) - min(a.right, b.right)


def wrapped_share(columns: Sequence[Sequence[Line]]) -> float:
    """Return the share of lines that go on, in small letters, from the line above in a column."""
    below = [line.text.lstrip()[:1] for lines in columns for line in lines[1:]]
    return sum(char.islower() for char in below) / len(below) if below else 0.0


def column_ranges(lines: Sequence[Sequence[Line]], slack: float) -> list[tuple[float, float]]:
    """Return the ranges of x that the parts of most lines keep to, left to right.

    A part that spans several columns in at most ``slack`` of the lines does not join them.
    """
    events: list[tuple[float, int]] = []
    for parts in lines:
        for part in parts:
            events += [(part.frame.left, 1), (part.frame.right, -1)]
    allowed = int(slack * len(lines))
    ranges: list[tuple[float, float]] = []
    depth, start = 0, 0.0
    for x, step in sorted(events, key=lambda event: (event[0], -event[1])):
        before, depth = depth, depth + step
        if before <= allowed < depth:
            start = x
        elif depth <= allowed < before:
            ranges.append((start, x))
    return ranges
