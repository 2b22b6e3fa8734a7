"""Documents of every kind, each with words of its own: no two share a passage.

Equal passages would share a cached vector, and which document computed it first would be chance.
"""

import csv
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from html import escape
from io import BytesIO, StringIO
from pathlib import Path
from random import Random
from textwrap import wrap

import docx
from PIL import Image, ImageDraw, ImageFont
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

SECTIONS = 6
SENTENCES = 7
SUBJECTS = """
account agreement audit balance branch case claim client collateral committee compliance
contract coverage credit custody customer deposit director dispute encounter entity
exposure facility filing guarantor holding invoice lender ledger limit margin medicine
mortgage notice officer owner patient payment policy portfolio premium procedure
provider rating receipt reserve review risk sanction screening settlement signature
statement threshold transfer treatment trust valuation vault wire
"""
WORDS = tuple(SUBJECTS.split())
VERBS = ("approves", "reviews", "records", "transfers", "questions", "confirms", "signs")
SAMPLES = Path(__file__).parents[2] / "samples"
SAMPLE_KINDS = (".md", ".txt", ".html", ".pdf", ".docx")
A4 = (595.0, 842.0)
DOTS_PER_INCH = 150


def passage(chance: Random, name: str, section: int) -> str:
    """Return a paragraph that names its document and its place in it."""
    first = f"Section {section} of {name} concerns reference {chance.randrange(10**9):09d}."
    rest = (
        f"The {chance.choice(WORDS)} {chance.choice(VERBS)} the {chance.choice(WORDS)} of "
        f"{chance.choice(WORDS)} {chance.randrange(100_000)} in {1990 + chance.randrange(35)}."
        for _ in range(SENTENCES)
    )
    return " ".join((first, *rest))


def passages(chance: Random, name: str) -> list[str]:
    """Return the paragraphs of a document."""
    return [passage(chance, name, section) for section in range(1, SECTIONS + 1)]


def markdown(chance: Random, name: str) -> bytes:
    """Return Markdown with headings."""
    parts = [f"## Part {n}\n\n{text}" for n, text in enumerate(passages(chance, name), start=1)]
    return "\n\n".join([f"# {name}", *parts]).encode()


def plain(chance: Random, name: str) -> bytes:
    """Return plain text."""
    return "\n\n".join(passages(chance, name)).encode()


def html(chance: Random, name: str) -> bytes:
    """Return a web page."""
    parts = "".join(f"<h2>Part</h2><p>{escape(text)}</p>" for text in passages(chance, name))
    head = f"<head><meta charset='utf-8'><title>{name}</title></head>"
    return f"<!doctype html><html>{head}<body><h1>{name}</h1>{parts}</body></html>".encode()


def table(chance: Random, name: str) -> bytes:
    """Return comma-separated values."""
    file = StringIO()
    rows = csv.writer(file)
    rows.writerow(["document", "reference", "subject", "amount"])
    for row in range(25):
        number = chance.randrange(10**9)
        rows.writerow([name, f"{row}-{number}", chance.choice(WORDS), chance.randrange(10**6)])
    return file.getvalue().encode()


def mail(chance: Random, name: str) -> bytes:
    """Return a message."""
    message = EmailMessage()
    message["From"], message["To"] = "ana@example.com", "ben@example.com"
    message["Subject"] = f"About {name}"
    message["Date"] = "Mon, 02 Mar 2026 12:00:00 +0000"
    message.set_content("\n\n".join(passages(chance, name)))
    return message.as_bytes()


def word(chance: Random, name: str) -> bytes:
    """Return a Word document."""
    document = docx.Document()
    for text in passages(chance, name):
        document.add_paragraph(text)
    file = BytesIO()
    document.save(file)
    return file.getvalue()


def pdf(chance: Random, name: str, password: str | None = None) -> bytes:
    """Return a PDF of three pages."""
    texts = passages(chance, name)
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1, encrypt=password)
    for first in range(0, SECTIONS, 2):
        text = canvas.beginText(72, A4[1] - 72)
        for one in texts[first : first + 2]:
            text.textLines([*wrap(one, 88), ""])
        canvas.drawText(text)
        canvas.showPage()
    canvas.save()
    return file.getvalue()


def scan(chance: Random, name: str) -> bytes:
    """Return a PDF of one page that is a picture of text."""
    size = (round(A4[0] * DOTS_PER_INCH / 72), round(A4[1] * DOTS_PER_INCH / 72))
    image = Image.new("RGB", size, "white")
    draw, font = ImageDraw.Draw(image), ImageFont.load_default(34)
    for row in range(5):
        text = f"{chance.choice(WORDS)} {chance.choice(WORDS)} {chance.choice(WORDS)}".upper()
        draw.text((150, 200 + 68 * row), text, fill="black", font=font)
    file = BytesIO()
    canvas = Canvas(file, pagesize=A4, invariant=1)
    canvas.setTitle(name)
    canvas.drawImage(ImageReader(image), 0, 0, *A4)
    canvas.save()
    return file.getvalue()


Make = Callable[[Random, str], bytes]
MAKERS: Mapping[str, Make] = {
    "md": markdown,
    "txt": plain,
    "html": html,
    "csv": table,
    "eml": mail,
    "docx": word,
    "pdf": pdf,
}


def samples() -> dict[str, bytes]:
    """Return the sample documents of the repository by a file name of their own."""
    paths = [p for p in sorted(SAMPLES.glob("*/*")) if p.suffix in SAMPLE_KINDS]
    paths = [path for path in paths if path.parent.name != "sources"]
    return {f"{path.parent.name}-{path.name}": path.read_bytes() for path in paths}
