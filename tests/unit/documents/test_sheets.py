import struct
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.drawing.image import Image

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.office.number_formats import shown
from catalystindex.documents.parse.office.sheets import parse_xls, parse_xlsx
from catalystindex.documents.parse.office.xls_records import (
    BOF,
    BOUND_SHEET,
    CHART_TEXT,
    CONTINUE,
    NOTE,
    OBJECT,
    TEXT_OBJECT,
    scan,
)
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import (
    CorruptDocument,
    DocumentTooLarge,
    DocumentWithMacros,
    EncryptedDocument,
    UnsupportedMedia,
)
from support.documents import assert_blocks_partition, block_texts
from support.office import PIXEL, context, entries, real, replaced, with_part, zipped

Book = Any  # workbooks and their parts: openpyxl and xlwt are not typed
SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"


def workbook(*rows: list[object]) -> Book:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    return book


def saved(book: Book) -> bytes:
    file = BytesIO()
    book.save(file)
    return file.getvalue()


def read(source: Book) -> ParsedDocument:
    data = source if isinstance(source, bytes) else saved(source)
    parsed = parse_xlsx(data, context())
    assert_blocks_partition(parsed)
    return parsed


def raw_sheet(cells: str, extra: str = "") -> bytes:
    """Return a workbook whose only sheet has the XML given as its cells."""
    parts = entries(saved(workbook(["x"])))
    space = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    parts[SHEET] = f"<worksheet {space}><sheetData>{cells}</sheetData>{extra}</worksheet>".encode()
    return zipped(parts)


def rows_of(parsed: ParsedDocument) -> list[tuple[tuple[str, ...], ...]]:
    return [table.rows for table in parsed.tables]


# --- sheets and tables -------------------------------------------------------


def test_sheets_are_headings_in_order_and_groups_of_rows_are_tables() -> None:
    book = workbook(["a", "b"], [1, 2], [], ["c", "d"], [3, 4])
    book.active.title = "First"
    book.create_sheet("Second").append(["only"])
    parsed = read(book)
    assert block_texts(parsed, "heading") == ["First", "Second"]
    assert rows_of(parsed) == [(("a", "b"), ("1", "2")), (("c", "d"), ("3", "4"))]
    assert block_texts(parsed, "paragraph") == ["only"]
    assert {table.header_rows for table in parsed.tables} == {1}
    assert parsed.blocks[-1].heading_path == ("Second",)


def test_a_title_above_a_table_is_its_caption_and_earlier_ones_are_paragraphs() -> None:
    parsed = read(workbook(["Bank"], ["Alerts"], ["a", "b"], [1, 2]))
    assert block_texts(parsed, "paragraph") == ["Bank"]
    assert parsed.tables[0].caption == "Alerts"
    assert rows_of(parsed) == [(("a", "b"), ("1", "2"))]


def test_blank_rows_and_columns_around_and_inside_leave_no_cells() -> None:
    book = workbook()
    for cell, value in {"D9": "h", "G9": "i", "D10": 1, "G10": 2}.items():
        book.active[cell] = value
    assert rows_of(read(book)) == [(("h", "i"), ("1", "2"))]


def test_tables_side_by_side_are_told_apart_when_they_plainly_are_two() -> None:
    book = workbook(["a", "b", None, "c", "d"], [1, 2, None, 3, 4], [5, 6, None, None, None])
    assert rows_of(read(book)) == [
        (("a", "b"), ("1", "2"), ("5", "6")),
        (("c", "d"), ("3", "4")),
    ]


def test_a_blank_column_inside_a_statement_does_not_tear_its_rows_apart() -> None:
    book = workbook(["item", "note", None, "2023", "2024"], ["fees", "x", None, 1, 2])
    assert rows_of(read(book)) == [(("item", "note", "2023", "2024"), ("fees", "x", "1", "2"))]


def test_a_column_of_entries_is_a_table_and_prose_is_paragraphs() -> None:
    assert rows_of(read(workbook(["name"], ["Ana"]))) == [(("name",), ("Ana",))]
    parsed = read(workbook(["how to read this"], ["word " * 40]))
    assert not parsed.tables
    assert len(block_texts(parsed, "paragraph")) == 2


def test_a_merged_cell_counts_where_it_begins() -> None:
    book = workbook(["wide", None, "c"], [1, 2, 3])
    book.active.merge_cells("A1:B1")
    assert rows_of(read(book)) == [(("wide", "", "c"), ("1", "2", "3"))]


def test_two_cells_at_the_ends_of_the_sheet_cost_nothing() -> None:
    book = workbook(["first"])
    book.active.cell(1_048_576, 16_384, "last")
    assert block_texts(read(book), "paragraph") == ["first", "last"]


def test_a_diagonal_that_would_make_a_huge_table_is_refused() -> None:
    book = workbook()
    for place in range(1, 2000):
        book.active.cell(place, place, 1)
        book.active.cell(place, place + 1, 1)
    with pytest.raises(DocumentTooLarge):
        read(book)


def test_cells_without_references_follow_one_another() -> None:
    cells = "<row><c><v>1</v></c><c><v>2</v></c></row><row><c><v>3</v></c></row>"
    assert rows_of(read(raw_sheet(cells))) == [(("1", "2"), ("3", ""))]


def test_more_text_than_allowed_is_refused_while_reading() -> None:
    data = saved(workbook(["x" * 30_000] * 50))
    with pytest.raises(DocumentTooLarge):
        parse_xlsx(data, ParseContext(LimitsSettings(max_text_chars=100_000)))


# --- values ------------------------------------------------------------------


def test_values_are_shown_as_the_sheet_shows_them() -> None:
    book = workbook(["h", "i"])
    for value, code in (
        (0.125, "0.0%"),
        (datetime(2024, 5, 6), "dd/mm/yyyy"),  # noqa: DTZ001 - sheets know no zones
        (datetime(2024, 5, 6, 13, 30), "d.m.yy hh:mm"),  # noqa: DTZ001
        (timedelta(hours=30), "[h]:mm"),
        (1234.5, '#,##0.00 "USD"'),
        (42, "00000000"),
        (3.0, "General"),
        (True, "General"),
        ("#N/A", "General"),
    ):
        book.active.append(["v", value])
        book.active.cell(book.active.max_row, 2).number_format = code
    assert [row[1] for row in read(book).tables[0].rows[1:]] == [
        "12.5%",
        "2024-05-06",
        "2024-05-06T13:30:00",
        "30:00",
        "1,234.50 USD",
        "00000042",
        "3",
        "TRUE",
        "#N/A",
    ]


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (0.1 + 0.2, "General", "0.3"),
        (1e15, "General", "1000000000000000"),
        (0.00001, "General", "0.00001"),
        (-1234.5, "#,##0.00_);(#,##0.00)", "(1,234.50)"),
        (0, '#,##0;-#,##0;"-"??', "-"),
        (1234.5, "[$\u20ac-407]#,##0.00", "\u20ac1,234.50"),
        (1.005, "0.00", "1.01"),
        (2.5e6, '0.0,,"M"', "2.5 M"),
        (7, ";;;", "7"),
        (1.5, "# ?/?", "1.5"),
        (12, "[Red]0.0", "12.0"),
        (5551234, "000-0000", "5551234"),
        (45418, "[$-409]d\\-mmm\\-yy;@", "2024-05-06"),
        (0.75, "h:mm", "18:00:00"),
        (59, "yyyy-mm-dd", "1900-02-28"),
        (60, "yyyy-mm-dd", "60"),
        (-1, "yyyy-mm-dd", "-1"),
        (1e9, "yyyy-mm-dd", "1000000000"),
        (3, '0 "of 5"', "3 of 5"),
    ],
)
def test_number_formats(value: float, code: str, text: str) -> None:
    assert shown(value, code) == text


def test_dates_count_from_1904_where_the_workbook_says_so() -> None:
    assert shown(45418 - 1462, "yyyy-mm-dd", epoch_1904=True) == "2024-05-06"


@given(st.floats(), st.text('0#?.,%;:-/ "\\_*[]$hmsyde@GENRALgenral', max_size=20))
def test_any_number_has_some_text_in_any_format(value: float, code: str) -> None:
    assert shown(value, code).strip()


def test_numbers_of_more_digits_than_a_float_has_are_kept() -> None:
    cells = '<row r="1"><c r="A1"><v>12345678901234567890</v></c></row>'
    assert "12345678901234567890" in read(raw_sheet(cells)).text


def test_texts_that_cells_share_are_read() -> None:
    cells = '<row r="1"><c r="A1" t="s"><v>1</v></c><c r="B1" t="s"><v>0</v></c></row>'
    shared = '<sst xmlns="x"><si><t>first</t></si><si><r><t>sec</t></r><r><t>ond</t></r></si></sst>'
    data = with_part(raw_sheet(cells), BOOK, "sharedStrings", "xl/sharedStrings.xml", shared)
    assert rows_of(read(data)) == [(("second", "first"),)]


def test_a_shared_text_repeated_beyond_the_limit_is_refused() -> None:
    cells = "<row>" + '<c t="s"><v>0</v></c>' * 1000 + "</row>"
    shared = f'<sst xmlns="x"><si><t>{"y" * 32_000}</t></si></sst>'
    data = with_part(raw_sheet(cells), BOOK, "sharedStrings", "xl/sharedStrings.xml", shared)
    with pytest.raises(DocumentTooLarge):
        read(data)


def test_rich_text_is_joined_and_readings_and_codes_are_not_shown() -> None:
    inner = "<r><t>Ko</t></r><r><t>be_x000D_</t></r><rPh><t>READING</t></rPh>"
    cells = f'<row r="1"><c r="A1" t="inlineStr"><is>{inner}</is></c></row>'
    assert block_texts(read(raw_sheet(cells)), "paragraph") == ["Kobe"]


def test_errors_and_cached_results_of_formulas_are_shown() -> None:
    cells = (
        '<row r="1"><c r="A1" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B1"><f>1+1</f><v>2</v></c>'
        '<c r="C1" t="str"><f>A1&amp;""</f><v></v></c></row>'
    )
    parsed = read(raw_sheet(cells))
    assert rows_of(parsed) == [(("#DIV/0!", "2"),)]
    assert not parsed.warnings


def test_a_formula_without_a_result_is_shown_as_formula_and_said() -> None:
    parsed = read(workbook(["sum", "=A1+1"]))
    assert rows_of(parsed) == [(("sum", "=A1+1"),)]
    assert "1 formula without" in parsed.warnings[0]


def test_a_text_that_the_file_does_not_hold_is_said() -> None:
    cells = '<row r="1"><c r="A1" t="s"><v>99</v></c><c r="B1"><v>1</v></c></row>'
    assert "text is missing" in read(raw_sheet(cells)).warnings[0]


# --- what stands beside the cells --------------------------------------------


def test_hidden_sheets_rows_and_columns_are_read_and_said() -> None:
    book = workbook(["a", "b"], ["c", "d"])
    book.active.row_dimensions[2].hidden = True
    book.active.column_dimensions["B"].hidden = True
    book.create_sheet("Secret").append(["kept"])
    book["Secret"].sheet_state = "veryHidden"
    parsed = read(book)
    assert "d" in parsed.tables[0].rows[1]
    assert parsed.text.endswith("kept")
    assert any("1 row and 1 column" in one for one in parsed.warnings)
    assert any("'Secret' is hidden" in one for one in parsed.warnings)


def test_comments_name_their_author_and_cell() -> None:
    book = workbook(["a", "b"])
    book.active["B1"].comment = Comment("Ana:\nwho is this?", "Ana")
    assert block_texts(read(book))[-1] == "Comment by Ana on B1: who is this?"


def test_comments_in_threads_come_once() -> None:
    book = workbook(["a"])
    book.active["A1"].comment = Comment("[Threaded comment] copy", "tc={1}")
    thread = '<threadedComment ref="A1" personId="p"><text>really?</text></threadedComment>'
    threads = f'<t xmlns="x">{thread}</t>'
    people = '<personList xmlns="x"><person id="p" displayName="Ana"/></personList>'
    data = with_part(saved(book), SHEET, "threadedComment", "xl/threadedComments/t1.xml", threads)
    data = with_part(data, BOOK, "person", "xl/persons/person.xml", people)
    assert block_texts(read(data))[-1] == "Comment by Ana on A1: really?"
    assert "copy" not in read(data).text


def test_pictures_charts_and_text_boxes_over_the_cells_are_read() -> None:
    book = workbook(["q", "n"], ["Q1", 5])
    book.active.add_image(Image(BytesIO(PIXEL)), "D1")
    chart = BarChart()
    chart.title = "Work"
    chart.add_data(Reference(book.active, min_col=2, min_row=1, max_row=2), titles_from_data=True)
    book.active.add_chart(chart, "D9")
    space = 'xmlns:x="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"'
    box = "<x:sp {}><x:txBody><a:p {}><a:r><a:t>read me</a:t></a:r></a:p></x:txBody></x:sp>".format(
        space, 'xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main"'
    )
    parts = entries(saved(book))
    name = "xl/drawings/drawing1.xml"
    end = parts[name].rindex(b"</")
    parts[name] = parts[name][:end] + box.encode() + parts[name][end:]
    parsed = read(zipped(parts))
    assert len(parsed.figures) == 1
    assert "Work" in parsed.text
    assert "read me" in block_texts(parsed)


def test_page_headers_of_a_sheet_are_kept_out_of_the_text() -> None:
    book = workbook(["a", "b"])
    book.active.oddHeader.center.text = "Confidential &P"
    parsed = read(book)
    assert "Confidential" not in parsed.text
    assert [(one.kind, one.text) for one in parsed.furniture] == [("header", "Confidential")]


def test_a_sheet_that_is_one_chart_does_not_matter() -> None:
    book = workbook(["a", 1])
    book.create_chartsheet("Chart")
    assert block_texts(read(book), "heading") == ["Sheet", "Chart"]


def test_facts_are_those_of_the_properties() -> None:
    book = workbook(["x"])
    book.properties.creator, book.properties.title = "Ana", "Ledger"
    book.properties.created = datetime(2024, 5, 6, tzinfo=UTC).replace(tzinfo=None)
    parsed = read(book)
    assert (parsed.title, parsed.facts.author) == ("Ledger", "Ana")
    assert parsed.facts.created == "2024-05-06T00:00:00Z"


def test_a_workbook_of_blank_sheets_holds_no_text() -> None:
    assert read(workbook()).text == ""


# --- files that are refused --------------------------------------------------


def test_a_sheet_of_macros_is_refused_unless_they_are_ignored() -> None:
    data = replaced(
        saved(workbook(["=HALT()"])), "xl/_rels/workbook.xml.rels", '/worksheet"', '/xlMacrosheet"'
    )
    with pytest.raises(DocumentWithMacros):
        parse_xlsx(data, context())
    assert "HALT" in parse_xlsx(data, context(macros="ignore")).text


def test_a_binary_workbook_is_refused_by_its_name() -> None:
    parts = entries(saved(workbook(["x"])))
    parts["_rels/.rels"] = parts["_rels/.rels"].replace(b"workbook.xml", b"workbook.bin")
    parts["xl/workbook.bin"] = parts.pop(BOOK)
    with pytest.raises(UnsupportedMedia, match="XLSB"):
        parse_xlsx(zipped(parts), context())


@pytest.mark.parametrize(
    "body", [b"", b"<worksheet><sheetData>", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a><row/></a>"]
)
def test_a_broken_sheet_is_damaged(body: bytes) -> None:
    with pytest.raises(CorruptDocument):
        parse_xlsx(zipped(entries(saved(workbook(["x"]))) | {SHEET: body}), context())


def test_a_missing_sheet_is_said() -> None:
    book = workbook(["x"])
    book.create_sheet("Other").append(["kept"])
    parts = entries(saved(book))
    del parts[SHEET]
    parsed = read(zipped(parts))
    assert "'Sheet' is missing" in parsed.warnings[0]
    assert "kept" in parsed.text


def test_a_strict_workbook_is_read() -> None:
    parts = entries(saved(workbook(["kept", 1])))
    for name, body in parts.items():
        for step in (b"officeDocument", b"spreadsheetml"):
            body = body.replace(
                b"http://schemas.openxmlformats.org/" + step + b"/2006/",
                b"http://purl.oclc.org/ooxml/" + step + b"/",
            )
        parts[name] = body
    assert rows_of(read(zipped(parts))) == [(("kept", "1"),)]


# --- XLS ---------------------------------------------------------------------


def xls(write: Callable[[Book], None]) -> bytes:
    """Return an XLS workbook."""
    xlwt = pytest.importorskip("xlwt", reason="xlwt writes the XLS workbooks of these tests")
    book = xlwt.Workbook()
    write(book)
    return saved(book)


def styled(code: str) -> Book:
    import xlwt

    return xlwt.easyxf(num_format_str=code)


def test_an_xls_workbook_is_read_like_an_xlsx_one() -> None:
    def write(book: Book) -> None:
        sheet = book.add_sheet("First")
        sheet.write_merge(2, 2, 1, 3, "Alerts")
        for place, value in enumerate(("h", "i", "j")):
            sheet.write(3, 1 + place, value)
        sheet.write(4, 1, 0.125, styled("0.0%"))
        sheet.write(4, 2, datetime(2024, 5, 6), styled("dd/mm/yyyy"))  # noqa: DTZ001
        sheet.write(4, 3, True)
        sheet.write(5, 1, 42, styled("00000000"))
        sheet.write(5, 2, 1234.5, styled('#,##0.00 "USD"'))
        sheet.write(5, 3, 3.0)
        sheet.row(5).hidden = True
        hidden = book.add_sheet("Secret")
        hidden.visibility = 1
        hidden.write(0, 0, "kept")

    parsed = parse_xls(xls(write), context())
    assert_blocks_partition(parsed)
    assert block_texts(parsed, "heading") == ["First", "Secret"]
    assert parsed.tables[0].caption == "Alerts"
    assert parsed.tables[0].rows == (
        ("h", "i", "j"),
        ("12.5%", "2024-05-06", "TRUE"),
        ("00000042", "1,234.50 USD", "3"),
    )
    assert parsed.text.endswith("kept")
    assert any("1 row:" in one for one in parsed.warnings)
    assert any("'Secret' is hidden" in one for one in parsed.warnings)


def test_page_headers_of_an_xls_sheet_are_kept_out_of_the_text() -> None:
    def write(book: Book) -> None:
        sheet = book.add_sheet("First")
        sheet.header_str = b"&CConfidential"
        sheet.footer_str = b"&P"
        sheet.write(0, 0, "x")

    parsed = parse_xls(xls(write), context())
    assert [(one.kind, one.text) for one in parsed.furniture] == [("header", "Confidential")]


def test_an_xls_workbook_with_macros_is_refused_unless_they_are_ignored() -> None:
    data = bytearray(real("test.xls"))
    name = "\x05SummaryInformation".encode("utf-16-le")
    place = data.find(name)
    macro = "_VBA_PROJECT_CUR".encode("utf-16-le") + b"\x00\x00"
    assert place > 0
    data[place : place + len(macro)] = macro
    with pytest.raises(DocumentWithMacros):
        parse_xls(bytes(data), context())
    assert len(parse_xls(bytes(data), context(macros="ignore")).tables) == 2


def test_an_xls_sheet_of_macros_is_refused_unless_they_are_ignored() -> None:
    def write(book: Book) -> None:
        book.add_sheet("Auto").write(0, 0, "=HALT()")
        book.add_sheet("Other").write(0, 0, "kept")

    data = bytearray(xls(write))
    place = data.index(b"\x04\x00Auto") if b"\x04\x00Auto" in data else data.index(b"\x04\x01A\x00")
    assert data[place - 1] == 0
    data[place - 1] = 1  # the kind of sheet, in the record that names it
    with pytest.raises(DocumentWithMacros):
        parse_xls(bytes(data), context())
    parsed = parse_xls(bytes(data), context(macros="ignore"))
    assert block_texts(parsed) == ["Auto", "Other", "kept"]
    assert "'Auto' holds macros" in parsed.warnings[0]


def record(kind: int, body: bytes) -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def test_text_boxes_and_words_of_charts_of_an_xls_sheet_are_found() -> None:
    def drawn(kind: int, text: str, *pieces: bytes) -> bytes:
        head = record(OBJECT, struct.pack("<HHHH", 0x15, 18, kind, 1))
        body = record(TEXT_OBJECT, bytes(10) + struct.pack("<H", len(text)) + bytes(6))
        return head + body + b"".join(record(CONTINUE, piece) for piece in pieces)

    sheets = record(BOUND_SHEET, bytes(4) + b"\x01\x00\x02\x00Hi")
    cells = (
        record(BOF, bytes(8))
        + drawn(6, "read me", b"\x00read", b"\x01" + " me".encode("utf-16-le"), b"RUNS")
        + drawn(NOTE, "a note", b"\x00a note")
        + record(CHART_TEXT, b"\x00\x00\x04\x00Work")
    )
    start = struct.pack("<I", len(sheets))
    (found,) = scan(record(BOUND_SHEET, start + b"\x01\x00\x02\x00Hi") + cells)
    assert (found.name, found.hidden, found.kind) == ("Hi", True, 0)
    assert found.texts == ["read me", "Work"]


@given(st.binary(max_size=300))
def test_any_records_are_scanned(data: bytes) -> None:
    assert isinstance(scan(data), list)


def test_an_encrypted_xls_workbook_asks_for_its_password() -> None:
    data = xls(lambda book: book.add_sheet("s").write(0, 0, "x"))
    start = data.index(b"\x42\x00\x02\x00")  # the record of the code page, of two bytes
    locked = data[:start] + b"\x2f\x00\x02\x00" + data[start + 4 :]
    with pytest.raises(EncryptedDocument):
        parse_xls(locked, context())


def test_a_blank_xls_workbook_holds_no_text() -> None:
    assert parse_xls(xls(lambda book: book.add_sheet("s")), context()).text == ""


@pytest.mark.parametrize("data", [b"", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"\t\x08" * 99])
def test_what_is_no_xls_workbook_is_damaged(data: bytes) -> None:
    with pytest.raises(CorruptDocument):
        parse_xls(data, context())


# --- real workbooks ----------------------------------------------------------


def test_a_real_xlsx_workbook() -> None:
    parsed = read(real("xlsx_complex_layout.xlsx"))
    assert len(parsed.tables) == 4
    assert len(parsed.figures) == 4
    assert ("Retention Rate", "92%") in parsed.tables[2].rows


def test_a_real_xls_workbook() -> None:
    parsed = parse_xls(real("test.xls"), context())
    assert [len(table.rows) for table in parsed.tables] == [24, 5]
    assert "6ff4173b-42a5-4784-9b19-f49caff4d93d" in parsed.text
    assert parsed.facts.author == "Adam Fourney"
