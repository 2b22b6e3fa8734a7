"""Helpers for tests of PDF files and pictures: files made on the spot, a recogniser that keeps
count, and what holds for every document that was parsed."""

import os
import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.ocr.base import Pixels, Recognised, RecognisedLine, Recogniser
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import PDF
from catalystindex.documents.parse.pdf.geometry import Word
from catalystindex.documents.parse.pdf.reader import parse_pdf
from catalystindex.documents.parsed import Box, ParsedDocument
from support.documents import LIMITS, REGISTRY, ROOT, Draw, assert_blocks_partition

REAL = Path(os.environ.get("CATALYST_BENCH_DATA", ROOT.parent / "shared" / "data")) / "documents"
WIDTH, HEIGHT = 612.0, 792.0
LETTER = (WIDTH, HEIGHT)
PROSE = (
    "The customer opened the account in March and paid in large sums of cash within a few days "
    "of each other. Staff asked where the money came from and were told that it was the price of "
    "a house. No contract was shown and the buyer was a company that had been founded in the same "
    "week. The branch wrote a report and the account was watched from then on by two people who "
    "looked at each payment as it came in. "
)

# --- making PDF files -------------------------------------------------------


def made_pdf(
    *pages: Draw, size: tuple[float, float] = LETTER, rotate: int = 0, **options: object
) -> bytes:
    """Return a PDF with one page per function, drawn upright; ``rotate`` is how it is shown."""
    file = BytesIO()
    sideways = rotate in (90, 270)  # reportlab takes the size of the page as shown
    shown = (size[1], size[0]) if sideways else size
    make: Callable[..., Canvas] = Canvas
    canvas = make(file, pagesize=shown, invariant=1, **options)
    for draw in pages:
        canvas.setPageRotation(rotate)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def put(*placed: tuple[float, float, str], size: float = 11, font: str = "Helvetica") -> Draw:
    """Return a page of texts at x and y, from the bottom left corner."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(font, size)
        for x, y, text in placed:
            canvas.drawString(x, y, text)

    return draw


def column(
    text: str, x: float, top: float, width: float, size: float = 10, font: str = "Helvetica"
) -> Draw:
    """Return running text broken to a width, the leading being 1.2 times its size."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont(font, size)
        for place, line in enumerate(broken(canvas, text, width, size, font)):
            canvas.drawString(x, top - place * size * 1.2, line)

    return draw


def broken(canvas: Canvas, text: str, width: float, size: float, font: str) -> list[str]:
    lines = [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if canvas.stringWidth(longer, font, size) > width and lines[-1]:
            lines.append(word)
        else:
            lines[-1] = longer
    return lines


def ruled(
    rows: Sequence[Sequence[str]],
    *,
    left: float = 72,
    top: float = 700,
    cell: tuple[float, float] = (100, 20),
    size: float = 10,
) -> Draw:
    """Return a table with lines around every cell."""

    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", size)
        wide, high = cell
        columns = max(len(row) for row in rows)
        for at in range(len(rows) + 1):
            canvas.line(left, top - at * high, left + columns * wide, top - at * high)
        for at in range(columns + 1):
            canvas.line(left + at * wide, top, left + at * wide, top - len(rows) * high)
        for y, row in enumerate(rows):
            for x, text in enumerate(row):
                canvas.drawString(left + x * wide + 4, top - (y + 1) * high + high / 3, text)

    return draw


def unruled(
    rows: Sequence[Sequence[str]],
    *,
    left: float = 72,
    top: float = 700,
    cell: tuple[float, float] = (110, 14),
    size: float = 10,
) -> Draw:
    """Return a table without lines."""
    wide, high = cell
    return put(
        *(
            (left + x * wide, top - y * high, text)
            for y, row in enumerate(rows)
            for x, text in enumerate(row)
        ),
        size=size,
    )


def shown_picture(image: Image.Image, x: float, y: float, width: float, height: float) -> Draw:
    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(image), x, y, width, height)

    return draw


def raw_pdf(
    content: bytes,
    *objects: str | bytes,
    media_box: str = "[0 0 612 792]",
    page: str = "",
    resources: str = "/Font << /F1 5 0 R >>",
    packed: bool = False,
) -> bytes:
    """Return a PDF of one page written by hand; further objects count from 6."""
    body = zlib.compress(content, 9) if packed else content
    how = "/Filter /FlateDecode " if packed else ""
    return assembled(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        f"<< /Type /Page /Parent 2 0 R /MediaBox {media_box} /Contents 4 0 R "
        f"/Resources << {resources} >> {page} >>",
        f"<< {how}/Length {len(body)} >>\nstream\n".encode() + body + b"\nendstream",
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        *objects,
    )


def assembled(*objects: str | bytes) -> bytes:
    """Return objects numbered from 1 as a PDF whose catalogue is the first."""
    out = bytearray(b"%PDF-1.4\n")
    places = []
    for number, item in enumerate(objects, start=1):
        places.append(len(out))
        body = item if isinstance(item, bytes) else item.encode("latin-1")
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    out += b"trailer << /Size %d /Root 1 0 R >>\n" % (len(objects) + 1)
    out += b"startxref\n%d\n%%%%EOF\n" % start
    return bytes(out)


def mapped_pdf(shown: str, content: bytes = b"BT /F1 12 Tf 72 720 Td (AxB) Tj ET") -> bytes:
    """Return a PDF whose font says that ``x`` stands for other characters."""
    code = shown.encode("utf-16-be").hex()
    cmap = (
        "/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <00> <FF> "
        "endcodespacerange 1 beginbfchar "
        f"<78> <{code}> endbfchar endcmap end"
    )
    return raw_pdf(
        content,
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 7 0 R >>",
        f"<< /Length {len(cmap)} >>\nstream\n{cmap}\nendstream",
        resources="/Font << /F1 6 0 R /F2 5 0 R >>",
    )


def real_pdf(name: str) -> bytes:
    """Return a real document; without the data folder the test is skipped."""
    path = REAL / "pdf" / name
    if not path.is_file():
        pytest.skip(f"no {name} at {path.parent}: set CATALYST_BENCH_DATA to the data folder")
    return path.read_bytes()


# --- making pictures --------------------------------------------------------


def scan(
    *lines: str, size: tuple[int, int] = (1240, 800), letters: int = 36, lean: float = 0.0
) -> Image.Image:
    """Return a picture of lines of text; ``lean`` turns it by degrees clockwise, on white."""
    image = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(image)
    font = ImageFont.load_default(letters)
    for place, line in enumerate(lines):
        pen.text((90, 80 + place * letters * 2), line, "black", font)
    return image.rotate(-lean, Image.Resampling.BICUBIC, fillcolor="white") if lean else image


def noise(size: tuple[int, int] = (400, 300)) -> Image.Image:
    grain = np.random.default_rng(7).integers(0, 256, (size[1], size[0], 3))
    return Image.fromarray(grain.astype(np.uint8))


def picture_bytes(image: Image.Image, kind: str, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


# --- a recogniser that keeps count ------------------------------------------


class RecordingRecogniser:
    """Reads the same lines in every picture, and remembers the shapes of the pictures."""

    name = "recording"

    def __init__(self, *lines: str, confidence: float = 0.9) -> None:
        self.lines, self.confidence = lines, confidence
        self.shapes: list[tuple[int, ...]] = []

    @property
    def calls(self) -> int:
        return len(self.shapes)

    def read(self, pixels: Pixels) -> Recognised:
        self.shapes.append(pixels.shape)
        height, width = pixels.shape[:2]
        found = tuple(
            RecognisedLine(
                text,
                self.confidence,
                width * 0.1,
                height * (0.3 + 0.05 * place),
                width * 0.8,
                height * (0.33 + 0.05 * place),
            )
            for place, text in enumerate(self.lines)
        )
        return Recognised(found, width, height)


def read_pdf(
    data: bytes, recogniser: Recogniser | None = None, limits: LimitsSettings = LIMITS
) -> ParsedDocument:
    """Parse as the product does."""
    return REGISTRY.parse(data, PDF, ParseContext(limits, recogniser=recogniser))


def pages_of(data: bytes, recogniser: Recogniser | None = None) -> ParsedDocument:
    """Parse without the check that there is any text."""
    return parse_pdf(data, ParseContext(recogniser=recogniser))


# --- words, for tests of layout ---------------------------------------------


def word(
    text: str, left: float, top: float, *, size: float = 10, turned: int = 0, bold: bool = False
) -> Word:
    """Return an upright word, six tenths of an em to a letter."""
    return Word(
        left,
        top,
        left + 0.6 * size * len(text),
        top + size,
        text=text,
        size=size,
        turned=turned,
        bold=bold,
    )


def words_at(
    left: float, top: float, text: str, size: float = 10, *, bold: bool = False
) -> list[Word]:
    """Return the words of a line, a third of an em apart."""
    found = []
    for part in text.split():
        found.append(word(part, left, top, size=size, bold=bold))
        left = found[-1].right + size / 3
    return found


# --- what always holds ------------------------------------------------------

HYPHENS = "-\u2010\u00ad\x02\ufffe"
NO_CHARACTERS = "\x00\ufeff\uffff"


def text_layer(data: bytes) -> Counter[str]:
    """Return how often each character that is not blank is in a PDF's text layer."""
    found: Counter[str] = Counter()
    document = pdfium.PdfDocument(data)
    for index in range(len(document)):
        text = document[index].get_textpage().get_text_range()
        found.update(char for char in text if not char.isspace())
    document.close()
    return found


def lost(data: bytes, parsed: ParsedDocument) -> dict[str, int]:
    """Return the characters of the text layer that are neither in the text nor in furniture.

    Hyphens may go where a word is joined over a line end.
    """
    kept = Counter(parsed.text)
    for item in parsed.furniture:
        kept.update(item.text)
    missing = text_layer(data) - kept
    return {char: n for char, n in missing.items() if char not in HYPHENS + NO_CHARACTERS}


def assert_sound(parsed: ParsedDocument) -> None:
    """Everything that points into the text or onto a page points at something there."""
    assert_blocks_partition(parsed)
    _assert_pages(parsed)
    _assert_sections(parsed)
    _assert_tables(parsed)
    for item in parsed.furniture:
        assert item.text.strip()
    boxes = [*(f.box for f in parsed.figures), *(f.box for f in parsed.furniture)]
    boxes += [t.box for t in parsed.tables]
    _assert_boxes(parsed, [box for box in boxes if box is not None])


def _assert_pages(parsed: ParsedDocument) -> None:
    assert parsed.pages is not None
    assert [page.number for page in parsed.page_readings] == list(range(1, parsed.pages + 1))
    before = 1
    for block in parsed.blocks:
        if block.page is None:
            continue  # of a file inside
        assert block.last_page is not None
        assert before <= block.page <= block.last_page <= parsed.pages
        before = block.page
        assert all(block.page <= box.page <= block.last_page for box in block.boxes)
        assert block.confidence is None or 0 <= block.confidence <= 1
        _assert_boxes(parsed, block.boxes)


def _assert_boxes(parsed: ParsedDocument, boxes: Iterable[Box]) -> None:
    for box in boxes:
        page = parsed.page_readings[box.page - 1]
        assert 0 <= box.left < box.right <= page.width + 0.01
        assert 0 <= box.top < box.bottom <= page.height + 0.01


def _assert_sections(parsed: ParsedDocument) -> None:
    blocks = list(parsed.blocks)
    for section in parsed.sections:
        own = []
        while blocks and blocks[0].end <= section.end:
            own.append(blocks.pop(0))
        assert own
        assert (section.start, section.end) == (own[0].start, own[-1].end)
        assert {block.heading_path for block in own} == {section.heading_path}
        pages = [page for block in own for page in (block.page, block.last_page) if page]
        assert section.first_page == min(pages, default=None)
        assert section.last_page == max(pages, default=None)
        assert {box.page for box in section.boxes} == {b.page for one in own for b in one.boxes}
    assert not blocks


def _assert_tables(parsed: ParsedDocument) -> None:
    ranges = [(block.start, block.end) for block in parsed.blocks if block.kind == "table"]
    assert [(table.start, table.end) for table in parsed.tables] == ranges
    for table in parsed.tables:
        width = len(table.rows[0])
        assert all(len(row) == width for row in table.rows)
        assert 1 <= table.header_rows <= len(table.rows)
        written = parsed.text[table.start : table.end].splitlines()
        assert len(written) == len(table.rows) + 1
        for row, line in zip(table.rows, [written[0], *written[2:]], strict=True):
            assert line == "| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |"
