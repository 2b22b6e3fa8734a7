"""Notes on a page: sticky notes, and the words put to a mark. Viewers show them beside the page."""

import ctypes
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from catalystindex.documents.parse.pdf.chars import PageView
from catalystindex.documents.parse.pdf.geometry import Frame, Note

CONTENTS = b"Contents"
MAX_NOTES = 2_000
MAX_BYTES = 200_000


def page_notes(page: pdfium.PdfPage, view: PageView) -> tuple[Note, ...]:
    """Return the notes of a page, in its order. Call it before the page is flattened."""
    return tuple(_notes(page, view))


def _notes(page: pdfium.PdfPage, view: PageView) -> Iterator[Note]:
    kinds = (
        *(pdfium_c.FPDF_ANNOT_TEXT, pdfium_c.FPDF_ANNOT_FREETEXT, pdfium_c.FPDF_ANNOT_HIGHLIGHT),
        *(pdfium_c.FPDF_ANNOT_UNDERLINE, pdfium_c.FPDF_ANNOT_STRIKEOUT),
        *(pdfium_c.FPDF_ANNOT_SQUIGGLY, pdfium_c.FPDF_ANNOT_CARET),
    )
    for index in range(min(pdfium_c.FPDFPage_GetAnnotCount(page), MAX_NOTES)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            if pdfium_c.FPDFAnnot_GetSubtype(annotation) in kinds:
                text = _contents(annotation)
                if text:
                    yield Note(text, _frame(annotation, view))
        finally:
            pdfium_c.FPDFPage_CloseAnnot(annotation)


def _contents(annotation: object) -> str:
    length = pdfium_c.FPDFAnnot_GetStringValue(annotation, CONTENTS, None, 0)
    if not 2 < length <= MAX_BYTES:
        return ""
    buffer = ctypes.create_string_buffer(length)
    wide = ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort))
    pdfium_c.FPDFAnnot_GetStringValue(annotation, CONTENTS, wide, length)
    return buffer.raw.decode("utf-16-le", "replace").rstrip("\x00").strip()


def _frame(annotation: object, view: PageView) -> Frame:
    rect = pdfium_c.FS_RECTF()
    pdfium_c.FPDFAnnot_GetRect(annotation, ctypes.byref(rect))
    return view.frame(rect.left, rect.bottom, rect.right, rect.top)
