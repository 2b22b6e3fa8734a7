"""One small case, a memo on a customer, as a document of every kind that can be read.

The same bytes on every day and in every process, so that what reading gives can be stored.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache

from catalystindex.documents.parse import kinds
from support import golden_office, golden_pages, golden_texts

Make = Callable[[], bytes]


@dataclass(frozen=True)
class Made:
    """How to make a document, and of what kind it is."""

    media_type: str
    make: Make
    ocr: bool = False

    @property
    def data(self) -> bytes:
        return made_once(self.make)


@cache
def made_once(make: Make) -> bytes:
    return make()


MADE: Mapping[str, Made] = {
    "memo.pdf": Made(kinds.PDF, golden_pages.text_pdf),
    "columns.pdf": Made(kinds.PDF, golden_pages.columns_pdf),
    "borderless.pdf": Made(kinds.PDF, golden_pages.borderless_pdf),
    "rotated.pdf": Made(kinds.PDF, golden_pages.rotated_pdf),
    "form.pdf": Made(kinds.PDF, golden_pages.form_pdf),
    "scanned.pdf": Made(kinds.PDF, golden_pages.scanned_pdf, ocr=True),
    "mixed.pdf": Made(kinds.PDF, golden_pages.mixed_pdf, ocr=True),
    "memo.docx": Made(kinds.DOCX, golden_office.memo_docx),
    "memo.pptx": Made(kinds.PPTX, golden_office.memo_pptx),
    "scanned.docx": Made(kinds.DOCX, golden_office.scanned_docx, ocr=True),
    "scanned.pptx": Made(kinds.PPTX, golden_office.scanned_pptx, ocr=True),
    "memo.xlsx": Made(kinds.XLSX, golden_office.memo_xlsx),
    "memo.xls": Made(kinds.XLS, golden_office.memo_xls),
    "memo.csv": Made(kinds.CSV, golden_texts.memo_csv),
    "memo.tsv": Made(kinds.TSV, golden_texts.memo_tsv),
    "memo.html": Made(kinds.HTML, golden_texts.memo_html),
    "memo.md": Made(kinds.MARKDOWN, golden_texts.memo_markdown),
    "memo.txt": Made(kinds.PLAIN, golden_texts.memo_text),
    "memo.json": Made(kinds.JSON, golden_texts.memo_json),
    "memo.jsonl": Made(kinds.JSON_LINES, golden_texts.memo_json_lines),
    "memo.eml": Made(kinds.EML, golden_texts.memo_eml),
    "memo.msg": Made(kinds.MSG, golden_texts.memo_msg),
    "memo.epub": Made(kinds.EPUB, golden_texts.memo_epub),
    "memo.rtf": Made(kinds.RTF, golden_texts.memo_rtf),
    "memo.png": Made(kinds.PNG, golden_pages.png_picture, ocr=True),
    "memo.jpeg": Made(kinds.JPEG, golden_pages.jpeg_picture, ocr=True),
    "memo.tiff": Made(kinds.TIFF, golden_pages.tiff_pictures, ocr=True),
}
"""Made documents by name. The first of a kind has all that parsers of the kind can find."""


def first_of(media_type: str) -> Made:
    """Return the plainest made document of a kind."""
    return next(one for one in MADE.values() if one.media_type == media_type)
