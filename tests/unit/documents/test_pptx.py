from io import BytesIO
from typing import Any

import pytest
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Emu, Pt

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.office.pptx import parse_pptx
from catalystindex.documents.parsed import Box, ParsedDocument
from catalystindex.model.errors import CorruptDocument, DocumentError, TooManyPages
from support.documents import assert_blocks_partition, block_texts, paths
from support.office import PIXEL, A, P, context, entries, real, replaced, with_part, zipped

Deck = Any  # presentations and their parts: python-pptx is typed in part only
TITLE_ONLY, BLANK, CONTENT = 5, 6, 1


def deck() -> Deck:
    return Presentation()


def blank_slide(presentation: Deck) -> Deck:
    return presentation.slides.add_slide(presentation.slide_layouts[BLANK])


def box_at(shapes: Deck, text: str, left: float, top: float, size: float = 100) -> Deck:
    shape = shapes.add_textbox(Pt(left), Pt(top), Pt(size), Pt(20))
    shape.text_frame.text = text
    return shape


def saved(presentation: Deck) -> bytes:
    file = BytesIO()
    presentation.save(file)
    return file.getvalue()


def read(source: Deck) -> ParsedDocument:
    data = source if isinstance(source, bytes) else saved(source)
    parsed = parse_pptx(data, context())
    assert_blocks_partition(parsed)
    return parsed


SLIDE = "ppt/slides/slide1.xml"


def test_slides_are_pages_under_their_titles() -> None:
    presentation = deck()
    for name in ("Risks", "Limits"):
        slide = presentation.slides.add_slide(presentation.slide_layouts[CONTENT])
        slide.shapes.title.text = name
        slide.placeholders[1].text = f"about {name}"
    box_at(blank_slide(presentation).shapes, "no title", 10, 10)
    parsed = read(presentation)
    assert parsed.pages == 3
    assert [block.page for block in parsed.blocks] == [1, 1, 2, 2, 3]
    assert paths(parsed) == [("Risks",), ("Risks",), ("Limits",), ("Limits",), ()]
    assert [block.kind for block in parsed.blocks][1] == "list_item"
    assert {(one.width, one.height) for one in parsed.page_readings} == {(720, 540)}


def test_the_title_is_the_decks_and_not_that_of_the_program() -> None:
    presentation = deck()
    box_at(blank_slide(presentation).shapes, "x", 10, 10)
    presentation.core_properties.title = "PowerPoint Presentation"
    assert read(presentation).title is None
    presentation.core_properties.title = "Annual review"
    presentation.core_properties.author = "Ana"
    parsed = read(presentation)
    assert (parsed.title, parsed.facts.author) == ("Annual review", "Ana")


def test_shapes_are_read_in_rows_from_left_to_right_and_the_title_first() -> None:
    presentation = deck()
    slide = presentation.slides.add_slide(presentation.slide_layouts[TITLE_ONLY])
    box_at(slide.shapes, "last", 10, 400)
    box_at(slide.shapes, "right", 400, 200)
    box_at(slide.shapes, "left", 10, 205)
    box_at(slide.shapes, "above the title", 10, 1)
    slide.shapes.title.text = "Title"
    assert block_texts(read(presentation)) == ["Title", "above the title", "left", "right", "last"]


def test_a_group_keeps_together_and_its_shapes_are_placed_on_the_slide() -> None:
    presentation = deck()
    slide = blank_slide(presentation)
    group = slide.shapes.add_group_shape()
    box_at(group.shapes, "in", 0, 0)
    box_at(group.shapes, "group", 0, 100)
    group.left, group.top, group.width, group.height = Pt(100), Pt(200), Pt(200), Pt(240)
    box_at(slide.shapes, "beside", 400, 210)
    parsed = read(presentation)
    assert block_texts(parsed) == ["in", "group", "beside"]
    assert parsed.blocks[0].boxes == (Box(1, 100, 200, 300, 240),)
    assert parsed.blocks[1].boxes == (Box(1, 100, 400, 300, 440),)


def test_boxes_are_clipped_to_the_slide_and_turned_with_their_shape() -> None:
    presentation = deck()
    shapes = blank_slide(presentation).shapes
    box_at(shapes, "over the edge", -50, 10)
    box_at(shapes, "outside", 900, 300)
    box_at(shapes, "turned", 100, 400).rotation = 90
    parsed = read(presentation)
    by_text = dict(zip(block_texts(parsed), parsed.blocks, strict=True))
    assert by_text["over the edge"].boxes == (Box(1, 0, 10, 50, 30),)
    assert by_text["outside"].boxes == ()
    assert by_text["turned"].boxes == (Box(1, 140, 360, 160, 460),)


def test_a_placeholder_stands_where_its_layout_puts_it() -> None:
    presentation = deck()
    slide = presentation.slides.add_slide(presentation.slide_layouts[CONTENT])
    slide.placeholders[1].text = "point"
    (box,) = read(presentation).blocks[0].boxes
    layout = presentation.slide_layouts[CONTENT].placeholders[1]
    assert box.left == pytest.approx(Emu(layout.left).pt, abs=0.1)


def test_bullets_make_list_items_and_their_absence_paragraphs() -> None:
    presentation = deck()
    slide = presentation.slides.add_slide(presentation.slide_layouts[CONTENT])
    frame = slide.placeholders[1].text_frame
    frame.text = "bullet"
    frame.add_paragraph().text = "deeper"
    frame.paragraphs[1].level = 1
    plain = frame.add_paragraph()
    plain.text = "plain"
    plain._p.get_or_add_pPr().insert(
        0, plain._p.makeelement(f"{{{A.split(chr(34))[1]}}}buNone", {})
    )
    box_at(slide.shapes, "text box", 10, 500)
    kinds = [block.kind for block in read(presentation).blocks]
    assert kinds == ["list_item", "list_item", "paragraph", "paragraph"]


def test_many_paragraphs_in_one_shape_are_read_in_linear_time() -> None:
    presentation = deck()
    box_at(blank_slide(presentation).shapes, "PLACE", 10, 10)
    paragraphs = "</a:t></a:r></a:p>" + "<a:p><a:r><a:t>x</a:t></a:r></a:p>" * 20_000
    data = replaced(saved(presentation), SLIDE, "PLACE</a:t></a:r></a:p>", f"PLACE{paragraphs}")
    slow = ParseContext(LimitsSettings(max_parse_seconds=3))
    assert len(parse_pptx(data, slow).blocks) == 20_001


def test_a_table_has_a_box_and_blanks_where_cells_are_merged() -> None:
    presentation = deck()
    shapes = blank_slide(presentation).shapes
    table = shapes.add_table(2, 3, Pt(10), Pt(20), Pt(300), Pt(60)).table
    for place, cell in enumerate(table.iter_cells()):
        cell.text = str(place)
    table.cell(1, 0).merge(table.cell(1, 1))
    (found,) = read(presentation).tables
    assert found.rows == (("0", "1", "2"), ("3 4", "", "5"))
    assert found.header_rows == 1
    assert found.page == 1
    assert found.box is not None
    assert (found.box.left, found.box.top) == (10, 20)


def test_a_chart_is_a_table_of_its_values_under_its_title() -> None:
    presentation = deck()
    chart_data: Any = CategoryChartData
    data = chart_data()
    data.categories = ["Q1", "Q2"]
    data.add_series("Alerts", (5, 7.5))
    data.add_series("Cases", (1, None))
    chart = blank_slide(presentation).shapes.add_chart(
        XL_CHART_TYPE.COLUMN_CLUSTERED, Pt(1), Pt(1), Pt(300), Pt(200), data
    )
    chart.chart.has_title = True
    chart.chart.chart_title.text_frame.text = "Work"
    (table,) = read(presentation).tables
    assert table.caption == "Work"
    assert table.rows == (("", "Alerts", "Cases"), ("Q1", "5", "1"), ("Q2", "7.5", ""))


def test_the_points_of_a_diagram_come_in_the_order_of_its_outline() -> None:
    presentation = deck()
    blank_slide(presentation)
    ns = 'xmlns:dgm="http://schemas.openxmlformats.org/drawingml/2006/diagram"'
    uri = "http://schemas.openxmlformats.org/drawingml/2006/diagram"
    frame = (
        "<p:graphicFrame><p:nvGraphicFramePr><p:cNvPr id='9' name='d'/></p:nvGraphicFramePr>"
        "<p:xfrm><a:off x='0' y='0'/><a:ext cx='12700' cy='12700'/></p:xfrm>"
        f"<a:graphic><a:graphicData uri='{uri}'><dgm:relIds {ns} r:dm='rIdTest'/></a:graphicData>"
        f"</a:graphic></p:graphicFrame></p:spTree>"
    )
    words = "<dgm:t><a:p><a:r><a:t>{1}</a:t></a:r></a:p></dgm:t>"
    point = "<dgm:pt modelId='{0}' type='{2}'>" + words + "</dgm:pt>"
    link = "<dgm:cxn modelId='c{0}{1}' srcId='{0}' destId='{1}' srcOrd='{2}'/>"
    model = (
        f"<dgm:dataModel {ns} {A}><dgm:ptLst>"
        + "".join(point.format(*one) for one in ((3, "second", "node"), (2, "first", "node")))
        + point.format(4, "below first", "node")
        + "<dgm:pt modelId='1' type='doc'/></dgm:ptLst><dgm:cxnLst>"
        + "".join(link.format(*one) for one in ((1, 3, 1), (1, 2, 0), (2, 4, 0)))
        + "</dgm:cxnLst></dgm:dataModel>"
    )
    data = replaced(saved(presentation), SLIDE, "</p:spTree>", frame)
    data = with_part(data, SLIDE, "diagramData", "ppt/diagrams/data1.xml", model)
    assert block_texts(read(data)) == ["first", "below first", "second"]


def test_notes_and_comments_follow_their_slide() -> None:
    presentation = deck()
    slide = blank_slide(presentation)
    box_at(slide.shapes, "shown", 10, 10)
    slide.notes_slide.notes_text_frame.text = "say this\nand that"
    comment = "<p:cm authorId='0' idx='1'><p:pos x='1' y='1'/><p:text>Source?</p:text></p:cm>"
    comments = f"<p:cmLst {P}>{comment}</p:cmLst>"
    authors = f"<p:cmAuthorLst {P}><p:cmAuthor id='0' name='Ana' initials='A'/></p:cmAuthorLst>"
    data = with_part(saved(presentation), SLIDE, "comments", "ppt/comments/comment1.xml", comments)
    main = "ppt/presentation.xml"
    data = with_part(data, main, "commentAuthors", "ppt/commentAuthors.xml", authors)
    parsed = read(data)
    assert block_texts(parsed) == ["shown", "Notes: say this\nand that", "Comment by Ana: Source?"]
    assert {block.page for block in parsed.blocks} == {1}


def test_comments_of_the_new_kind_and_their_answers_are_read() -> None:
    presentation = deck()
    box_at(blank_slide(presentation).shapes, "shown", 10, 10)
    ns = f'xmlns:k="http://schemas.microsoft.com/office/powerpoint/2018/8/main" {A}'
    body = "<k:txBody><a:p><a:r><a:t>{}</a:t></a:r></a:p></k:txBody>"
    comments = (
        f"<k:cmLst {ns}><k:cm authorId='1'><k:replyLst><k:reply authorId='2'>{body.format('no')}"
        f"</k:reply></k:replyLst>{body.format('yes?')}</k:cm></k:cmLst>"
    )
    authors = (
        f"<k:authorLst {ns}><k:author id='1' name='Ana'/><k:author id='2' name='Bo'/></k:authorLst>"
    )
    data = with_part(saved(presentation), SLIDE, "comments", "ppt/comments/m1.xml", comments)
    data = with_part(data, "ppt/presentation.xml", "authors", "ppt/authors.xml", authors)
    assert block_texts(read(data))[1:] == ["Comment by Ana: yes?", "Comment by Bo: no"]


def test_a_hidden_slide_is_read_and_said() -> None:
    presentation = deck()
    slide = blank_slide(presentation)
    box_at(slide.shapes, "kept", 10, 10)
    slide._element.set("show", "0")
    parsed = read(presentation)
    assert parsed.text == "kept"
    assert "Slide 1 is hidden" in parsed.warnings[0]


def test_a_picture_has_its_place_and_alternative_text_and_the_slide_no_text() -> None:
    presentation = deck()
    picture = blank_slide(presentation).shapes.add_picture(
        BytesIO(PIXEL), Pt(10), Pt(20), Pt(30), Pt(40)
    )
    picture._element.nvPicPr.cNvPr.set("descr", "the pier")
    blank_slide(presentation)
    presentation.slides.add_slide(presentation.slide_layouts[CONTENT])
    parsed = read(presentation)
    assert [one.state for one in parsed.page_readings] == ["no_text", "blank", "blank"]
    (figure,) = parsed.figures
    assert (figure.description, figure.box) == ("the pier", Box(1, 10, 20, 40, 60))


def test_footers_dates_numbers_and_texts_of_the_master_are_no_text() -> None:
    presentation = deck()
    box_at(blank_slide(presentation).shapes, "body", 10, 100)
    master = presentation.slide_masters[0]
    box_at(presentation.slides[0].shapes, "Confidential", 10, 500)
    marked = master._element.cSld.spTree
    marked.append(presentation.slides[0].shapes[1]._element)
    footer = (
        "<p:sp><p:nvSpPr><p:cNvPr id='8' name='n'/><p:cNvSpPr/><p:nvPr>"
        "<p:ph type='sldNum' idx='12'/>"
        "</p:nvPr></p:nvSpPr><p:spPr/><p:txBody><a:bodyPr/><a:p><a:fld id='{0}' type='slidenum'>"
        "<a:t>1</a:t></a:fld></a:p></p:txBody></p:sp></p:spTree>"
    )
    parsed = read(replaced(saved(presentation), SLIDE, "</p:spTree>", footer))
    assert parsed.text == "body"
    assert [(one.kind, one.text) for one in parsed.furniture] == [
        ("page_number", "1"),
        ("footer", "Confidential"),
    ]


def test_an_embedded_object_is_said() -> None:
    presentation = deck()
    shapes = blank_slide(presentation).shapes
    shapes.add_ole_object(BytesIO(b"data"), "Excel.Sheet.12", Pt(1), Pt(1))
    box_at(shapes, "x", 10, 300)
    assert "Excel.Sheet.12" in read(presentation).warnings[0]


def test_a_missing_slide_is_said_and_its_number_stays() -> None:
    presentation = deck()
    for text in ("one", "two"):
        box_at(blank_slide(presentation).shapes, text, 10, 10)
    parts = entries(saved(presentation))
    del parts[SLIDE]
    parsed = read(zipped(parts))
    assert [block.page for block in parsed.blocks] == [2]
    assert [one.state for one in parsed.page_readings] == ["damaged", "text"]
    assert "Slide 1 is missing" in parsed.warnings[0]


def test_more_slides_than_pages_are_allowed_are_refused() -> None:
    presentation = deck()
    for _ in range(3):
        blank_slide(presentation)
    with pytest.raises(TooManyPages):
        parse_pptx(saved(presentation), ParseContext(LimitsSettings(max_pages=2)))


@pytest.mark.parametrize("body", [b"", b"<p:sld", b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>"])
def test_a_broken_slide_is_damaged(body: bytes) -> None:
    presentation = deck()
    box_at(blank_slide(presentation).shapes, "x", 10, 10)
    with pytest.raises(CorruptDocument):
        parse_pptx(zipped(entries(saved(presentation)) | {SLIDE: body}), context())


@pytest.mark.parametrize("size", ["cx='0' cy='0'", "cx='-1' cy='x'", ""])
def test_a_slide_without_a_size_has_the_usual_one(size: str) -> None:
    presentation = deck()
    box_at(blank_slide(presentation).shapes, "x", 10, 10)
    parts = entries(saved(presentation))
    name = "ppt/presentation.xml"
    start = parts[name].index(b"<p:sldSz")
    end = parts[name].index(b"/>", start)
    parts[name] = parts[name][:start] + f"<p:sldSz {size}".encode() + parts[name][end:]
    (reading,) = read(zipped(parts)).page_readings
    assert (reading.width, reading.height) == (720, 540)


def test_a_real_presentation() -> None:
    parsed = read(real("pptx_complex_layout.pptx"))
    assert block_texts(parsed) == ["Product Comparison", "Our products lead the market"]
    (figure,) = parsed.figures
    assert figure.box is not None


@pytest.mark.parametrize("cut", [10, 1000, -30])
def test_a_cut_off_file_is_damaged(cut: int) -> None:
    with pytest.raises(DocumentError):
        parse_pptx(saved(deck())[:cut], context())
