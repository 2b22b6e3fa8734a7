"""Pictures: every frame is a page, made upright and opaque before it is read."""

import struct
import time
import warnings
import zlib
from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.ocr.base import Pixels, Recognised
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.images import parse_jpeg, parse_png, parse_tiff
from catalystindex.documents.parse.kinds import JPEG, PNG, TIFF
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import (
    CorruptDocument,
    DocumentError,
    DocumentWithoutText,
    ExpandsTooMuch,
    TooManyPages,
    TruncatedDocument,
)
from support.documents import LIMITS, REGISTRY
from support.pdfs import RecordingRecogniser, assert_sound, noise, picture_bytes, scan

KINDS = {"PNG": PNG, "JPEG": JPEG, "TIFF": TIFF}
BONES = Image.new("RGB", (300, 200), "white")
SEEN = "Seen in a picture"


class Watching(RecordingRecogniser):
    """Keeps the pictures it is shown."""

    def __init__(self, *lines: str) -> None:
        super().__init__(*lines)
        self.pictures: list[Pixels] = []

    def read(self, pixels: Pixels) -> Recognised:
        self.pictures.append(pixels)
        return super().read(pixels)


def read(
    data: bytes, kind: str, recogniser: RecordingRecogniser, limits: LimitsSettings = LIMITS
) -> ParsedDocument:
    parsed = REGISTRY.parse(data, KINDS[kind], ParseContext(limits, recogniser=recogniser))
    assert_sound(parsed)
    return parsed


def shown(image: Image.Image, kind: str, **options: object) -> Pixels:
    """Return the picture as the recogniser is shown it."""
    watching = Watching(SEEN)
    read(picture_bytes(image, kind, **options), kind, watching)
    (pixels,) = watching.pictures
    assert pixels.dtype == np.uint8
    assert pixels.ndim == 3
    assert pixels.shape[2] == 3
    assert pixels.flags.c_contiguous
    return pixels


def tiff(*frames: Image.Image, **options: object) -> bytes:
    return picture_bytes(frames[0], "TIFF", save_all=True, append_images=frames[1:], **options)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_a_picture_is_a_page_with_what_is_recognised_in_it(kind: str) -> None:
    recogniser = RecordingRecogniser(SEEN)
    parsed = read(picture_bytes(BONES, kind, dpi=(100, 100)), kind, recogniser)
    assert parsed.text == SEEN
    assert parsed.pages == 1
    (page,) = parsed.page_readings
    assert page.state == "ocr"
    assert (page.width, page.height) == pytest.approx((216, 144), abs=0.1)
    assert parsed.blocks[0].boxes[0].left == pytest.approx(21.6, abs=0.1)
    assert recogniser.calls == 1


@pytest.mark.parametrize(
    ("mode", "kind"),
    [
        *((mode, "PNG") for mode in ("1", "L", "P", "LA", "RGBA", "I;16")),
        *((mode, "JPEG") for mode in ("L", "CMYK")),
        *((m, "TIFF") for m in ("1", "L", "P", "LA", "RGBA", "I", "F", "CMYK", "LAB", "I;16")),
    ],
)
def test_pictures_of_any_mode_are_shown_in_colour(mode: str, kind: str) -> None:
    assert shown(Image.new(mode, (30, 20)), kind).shape == (20, 30, 3)


def test_a_transparent_picture_is_shown_on_white() -> None:
    image = Image.new("RGBA", (40, 20), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 10, 20))
    pixels = shown(image, "PNG")
    assert pixels[5, 5].tolist() == [0, 0, 0]
    assert pixels[5, 30].tolist() == [255, 255, 255]


def test_a_transparent_palette_is_shown_on_white() -> None:
    image = Image.new("P", (40, 20), 1)
    image.putpalette([0, 0, 0, 10, 10, 10])
    image.paste(0, (0, 0, 10, 20))
    pixels = shown(image, "PNG", transparency=1)
    assert pixels[5, 5].tolist() == [0, 0, 0]
    assert pixels[5, 30].tolist() == [255, 255, 255]


def test_sixteen_bits_are_brought_down_to_eight() -> None:
    values = np.full((20, 40), 3000, np.uint16)
    values[:, :10] = 1000
    pixels = shown(Image.fromarray(values), "PNG")
    assert pixels[5, 5].tolist() == [0, 0, 0]
    assert pixels[5, 30].tolist() == [255, 255, 255]


def test_cmyk_is_not_shown_as_its_negative() -> None:
    image = Image.new("CMYK", (40, 20), (0, 0, 0, 0))
    image.paste((0, 0, 0, 255), (0, 0, 16, 20))
    pixels = shown(image, "JPEG", quality=95)
    assert pixels[10, 5].max() < 60
    assert pixels[10, 30].min() > 200


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
def test_a_photo_is_shown_the_way_it_was_held(orientation: int, kind: str) -> None:
    upright = Image.new("RGB", (64, 32), "white")
    upright.paste("black", (0, 0, 16, 16))
    undo = {
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }
    stored = upright.transpose(undo[orientation]) if orientation in undo else upright
    exif = Image.Exif()
    exif[0x0112] = orientation
    pixels = shown(stored, kind, exif=exif)
    assert pixels.shape == (32, 64, 3)
    assert pixels[8, 8].max() < 60
    assert pixels[24, 56].min() > 200


@pytest.mark.parametrize(
    ("dpi", "width"),
    [
        ((150, 150), 144.0),
        ((300, 300), 72.0),
        ((0, 0), 144.0),
        ((1, 1), 144.0),
        ((9000, 9000), 144),
    ],
)
def test_sizes_are_of_the_stated_dots_per_inch_if_they_can_be_believed(
    dpi: tuple[int, int], width: float
) -> None:
    parsed = read(picture_bytes(BONES, "PNG", dpi=dpi), "PNG", RecordingRecogniser(SEEN))
    assert parsed.page_readings[0].width == pytest.approx(width, abs=0.1)


def test_frames_are_pages_in_order() -> None:
    frames = [Image.new("1", (300 + 10 * at, 200), 1) for at in range(4)]
    recogniser = RecordingRecogniser(SEEN)
    parsed = read(tiff(*frames, compression="group4"), "TIFF", recogniser)
    assert parsed.pages == 4
    assert [shape[1] for shape in recogniser.shapes] == [300, 310, 320, 330]
    assert parsed.text.count(SEEN) == 4
    assert [page.state for page in parsed.page_readings] == ["ocr"] * 4


def test_a_large_picture_is_shown_smaller_and_its_boxes_are_of_the_whole() -> None:
    recogniser = RecordingRecogniser(SEEN)
    image = Image.new("L", (9000, 3000), 255)
    parsed = read(picture_bytes(image, "PNG", dpi=(300, 300)), "PNG", recogniser)
    assert recogniser.shapes == [(1333, 4000, 3)]
    assert parsed.page_readings[0].width == pytest.approx(2160, rel=0.001)
    assert parsed.blocks[0].boxes[0].left == pytest.approx(216, rel=0.01)


@pytest.mark.parametrize("size", [(1, 1), (1, 50_000), (60_000, 1), (3, 2)])
def test_odd_sizes_do_no_harm(size: tuple[int, int]) -> None:
    parsed = read(picture_bytes(Image.new("L", size), "PNG"), "PNG", RecordingRecogniser(SEEN))
    assert parsed.text == SEEN


def test_a_picture_without_letters_holds_no_text() -> None:
    with pytest.raises(DocumentWithoutText, match="none was recognised"):
        read(picture_bytes(noise(), "PNG"), "PNG", RecordingRecogniser())


def test_without_recognition_a_picture_holds_no_text_and_says_why() -> None:
    with pytest.raises(DocumentWithoutText, match="recognition is off"):
        REGISTRY.parse(picture_bytes(BONES, "PNG"), PNG, ParseContext())


def test_recognition_stops_at_its_limit_and_says_so() -> None:
    recogniser = RecordingRecogniser(SEEN)
    limits = LimitsSettings(max_ocr_pages=2)
    parsed = read(tiff(*[BONES] * 4), "TIFF", recogniser, limits)
    assert recogniser.calls == 2
    assert [page.state for page in parsed.page_readings] == ["ocr", "ocr", "no_text", "no_text"]
    assert any("limit" in sentence for sentence in parsed.warnings)


# --- damage -----------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize("part", [0.3, 0.6, 0.9])
def test_a_picture_cut_off_is_said_to_be_cut_off(kind: str, part: float) -> None:
    data = picture_bytes(noise(), kind)
    with pytest.raises(TruncatedDocument):
        read(data[: int(len(data) * part)], kind, RecordingRecogniser(SEEN))


@pytest.mark.parametrize("compression", ["raw", "group4", "tiff_lzw"])
def test_cutting_a_tiff_never_loses_a_page_without_a_word(compression: str) -> None:
    data = tiff(*[scan(str(n), size=(200, 100), letters=20).convert("1") for n in range(3)])
    for size in range(1, len(data), 31):
        recogniser = RecordingRecogniser(SEEN)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # of Pillow, about the same
            try:
                parsed = read(data[:size], "TIFF", recogniser)
            except CorruptDocument:
                continue
        states = [page.state for page in parsed.page_readings]
        assert states == ["ocr"] * 3 or parsed.warnings
        assert states.count("ocr") == recogniser.calls == parsed.text.count(SEEN)


def patched(data: bytes, frame: int, tag: int, value: int) -> bytes:
    """Return a TIFF with a tag of one frame changed (little-endian files)."""
    out = bytearray(data)
    place = struct.unpack_from("<I", out, 4)[0]
    for _ in range(frame):
        count = struct.unpack_from("<H", out, place)[0]
        place = struct.unpack_from("<I", out, place + 2 + 12 * count)[0]
    for at in range(struct.unpack_from("<H", out, place)[0]):
        entry = place + 2 + 12 * at
        if struct.unpack_from("<H", out, entry)[0] == tag:
            struct.pack_into("<HII", out, entry + 2, 4, 1, value)
    return bytes(out)


WIDTH, COMPRESSION = 256, 259


@pytest.mark.parametrize(
    ("tag", "value"), [(WIDTH, 0), (COMPRESSION, 9999), (COMPRESSION, 5)], ids=str
)
def test_a_damaged_frame_is_said_and_the_others_are_read(tag: int, value: int) -> None:
    data = patched(tiff(*[BONES] * 3), 1, tag, value)
    parsed = read(data, "TIFF", RecordingRecogniser(SEEN))
    states = [page.state for page in parsed.page_readings]
    assert states[0] == "ocr"
    assert parsed.warnings
    assert len(states) < 3 or states[1:] == ["damaged", "ocr"]


def test_a_frame_of_absurd_size_is_refused() -> None:
    data = patched(patched(tiff(*[BONES] * 2), 1, WIDTH, 200_000), 1, 257, 200_000)
    with pytest.raises(DocumentError):
        read(data, "TIFF", RecordingRecogniser(SEEN))


def test_frames_that_go_round_in_a_circle_end() -> None:
    data = bytearray(tiff(*[BONES] * 2))
    first = struct.unpack_from("<I", data, 4)[0]
    count = struct.unpack_from("<H", data, first)[0]
    second = struct.unpack_from("<I", data, first + 2 + 12 * count)[0]
    count = struct.unpack_from("<H", data, second)[0]
    struct.pack_into("<I", data, second + 2 + 12 * count, first)
    parsed = read(bytes(data), "TIFF", RecordingRecogniser(SEEN))
    assert parsed.pages == 2


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
@pytest.mark.parametrize(
    "data", [b"", b"\x00" * 50, b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00"]
)
def test_what_is_no_picture_is_damaged(data: bytes, kind: str) -> None:
    read_one = {"PNG": parse_png, "JPEG": parse_jpeg, "TIFF": parse_tiff}[kind]
    with pytest.raises(CorruptDocument):
        read_one(data, ParseContext())


def test_a_picture_of_another_kind_is_damaged() -> None:
    with pytest.raises(CorruptDocument):
        parse_png(picture_bytes(BONES, "JPEG"), ParseContext())


class Failing(RecordingRecogniser):
    def read(self, pixels: Pixels) -> Recognised:
        raise RuntimeError("out of memory")


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_a_recogniser_that_fails_is_not_the_picture_s_fault(kind: str) -> None:
    with pytest.raises(RuntimeError, match="out of memory"):
        read(picture_bytes(BONES, kind), kind, Failing())


# --- bounds -----------------------------------------------------------------


def bomb(width: int, height: int) -> bytes:
    """Return a PNG of one bit to the pixel, packed a thousand to one."""

    def chunk(name: bytes, body: bytes) -> bytes:
        check = zlib.crc32(name + body)
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", check)

    packer = zlib.compressobj(9)
    line = bytes((width + 7) // 8 + 1)
    body = b"".join(packer.compress(line) for _ in range(min(height, 2000))) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


@pytest.mark.parametrize("size", [(15_000, 15_000), (100_000, 1_000_000), (2_000_000_000, 1)])
def test_a_picture_bomb_is_refused_before_it_is_unpacked(size: tuple[int, int]) -> None:
    start = time.process_time()
    with pytest.raises(ExpandsTooMuch, match="120,000,000"):
        read(bomb(*size), "PNG", RecordingRecogniser(SEEN))
    assert time.process_time() - start < 2


def test_a_picture_within_the_limit_is_not_refused_for_its_size() -> None:
    limits = LimitsSettings(max_image_pixels=10_000)
    small = picture_bytes(Image.new("L", (100, 100)), "PNG")
    assert read(small, "PNG", RecordingRecogniser(SEEN), limits).text == SEEN
    with pytest.raises(ExpandsTooMuch):
        read(
            picture_bytes(Image.new("L", (101, 100)), "PNG"),
            "PNG",
            RecordingRecogniser(SEEN),
            limits,
        )


def test_a_later_frame_beyond_the_limit_is_refused() -> None:
    limits = LimitsSettings(max_image_pixels=10_000)
    data = tiff(Image.new("L", (50, 50)), Image.new("L", (200, 100)))
    with pytest.raises(ExpandsTooMuch):
        read(data, "TIFF", RecordingRecogniser(SEEN), limits)


def test_more_frames_than_pages_are_allowed_are_refused() -> None:
    frames: Sequence[Image.Image] = [Image.new("1", (8, 8), 1)] * 60
    limits = LimitsSettings(max_pages=50)
    recogniser = RecordingRecogniser(SEEN)
    with pytest.raises(TooManyPages):
        read(tiff(*frames), "TIFF", recogniser, limits)
    assert recogniser.calls == 0
    assert read(tiff(*frames[:50]), "TIFF", recogniser, limits).pages == 50
