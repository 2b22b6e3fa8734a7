# PDFium's C functions take the wrapper objects through ctypes' `_as_parameter_`.
import ctypes

from pypdfium2 import PdfTextPage

FPDF_ERR_PASSWORD: int
FPDF_ERR_SECURITY: int

class FS_RECTF(ctypes.Structure):
    left: float
    top: float
    right: float
    bottom: float

def FPDFText_GetUnicode(text_page: PdfTextPage, index: int) -> int: ...
def FPDFText_GetLooseCharBox(text_page: PdfTextPage, index: int, rect: object) -> int: ...
