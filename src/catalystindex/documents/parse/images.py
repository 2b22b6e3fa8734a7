"""PNG, JPEG and TIFF: every frame is a page, and its text is what is recognised in it."""

import struct
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.ocr.base import Pixels
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import JPEG, PNG, TIFF
from catalystindex.documents.parse.pdf.assemble import Assembler, laid_out, ticked
from catalystindex.documents.parse.pdf.pages import OcrTurn, PageContent
from catalystindex.documents.parse.pdf.remarks import warn_of_pages
from catalystindex.documents.parse.pdf.rules import Rules
from catalystindex.documents.parse.pictures import recognised_words
from catalystindex.documents.parsed import PageState, ParsedDocument
from catalystindex.model.errors import CorruptDocument, ExpandsTooMuch, TruncatedDocument

FORMATS = {PNG: ("PNG",), JPEG: ("JPEG", "MPO"), TIFF: ("TIFF",)}
DEFAULT_DPI = 150.0
"""Assumed where a picture does not say, or says something absurd."""
MIN_DPI, MAX_DPI = 50.0, 2_400.0
MAX_SIDE = 4_000
"""Pixels on the longer side that are handed to the recogniser."""
NO_RULES = Rules((), (), complete=True)
DAMAGE = (
    OSError,
    SyntaxError,  # Pillow's word for broken chunks
    ValueError,
    TypeError,
    IndexError,
    KeyError,
    AttributeError,
    EOFError,
    OverflowError,
    ZeroDivisionError,
    RuntimeError,
    struct.error,
)
"""What Pillow's decoders raise on damaged files."""


@dataclass(frozen=True)
class _Frame:
    """A frame made upright, red green blue, with its points per pixel."""

    pixels: Pixels
    points: float


def parse_image(data: bytes, context: ParseContext, media_type: str) -> ParsedDocument:
    """Read a picture.

    Raises `CorruptDocument`, `TruncatedDocument`, `ExpandsTooMuch`, `TooManyPages` and
    `DocumentTooSlow`.
    """
    with warnings.catch_warnings():  # what Pillow minds in damaged files is no news to the log
        warnings.simplefilter("ignore")
        return _parsed(data, context, media_type)


def _parsed(data: bytes, context: ParseContext, media_type: str) -> ParsedDocument:
    image = _open(data, media_type, context)
    count, whole = _count_frames(image, context)
    ocr = OcrTurn(context)
    pages = list(_pages(image, ocr, count, context))
    if all(page.state == "damaged" for page in pages):
        raise _damaged(image, whole=whole)
    builder = DocumentBuilder(media_type, context.limits.max_text_chars)
    warn_of_pages(pages, builder)
    if not whole:
        builder.warn(f"The file is damaged after frame {count}: there may have been more.")
    Assembler(builder, ticked(laid_out(pages), context)).assemble()
    return builder.build(pages=count)


def parse_png(data: bytes, context: ParseContext) -> ParsedDocument:
    """Read a PNG picture."""
    return parse_image(data, context, PNG)


def parse_jpeg(data: bytes, context: ParseContext) -> ParsedDocument:
    """Read a JPEG picture."""
    return parse_image(data, context, JPEG)


def parse_tiff(data: bytes, context: ParseContext) -> ParsedDocument:
    """Read a TIFF file: as many pages as it has frames."""
    return parse_image(data, context, TIFF)


def _open(data: bytes, media_type: str, context: ParseContext) -> Image.Image:
    try:
        image = Image.open(BytesIO(data), formats=FORMATS[media_type])
    except Image.DecompressionBombError as error:
        raise _too_many_pixels(context) from error
    except UnidentifiedImageError as error:
        raise CorruptDocument("The picture is damaged and cannot be opened.") from error
    except DAMAGE as error:
        raise CorruptDocument("The picture is damaged and cannot be opened.") from error
    _check_size(image, context)
    return image


def _check_size(image: Image.Image, context: ParseContext) -> None:
    if image.width * image.height > context.limits.max_image_pixels:
        raise _too_many_pixels(context)


def _too_many_pixels(context: ParseContext) -> ExpandsTooMuch:
    limit = context.limits.max_image_pixels
    return ExpandsTooMuch(
        f"The picture has more than {limit:,} pixels: scan it with fewer.", limit=limit
    )


def _count_frames(image: Image.Image, context: ParseContext) -> tuple[int, bool]:
    """Return how many frames can be reached, and whether those are all. Raises `TooManyPages`."""
    count = 1
    while count <= context.limits.max_pages:
        try:
            image.seek(count)
        except EOFError:
            return count, True
        except DAMAGE:
            return count, False
        count += 1
    context.check_pages(count)
    return count, True


def _damaged(image: Image.Image, *, whole: bool) -> CorruptDocument:
    try:
        image.seek(0)
        image.load()
    except DAMAGE as error:
        if "truncated" in str(error).lower():
            return TruncatedDocument("The picture is cut off: fetch or scan it again.")
    return CorruptDocument(
        "The picture is damaged and cannot be read."
        if whole
        else "The picture is damaged or cut off and cannot be read."
    )


def _pages(
    image: Image.Image, ocr: OcrTurn, count: int, context: ParseContext
) -> Iterator[PageContent]:
    for number in range(1, count + 1):
        try:
            image.seek(number - 1)
            _check_size(image, context)
            shown = _shown(image)
        except DAMAGE:
            yield PageContent(number, 0.0, 0.0, (), NO_RULES, (), "damaged")
        else:
            yield _content(shown, number, ocr)
        context.page_done(number, count)


def _content(shown: _Frame, number: int, ocr: OcrTurn) -> PageContent:
    height, width = shown.pixels.shape[:2]
    size = (width * shown.points, height * shown.points)
    recogniser = ocr.take()
    if recogniser is None:
        return PageContent(number, *size, (), NO_RULES, (), "no_text", refused=True)
    seen = recognised_words(recogniser.read(shown.pixels), shown.points)
    state: PageState = "ocr" if seen.words else "no_text"
    return PageContent(number, *size, seen.words, NO_RULES, (), state, seen.skew)


def _shown(frame: Image.Image) -> _Frame:
    """Return a frame as it is meant to be seen: upright (EXIF), on white, in RGB."""
    across, down = _dpi(frame)
    points = 72.0 / across
    if abs(across - down) > 0.02 * across:  # a fax: lines stand closer than dots, or further
        frame = frame.resize((frame.width, max(1, round(frame.height * across / down))))
    longest = max(frame.size)
    upright = ImageOps.exif_transpose(frame)
    image = _rgb(upright)
    if longest > MAX_SIDE:
        scale = MAX_SIDE / longest
        size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
        image = image.resize(size, Image.Resampling.LANCZOS)
        points /= scale
    return _Frame(np.ascontiguousarray(np.asarray(image, np.uint8)), points)


def _rgb(image: Image.Image) -> Image.Image:
    if image.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        values = np.asarray(image, np.float64)
        low, high = float(values.min()), float(values.max())
        image = Image.fromarray(((values - low) / max(high - low, 1e-9) * 255).astype(np.uint8))
    if image.mode in ("RGBA", "LA", "PA") or "transparency" in image.info:
        layered = image.convert("RGBA")
        ground = Image.new("RGBA", layered.size, "white")
        image = Image.alpha_composite(ground, layered)
    return image.convert("RGB")


def _dpi(image: Image.Image) -> tuple[float, float]:
    """Return the dots per inch across and down that a picture states, if they are believable."""
    stated = image.info.get("dpi", ())
    try:
        across, down = float(stated[0]), float(stated[1])
    except (TypeError, ValueError, ZeroDivisionError, IndexError):
        return DEFAULT_DPI, DEFAULT_DPI
    believable = all(MIN_DPI <= value <= MAX_DPI for value in (across, down))
    return (across, down) if believable and 0.2 < across / down < 5 else (DEFAULT_DPI, DEFAULT_DPI)
