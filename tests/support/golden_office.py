"""Made documents of office programs, with nothing of the day they are made on in them."""

import re
import zipfile
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from io import BytesIO

import docx
import xlwt
from docx.enum.text import WD_BREAK
from docx.shared import Cm, Pt
from openpyxl import Workbook
from openpyxl.drawing.image import Image as Picture
from pptx import Presentation
from pptx.util import Inches

from support.golden_case import (
    AUTHOR,
    CAPTION,
    DECISION,
    DECISION_NAME,
    DEPOSITS,
    FIGURE_CAPTION,
    FILE,
    HEADER,
    PARAGRAPHS,
    POINTS,
    POINTS_NAME,
    SCAN_TITLE,
    TABLE,
    TITLE,
)
from support.golden_pages import chart_png, png_picture
from support.office import entries

WRITTEN = datetime(2025, 3, 10, 9, 30)  # noqa: DTZ001 - the libraries take it as UTC
CORE = "docProps/core.xml"
DAYS = (date(2025, 3, 3), date(2025, 3, 5), date(2025, 3, 7))
AMOUNTS = (9800.0, 9750.0, 9900.0)


def packed(parts: Mapping[str, bytes], *, stored: Sequence[str] = ()) -> bytes:
    """Return parts as a package, none of them dated; ``stored`` are not compressed."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, body in parts.items():
            how = zipfile.ZIP_STORED if name in stored else zipfile.ZIP_DEFLATED
            archive.writestr(zipfile.ZipInfo(name), body, how)
    return out.getvalue()


def memo_docx() -> bytes:
    document = docx.Document()
    about = document.core_properties
    about.title, about.author = TITLE, AUTHOR
    about.created = about.modified = WRITTEN
    document.sections[0].header.paragraphs[0].text = FILE
    document.sections[0].footer.paragraphs[0].text = "Internal use only"
    document.add_heading(TITLE, 1)
    for text in PARAGRAPHS:
        document.add_paragraph(text).runs[0].font.size = Pt(11)
    document.add_paragraph(CAPTION, "Caption")
    table = document.add_table(rows=0, cols=len(HEADER), style="Table Grid")
    for row in TABLE:
        cells = table.add_row().cells
        for place, text in enumerate(row):
            cells[place].text = text
    document.add_heading(POINTS_NAME, 2)
    for text in POINTS:
        document.add_paragraph(text, "List Bullet")
    document.add_paragraph().add_run().add_break(WD_BREAK.PAGE)
    document.add_heading(DECISION_NAME, 2)
    document.add_paragraph(DECISION)
    document.add_picture(BytesIO(chart_png()))
    document.add_paragraph(FIGURE_CAPTION, "Caption")
    file = BytesIO()
    document.save(file)
    return packed(entries(file.getvalue()))


def scanned_docx() -> bytes:
    """Return a document that is one picture of text below a heading."""
    document = docx.Document()
    about = document.core_properties
    about.title, about.author = SCAN_TITLE, AUTHOR
    about.created = about.modified = WRITTEN
    document.add_heading(SCAN_TITLE, 1)
    document.add_picture(BytesIO(png_picture()), Cm(16))
    file = BytesIO()
    document.save(file)
    return packed(entries(file.getvalue()))


def scanned_pptx() -> bytes:
    """Return a slide that is one picture of text below a title."""
    slides = Presentation()
    about = slides.core_properties
    about.title, about.author = SCAN_TITLE, AUTHOR
    about.created = about.modified = WRITTEN
    slide = slides.slides.add_slide(slides.slide_layouts[5])
    slide.shapes.title.text = SCAN_TITLE
    slide.shapes.add_picture(BytesIO(png_picture()), Cm(5), Cm(4), Cm(10))
    file = BytesIO()
    slides.save(file)
    return packed(entries(file.getvalue()))


def memo_pptx() -> bytes:
    slides = Presentation()
    about = slides.core_properties
    about.title, about.author = TITLE, AUTHOR
    about.created = about.modified = WRITTEN
    first = slides.slides.add_slide(slides.slide_layouts[1])
    first.shapes.title.text = TITLE
    first.placeholders[1].text = "\n".join(PARAGRAPHS)
    first.notes_slide.notes_text_frame.text = "Read the account number aloud."
    second = slides.slides.add_slide(slides.slide_layouts[5])
    second.shapes.title.text = CAPTION
    place = (Inches(0.5), Inches(2), Inches(9), Inches(2))
    table = second.shapes.add_table(len(TABLE), len(HEADER), *place).table
    for row, texts in enumerate(TABLE):
        for column, text in enumerate(texts):
            table.cell(row, column).text = text
    third = slides.slides.add_slide(slides.slide_layouts[1])
    third.shapes.title.text = DECISION_NAME
    third.placeholders[1].text = "\n".join([DECISION, *POINTS])
    third.shapes.add_picture(BytesIO(chart_png()), Inches(0.5), Inches(5.5))
    file = BytesIO()
    slides.save(file)
    return packed(entries(file.getvalue()))


def memo_xlsx() -> bytes:
    book = Workbook()
    about = book.properties
    about.title, about.creator, about.created = TITLE, AUTHOR, WRITTEN
    sheet = book.active
    sheet.title = "Deposits"
    sheet.append([CAPTION])
    sheet.append([])
    sheet.append(list(HEADER))
    for day, (_, branch, depositor, _), amount in zip(DAYS, DEPOSITS, AMOUNTS, strict=True):
        sheet.append([day, branch, depositor, amount])
    sheet.append(["Total", None, None, sum(AMOUNTS)])
    for row in range(4, 8):
        sheet.cell(row, 1).number_format = "dd/mm/yyyy"
        sheet.cell(row, 4).number_format = "#,##0.00"
    decision = book.create_sheet(DECISION_NAME)
    decision.append([DECISION])
    for text in POINTS:
        decision.append([text])
    decision.add_image(Picture(BytesIO(chart_png())), "D2")
    file = BytesIO()
    book.save(file)
    parts = entries(file.getvalue())
    changed = parts[CORE].replace(_date_of_change(parts[CORE]), b"2025-03-10T09:30:00Z")
    return packed({**parts, CORE: changed})


def _date_of_change(core: bytes) -> bytes:
    """Return the moment at which openpyxl says that it wrote the book: now."""
    found = re.search(rb"<dcterms:modified[^>]*>([^<]+)<", core)
    assert found is not None
    return found[1]


def memo_xls() -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Deposits")
    sheet.write(0, 0, CAPTION)
    for place, text in enumerate(HEADER):
        sheet.write(2, place, text)
    day_style = xlwt.easyxf(num_format_str="DD/MM/YYYY")
    money_style = xlwt.easyxf(num_format_str="#,##0.00")
    rows = zip(DAYS, DEPOSITS, AMOUNTS, strict=True)
    for at, (day, (_, branch, depositor, _), amount) in enumerate(rows, start=3):
        sheet.write(at, 0, day, day_style)
        sheet.write(at, 1, branch)
        sheet.write(at, 2, depositor)
        sheet.write(at, 3, amount, money_style)
    sheet.write(6, 0, "Total")
    sheet.write(6, 3, sum(AMOUNTS), money_style)
    decision = book.add_sheet(DECISION_NAME)
    for at, text in enumerate((DECISION, *POINTS)):
        decision.write(at, 0, text)
    file = BytesIO()
    book.save(file)
    return file.getvalue()
