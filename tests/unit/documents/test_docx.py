import inspect
import sys
import zipfile
from collections.abc import Iterator
from io import BytesIO
from random import Random

import docx
import pytest
from docx.document import Document as DocxDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from catalystindex.config.sections import MEBIBYTE, LimitsSettings
from catalystindex.documents.parse.media import DOCX
from catalystindex.model.errors import (
    CorruptDocument,
    DocumentError,
    DocumentTooLarge,
    DocumentWithoutText,
    EncryptedDocument,
)
from support.documents import (
    assert_blocks_partition,
    block_texts,
    docx_bytes,
    parse,
    parse_docx,
    paths,
    rewritten_zip,
    simple_docx,
)

BODY = "word/document.xml"


def manual() -> DocxDocument:
    document = docx.Document()
    document.core_properties.title = "Manual of  checks"
    document.add_heading("Checks", 0)
    document.add_heading("Scope", 1)
    document.add_paragraph("Who is covered.")
    document.add_paragraph("first", style="List Bullet")
    document.add_paragraph("second", style="List Number")
    table = document.add_table(2, 2)
    for cell, text in zip(table._cells, ["code", "limit", "F33|1", " 5 \n days"], strict=True):
        cell.text = text
    document.add_heading("Detail", 2)
    document.add_paragraph("More.")
    document.add_heading("Cases", 1)
    document.add_paragraph("None.")
    return document


def test_title_headings_and_paths() -> None:
    parsed = parse_docx(manual())
    assert parsed.title == "Manual of checks"
    assert parsed.pages is None
    assert block_texts(parsed, "heading") == ["Checks", "Scope", "Detail", "Cases"]
    by_text = dict(zip(block_texts(parsed), paths(parsed), strict=True))
    assert by_text["Who is covered."] == ("Checks", "Scope")
    assert by_text["More."] == ("Checks", "Scope", "Detail")
    assert by_text["None."] == ("Checks", "Cases")
    assert_blocks_partition(parsed)


def test_lists_and_tables_stand_where_they_stood() -> None:
    parsed = parse_docx(manual())
    assert block_texts(parsed)[2:6] == [
        "Who is covered.",
        "first",
        "second",
        "| code | limit |\n| --- | --- |\n| F33\\|1 | 5 days |",
    ]
    assert block_texts(parsed, "list_item") == ["first", "second"]


def test_without_a_title_the_first_heading_names_the_document() -> None:
    document = docx.Document()
    document.add_heading("Findings", 1)
    assert parse_docx(document).title == "Findings"


def test_links_are_text() -> None:
    document = docx.Document()
    link = f"<w:hyperlink {nsdecls('w')}><w:r><w:t>the list</w:t></w:r></w:hyperlink>"
    document.add_paragraph("see ")._p.append(parse_xml(link))
    assert parse_docx(document).text == "see the list"


def test_inserted_text_under_review_is_kept() -> None:
    document = docx.Document()
    run = "<w:r><w:t>at once</w:t></w:r>"
    inserted = f'<w:ins {nsdecls("w")} w:id="1" w:author="x">{run}</w:ins>'
    document.add_paragraph("Report ")._p.append(parse_xml(inserted))
    assert parse_docx(document).text == "Report at once"


def test_text_in_content_controls_is_kept() -> None:
    document = docx.Document()
    document.add_paragraph("Customer:")
    run = "<w:r><w:t>Brackwater</w:t></w:r>"
    control = f"<w:sdt {nsdecls('w')}><w:sdtContent><w:p>{run}</w:p></w:sdtContent></w:sdt>"
    document.element.body.insert(1, parse_xml(control))
    assert block_texts(parse_docx(document)) == ["Customer:", "Brackwater"]


def test_text_of_a_table_inside_a_cell_is_kept() -> None:
    document = docx.Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.text = "outer"
    cell.add_table(1, 1).cell(0, 0).text = "inner"
    text = parse_docx(document).text
    assert "outer" in text
    assert "inner" in text


def table_of(rows: int, columns: int) -> DocxDocument:
    document = docx.Document()
    table = document.add_table(rows, columns)
    for place, cell in enumerate(table._cells):
        cell.text = f"{place // columns}{place % columns}"
    return document


def test_cells_beside_a_wide_cell_stay_in_their_columns() -> None:
    document = table_of(2, 3)
    table = document.tables[0]
    table.cell(1, 0).merge(table.cell(1, 1))
    last = parse_docx(document).text.splitlines()[-1]
    assert [cell.strip() for cell in last.strip("|").split("|")] == ["10 11", "", "12"]


def test_a_tall_cell_counts_once_where_it_begins() -> None:
    document = table_of(3, 2)
    table = document.tables[0]
    table.cell(1, 0).merge(table.cell(2, 0))
    assert parse_docx(document).text.splitlines()[2:] == ["| 10 20 | 11 |", "|  | 21 |"]


@pytest.fixture
def shallow_stack() -> Iterator[None]:
    """Leave 250 frames: what needs a frame per row fails at 300 rows, as it would at 1,000."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(len(inspect.stack(0)) + 250)
    yield
    sys.setrecursionlimit(limit)


@pytest.mark.usefixtures("shallow_stack")
def test_a_very_tall_cell_does_not_exhaust_the_stack() -> None:
    document = docx.Document()
    table = document.add_table(1, 1)
    row = f"<w:tr {nsdecls('w')}><w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc></w:tr>"
    table.cell(0, 0).text = "once"
    table.cell(0, 0)._tc.vMerge = "restart"
    for _ in range(300):
        table._tbl.append(parse_xml(row))
    assert "once" in parse_docx(document).text


def test_an_empty_document_holds_no_text() -> None:
    with pytest.raises(DocumentWithoutText):
        parse_docx(docx.Document())


def test_an_archive_that_unpacks_to_too_much_is_refused_before_it_is_read() -> None:
    bomb = rewritten_zip(simple_docx("x"), {"word/styles.xml": lambda _: bytes(2 * MEBIBYTE)})
    assert len(bomb) < MEBIBYTE // 8
    with pytest.raises(DocumentTooLarge) as refused:
        parse(bomb, DOCX, LimitsSettings(max_unpacked_bytes=MEBIBYTE))
    assert refused.value.context["limit"] == MEBIBYTE


def test_an_archive_that_lies_about_its_size_is_damaged() -> None:
    data = bytearray(rewritten_zip(simple_docx("x"), {BODY: lambda xml: xml + b" " * MEBIBYTE}))
    with zipfile.ZipFile(BytesIO(data)) as archive:
        size = archive.getinfo(BODY).file_size
    lied = bytes(data).replace(size.to_bytes(4, "little"), (5000).to_bytes(4, "little"))
    with pytest.raises(CorruptDocument):
        parse(lied, DOCX)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<w:document",
        b"<a/>",
        b'<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"/>',
    ],
    ids=["empty", "cut-off", "foreign", "bodiless"],
)
def test_a_broken_body_is_damaged(body: bytes) -> None:
    with pytest.raises(CorruptDocument):
        parse(rewritten_zip(simple_docx("x"), {BODY: lambda _: body}), DOCX)


def test_an_entity_bomb_is_harmless() -> None:
    entities = b'<!DOCTYPE x [<!ENTITY a "0123456789"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'

    def poisoned(xml: bytes) -> bytes:
        head, _, rest = xml.partition(b"?>")
        return head + b"?>" + entities + rest.replace(b"harmless", b"&b;&b;&b;")

    data = rewritten_zip(simple_docx("harmless", "rest"), {BODY: poisoned})
    try:
        text = parse(data, DOCX).text
    except CorruptDocument:
        return
    assert "0123456789" not in text


def test_an_archive_with_a_password_asks_for_it() -> None:
    data = bytearray(simple_docx("secret"))
    for mark, flags in ((b"PK\x01\x02", 8), (b"PK\x03\x04", 6)):
        place = data.find(mark)
        while place >= 0:
            data[place + flags] |= 1
            place = data.find(mark, place + 4)
    with pytest.raises(EncryptedDocument):
        parse(bytes(data), DOCX)


@pytest.mark.parametrize("changes", [1, 20])
def test_flipped_bytes_give_text_or_a_typed_error(changes: int) -> None:
    sound = docx_bytes(manual())
    random = Random(changes)  # no secret, but the same run every time
    for _ in range(60):
        data = bytearray(sound)
        for _ in range(changes):
            data[random.randrange(len(data))] = random.randrange(256)
        try:
            assert parse(bytes(data), DOCX).text
        except DocumentError:
            continue
