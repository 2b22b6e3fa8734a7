"""The ruling lines of a page: straight strokes, thin bars and the sides of rectangles."""

from collections.abc import Iterator
from ctypes import byref, c_float
from dataclasses import dataclass

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from catalystindex.documents.parse.pdf.chars import PageView
from catalystindex.documents.parse.pdf.geometry import Frame

MAX_DEPTH = 8
"""Form XObjects inside one another."""
MAX_PATHS = 30_000
MAX_SEGMENTS = 2_000
"""Of one path: more are a drawing."""
SLANT = 1.0
"""Points by which a straight line may lean."""
MIN_RULE = 3.0

Point = tuple[float, float]
Matrix = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Rules:
    """Horizontal and vertical ruling lines; ``complete`` unless the page draws too many paths."""

    horizontal: tuple[Frame, ...]
    vertical: tuple[Frame, ...]
    complete: bool


def page_rules(page: pdfium.PdfPage, view: PageView) -> Rules:
    """Return the ruling lines of a page."""
    horizontal: list[Frame] = []
    vertical: list[Frame] = []
    paths = page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_PATH], max_depth=MAX_DEPTH)
    for count, item in enumerate(paths):
        if count >= MAX_PATHS:
            return Rules(tuple(horizontal), tuple(vertical), complete=False)
        frames = [_between(start, end) for start, end in _segments(item, view)]
        horizontal += filter(_is_across, frames)
        vertical += filter(_is_down, frames)
    return Rules(tuple(horizontal), tuple(vertical), complete=True)


def _is_across(frame: Frame) -> bool:
    return frame.height <= SLANT and frame.width >= MIN_RULE


def _is_down(frame: Frame) -> bool:
    return frame.width <= SLANT and frame.height >= MIN_RULE


def _between(start: Point, end: Point) -> Frame:
    return Frame(
        min(start[0], end[0]), min(start[1], end[1]), max(start[0], end[0]), max(start[1], end[1])
    )


def _segments(item: pdfium.PdfObject, view: PageView) -> Iterator[tuple[Point, Point]]:
    count = pdfium_c.FPDFPath_CountSegments(item.raw)
    if not 2 <= count <= MAX_SEGMENTS:
        return
    matrix = placed(item)
    first: Point | None = None
    last: Point | None = None
    for index in range(count):
        segment = pdfium_c.FPDFPath_GetPathSegment(item.raw, index)
        point = view.point(*_apply(matrix, _point(segment)))
        kind = pdfium_c.FPDFPathSegment_GetType(segment)
        if kind == pdfium_c.FPDF_SEGMENT_MOVETO:
            first = point
        elif kind == pdfium_c.FPDF_SEGMENT_LINETO and last is not None:
            yield last, point
        last = point
        if pdfium_c.FPDFPathSegment_GetClose(segment) and first is not None:
            yield point, first


def _point(segment: object) -> Point:
    x, y = c_float(), c_float()
    pdfium_c.FPDFPathSegment_GetPoint(segment, byref(x), byref(y))
    return x.value, y.value


def placed(item: pdfium.PdfObject) -> Matrix:
    """Return the matrix from an object's own space to user space, through the forms it is in."""
    matrix: Matrix = item.get_matrix().get()
    around = item.container
    while around is not None:
        matrix = _multiply(matrix, around.get_matrix().get())
        around = around.container
    return matrix


def _apply(m: Matrix, point: Point) -> Point:
    x, y = point
    return m[0] * x + m[2] * y + m[4], m[1] * x + m[3] * y + m[5]


def _multiply(m: Matrix, n: Matrix) -> Matrix:
    """Return the matrix that applies ``m`` first and then ``n``."""
    return (
        m[0] * n[0] + m[1] * n[2],
        m[0] * n[1] + m[1] * n[3],
        m[2] * n[0] + m[3] * n[2],
        m[2] * n[1] + m[3] * n[3],
        m[4] * n[0] + m[5] * n[2] + n[4],
        m[4] * n[1] + m[5] * n[3] + n[5],
    )
