"""Tables with and without lines: their cells, in text and as rows."""

import pytest
from reportlab.pdfgen.canvas import Canvas

from support.documents import block_texts, together
from support.pdfs import (
    PROSE,
    assert_sound,
    column,
    lost,
    made_pdf,
    put,
    read_pdf,
    ruled,
    unruled,
)

ROWS = (
    ("Date", "Payee", "Sum"),
    ("3 May", "Ana Example", "1,200.00"),
    ("4 May", "Harbour Ltd", "9,900.00"),
    ("9 May", "Ana Example", "50.00"),
    ("11 May", "North Bank", "7,000.00"),
)
TEXT = column(PROSE, 72, 740, 460)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("kind", ["ruled", "unruled"])
def test_a_table_keeps_its_cells_whichever_way_the_page_is_shown(kind: str, rotate: int) -> None:
    table = {"ruled": ruled, "unruled": unruled}[kind](ROWS, top=600)
    data = made_pdf(together(TEXT, table), rotate=rotate)
    parsed = read_pdf(data)
    assert [found.rows for found in parsed.tables] == [ROWS]
    assert parsed.tables[0].box is not None
    assert lost(data, parsed) == {}
    assert_sound(parsed)


def test_the_box_of_a_ruled_table_is_around_its_lines() -> None:
    parsed = read_pdf(made_pdf(together(TEXT, ruled(ROWS, top=600))))
    box = parsed.tables[0].box
    assert box is not None
    assert (box.left, box.top) == pytest.approx((72, 792 - 600), abs=2)
    assert (box.right, box.bottom) == pytest.approx((372, 792 - 500), abs=2)


def test_text_before_and_after_a_table_stays_before_and_after() -> None:
    after = put((72, 300, "What follows was written later."))
    parsed = read_pdf(made_pdf(together(TEXT, ruled(ROWS, top=600), after)))
    assert [block.kind for block in parsed.blocks] == ["paragraph", "table", "paragraph"]
    assert block_texts(parsed)[-1] == "What follows was written later."


def test_a_merged_cell_has_its_text_once_where_it_begins() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.setFont("Helvetica", 10)
        for y in (700, 680, 660, 640):
            canvas.line(72, y, 372, y)
        canvas.line(72, 700, 72, 640)
        canvas.line(372, 700, 372, 640)
        canvas.line(172, 680, 172, 640)
        canvas.line(272, 700, 272, 640)
        canvas.drawString(76, 687, "Person and role")
        canvas.drawString(276, 687, "Sum")
        for x, y, text in (
            (76, 667, "Ana"),
            (176, 667, "Owner"),
            (276, 667, "10"),
            (76, 647, "Ben"),
            (176, 647, "Clerk"),
            (276, 647, "20"),
        ):
            canvas.drawString(x, y, text)

    parsed = read_pdf(made_pdf(draw))
    assert [table.rows for table in parsed.tables] == [
        (("Person and role", "", "Sum"), ("Ana", "Owner", "10"), ("Ben", "Clerk", "20"))
    ]


def test_empty_cells_stay_empty_and_keep_the_others_in_their_columns() -> None:
    rows = (("Name", "In", "Out"), ("Ana", "", "5"), ("Ben", "7", ""), ("Cem", "8", "9"))
    assert read_pdf(made_pdf(ruled(rows))).tables[0].rows == rows


def test_lines_of_a_cell_are_joined() -> None:
    def draw(canvas: Canvas) -> None:
        ruled((("Who", "What was said"), ("", "")), cell=(150, 40))(canvas)
        canvas.drawString(76, 640, "Ana Example")
        canvas.drawString(226, 645, "The money is of a")
        canvas.drawString(226, 632, "cousin who lives abroad")

    parsed = read_pdf(made_pdf(draw))
    assert parsed.tables[0].rows[1] == ("Ana Example", "The money is of a cousin who lives abroad")


def test_a_caption_above_a_table_is_its_caption() -> None:
    caption = put((72, 612, "Table 3: Payments of May"))
    parsed = read_pdf(made_pdf(together(TEXT, caption, ruled(ROWS, top=600))))
    assert parsed.tables[0].caption == "Table 3: Payments of May"
    assert block_texts(parsed, "caption") == ["Table 3: Payments of May"]
    assert parsed.text.count("Payments of May") == 1


def test_a_sentence_above_a_table_that_is_no_caption_stays_text() -> None:
    sentence = put((72, 612, "These are the payments of May."))
    parsed = read_pdf(made_pdf(together(sentence, ruled(ROWS, top=600))))
    assert parsed.tables[0].caption is None
    assert block_texts(parsed, "paragraph") == ["These are the payments of May."]


def test_a_frame_around_text_is_no_table() -> None:
    def draw(canvas: Canvas) -> None:
        canvas.rect(60, 400, 490, 360)
        column(PROSE, 72, 740, 460)(canvas)

    parsed = read_pdf(made_pdf(draw))
    assert parsed.tables == ()
    assert " ".join(parsed.text.split()) == PROSE.strip()


def test_two_tables_are_two() -> None:
    other = (("City", "Count"), ("Bonn", "3"), ("Mainz", "4"))
    data = made_pdf(together(ruled(ROWS, top=700), TEXT_BETWEEN, ruled(other, top=400)))
    assert [table.rows for table in read_pdf(data).tables] == [ROWS, other]


TEXT_BETWEEN = put((72, 540, "Between the two there is a sentence that belongs to neither."))


def test_a_pipe_in_a_cell_does_not_make_another() -> None:
    rows = (("Key", "Value"), ("a|b", "c"), ("d", "e|f|g"))
    parsed = read_pdf(made_pdf(ruled(rows)))
    assert parsed.tables[0].rows == rows
    assert "a\\|b" in parsed.text
    assert_sound(parsed)


def test_bold_rows_at_the_top_are_header_rows() -> None:
    def draw(canvas: Canvas) -> None:
        ruled((("", ""), ("", ""), ("x", "1"), ("y", "2")))(canvas)
        canvas.setFont("Helvetica-Bold", 10)
        for x, y, text in (
            (76, 687, "Item"),
            (176, 687, "Sum"),
            (76, 667, "name"),
            (176, 667, "euro"),
        ):
            canvas.drawString(x, y, text)

    table = read_pdf(made_pdf(draw)).tables[0]
    assert table.header_rows == 2
    assert table.rows[:2] == (("Item", "Sum"), ("name", "euro"))
