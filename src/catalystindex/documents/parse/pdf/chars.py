"""The text layer of a page as words with places, through PDFium.

Every character that is not blank ends in exactly one word, but for those that PDFium itself makes
up (blanks and line ends) and zero bytes.
"""

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from catalystindex.documents.parse.pdf.geometry import Frame, Word

LINE_END_HYPHENS = (0x02, 0xFFFE)
"""PDFium's marks for a hyphen at the end of a line, whichever hyphen it was."""
DROPPED = frozenset({0, 0xFEFF, 0xFFFF})
BOLD_WEIGHT = 600
FORCE_BOLD = 1 << 18
"""A font descriptor's flag (ISO 32000-1, table 123)."""
JUMP = 1.0
"""Ems between two characters that follow one another and still are one word."""
MIN_SIZE = 0.5
ABSURD = 3.0
QUARTER = math.pi / 2


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

    def point(self, x: float, y: float) -> tuple[float, float]:
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
class Char:
    """A visible character; ``size`` in points."""

    code: int
    frame: Frame
    size: float
    turned: int


def page_words(text_page: pdfium.PdfTextPage, view: PageView) -> list[Word]:
    """Return the words of a text layer, in the order of the content stream."""
    words: list[Word] = []
    for chars, first, glued in _runs(text_page, view):
        text = _decode([char.code for char in chars])
        if not text.strip():
            continue
        frames = [char.frame for char in chars]
        words.append(
            Word(
                left=min(f.left for f in frames),
                top=min(f.top for f in frames),
                right=max(f.right for f in frames),
                bottom=max(f.bottom for f in frames),
                text=text,
                size=chars[0].size,
                bold=_is_bold(text_page, first),
                turned=chars[0].turned,
                glued=glued,
            )
        )
    return words


def _runs(text_page: pdfium.PdfTextPage, view: PageView) -> Iterator[tuple[list[Char], int, bool]]:
    """Yield the characters of each word, where it begins, and whether it touches the one before."""
    run: list[Char] = []
    start, glued = 0, False
    for index in range(text_page.count_chars()):
        code = pdfium_c.FPDFText_GetUnicode(text_page, index)
        if code in DROPPED:
            continue
        if _is_blank(code):
            if run:
                yield run, start, glued
            run, glued = [], False
            continue
        char = _char(text_page, index, code, view)
        if run and not _follows(run[-1], char):
            yield run, start, glued
            run, glued = [], _touches(run[-1], char)
        if not run:
            start = index
        run.append(char)
    if run:
        yield run, start, glued


def _is_blank(code: int) -> bool:
    return code <= 0x10FFFF and chr(code).isspace()


def _char(text_page: pdfium.PdfTextPage, index: int, code: int, view: PageView) -> Char:
    rect = pdfium_c.FS_RECTF()
    pdfium_c.FPDFText_GetLooseCharBox(text_page, index, ctypes.byref(rect))
    frame = view.frame(rect.left, rect.bottom, rect.right, rect.top)
    angle = pdfium_c.FPDFText_GetCharAngle(text_page, index)
    turned = (round(angle / QUARTER) * 90 + view.rotation) % 360 if angle >= 0 else 0
    height = frame.width if turned in (90, 270) else frame.height
    return Char(code, frame, _size(text_page, index, height), turned)


def _size(text_page: pdfium.PdfTextPage, index: int, height: float) -> float:
    """Return the size of the type; the height of its box where a font says something absurd."""
    matrix = pdfium_c.FS_MATRIX()
    pdfium_c.FPDFText_GetMatrix(text_page, index, ctypes.byref(matrix))
    size = pdfium_c.FPDFText_GetFontSize(text_page, index) * math.hypot(matrix.b, matrix.d)
    plausible = ABSURD * height >= size >= height / ABSURD
    return max(size if plausible else height, MIN_SIZE)


def _follows(before: Char, char: Char) -> bool:
    """Tell whether a character continues the word of the one before it."""
    if before.turned != char.turned:
        return False
    reach = JUMP * max(before.size, char.size)
    a, b = before.frame, char.frame
    if before.turned in (90, 270):
        side = min(a.right, b.right) - max(a.left, b.left)
        along = max(a.top, b.top) - min(a.bottom, b.bottom)
    else:
        side = min(a.bottom, b.bottom) - max(a.top, b.top)
        along = max(a.left, b.left) - min(a.right, b.right)
    return side > 0 and along <= reach


def _touches(before: Char, char: Char) -> bool:
    """Tell whether a character stands right behind another of a different kind or direction."""
    gap = char.frame.left - before.frame.right
    level = min(before.frame.bottom, char.frame.bottom) - max(before.frame.top, char.frame.top)
    return level > 0 and abs(gap) < 0.15 * before.size


def _is_bold(text_page: pdfium.PdfTextPage, index: int) -> bool:
    if pdfium_c.FPDFText_GetFontWeight(text_page, index) >= BOLD_WEIGHT:
        return True
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    pdfium_c.FPDFText_GetFontInfo(text_page, index, name, 128, ctypes.byref(flags))
    label = name.value.lower()
    return bool(flags.value & FORCE_BOLD) or b"bold" in label or b"black" in label


def _decode(codes: list[int]) -> str:
    """Return characters as text; some builds of PDFium give UTF-16 units."""
    units = ["-" if code in LINE_END_HYPHENS else chr(code) for code in codes]
    return "".join(units).encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def unmapped_share(text_page: pdfium.PdfTextPage) -> float:
    """Return the share of characters whose font does not say which letters they are, 0 to 1."""
    count = text_page.count_chars()
    bad = seen = 0
    for index in range(count):
        code = pdfium_c.FPDFText_GetUnicode(text_page, index)
        if _is_blank(code):
            continue
        seen += 1
        private = 0xE000 <= code <= 0xF8FF or code in (0, 0xFFFD)
        bad += private or bool(pdfium_c.FPDFText_HasUnicodeMapError(text_page, index))
    return bad / seen if seen else 0.0
