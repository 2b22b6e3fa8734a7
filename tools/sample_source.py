"""The sources of the sample documents: a small part of Markdown, parsed to blocks.

``#`` to ``###`` headings, paragraphs, ``-`` bullet lists, pipe tables and ``**bold**``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

AUTHORS = {"bank": "Northgate Harbour Bank", "clinic": "Alder Street Clinic"}


@dataclass(frozen=True)
class Heading:
    """A heading; level 1 is the title of the document."""

    level: int
    text: str


@dataclass(frozen=True)
class Paragraph:
    """A paragraph of running text."""

    text: str


@dataclass(frozen=True)
class Bullets:
    """A bullet list."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table; the first row is its header."""

    rows: tuple[tuple[str, ...], ...]


Block = Heading | Paragraph | Bullets | Table


@dataclass(frozen=True)
class Source:
    """One parsed source file and the document it is rendered to."""

    target: Path
    author: str
    blocks: tuple[Block, ...]

    @property
    def title(self) -> str:
        """Return the text of the first heading."""
        return next(b.text for b in self.blocks if isinstance(b, Heading))


def parse(text: str) -> tuple[Block, ...]:
    """Return the blocks of a source; blank lines separate them."""
    lines = text.splitlines()
    chunks = groupby(lines, key=lambda line: bool(line.strip()))
    return tuple(_block(list(chunk)) for filled, chunk in chunks if filled)


def _block(lines: list[str]) -> Block:
    heading = re.fullmatch(r"(#{1,3}) (.+)", lines[0])
    if heading and len(lines) == 1:
        return Heading(len(heading[1]), heading[2].strip())
    if lines[0].startswith("- "):
        return Bullets(tuple(_items(lines)))
    if lines[0].startswith("|"):
        return Table(tuple(_rows(lines)))
    return Paragraph(_joined(lines))


def _joined(lines: Sequence[str]) -> str:
    return " ".join(" ".join(lines).split())


def _items(lines: list[str]) -> Iterator[str]:
    starts = [i for i, line in enumerate(lines) if line.startswith("- ")]
    for start, end in zip(starts, [*starts[1:], len(lines)], strict=True):
        yield _joined(lines[start:end])[2:]


def _rows(lines: list[str]) -> Iterator[tuple[str, ...]]:
    for line in lines:
        cells = tuple(cell.strip() for cell in line.strip().strip("|").split("|"))
        if not all(re.fullmatch(r":?-+:?", cell) for cell in cells):
            yield cells


def bold_parts(text: str) -> Iterator[tuple[bool, str]]:
    """Split a text at its ``**bold**`` marks into (is bold, text) parts."""
    for index, part in enumerate(text.split("**")):
        if part:
            yield index % 2 == 1, part


def load_sources(samples: Path, kind: str) -> list[Source]:
    """Return every source of one kind (``pdf`` or ``docx``), in name order."""
    return [_load(samples, path) for path in sorted(samples.glob(f"sources/*.{kind}.md"))]


def _load(samples: Path, path: Path) -> Source:
    base, name, suffix, _ = path.name.split(".")
    return Source(
        target=samples / base / f"{name}.{suffix}",
        author=AUTHORS[base],
        blocks=parse(path.read_text(encoding="ascii")),
    )
