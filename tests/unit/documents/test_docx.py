import inspect
import sys
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from random import Random

import docx
import pytest
from docx.document import Document as DocxDocument
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from catalystindex.config.sections import MEBIBYTE, LimitsSettings
from catalystindex.documents.parse.kinds import DOCX
from catalystindex.model.errors import (
    CorruptDocument,
    DocumentError,
    DocumentTooLarge,
    DocumentWithoutText,
    EncryptedDocument,
    NestedTooDeep,
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
from support.office import PIXEL, RELATION, A, W, entries, real, replaced, with_part, zipped

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


# --- what stands beside the flow ---------------------------------------------


def body_docx(xml: str) -> bytes:
    """Return a document whose body is some XML."""
    document = docx.Document()
    document.add_paragraph("PLACE")
    marked = "<w:p><w:r><w:t>PLACE</w:t></w:r></w:p>"
    return replaced(docx_bytes(document), BODY, marked, xml)


def run(text: str, properties: str = "") -> str:
    return f'<w:r><w:rPr>{properties}</w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'


def par(inner: str, properties: str = "") -> str:
    return f"<w:p><w:pPr>{properties}</w:pPr>{inner}</w:p>"


def texts_of(xml: str) -> list[str]:
    return block_texts(parse(body_docx(xml), DOCX))


def test_notes_follow_the_block_that_refers_to_them_once() -> None:
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    body = (
        par(run("Paid to him.") + mark)
        + par(run("Again.") + mark)
        + par(run("End.") + '<w:r><w:endnoteReference w:id="2"/></w:r>')
    )
    data = body_docx(body)
    for kind, text in (("footnote", "See the ledger."), ("endnote", "Sources.")):
        notes = (
            f'<w:{kind}s {W}><w:{kind} w:id="0" w:type="separator">{par(run("LINE"))}</w:{kind}>'
            f'<w:{kind} w:id="2">{par(run(text))}</w:{kind}></w:{kind}s>'
        )
        data = with_part(data, BODY, f"{kind}s", f"word/{kind}s.xml", notes, f"rId{kind}")
    expected = ["Paid to him.", "See the ledger.", "Again.", "End.", "Sources."]
    assert block_texts(parse(data, DOCX)) == expected


def test_a_note_that_refers_to_itself_comes_once() -> None:
    mark = '<w:r><w:footnoteReference w:id="2"/></w:r>'
    note = f'<w:footnote w:id="2">{par(run("loop") + mark)}</w:footnote>'
    notes = f"<w:footnotes {W}>{note}</w:footnotes>"
    data = with_part(body_docx(par(run("a") + mark)), BODY, "footnotes", "word/f.xml", notes)
    assert block_texts(parse(data, DOCX)) == ["a", "loop"]


def test_comments_follow_their_place_and_the_others_come_last() -> None:
    comments = (
        f'<w:comments {W}><w:comment w:id="0" w:author="Ana">{par(run("Who is this?"))}</w:comment>'
        f'<w:comment w:id="1">{par(run("Lost place"))}</w:comment></w:comments>'
    )
    body = par(run("The payer") + '<w:r><w:commentReference w:id="0"/></w:r>') + par(run("left."))
    data = with_part(body_docx(body), BODY, "comments", "word/comments.xml", comments)
    assert block_texts(parse(data, DOCX)) == [
        "The payer",
        "Comment by Ana: Who is this?",
        "left.",
        "Comment: Lost place",
    ]


MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
VML = 'xmlns:v="urn:schemas-microsoft-com:vml" xmlns:o="urn:schemas-microsoft-com:office:office"'


def test_a_text_box_comes_once_after_its_paragraph() -> None:
    box = f"<w:txbxContent>{par(run('in the box'))}</w:txbxContent>"
    shape = (
        f'<w:r><mc:AlternateContent {MC}><mc:Choice Requires="wps"><w:drawing>{box}</w:drawing>'
        f"</mc:Choice><mc:Fallback><w:pict>{box}</w:pict></mc:Fallback></mc:AlternateContent></w:r>"
    )
    assert texts_of(par(run("beside") + shape)) == ["beside", "in the box"]


def test_a_text_box_of_old_kind_is_read() -> None:
    shape = (
        f"<w:r><w:pict {VML}><v:textbox><w:txbxContent>{par(run('old box'))}</w:txbxContent>"
        "</v:textbox></w:pict></w:r>"
    )
    assert texts_of(par(run("beside") + shape)) == ["beside", "old box"]


def test_a_fallback_without_a_choice_is_read() -> None:
    only = (
        f"<mc:AlternateContent {MC}><mc:Fallback>{run('kept')}</mc:Fallback></mc:AlternateContent>"
    )
    assert texts_of(par(only)) == ["kept"]


def test_powers_and_fractions_of_equations_keep_their_meaning() -> None:
    m = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    base, minus = ("<m:r><m:t>10</m:t></m:r>", "<m:r><m:t>-6</m:t></m:r>")
    power = f"<m:sSup><m:e>{base}</m:e><m:sup>{minus}</m:sup></m:sSup>"
    fraction = f"<m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den>{power}</m:den></m:f>"
    assert texts_of(par(run("x = ") + f"<m:oMath {m}>{fraction}</m:oMath>")) == [
        "x = (a+b)/(10^(-6))"
    ]


def field(*parts: str) -> str:
    return "".join(
        part if part.startswith("<") else f'<w:r><w:fldChar w:fldCharType="{part}"/></w:r>'
        for part in parts
    )


def instruction(text: str) -> str:
    return f"<w:r><w:instrText>{text}</w:instrText></w:r>"


def test_results_of_fields_are_text_and_instructions_are_not() -> None:
    simple = f'<w:fldSimple w:instr="AUTHOR">{run("Ana")}</w:fldSimple>'
    nested = field("begin", instruction("NAME"), "separate", run("HIDDEN"), "end")
    complex_field = field("begin", instruction("IF "), nested, "separate", run("shown"), "end")
    assert texts_of(par(simple + run(" is ") + complex_field)) == ["Ana is shown"]


def test_a_field_without_an_end_hides_nothing() -> None:
    body = par(field("begin", instruction("TOC")) + run("one")) + par(run("two"))
    assert texts_of(body) == ["one", "two"]


def test_form_fields_show_their_state() -> None:
    data = "<w:ffData><w:checkBox>{}</w:checkBox></w:ffData>"
    box = f'<w:r><w:fldChar w:fldCharType="begin">{data}</w:fldChar></w:r>'
    ticked = box.format("<w:checked/>") + field("end") + run(" PEP")
    empty = box.format('<w:checked w:val="0"/>') + field("end") + run(" not")
    assert texts_of(par(ticked) + par(empty)) == ["\u2612 PEP", "\u2610 not"]


def test_hidden_text_is_left_out_and_said() -> None:
    shown = run("seen", '<w:vanish w:val="0"/>')
    parsed = parse(body_docx(par(run("secret", "<w:vanish/>") + shown)), DOCX)
    assert parsed.text == "seen"
    assert any("6 characters" in warning for warning in parsed.warnings)


def test_text_hidden_by_its_style_is_left_out() -> None:
    document = docx.Document()
    style = document.styles.add_style("Ghost", 2)
    style.font.hidden = True
    paragraph = document.add_paragraph("seen ")
    paragraph.add_run("secret", style="Ghost")
    assert parse_docx(document).text == "seen"


# --- structure ---------------------------------------------------------------


def test_a_style_based_on_a_heading_or_with_an_outline_level_is_a_heading() -> None:
    document = docx.Document()
    based = document.styles.add_style("Clause", 1)
    based.base_style = document.styles["Heading 2"]
    document.add_heading("Top", 1)
    document.add_paragraph("Based", style="Clause")
    outlined = document.add_paragraph("Outlined")
    outlined._p.get_or_add_pPr().append(parse_xml(f'<w:outlineLvl {nsdecls("w")} w:val="2"/>'))
    document.add_paragraph("text")
    assert paths(parse_docx(document))[-1] == ("Top", "Based", "Outlined")


def test_a_paragraph_with_a_number_is_a_list_item_whatever_its_style() -> None:
    numbered = "<w:numPr><w:ilvl w:val='1'/><w:numId w:val='{}'/></w:numPr>"
    body = par(run("item"), numbered.format(3)) + par(run("plain"), numbered.format(0))
    assert [block.kind for block in parse(body_docx(body), DOCX).blocks] == [
        "list_item",
        "paragraph",
    ]


def test_rows_marked_as_headers_are_counted() -> None:
    document = table_of(3, 2)
    for row in document.tables[0].rows[:2]:
        row._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {nsdecls('w')}/>"))
    parsed = parse_docx(document)
    assert parsed.tables[0].header_rows == 2
    assert parse_docx(table_of(2, 2)).tables[0].header_rows == 1


def test_a_caption_beside_a_table_names_it_and_comes_once() -> None:
    document = docx.Document()
    document.add_paragraph("Table 1: limits", style="Caption")
    document.add_table(2, 2).cell(0, 0).text = "above"
    document.add_paragraph("between")
    document.add_table(2, 2).cell(0, 0).text = "below"
    document.add_paragraph("Table 2: fees", style="Caption")
    document.add_paragraph("Lone", style="Caption")
    parsed = parse_docx(document)
    assert [table.caption for table in parsed.tables] == ["Table 1: limits", "Table 2: fees"]
    assert block_texts(parsed, "caption") == ["Table 1: limits", "Table 2: fees", "Lone"]


def test_a_blank_table_does_not_swallow_its_caption() -> None:
    document = docx.Document()
    document.add_paragraph("Table 1: nothing", style="Caption")
    document.add_table(2, 2)
    assert block_texts(parse_docx(document), "caption") == ["Table 1: nothing"]


def test_a_picture_has_its_caption_and_alternative_text() -> None:
    document = docx.Document()
    document.add_picture(BytesIO(PIXEL))
    document.inline_shapes[0]._inline.docPr.set("descr", "the pier")
    document.add_paragraph("Figure 1: pier", style="Caption")
    document.add_table(2, 2).cell(0, 0).text = "not the pier"
    parsed = parse_docx(document)
    assert [(figure.caption, figure.description) for figure in parsed.figures] == [
        ("Figure 1: pier", "the pier")
    ]
    assert parsed.tables[0].caption is None
    assert block_texts(parsed, "caption") == ["Figure 1: pier"]


def test_a_table_inside_a_cell_is_a_table_after_its_own() -> None:
    document = table_of(2, 2)
    inner = document.tables[0].cell(1, 1).add_table(2, 2)
    inner.cell(0, 0).text = "inner"
    inner.cell(1, 1).text = "deep"
    parsed = parse_docx(document)
    assert [table.rows for table in parsed.tables] == [
        (("00", "01"), ("10", "11")),
        (("inner", ""), ("", "deep")),
    ]


def test_a_box_of_one_cell_is_read_as_blocks() -> None:
    document = docx.Document()
    cell = document.add_table(1, 1).cell(0, 0)
    cell.text = "first"
    cell.add_paragraph("second")
    parsed = parse_docx(document)
    assert not parsed.tables
    assert block_texts(parsed) == ["first", "second"]


def test_headers_and_footers_are_kept_out_of_the_text() -> None:
    document = docx.Document()
    section = document.sections[0]
    section.header.paragraphs[0].text = "Confidential"
    section.footer.paragraphs[0].text = "7"
    section.first_page_header.paragraphs[0].text = "never shown"
    document.add_paragraph("body")
    parsed = parse_docx(document)
    assert parsed.text == "body"
    assert [(one.kind, one.text) for one in parsed.furniture] == [
        ("header", "Confidential"),
        ("page_number", "7"),
    ]


def test_facts_are_those_of_the_properties() -> None:
    document = docx.Document()
    properties = document.core_properties
    properties.author, properties.subject = "Ana  Ro", "AML"
    properties.created = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC)
    document.add_paragraph("x")
    facts = parse_docx(document).facts
    assert (facts.author, facts.subject, facts.language) == ("Ana Ro", "AML", "en-US")
    assert facts.created == "2024-05-06T07:08:09Z"


def test_what_is_embedded_and_not_read_is_said() -> None:
    part = f'<w:altChunk {W} r:id="rIdTest"/>' + par(
        f'<w:r><w:object {VML}><o:OLEObject ProgID="Excel.Sheet.12" r:id="rIdTest"/></w:object>'
        "</w:r>"
    )
    data = body_docx(par(run("x")) + part)
    data = with_part(data, BODY, "package", "word/embeddings/book1.xlsx", "zip")
    warnings = " ".join(parse(data, DOCX).warnings)
    assert "Excel.Sheet.12" in warnings
    assert "book1.xlsx" in warnings


def test_a_chart_is_a_table() -> None:
    c = 'xmlns:c="http://schemas.openxmlformats.org/drawingml/2006/chart"'

    def points(*values: str) -> str:
        inner = "".join(f'<c:pt idx="{i}"><c:v>{v}</c:v></c:pt>' for i, v in enumerate(values))
        return f"<c:strRef><c:strCache>{inner}</c:strCache></c:strRef>"

    name, axis, values = points("2024"), points("Q1", "Q2"), points("5", "7")
    series = f"<c:ser><c:tx>{name}</c:tx><c:cat>{axis}</c:cat><c:val>{values}</c:val></c:ser>"
    words = f"<a:p {A}><a:r><a:t>Sales</a:t></a:r></a:p>"
    title = f"<c:title><c:tx><c:rich>{words}</c:rich></c:tx></c:title>"
    plot = f"<c:plotArea><c:barChart>{series}</c:barChart></c:plotArea>"
    chart = f"<c:chartSpace {c}><c:chart>{title}{plot}</c:chart></c:chartSpace>"
    body = par(f'<w:r><w:drawing><c:chart {c} r:id="rIdTest"/></w:drawing></w:r>')
    data = with_part(body_docx(body), BODY, "chart", "word/charts/chart1.xml", chart)
    table = parse(data, DOCX).tables[0]
    assert table.caption == "Sales"
    assert table.rows == (("", "2024"), ("Q1", "5"), ("Q2", "7"))


# --- packages that Word opens ------------------------------------------------


def test_a_picture_whose_target_is_missing_does_not_matter() -> None:
    data = entries(simple_docx("kept"))
    name = "word/_rels/document.xml.rels"
    missing = f'<Relationship Id="rIdX" Type="{RELATION}/image" Target="NULL"/></Relationships>'
    data[name] = data[name].replace(b"</Relationships>", missing.encode())
    assert parse(zipped(data), DOCX).text == "kept"


def test_a_strict_document_is_read() -> None:
    data = entries(simple_docx("kept"))
    for name, body in data.items():
        for step in (b"officeDocument", b"wordprocessingml"):
            body = body.replace(
                b"http://schemas.openxmlformats.org/" + step + b"/2006/",
                b"http://purl.oclc.org/ooxml/" + step + b"/",
            )
        data[name] = body
    assert parse(zipped(data), DOCX).text == "kept"


@pytest.mark.parametrize("kind", ["template.main", "document.macroEnabled.main"])
def test_a_template_is_read_as_a_document(kind: str) -> None:
    data = replaced(simple_docx("kept"), "[Content_Types].xml", "document.main", kind)
    assert parse(data, DOCX).text == "kept"


def test_elements_nested_beyond_reason_are_refused_and_said() -> None:
    deep = "<w:smartTag>" * 300 + run("x") + "</w:smartTag>" * 300
    with pytest.raises(NestedTooDeep):
        parse(body_docx(par(deep)), DOCX)


def test_depth_that_is_allowed_does_not_exhaust_the_stack() -> None:
    deep = "<w:smartTag>" * 240 + run("x") + "</w:smartTag>" * 240
    assert texts_of(par(deep)) == ["x"]


# --- real documents ----------------------------------------------------------


def test_a_real_document_with_comments() -> None:
    parsed = parse(real("test_with_comment.docx"), DOCX)
    comments = [
        text for text in block_texts(parsed) if text.startswith("Comment by Unknown Author")
    ]
    assert [text.split()[-1] for text in comments] == ["12df-321a", "55yiyi-asd09"]
    assert parsed.tables


def test_a_real_document_with_equations() -> None:
    text = parse(real("equations.docx"), DOCX).text
    assert "For m=1," in text
    assert "2.2\u00d710^(-4)" in text


@pytest.mark.parametrize("name", ["docx_complex_layout.docx", "docx_multipage.docx"])
def test_real_documents_with_pictures(name: str) -> None:
    parsed = parse(real(name), DOCX)
    assert_blocks_partition(parsed)
    assert parsed.figures
    assert parsed.title
