"""What every parser returns: one text, and what its parts are and where they stand.

Offsets count Unicode code points of ``text``. Blocks are in reading order, do not overlap, and
together hold every non-blank character. Boxes are in points (1/72 inch) from the top left corner
of the page as it is shown, after its own rotation.
"""

from collections.abc import Iterable
from typing import Literal

import msgspec

BlockKind = Literal["heading", "paragraph", "list_item", "table", "code", "caption"]
PageState = Literal["text", "ocr", "no_text", "blank", "damaged"]
"""``text``: it carries its text. ``ocr``: its text was recognised. ``no_text``: there is something
to see and no letter was found. ``blank``: there is nothing. ``damaged``: it could not be read."""
FurnitureKind = Literal["header", "footer", "page_number"]


class Box(msgspec.Struct, frozen=True, order=True):
    """A rectangle on a page (from 1): ``left < right``, ``top < bottom``, inside the page."""

    page: int
    left: float
    top: float
    right: float
    bottom: float


class Block(msgspec.Struct, frozen=True):
    """A part of the text. ``heading_path`` ends with the block itself if it is a heading.

    ``page`` and ``last_page`` are absent for formats without pages; ``confidence`` (0 to 1) is
    there for recognised text only.
    """

    kind: BlockKind
    start: int
    end: int
    heading_path: tuple[str, ...]
    page: int | None
    last_page: int | None = None
    boxes: tuple[Box, ...] = ()
    confidence: float | None = None


class Section(msgspec.Struct, frozen=True):
    """A heading and what stands under it, up to the next heading; text before any has no path."""

    heading_path: tuple[str, ...]
    start: int
    end: int
    first_page: int | None
    last_page: int | None
    boxes: tuple[Box, ...]


class Table(msgspec.Struct, frozen=True):
    """A table as rows of cells, all of one width; ``start`` and ``end`` are its Markdown text."""

    start: int
    end: int
    rows: tuple[tuple[str, ...], ...]
    header_rows: int
    caption: str | None
    page: int | None
    box: Box | None


class Figure(msgspec.Struct, frozen=True):
    """A picture on a page or in the flow, with what the document says about it."""

    page: int | None
    box: Box | None
    caption: str | None
    description: str | None = None


class PageReading(msgspec.Struct, frozen=True):
    """How a page was read; sizes in points as shown, and the recogniser's mean confidence."""

    number: int
    width: float
    height: float
    state: PageState
    confidence: float | None = None


class Furniture(msgspec.Struct, frozen=True):
    """A running header, footer or page number: kept here, and not in the text."""

    page: int
    kind: FurnitureKind
    text: str
    box: Box | None


class Attachment(msgspec.Struct, frozen=True):
    """A file inside the document: read into the text (``start`` to ``end``), or why it was not."""

    name: str
    media_type: str | None
    size_bytes: int
    start: int | None = None
    end: int | None = None
    problem_code: str | None = None
    problem_detail: str | None = None


class DocumentFacts(msgspec.Struct, frozen=True):
    """What the document says of itself. Moments are RFC 3339; the language is BCP 47.

    A document that does not state its language has the one its text was found to be in.
    """

    author: str | None = None
    created: str | None = None
    modified: str | None = None
    language: str | None = None
    language_found: bool = False
    subject: str | None = None


class ParsedDocument(msgspec.Struct, frozen=True):
    """A document as text. ``pages`` is absent for formats that have none.

    Slides, frames of a picture file and pages all count as pages.
    """

    media_type: str
    title: str | None
    text: str
    blocks: tuple[Block, ...]
    pages: int | None
    sections: tuple[Section, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()
    page_readings: tuple[PageReading, ...] = ()
    furniture: tuple[Furniture, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    facts: DocumentFacts = DocumentFacts()
    warnings: tuple[str, ...] = ()
    parser: str = ""


def mean_confidence(blocks: Iterable[Block]) -> float | None:
    """Return the mean confidence of the recognised blocks, by their length; None without any."""
    seen = [(b.confidence, b.end - b.start) for b in blocks if b.confidence is not None]
    total = sum(length for _, length in seen)
    return round(sum(value * length for value, length in seen) / total, 4) if total else None
