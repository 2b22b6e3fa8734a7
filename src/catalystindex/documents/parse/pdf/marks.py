"""Check boxes and radio buttons of forms: what they say is drawn, not written."""

import ctypes
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from catalystindex.documents.parse.pdf.chars import PageView
from catalystindex.documents.parse.pdf.geometry import Word

TICKED, OPEN = "[x]", "[ ]"
MAX_WIDGETS = 10_000


def marks(page: pdfium.PdfPage, form: pdfium.PdfFormEnv, view: PageView) -> list[Word]:
    """Return a word in the place of each check box and radio button of a page."""
    return list(_marks(page, form, view))


def _marks(page: pdfium.PdfPage, form: pdfium.PdfFormEnv, view: PageView) -> Iterator[Word]:
    count = pdfium_c.FPDFPage_GetAnnotCount(page)
    for index in range(min(count, MAX_WIDGETS)):
        annotation = pdfium_c.FPDFPage_GetAnnot(page, index)
        if not annotation:
            continue
        try:
            word = _mark(annotation, form, view)
        finally:
            pdfium_c.FPDFPage_CloseAnnot(annotation)
        if word is not None:
            yield word


def _mark(annotation: object, form: pdfium.PdfFormEnv, view: PageView) -> Word | None:
    if pdfium_c.FPDFAnnot_GetSubtype(annotation) != pdfium_c.FPDF_ANNOT_WIDGET:
        return None
    kind = pdfium_c.FPDFAnnot_GetFormFieldType(form, annotation)
    if kind not in (pdfium_c.FPDF_FORMFIELD_CHECKBOX, pdfium_c.FPDF_FORMFIELD_RADIOBUTTON):
        return None
    rect = pdfium_c.FS_RECTF()
    if not pdfium_c.FPDFAnnot_GetRect(annotation, ctypes.byref(rect)):
        return None
    frame = view.frame(rect.left, rect.bottom, rect.right, rect.top)
    ticked = bool(pdfium_c.FPDFAnnot_IsChecked(form, annotation))
    return Word(
        frame.left,
        frame.top,
        frame.right,
        frame.bottom,
        TICKED if ticked else OPEN,
        max(frame.height, 1.0),
    )
