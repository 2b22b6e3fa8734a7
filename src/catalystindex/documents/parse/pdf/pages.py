"""One page: its text layer, or what is recognised in its picture, and the figures on it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c

from catalystindex.documents.ocr.base import Recogniser
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.pdf.chars import (
    PageView,
    page_words,
    unmapped_share,
    view_of,
)
from catalystindex.documents.parse.pdf.geometry import Frame, Note, Word
from catalystindex.documents.parse.pdf.marks import marks
from catalystindex.documents.parse.pdf.notes import page_notes
from catalystindex.documents.parse.pdf.rules import MAX_DEPTH, Rules, page_rules
from catalystindex.documents.parse.pictures import SeenWords, recognised_words
from catalystindex.documents.parsed import PageState
from catalystindex.model.errors import DocumentTooLarge

FEW_CHARS = 40
"""Characters of text layer below which a page with a picture is read as a picture."""
STAMP_CHARS = 250
"""The same for a page that one picture covers: a stamp or number may be laid over a scan."""
COVERING = 0.6
"""Share of a page from which pictures cover it."""
FIGURE_SHARE = 0.1
"""Share of a page from which pictures beside text are read, if the settings ask for it."""
MANY_PATHS = 30
MANY_SEGMENTS = 200
"""Drawn shapes from which letters may have been drawn as outlines."""
UNREADABLE = 0.3
"""Share of characters of unknown letters from which the text layer is no text."""
MIN_FIGURE = 36.0
"""Points on a side, from which a picture is a figure."""
DPI = 200
MAX_PIXELS = 12_000_000
FLATTENED = 1
"""FLATTEN_SUCCESS of PDFium."""
MAX_OBJECTS = 50_000
MAX_PAGE_CHARS = 1_000_000


@dataclass(frozen=True)
class PageContent:
    """What a page holds, in points as shown.

    ``garbled``: its fonts hide which letters it shows. ``refused``: it was to be recognised, and
    recognition is off or at its limit. ``pictured``: pictures beside its text were not read.
    """

    number: int
    width: float
    height: float
    words: tuple[Word, ...]
    rules: Rules
    figures: tuple[Frame, ...]
    state: PageState
    skew: float = 0.0
    garbled: bool = False
    refused: bool = False
    pictured: bool = False
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True)
class _Seen:
    """The words of a page, where they come from, and by how much they lean (radians)."""

    words: tuple[Word, ...]
    state: PageState
    skew: float = 0.0
    refused: bool = False


@dataclass(frozen=True)
class _Objects:
    """What is drawn on a page: figures, the area that pictures cover, how many shapes.

    Scans may come as many strips: each of them is no figure, together they cover the page.
    """

    pictures: tuple[Frame, ...]
    cover: float
    paths: int
    segments: int

    @property
    def anything(self) -> bool:
        """Whether there is anything to see."""
        return self.cover > 0 or self.paths > 0

    @property
    def outlined(self) -> bool:
        """Whether so much is drawn that it may be letters as outlines."""
        return self.paths >= MANY_PATHS or self.segments >= MANY_SEGMENTS


class PageReader:
    """Reads the pages of one document; ``recogniser`` is asked only for pages that need it."""

    def __init__(self, document: pdfium.PdfDocument, recogniser: "OcrTurn") -> None:
        self._document, self._ocr = document, recogniser
        self._form = document.formenv

    def read(self, index: int) -> PageContent:
        """Return a page, from 0. Raises `pdfium.PdfiumError` if it is damaged."""
        page = self._document[index]
        try:
            ticks = [] if self._form is None else marks(page, self._form, view_of(page))
            notes = page_notes(page, view_of(page))
            flat = self._flattened(page, index)
            if flat is not None:
                page, first = flat, page
                first.close()
            return replace(self._content(page, index + 1, ticks), notes=notes)
        finally:
            page.close()

    def _flattened(self, page: pdfium.PdfPage, index: int) -> pdfium.PdfPage | None:
        """Return the page with its fields and notes among what is drawn, if it has any.

        None too if text would be lost by it: a page whose content is damaged is cut short.
        """
        if not pdfium_c.FPDFPage_GetAnnotCount(page):
            return None
        before = _count_chars(page)
        if pdfium_c.FPDFPage_Flatten(page, pdfium_c.FLAT_NORMALDISPLAY) != FLATTENED:
            return None
        flat = self._document[index]
        if _count_chars(flat) >= before:
            return flat
        flat.close()
        return None

    def _content(self, page: pdfium.PdfPage, number: int, ticks: list[Word]) -> PageContent:
        view = view_of(page)
        text_page = page.get_textpage()
        try:
            if text_page.count_chars() > MAX_PAGE_CHARS:
                raise DocumentTooLarge(
                    f"Page {number} has more than {MAX_PAGE_CHARS:,} characters.",
                    limit=MAX_PAGE_CHARS,
                )
            words = _with_marks(page_words(text_page, view), ticks)
            garbled = bool(words) and unmapped_share(text_page) > UNREADABLE
        finally:
            text_page.close()
        objects = _objects(page, view)
        rules = page_rules(page, view)
        empty: PageState = "no_text" if objects.anything else "blank"
        seen = _Seen(tuple(words), "text" if words else empty)
        if garbled or _needs_picture(words, objects, view, figures=self._ocr.figures):
            seen = self._recognised(page, view, words, garbled=garbled)
        figures = objects.pictures if seen.state == "text" else ()
        return PageContent(
            number,
            view.width,
            view.height,
            seen.words,
            rules,
            figures,
            seen.state,
            seen.skew,
            garbled=garbled and seen.state == "text",
            refused=seen.refused,
            pictured=seen.state == "text"
            and not self._ocr.figures
            and objects.cover >= FIGURE_SHARE * view.width * view.height,
        )

    def _recognised(
        self, page: pdfium.PdfPage, view: PageView, words: list[Word], *, garbled: bool
    ) -> "_Seen":
        """Return the words of a page with those that are recognised and not in its text layer."""
        recogniser = self._ocr.take()
        if recogniser is None:
            return _Seen(tuple(words), "text" if words else "no_text", refused=True)
        scale = _scale(view)
        bitmap = page.render(scale=scale, rev_byteorder=True)
        pixels = np.ascontiguousarray(bitmap.to_numpy()[:, :, :3])
        found = recognised_words(recogniser.read(pixels), 1 / scale)
        bitmap.close()
        return _merged(words, found, garbled=garbled)


def _count_chars(page: pdfium.PdfPage) -> int:
    text_page = page.get_textpage()
    try:
        return text_page.count_chars()
    finally:
        text_page.close()


def _with_marks(words: list[Word], ticks: Sequence[Word]) -> list[Word]:
    """Return words with marks of form fields, without the glyphs that draw the marks."""
    drawn = [word for word in words if not any(tick.holds(*word.middle) for tick in ticks)]
    return [*drawn, *ticks]


def _merged(words: list[Word], found: SeenWords, *, garbled: bool) -> _Seen:
    """Return a text layer with what was recognised beside it, or instead of a garbled one."""
    if found.words and (garbled or not words):
        return _Seen(found.words, "ocr", found.skew)
    new = [word for word in found.words if not _is_known(word, words)]
    if new:
        return _Seen((*words, *new), "ocr")
    return _Seen(tuple(words), "text" if words else "no_text")


class OcrTurn:
    """Hands out the recogniser, page by page, up to the bound of the document as a whole."""

    def __init__(self, context: ParseContext) -> None:
        self._context = context

    @property
    def figures(self) -> bool:
        """Whether pictures beside text are to be recognised as well."""
        return self._context.parsing.ocr == "figures"

    def take(self) -> Recogniser | None:
        """Return the recogniser if another page may be read with it."""
        context = self._context
        if context.recogniser is None or context.used.ocr_pages >= context.limits.max_ocr_pages:
            return None
        context.used.ocr_pages += 1
        return context.recogniser


def _needs_picture(
    words: Sequence[Word], objects: _Objects, view: PageView, *, figures: bool
) -> bool:
    """Tell whether a page is to be recognised; ``figures``: also for pictures beside text."""
    chars = sum(len(word.text) for word in words)
    cover = objects.cover / max(view.width * view.height, 1.0)
    if chars < FEW_CHARS:
        return cover > 0 or objects.outlined
    return (figures and cover >= FIGURE_SHARE) or (chars < STAMP_CHARS and cover >= COVERING)


def _is_known(word: Word, words: Sequence[Word]) -> bool:
    """Tell whether a recognised piece is (mostly) where the text layer has words already."""
    shared = sum(word.overlap(other) for other in words)
    return shared > 0.5 * word.area


def _scale(view: PageView) -> float:
    """Return pixels per point: 200 to the inch, fewer on huge pages."""
    scale = DPI / 72
    pixels = view.width * view.height * scale * scale
    return scale * (MAX_PIXELS / pixels) ** 0.5 if pixels > MAX_PIXELS else scale


def _objects(page: pdfium.PdfPage, view: PageView) -> _Objects:
    pictures: list[Frame] = []
    cover, paths, segments = 0.0, 0, 0
    whole = Frame(0, 0, view.width, view.height)
    for count, item in enumerate(_drawn(page)):
        if count >= MAX_OBJECTS:
            break
        if item.type == pdfium_c.FPDF_PAGEOBJ_IMAGE:
            frame = view.frame(*item.get_bounds())
            cover += frame.overlap(whole)
            if min(frame.width, frame.height) >= MIN_FIGURE:
                pictures.append(frame)
        else:
            paths += 1
            segments += max(pdfium_c.FPDFPath_CountSegments(item.raw), 0)
    return _Objects(tuple(pictures), cover, paths, segments)


def _drawn(page: pdfium.PdfPage) -> Iterator[pdfium.PdfObject]:
    kinds = [pdfium_c.FPDF_PAGEOBJ_IMAGE, pdfium_c.FPDF_PAGEOBJ_PATH, pdfium_c.FPDF_PAGEOBJ_SHADING]
    yield from page.get_objects(filter=kinds, max_depth=MAX_DEPTH)
