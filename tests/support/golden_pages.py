"""Made documents with pages that are drawn: PDF files and pictures."""

from collections.abc import Iterator
from io import BytesIO

from PIL import Image, ImageDraw, ImageFont
from reportlab.pdfgen.canvas import Canvas

from support.documents import Draw, together
from support.golden_case import (
    AUTHOR,
    CAPTION,
    DECISION,
    DECISION_NAME,
    FIGURE_CAPTION,
    PARAGRAPHS,
    POINTS,
    POINTS_NAME,
    POLICY,
    POLICY_TITLE,
    RATES,
    RATES_CAPTION,
    TABLE,
    TITLE,
    plain,
)
from support.pdfs import HEIGHT, LETTER, WIDTH, broken, column, put, ruled, shown_picture, unruled
from support.scans import DPI, png_bytes, scanned

LEFT, MEASURE = 72.0, 468.0


def drawn(
    *pages: Draw, title: str = TITLE, size: tuple[float, float] = LETTER, rotate: int = 0
) -> bytes:
    """Return a PDF with one page per function."""
    file = BytesIO()
    canvas = Canvas(file, size, pageCompression=0, invariant=1)
    canvas.setTitle(title)
    canvas.setAuthor(AUTHOR)
    for draw in pages:
        canvas.setPageRotation(rotate)
        draw(canvas)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def heading(text: str, top: float, size: float, left: float = LEFT) -> Draw:
    return put((left, top, text), size=size, font="Helvetica-Bold")


def bullets(top: float) -> Draw:
    return put(
        *((LEFT + 12, top - place * 16, f"\u2022 {text}") for place, text in enumerate(POINTS))
    )


def memo() -> Draw:
    """Return the memo's first page."""
    return together(
        heading(TITLE, 720, 20),
        column(PARAGRAPHS[0], LEFT, 680, MEASURE, 11),
        column(PARAGRAPHS[1], LEFT, 620, MEASURE, 11),
        put((LEFT, 570, CAPTION), font="Helvetica-Oblique", size=10),
        ruled(TABLE, top=560, cell=(110, 20)),
        heading(POINTS_NAME, 420, 14),
        bullets(396),
    )


def decision() -> Draw:
    """Return the memo's second page, with a chart."""
    return together(
        heading(DECISION_NAME, 720, 14),
        column(DECISION, LEFT, 694, MEASURE, 11),
        shown_picture(chart(), LEFT, 540, 240, 100),
        put((LEFT, 522, FIGURE_CAPTION), font="Helvetica-Oblique", size=10),
    )


def text_pdf() -> bytes:
    return drawn(memo(), decision())


def borderless_pdf() -> bytes:
    page = together(
        heading(TITLE, 720, 20),
        column(PARAGRAPHS[1], LEFT, 680, MEASURE, 11),
        put((LEFT, 630, CAPTION), size=10),
        unruled(TABLE, top=606, cell=(110, 18)),
        column(DECISION, LEFT, 500, MEASURE, 11),
    )
    return drawn(page)


def rotated_pdf() -> bytes:
    """Return a page that lies on its side in the file and says that it is shown turned.

    reportlab lays the page of a turned sheet down by itself.
    """

    def draw(canvas: Canvas) -> None:
        canvas.transform(0, 1, -1, 0, HEIGHT, 0)
        memo()(canvas)

    return drawn(draw, rotate=90)


# --- columns -----------------------------------------------------------------

COLUMN_WIDTH, COLUMN_LINES, LEADING, COLUMN_TOP = 216.0, 12, 18.0, 640.0
COLUMN_SIZE, COLUMN_HEADING = 12, 14
COLUMNS = (72.0, 324.0)
Line = tuple[str, bool]
"""A line and whether it is a heading."""


def columns_pdf() -> bytes:
    """Return four pages of two columns, with a running header, a footer and page numbers."""
    count = 4

    def page(number: int) -> Draw:
        def draw(canvas: Canvas) -> None:
            put((72, 760, "Harbour Bank"), (430, 760, "Procedure CP-12"), size=9)(canvas)
            put((72, 40, "Internal use only"), (490, 40, f"Page {number} of {count}"), size=9)(
                canvas
            )
            if number == 1:
                heading(POLICY_TITLE, 690, 20)(canvas)
            if number == count:
                put((72, 350, RATES_CAPTION), size=10)(canvas)
                ruled(RATES, top=340, cell=(110, 20))(canvas)
            _columns(canvas, number)

        return draw

    return drawn(*(page(number) for number in range(1, count + 1)), title=POLICY_TITLE)


def _columns(canvas: Canvas, number: int) -> None:
    """Draw what falls on a page of lines that run through the columns of all pages."""
    lines = list(_column_lines(canvas))
    for side, left in enumerate(COLUMNS):
        first = ((number - 1) * 2 + side) * COLUMN_LINES
        for place, (text, strong) in enumerate(lines[first : first + COLUMN_LINES]):
            canvas.setFont(
                "Helvetica-Bold" if strong else "Helvetica",
                COLUMN_HEADING if strong else COLUMN_SIZE,
            )
            canvas.drawString(left, COLUMN_TOP - place * LEADING, text)


def _column_lines(canvas: Canvas) -> Iterator[Line]:
    for name, text in POLICY:
        yield name, True
        lines = broken(canvas, text, COLUMN_WIDTH, COLUMN_SIZE, "Helvetica")
        yield from ((line, False) for line in _hyphenated(lines))


def _hyphenated(lines: list[str]) -> list[str]:
    """Break the first long word that begins a line over the end of the line before."""
    for place in range(1, len(lines)):
        word, blank, rest = lines[place].partition(" ")
        if word.isalpha() and len(word) >= 8:
            before = f"{lines[place - 1]} {word[:4]}-"
            return [*lines[: place - 1], before, word[4:] + blank + rest, *lines[place + 1 :]]
    return lines


# --- forms -------------------------------------------------------------------

FIELDS = (
    ("company", "Name of the company", "Orchard Bay Trading Ltd"),
    ("director", "Director", "Z. Lindqvist"),
    ("purpose", "Purpose of the account", "Import of frozen fruit"),
)


def form_pdf() -> bytes:
    """Return a form that was filled in: text fields, a box that is ticked, and a choice."""

    def draw(canvas: Canvas) -> None:
        heading("Account opening form", 720, 20)(canvas)
        canvas.setFont("Helvetica", 11)
        form = canvas.acroForm
        for place, (name, label, value) in enumerate(FIELDS):
            y = 670 - place * 36
            canvas.drawString(LEFT, y + 6, label)
            form.textfield(
                name=name, tooltip=label, value=value, x=240, y=y, width=240, height=20, fontSize=11
            )
        canvas.drawString(LEFT, 560, "Risk class")
        form.choice(
            name="risk",
            tooltip="Risk class",
            value="High",
            options=["Low", "Medium", "High"],
            x=240,
            y=554,
            width=120,
            height=20,
            fontSize=11,
        )
        canvas.drawString(LEFT, 524, "The director was met in person.")
        form.checkbox(name="met", tooltip="Met in person", checked=True, x=300, y=520, size=16)

    return drawn(draw, title="Account opening form")


# --- pictures ----------------------------------------------------------------


Part = tuple[float, float, float, str]
"""A text with its left and top edge on a page of letter size, and its size, in points."""


def chart() -> Image.Image:
    """Return three bars without letters."""
    image = Image.new("RGB", (240, 100), "white")
    pen = ImageDraw.Draw(image)
    for place, height in enumerate((60, 30, 90)):
        pen.rectangle((20 + place * 70, 100 - height, 60 + place * 70, 100), fill=(70, 90, 150))
    return image


def chart_png() -> bytes:
    file = BytesIO()
    chart().save(file, "PNG", dpi=(72, 72))
    return file.getvalue()


def picture(*parts: Part) -> Image.Image:
    """Return a page of letter size with texts on it."""
    scale = DPI / 72
    image = Image.new("RGB", (round(WIDTH * scale), round(HEIGHT * scale)), "white")
    pen = ImageDraw.Draw(image)
    for x, y, size, text in parts:
        font = ImageFont.load_default(round(size * scale))
        pen.text((round(x * scale), round(y * scale)), text, fill="black", font=font)
    return image


def memo_parts() -> list[Part]:
    """Return what stands on the picture of the memo's first page."""
    rows = [
        (LEFT + place * 115.0, 250.0 + at * 22, 12.0, cell)
        for at, row in enumerate(TABLE)
        for place, cell in enumerate(row)
        if cell
    ]
    text = _wrapped(PARAGRAPHS[1], 120)
    return [(LEFT, 72, 20, TITLE), *text, (LEFT, 215, 12, CAPTION), *rows]


def memo_picture() -> Image.Image:
    return picture(*memo_parts())


def decision_picture() -> Image.Image:
    return picture((LEFT, 72, 15, DECISION_NAME), *_wrapped(DECISION, 120))


def _wrapped(text: str, top: float) -> Iterator[Part]:
    words, lines = plain(text).split(), [""]
    for word in words:
        if len(lines[-1]) + len(word) > 68:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    for place, line in enumerate(lines):
        yield LEFT, top + place * 18, 12, line


def scanned_pdf() -> bytes:
    return drawn(scanned_page(memo_picture()), title="", size=LETTER)


def mixed_pdf() -> bytes:
    return drawn(memo(), scanned_page(decision_picture()))


def scanned_page(image: Image.Image) -> Draw:
    """Return a page that one picture of letter size covers."""

    def draw(canvas: Canvas) -> None:
        canvas.scale(WIDTH / 595.2756, HEIGHT / 841.8898)
        scanned(image)(canvas)

    return draw


def png_picture() -> bytes:
    return png_bytes(memo_picture())


def jpeg_picture() -> bytes:
    file = BytesIO()
    memo_picture().save(file, "JPEG", quality=90, dpi=(DPI, DPI))
    return file.getvalue()


def tiff_pictures() -> bytes:
    file = BytesIO()
    first, second = memo_picture().convert("L"), decision_picture().convert("L")
    first.save(
        file,
        "TIFF",
        save_all=True,
        append_images=[second],
        compression="tiff_deflate",
        dpi=(DPI, DPI),
    )
    return file.getvalue()
