"""Build the sample PDF and DOCX documents from their Markdown sources.

Usage::

    python tools/build_samples.py pdf [--check]
    python tools/build_samples.py docx

A source is named ``<knowledge base>.<name>.<format>.md`` and is rendered to
``samples/<knowledge base>/<name>.<format>``.  The PDFs are plain ASCII files
kept in version control; the DOCX files are built where they are needed.  Both
come out byte for byte the same on every run.

The sources use a small part of Markdown: ``#`` to ``###`` headings,
paragraphs, ``-`` bullet lists, pipe tables and ``**bold**``.
"""

from __future__ import annotations

import argparse
import io
import re
import sys
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from sample_source import (
    Block,
    Bullets,
    Heading,
    Paragraph,
    Source,
    Table,
    bold_parts,
    load_sources,
)

if TYPE_CHECKING:
    from docx.document import Document
    from docx.text.paragraph import Paragraph as DocxParagraph
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfgen.canvas import Canvas
    from reportlab.platypus import Flowable, SimpleDocTemplate
    from reportlab.platypus import Table as Grid

SAMPLES = Path(__file__).resolve().parent.parent / "samples"
DOCX_DATE = datetime(2025, 1, 1, tzinfo=UTC)
ZIP_DATE = (1980, 1, 1, 0, 0, 0)
FIRST_PRINTABLE, LAST_PRINTABLE = 0x20, 0x7E


# --- PDF --------------------------------------------------------------------


def render_pdf(source: Source) -> bytes:
    """Return the document as an uncompressed PDF of ASCII bytes only."""
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.units import mm
    from reportlab.platypus import SimpleDocTemplate

    buffer = io.BytesIO()
    document = SimpleDocTemplate(
        buffer,
        pagesize=A4,
        leftMargin=26 * mm,
        rightMargin=26 * mm,
        topMargin=24 * mm,
        bottomMargin=26 * mm,
        title=source.title,
        author=source.author,
        invariant=1,
        pageCompression=0,
    )
    footer = _pdf_footer(f"{source.author} - {source.title}")
    document.build(
        _pdf_story(source.blocks, document.width),
        onFirstPage=footer,
        onLaterPages=footer,
    )
    return _ascii_pdf(buffer.getvalue())


def _ascii_pdf(data: bytes) -> bytes:
    """Blank the high bytes of the marker comment; refuse any other."""
    data = re.sub(rb"\A(%PDF-1\.\d\s+%)[\x80-\xff]{4}", rb"\1....", data)
    strange = {b for b in data if not FIRST_PRINTABLE <= b <= LAST_PRINTABLE}
    if strange - set(b"\n\t"):
        raise ValueError(f"bytes outside ASCII in the PDF: {sorted(strange)}")
    return data


def _pdf_footer(label: str) -> Callable[[Canvas, SimpleDocTemplate], None]:
    from reportlab.lib.units import mm

    def draw(canvas: Canvas, document: SimpleDocTemplate) -> None:
        canvas.setFont("Helvetica", 8)
        canvas.drawString(26 * mm, 14 * mm, label)
        right = document.pagesize[0] - 26 * mm
        canvas.drawRightString(right, 14 * mm, f"Page {document.page}")

    return draw


@dataclass(frozen=True)
class Look:
    """How one kind of text looks in the PDF; sizes are in points."""

    size: float
    before: float = 0
    bold: bool = False
    indent: float = 0


LOOKS = {
    "h1": Look(21, bold=True),
    "h2": Look(15, before=14, bold=True),
    "h3": Look(12.5, before=9, bold=True),
    "body": Look(10.5),
    "bullet": Look(10.5, indent=14),
    "cell": Look(9),
    "cellhead": Look(9, bold=True),
}


def _pdf_styles() -> dict[str, ParagraphStyle]:
    from reportlab.lib.styles import ParagraphStyle

    return {
        name: ParagraphStyle(
            name,
            fontName="Helvetica-Bold" if look.bold else "Helvetica",
            fontSize=look.size,
            leading=look.size * 1.4,
            spaceBefore=look.before,
            spaceAfter=look.size * 0.5,
            leftIndent=look.indent,
            keepWithNext=name.startswith("h"),
        )
        for name, look in LOOKS.items()
    }


def _pdf_story(blocks: Sequence[Block], width: float) -> list[Flowable]:
    from reportlab.platypus import Paragraph as Flow
    from reportlab.platypus import Spacer

    styles = _pdf_styles()
    story: list[Flowable] = []
    for block in blocks:
        match block:
            case Heading(level, text):
                story.append(Flow(_markup(text), styles[f"h{level}"]))
            case Paragraph(text):
                story.append(Flow(_markup(text), styles["body"]))
            case Bullets(items):
                bullet = styles["bullet"]
                story += [Flow(_markup(i), bullet, bulletText="-") for i in items]
            case Table():
                story += [_pdf_table(block, styles, width), Spacer(1, 8)]
    return story


def _markup(text: str) -> str:
    """Return the text as the XML-like markup of reportlab."""
    return "".join(
        f"<b>{escape(part)}</b>" if bold else escape(part) for bold, part in bold_parts(text)
    )


def _pdf_table(table: Table, styles: dict[str, ParagraphStyle], width: float) -> Grid:
    from reportlab.lib import colors
    from reportlab.platypus import Paragraph as Flow
    from reportlab.platypus import Table as Grid

    cells = [
        [Flow(_markup(cell), styles["cell" if i else "cellhead"]) for cell in row]
        for i, row in enumerate(table.rows)
    ]
    return Grid(
        cells,
        colWidths=_column_widths(table, width),
        repeatRows=1,
        style=[
            ("GRID", (0, 0), (-1, -1), 0.5, colors.grey),
            ("BACKGROUND", (0, 0), (-1, 0), colors.lightgrey),
            ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ],
    )


def _column_widths(table: Table, width: float) -> list[float]:
    """Share the width by the square root of each column's longest cell."""
    columns = zip(*table.rows, strict=True)
    weights = [max(len(cell) for cell in column) ** 0.5 for column in columns]
    return [width * weight / sum(weights) for weight in weights]


# --- DOCX -------------------------------------------------------------------


def render_docx(source: Source) -> bytes:
    """Return the document as a DOCX file that is the same on every run."""
    import docx

    document = docx.Document()
    properties = document.core_properties
    properties.title = source.title
    properties.author = properties.last_modified_by = source.author
    properties.comments = ""
    properties.created = properties.modified = DOCX_DATE
    properties.revision = 1
    for block in source.blocks:
        _add_to_docx(document, block)
    buffer = io.BytesIO()
    document.save(buffer)
    return _fixed_zip(buffer.getvalue())


def _add_to_docx(document: Document, block: Block) -> None:
    match block:
        case Heading(level, text):
            document.add_heading(text, level - 1)
        case Paragraph(text):
            _add_runs(document.add_paragraph(), text)
        case Bullets(items):
            for item in items:
                _add_runs(document.add_paragraph(style="List Bullet"), item)
        case Table(rows):
            _add_docx_table(document, rows)


def _add_runs(paragraph: DocxParagraph, text: str) -> None:
    for bold, part in bold_parts(text):
        paragraph.add_run(part).bold = bold or None


def _add_docx_table(document: Document, rows: Sequence[Sequence[str]]) -> None:
    table = document.add_table(len(rows), len(rows[0]), style="Table Grid")
    for index, (row, texts) in enumerate(zip(table.rows, rows, strict=True)):
        for cell, text in zip(row.cells, texts, strict=True):
            shown = f"**{text}**" if index == 0 else text
            _add_runs(cell.paragraphs[0], shown)
    document.add_paragraph()


def _fixed_zip(data: bytes) -> bytes:
    """Rewrite a zip file with sorted entries, one date and no compression."""
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(data)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as new,
    ):
        for name in sorted(old.namelist()):
            entry = zipfile.ZipInfo(name, ZIP_DATE)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            new.writestr(entry, old.read(name))
    return out.getvalue()


# --- command line -----------------------------------------------------------


def write(samples: Path, kind: str) -> list[Path]:
    """Write every document of one kind and return their paths."""
    render = {"pdf": render_pdf, "docx": render_docx}[kind]
    written = []
    for source in load_sources(samples, kind):
        source.target.parent.mkdir(parents=True, exist_ok=True)
        source.target.write_bytes(render(source))
        written.append(source.target)
    return written


def stale_pdfs(samples: Path) -> list[Path]:
    """Return the PDFs that are missing or differ from their sources."""
    return [
        source.target
        for source in load_sources(samples, "pdf")
        if not source.target.is_file() or source.target.read_bytes() != render_pdf(source)
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    parser = argparse.ArgumentParser(description="Build the sample documents.")
    commands = parser.add_subparsers(dest="kind", required=True)
    pdf = commands.add_parser("pdf", help="write the PDFs (needs reportlab)")
    pdf.add_argument(
        "--check",
        action="store_true",
        help="write nothing; exit 1 when a PDF differs from its source",
    )
    commands.add_parser("docx", help="write the DOCX files (needs python-docx)")
    options = parser.parse_args(arguments)
    if options.kind == "pdf" and options.check:
        return _report(stale_pdfs(SAMPLES), "differs from its source", failed=1)
    return _report(write(SAMPLES, options.kind), "written", failed=0)


def _report(paths: Sequence[Path], what: str, *, failed: int) -> int:
    for path in paths:
        print(f"{path.relative_to(SAMPLES.parent).as_posix()}: {what}")
    return failed if paths else 0


if __name__ == "__main__":
    sys.exit(main())
