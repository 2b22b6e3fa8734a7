"""What every parser must pass: one list of checks, run for each parser and each of its kinds.

A check takes a `Subject` and fails by `AssertionError`. A parser of one's own is checked in the
same way: ``for check in CHECKS: check(Subject(parser, media_type, document))``.
"""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.artifacts import encode_parsed
from catalystindex.documents.ocr.base import Pixels, Recognised, RecognisedLine, Recogniser
from catalystindex.documents.parse.builtin import PARSERS
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.registry import Capability, Parser, ParserRegistry
from catalystindex.documents.parsed import Box, ParsedDocument
from catalystindex.model.errors import DocumentError, DocumentTooLarge, DocumentTooSlow
from support.documents import LIMITS, assert_blocks_partition
from support.golden_pages import memo_parts
from support.pdfs import HEIGHT, WIDTH

FLIPS, CUTS, SEED = 60, 10, 20_250_310
FOREVER = 1e9
TOLERANCE = 0.01
"""Points by which a box may stand over the edge, for sizes are rounded to hundredths."""


class MemoRecogniser:
    """Finds the made memo's first page in every picture, without looking."""

    name = "memo"

    def read(self, pixels: Pixels) -> Recognised:
        """Return the lines where they stand on the page."""
        height, width = pixels.shape[:2]
        across, down = width / WIDTH, height / HEIGHT
        lines = tuple(
            RecognisedLine(
                text,
                0.96,
                x * across,
                y * down,
                min(x + 0.5 * size * len(text), WIDTH - 1) * across,
                (y + size) * down,
            )
            for x, y, size, text in memo_parts()
        )
        return Recognised(lines, width, height)


@dataclass(frozen=True)
class Subject:
    """A parser, one of its media types, and a document of that kind with all it can find.

    ``scan`` is a document of pictures, for parsers that recognise text and read others too.
    """

    parser: Parser
    media_type: str
    data: bytes
    scan: bytes | None = None
    recogniser: Recogniser | None = field(default_factory=MemoRecogniser)

    @cached_property
    def registry(self) -> ParserRegistry:
        """The parser among those of the product: what is attached may be of any kind."""
        others = [one for one in PARSERS if one is not self.parser]
        return ParserRegistry([self.parser, *others], {self.media_type: self.parser.name})

    @cached_property
    def parsed(self) -> ParsedDocument:
        """The document as it is read."""
        return self.read(self.data)

    def read(self, data: bytes, limits: LimitsSettings = LIMITS) -> ParsedDocument:
        """Read as ingestion does."""
        context = ParseContext(limits, recogniser=self.recogniser)
        return self.registry.parse(data, self.media_type, context)


Check = Callable[[Subject], None]
CHECKS: list[Check] = []


def check(function: Check) -> Check:
    """Put a check on the list."""
    CHECKS.append(function)
    return function


# --- what is returned --------------------------------------------------------


@check
def returns_the_kind_it_was_asked_for(subject: Subject) -> None:
    parsed = subject.parser.read(subject.data, ParseContext(recogniser=subject.recogniser))
    assert parsed.media_type == subject.media_type


@check
def gives_the_same_bytes_twice(subject: Subject) -> None:
    assert encode_parsed(subject.read(subject.data)) == encode_parsed(subject.parsed)


@check
def blocks_hold_the_text(subject: Subject) -> None:
    assert subject.parsed.text.strip()
    assert_blocks_partition(subject.parsed)


@check
def sections_agree_with_blocks(subject: Subject) -> None:
    assert_sections(subject.parsed)


@check
def pages_and_boxes_are_inside_the_document(subject: Subject) -> None:
    assert_pages(subject.parsed)


@check
def tables_are_rectangular_and_in_the_text(subject: Subject) -> None:
    assert_tables(subject.parsed)


@check
def capabilities_are_kept(subject: Subject) -> None:
    lacking = [
        name for name in sorted(subject.parser.capabilities) if not PROOFS[name](subject.parsed)
    ]
    assert lacking == [] or (lacking == ["ocr"] and subject.scan is not None), lacking
    if subject.scan is not None:
        assert _has_ocr(subject.read(subject.scan))


def _has_ocr(parsed: ParsedDocument) -> bool:
    told = all(page.confidence is not None for page in parsed.page_readings if page.state == "ocr")
    return told and any(block.confidence is not None for block in parsed.blocks)


PROOFS: dict[Capability, Callable[[ParsedDocument], bool]] = {
    "pages": lambda parsed: bool(parsed.pages) and len(parsed.page_readings) == parsed.pages,
    "boxes": lambda parsed: any(block.boxes for block in parsed.blocks),
    "headings": lambda parsed: any(
        block.kind == "heading" and parsed.text[block.start : block.end] == block.heading_path[-1]
        for block in parsed.blocks
    ),
    "tables": lambda parsed: any(len(t.rows) > 1 and len(t.rows[0]) > 1 for t in parsed.tables),
    "figures": lambda parsed: bool(parsed.figures),
    "attachments": lambda parsed: any(one.start is not None for one in parsed.attachments),
    "ocr": _has_ocr,
}
"""What shows that a capability is there, in a document that has the thing."""


# --- damage ------------------------------------------------------------------


@check
def nothing_and_blanks_and_garbage_are_refused_or_read(subject: Subject) -> None:
    noise = random.Random(SEED).randbytes(3_000)
    for data in (b"", b"\x00", b" \r\n\t ", b"\xff\xfe", noise, b"<" * 2_000, b"{" * 2_000):
        _survives(subject, data)
        _survives(subject, subject.data[:16] + data)


@check
def every_beginning_is_refused_or_read(subject: Subject) -> None:
    for part in range(CUTS):
        _survives(subject, subject.data[: len(subject.data) * part // CUTS])
    _survives(subject, subject.data[:-1])


@check
def flipped_bytes_are_refused_or_read(subject: Subject) -> None:
    for data in flipped(subject.data):
        _survives(subject, data)


def flipped(data: bytes) -> Iterator[bytes]:
    """Yield the bytes with one of them changed, always the same ones."""
    choice = random.Random(SEED)
    for _ in range(FLIPS):
        changed = bytearray(data)
        changed[choice.randrange(len(data))] ^= choice.randrange(1, 256)
        yield bytes(changed)


def _survives(subject: Subject, data: bytes) -> None:
    """Fail unless bytes are read soundly or refused with a sentence."""
    try:
        parsed = subject.read(data)
    except DocumentError as error:
        told = error.detail
    else:
        _assert_sound(parsed)
        return
    assert told.rstrip().endswith((".", "?", "!")), told


def _assert_sound(parsed: ParsedDocument) -> None:
    assert_blocks_partition(parsed)
    assert_sections(parsed)
    assert_pages(parsed)
    assert_tables(parsed)


# --- bounds ------------------------------------------------------------------


@check
def text_beyond_the_limit_is_refused(subject: Subject) -> None:
    length = len(subject.parsed.text)
    limits = LIMITS.model_copy(update={"max_text_chars": length - 1})
    try:
        subject.read(subject.data, limits)
    except DocumentTooLarge:
        return
    raise AssertionError("text was read beyond the limit")


@check
def time_beyond_the_limit_is_refused(subject: Subject) -> None:
    readings = iter([0.0, 0.0])  # when the context is made, and when the registry looks first
    context = ParseContext(recogniser=subject.recogniser, monotonic=lambda: next(readings, FOREVER))
    try:
        subject.registry.parse(subject.data, subject.media_type, context)
    except DocumentTooSlow:
        return
    raise AssertionError("the parser does not look at the time")


# --- what always holds -------------------------------------------------------


def assert_sections(parsed: ParsedDocument) -> None:
    """Sections follow one another and cut the blocks into runs of one heading path each."""
    blocks = list(parsed.blocks)
    for section in parsed.sections:
        own = []
        while blocks and blocks[0].end <= section.end:
            own.append(blocks.pop(0))
        assert own, section
        assert (section.start, section.end) == (own[0].start, own[-1].end)
        assert {block.heading_path for block in own} == {section.heading_path}
        assert all(block.kind != "heading" for block in own[1:])
        pages = [page for b in own for page in (b.page, b.last_page) if page is not None]
        assert section.first_page == min(pages, default=None)
        assert section.last_page == max(pages, default=None)
        assert {box.page for box in section.boxes} == {b.page for one in own for b in one.boxes}
    assert not blocks


def assert_pages(parsed: ParsedDocument) -> None:
    """Page numbers rise and are in the document, boxes are on their pages."""
    if parsed.pages is None:
        assert not parsed.page_readings
        assert all(block.page is block.last_page is None for block in parsed.blocks)
    else:
        assert [page.number for page in parsed.page_readings] == list(range(1, parsed.pages + 1))
    before = 1
    for block in parsed.blocks:
        if block.page is not None:  # a file inside has none
            assert block.last_page is not None
            assert before <= block.page <= block.last_page <= (parsed.pages or 0)
            before = block.page
        assert all((block.page or 0) <= box.page <= (block.last_page or 0) for box in block.boxes)
        assert block.confidence is None or 0 <= block.confidence <= 1
    _assert_boxes(parsed, (box for block in parsed.blocks for box in block.boxes))
    _assert_boxes(parsed, (box for section in parsed.sections for box in section.boxes))
    shown = [one.box for one in parsed.tables] + [one.box for one in parsed.figures]
    shown += [one.box for one in parsed.furniture]
    _assert_boxes(parsed, (box for box in shown if box is not None))


def _assert_boxes(parsed: ParsedDocument, boxes: Iterable[Box]) -> None:
    for box in boxes:
        assert 1 <= box.page <= len(parsed.page_readings)
        page = parsed.page_readings[box.page - 1]
        assert -TOLERANCE <= box.left < box.right <= page.width + TOLERANCE, box
        assert -TOLERANCE <= box.top < box.bottom <= page.height + TOLERANCE, box


def assert_tables(parsed: ParsedDocument) -> None:
    """Each table is a block, all its rows are of one width, and its cells are in its text."""
    ranges = [(block.start, block.end) for block in parsed.blocks if block.kind == "table"]
    assert [(table.start, table.end) for table in parsed.tables] == ranges
    for table in parsed.tables:
        assert len({len(row) for row in table.rows}) == 1
        assert 0 <= table.header_rows <= len(table.rows)
        text = "".join(parsed.text[table.start : table.end].replace("\\|", "|").split())
        place = 0
        for row in table.rows:
            for cell in row:
                place = text.find("".join(cell.split()), place)
                assert place >= 0, cell
