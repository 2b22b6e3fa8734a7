"""The text layer of a page as words with places, through PDFium.

Every character that is not blank ends in exactly one word, but for those that PDFium itself makes
up (blanks and line ends) and zero bytes.
"""

import ctypes
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from catalystindex.documents.parse.pdf.geometry import Frame, Word

LINE_END_HYPHENS = (0x02, 0xFFFE)
"""PDFium's marks for a hyphen at the end of a line, whichever hyphen it was."""
DROPPED = frozenset({0, 0xFEFF, 0xFFFF})
BOLD_WEIGHT = 600
FORCE_BOLD = 1 << 18
"""A font descriptor's flag (ISO 32000-1, table 123)."""
WORD_GAP = 0.1
"""Ems between two characters from which they are of two words: blanks are 0.14 and wider."""
TAKEN_BACK = 0.03
"""The same where a blank is written between them."""
MIN_GAPS = 3
C1_CONTROLS = range(0x80, 0xA0)
BULLET_SIGN = "\u2022"
MIN_SIZE = 0.5
NO_BOX = (0.0, 0.0, 0.0, 0.0)
ABSURD = 3.0
QUARTER = math.pi / 2
SAME = 0.1
"""Share by which two characters' boxes may differ in height and be set alike."""
TOUCH = 0.15
"""Ems between two words without a blank."""
SAMPLED = 400
BLANK = 0x10FFFF
"""The last code that may be a blank: the last code there is."""

Coordinate = TypeVar("Coordinate", float, NDArray[np.float64])


@dataclass(frozen=True)
class PageView:
    """How the page is shown: its size in points, its visible box in user space, its rotation."""

    width: float
    height: float
    box: tuple[float, float, float, float]
    rotation: int

    def frame(self, left: float, bottom: float, right: float, top: float) -> Frame:
        """Return a rectangle of user space as it is shown."""
        x0, y0 = self.point(left, top)
        x1, y1 = self.point(right, bottom)
        return Frame(min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))

    def frames(self, boxes: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return boxes (left, bottom, right, top) as shown: left, top, right, bottom."""
        x0, y0 = self.point(boxes[:, 0], boxes[:, 3])
        x1, y1 = self.point(boxes[:, 2], boxes[:, 1])
        return np.stack(
            [np.minimum(x0, x1), np.minimum(y0, y1), np.maximum(x0, x1), np.maximum(y0, y1)], axis=1
        )

    def point(self, x: Coordinate, y: Coordinate) -> tuple[Coordinate, Coordinate]:
        """Return a point of user space as it is shown."""
        left, bottom, right, top = self.box
        if self.rotation == 90:
            return y - bottom, x - left
        if self.rotation == 180:
            return right - x, y - bottom
        if self.rotation == 270:
            return top - y, right - x
        return x - left, top - y


def view_of(page: pdfium.PdfPage) -> PageView:
    """Return how a page is shown."""
    width, height = page.get_size()
    return PageView(width, height, page.get_bbox(), page.get_rotation() % 360)


@dataclass(frozen=True)
class _Style:
    """How a run of characters is set; ``size`` in points, ``height`` that of its boxes."""

    size: float
    turned: int
    height: float


class _Layer:
    """The characters of a text layer as columns: code and box as shown, by index."""

    def __init__(self, text_page: pdfium.PdfTextPage, view: PageView) -> None:
        self.text_page, self._view = text_page, view
        count = text_page.count_chars()
        self.codes = [pdfium_c.FPDFText_GetUnicode(text_page, index) for index in range(count)]
        rect = pdfium_c.FS_RECTF()
        place = ctypes.byref(rect)
        boxes = [NO_BOX] * count
        for index, code in enumerate(self.codes):
            if code > BLANK or not chr(code).isspace():
                pdfium_c.FPDFText_GetLooseCharBox(text_page, index, place)
                boxes[index] = (rect.left, rect.bottom, rect.right, rect.top)
        shown = view.frames(np.array(boxes, np.float64).reshape(-1, 4))
        columns: list[list[float]] = shown.T.tolist()
        self.lefts, self.tops, self.rights, self.bottoms = columns

    def height(self, index: int, turned: int) -> float:
        """Return the height of a character's box across the direction it is read in."""
        if turned in (90, 270):
            return float(self.rights[index] - self.lefts[index])
        return float(self.bottoms[index] - self.tops[index])

    def style(self, index: int, before: _Style | None) -> _Style:
        """Return how a character is set: as the one before it, if its box is as high."""
        if before is not None:
            height = self.height(index, before.turned)
            if abs(height - before.height) <= SAME * before.height:
                return before
        return self._style(index)

    def _style(self, index: int) -> _Style:
        angle = pdfium_c.FPDFText_GetCharAngle(self.text_page, index)
        turned = (round(angle / QUARTER) * 90 + self._view.rotation) % 360 if angle >= 0 else 0
        size = pdfium_c.FPDFText_GetFontSize(self.text_page, index)
        if size < 0:  # the type is mirrored, twice
            turned = (turned + 180) % 360
        height = self.height(index, turned)
        matrix = pdfium_c.FS_MATRIX()
        pdfium_c.FPDFText_GetMatrix(self.text_page, index, ctypes.byref(matrix))
        size = abs(size) * math.hypot(matrix.b, matrix.d)
        plausible = ABSURD * height >= size >= height / ABSURD
        return _Style(max(size if plausible else height, MIN_SIZE), turned, height)

    def gap(self, a: int, b: int, turned: int) -> float | None:
        """Return the points between two characters along their line; None on other lines.

        Negative where they overlap.
        """
        if turned in (90, 270):
            side = min(self.rights[a], self.rights[b]) - max(self.lefts[a], self.lefts[b])
            along = max(self.tops[a], self.tops[b]) - min(self.bottoms[a], self.bottoms[b])
        else:
            side = min(self.bottoms[a], self.bottoms[b]) - max(self.tops[a], self.tops[b])
            along = max(self.lefts[a], self.lefts[b]) - min(self.rights[a], self.rights[b])
        return along if side > 0 else None


@dataclass(frozen=True)
class _Run:
    """The characters of a word, by index, and whether it touches the one before.

    ``gaps`` are the points between them: letters that are set apart have gaps as well.
    """

    indices: list[int]
    style: _Style
    glued: bool
    gaps: list[float] = field(default_factory=list)

    def takes(self, gap: float | None, *, blank: bool) -> bool:
        """Tell whether a character at a distance belongs to the word.

        Where it stands tells, not whether a blank was written: some programs place words without
        blanks between them, and some write blanks that they take back.
        """
        if gap is None:
            return False
        usual = max(min(self.gaps, default=0.0), 0.0) if len(self.gaps) >= MIN_GAPS else 0.0
        return gap <= (TAKEN_BACK if blank else WORD_GAP) * self.style.size + usual


def page_words(text_page: pdfium.PdfTextPage, view: PageView) -> list[Word]:
    """Return the words of a text layer, in the order of the content stream."""
    layer = _Layer(text_page, view)
    words: list[Word] = []
    for run in _runs(layer):
        text = _decode([layer.codes[index] for index in run.indices])
        if not text.strip():
            continue
        words.append(
            Word(
                left=min(layer.lefts[index] for index in run.indices),
                top=min(layer.tops[index] for index in run.indices),
                right=max(layer.rights[index] for index in run.indices),
                bottom=max(layer.bottoms[index] for index in run.indices),
                text=text,
                size=run.style.size,
                bold=_is_bold(text_page, run.indices[0]),
                turned=run.style.turned,
                glued=run.glued,
            )
        )
    return words


def _runs(layer: _Layer) -> Iterator[_Run]:
    run: _Run | None = None
    for index, blank in _visible(layer.codes):
        following = _followed(layer, run, index, blank=blank)
        if run is not None and following is not run:
            yield run
        run = following
    if run is not None:
        yield run


def _visible(codes: Sequence[int]) -> Iterator[tuple[int, bool]]:
    """Yield the visible characters by index, and whether a blank is written before each."""
    blank = False
    for index, code in enumerate(codes):
        if code in DROPPED:
            continue
        if code <= BLANK and chr(code).isspace():
            blank = True
            continue
        yield index, blank
        blank = False


def _followed(layer: _Layer, run: _Run | None, index: int, *, blank: bool) -> _Run:
    """Return the run that a character belongs to: the one before it, or a new one."""
    style = layer.style(index, None if run is None else run.style)
    gap = None
    if run is not None and style.turned == run.style.turned:
        gap = layer.gap(run.indices[-1], index, style.turned)
    if run is not None and run.takes(gap, blank=blank):
        run.indices.append(index)
        run.gaps.append(gap or 0.0)
        return run
    touches = gap is not None and abs(gap) < TOUCH * style.size
    return _Run([index], style, glued=touches and not blank)


def _is_bold(text_page: pdfium.PdfTextPage, index: int) -> bool:
    if pdfium_c.FPDFText_GetFontWeight(text_page, index) >= BOLD_WEIGHT:
        return True
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    pdfium_c.FPDFText_GetFontInfo(text_page, index, name, 128, ctypes.byref(flags))
    label = name.value.lower()
    return bool(flags.value & FORCE_BOLD) or b"bold" in label or b"black" in label


def _decode(codes: list[int]) -> str:
    """Return characters as text; some builds of PDFium give UTF-16 units."""
    if len(codes) == 1 and codes[0] in C1_CONTROLS:
        return BULLET_SIGN  # a sign of a symbol font that does not say which
    units = ["-" if code in LINE_END_HYPHENS else chr(code) for code in codes]
    return "".join(units).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def unmapped_share(text_page: pdfium.PdfTextPage) -> float:
    """Return the share of characters whose font does not say which letters they are, 0 to 1.

    A sample of the page is looked at.
    """
    count = text_page.count_chars()
    bad = seen = 0
    for index in range(0, count, max(1, count // SAMPLED)):
        code = pdfium_c.FPDFText_GetUnicode(text_page, index)
        if code <= BLANK and chr(code).isspace():
            continue
        seen += 1
        private = 0xE000 <= code <= 0xF8FF or code in (0, 0xFFFD)
        bad += private or bool(pdfium_c.FPDFText_HasUnicodeMapError(text_page, index))
    return bad / seen if seen else 0.0
