"""Documents of every kind, each with words of its own: no two share a passage.

Equal passages would share a cached vector, and which document computed it first would be chance.
"""

import csv
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from html import escape
from io import StringIO
from random import Random

from support.documents import SAMPLES, lines, pdf_bytes, sample_bytes, simple_docx
from support.scans import picture_of, scanned

SECTIONS = 6
SENTENCES = 7
WORDS = (
    "account agreement audit balance branch case claim client collateral committee compliance "
    "contract coverage credit custody customer deposit director dispute encounter entity exposure "
    "facility filing guarantor holding invoice lender ledger limit margin medicine mortgage notice "
    "officer owner patient payment policy portfolio premium procedure provider rating receipt "
    "reserve review risk sanction screening settlement signature statement threshold transfer "
    "treatment trust valuation vault wire"
).split()
VERBS = "approves reviews records transfers questions confirms reports limits signs closes".split()


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
    return simple_docx(*passages(chance, name))


def _wrapped(text: str, width: int = 88) -> list[str]:
    found = [""]
    for one in text.split():
        if len(found[-1]) + len(one) >= width:
            found.append("")
        found[-1] = f"{found[-1]} {one}".strip()
    return found


def pdf(chance: Random, name: str, password: str | None = None) -> bytes:
    """Return a PDF of three pages."""
    texts = passages(chance, name)
    pages = [[*_wrapped(texts[n]), "", *_wrapped(texts[n + 1])] for n in range(0, SECTIONS, 2)]
    return pdf_bytes(*(lines(*page) for page in pages), title=name, password=password)


def scan(chance: Random, name: str) -> bytes:
    """Return a PDF of one page that is a picture."""
    words = [f"{chance.choice(WORDS)} {chance.choice(WORDS)}".upper() for _ in range(5)]
    return pdf_bytes(scanned(picture_of(f"Scan {name}", *words)))


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
    """Return the sample documents of the repository by file name."""
    wanted = {".md", ".txt", ".html", ".pdf"}
    found = [p for p in sorted(SAMPLES.glob("*/*")) if p.suffix in wanted]
    paths = [str(path.relative_to(SAMPLES)) for path in found if path.parent.name != "sources"]
    built = ["bank/kyc-file-brackwater.docx", "clinic/coding-audit-memo.docx"]
    return {path.replace("/", "-"): sample_bytes(path) for path in [*paths, *built]}
