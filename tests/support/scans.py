"""Pictures of text, and of nothing, and pages that hold only such a picture."""

from io import BytesIO

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from support.documents import Draw

PAGE = (595.2756, 841.8898)
"""A4, which is what reportlab's canvas makes, in points."""
DPI = 150
SIZE = (round(PAGE[0] * DPI / 72), round(PAGE[1] * DPI / 72))


def picture_of(*texts: str, size: int = 34, top: int = 200) -> Image.Image:
    """Return an A4 page at 150 dots to the inch with lines of text on it."""
    image = Image.new("RGB", SIZE, "white")
    draw = ImageDraw.Draw(image)
    font = ImageFont.load_default(size)
    for place, text in enumerate(texts):
        draw.text((150, top + place * size * 2), text, fill="black", font=font)
    return image


def picture_of_noise(seed: int = 7) -> Image.Image:
    """Return an A4 page of grey speckles: something to see, and no letter."""
    random = np.random.default_rng(seed)
    coarse = random.integers(90, 200, (SIZE[1] // 12, SIZE[0] // 12), np.uint8)
    return Image.fromarray(coarse).resize(SIZE, Image.Resampling.NEAREST).convert("RGB")


def png_bytes(image: Image.Image) -> bytes:
    file = BytesIO()
    image.save(file, "PNG", dpi=(DPI, DPI))
    return file.getvalue()


def scanned(image: Image.Image) -> Draw:
    """Return a page that one picture covers, as a scanner makes it."""

    def draw(canvas: Canvas) -> None:
        canvas.drawImage(ImageReader(BytesIO(png_bytes(image))), 0, 0, *PAGE)

    return draw
