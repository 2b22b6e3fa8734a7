"""Which pages are read as pictures, and what is said of each page."""

from collections.abc import Sequence

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.pdf.reader import parse_pdf
from catalystindex.model.errors import DocumentWithoutText
from support.documents import Draw, block_texts, together
from support.pdfs import (
    PROSE,
    RecordingRecogniser,
    assert_sound,
    column,
    made_pdf,
    mapped_pdf,
    pages_of,
    put,
    raw_pdf,
    read_pdf,
    scan,
    shown_picture,
)

TEXT = column(PROSE * 2, 72, 700, 460)
SCAN = shown_picture(scan("It was cash"), 0, 0, 612, 792)
LOGO = shown_picture(Image.new("L", (40, 40), 90), 72, 720, 50, 50)
SEEN = ("Seen in a picture", "on two lines")


def outlines(canvas: Canvas) -> None:
    for at in range(60):
        canvas.rect(72 + 5 * at, 400, 3, 9, fill=1)


def states(data: bytes, recogniser: RecordingRecogniser | None = None) -> list[str]:
    parsed = pages_of(data, recogniser)
    assert_sound(parsed)
    return [page.state for page in parsed.page_readings]


def blank(canvas: Canvas) -> None:
    """Draw nothing."""


@pytest.mark.parametrize(
    ("pages", "calls", "expected"),
    [
        ((TEXT,), 0, ["text"]),
        ((TEXT, TEXT), 0, ["text", "text"]),
        ((together(TEXT, LOGO),), 0, ["text"]),
        ((SCAN,), 1, ["ocr"]),
        ((TEXT, SCAN, TEXT, SCAN), 2, ["text", "ocr", "text", "ocr"]),
        ((blank,), 0, ["blank"]),
        ((outlines,), 1, ["ocr"]),
        ((TEXT, blank, SCAN), 1, ["text", "blank", "ocr"]),
    ],
    ids=["text", "texts", "logo", "scan", "mixed", "blank", "outlines", "all"],
)
def test_only_pages_that_need_it_are_read_as_pictures(
    pages: Sequence[Draw], calls: int, expected: list[str]
) -> None:
    recogniser = RecordingRecogniser(*SEEN)
    assert states(made_pdf(*pages), recogniser) == expected
    assert recogniser.calls == calls


def test_what_is_recognised_is_text_with_its_place_and_confidence() -> None:
    parsed = read_pdf(made_pdf(SCAN), RecordingRecogniser(*SEEN, confidence=0.8))
    assert " ".join(parsed.text.split()) == " ".join(SEEN)
    assert parsed.page_readings[0].confidence == pytest.approx(0.8)
    block = parsed.blocks[0]
    assert block.confidence == pytest.approx(0.8)
    assert block.boxes[0].left == pytest.approx(61.2, abs=1)
    assert block.boxes[0].top == pytest.approx(0.3 * 792, abs=2)
    assert block.boxes[0].right == pytest.approx(0.8 * 612, abs=1)


def test_text_of_the_text_layer_has_no_confidence() -> None:
    parsed = read_pdf(made_pdf(TEXT))
    assert parsed.page_readings[0].confidence is None
    assert {block.confidence for block in parsed.blocks} == {None}


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_the_picture_is_of_the_page_as_it_is_shown(rotate: int) -> None:
    recogniser = RecordingRecogniser(*SEEN)
    parsed = read_pdf(made_pdf(SCAN, rotate=rotate), recogniser)
    height, width, _ = recogniser.shapes[0]
    page = parsed.page_readings[0]
    assert (width > height) == (page.width > page.height) == (rotate in (90, 270))
    assert width / page.width == pytest.approx(200 / 72, rel=0.01)
    assert_sound(parsed)


def test_a_stamp_over_a_scan_does_not_hide_it() -> None:
    stamp = put((72, 760, "BATES 000123 - copy of a file received on 3 May 2025"), size=9)
    parsed = read_pdf(made_pdf(together(SCAN, stamp)), RecordingRecogniser(*SEEN))
    assert "BATES 000123" in parsed.text
    assert SEEN[0] in parsed.text
    assert parsed.page_readings[0].state == "ocr"


def test_what_the_text_layer_says_already_is_not_said_again() -> None:
    """The stamp is where the recogniser sees its first line."""
    stamp = put((61, 792 - 0.33 * 792, "Seen in a picture " * 2), size=25)
    parsed = read_pdf(made_pdf(together(SCAN, stamp)), RecordingRecogniser(SEEN[0], "new line"))
    assert parsed.text.count(SEEN[0]) == 2
    assert "new line" in parsed.text


def test_a_scan_with_an_invisible_text_layer_is_not_recognised_again() -> None:
    def hidden(canvas: Canvas) -> None:
        SCAN(canvas)
        text = canvas.beginText(72, 700)
        text.setTextRenderMode(3)
        for at in range(10):
            text.textLine(f"Line {at} which a scanner has put behind the picture")
        canvas.drawText(text)

    recogniser = RecordingRecogniser(*SEEN)
    parsed = read_pdf(made_pdf(hidden), recogniser)
    assert recogniser.calls == 0
    assert "Line 9" in parsed.text


def test_a_text_layer_of_unknown_letters_is_recognised_instead() -> None:
    garbled = mapped_pdf("\ue001", b"BT /F1 12 Tf 72 700 Td (xxxxx xxxx xxxxxxx xx) Tj ET")
    recogniser = RecordingRecogniser(*SEEN)
    parsed = read_pdf(garbled, recogniser)
    assert recogniser.calls == 1
    assert " ".join(parsed.text.split()) == " ".join(SEEN)
    assert parsed.page_readings[0].state == "ocr"


def test_a_text_layer_of_unknown_letters_that_cannot_be_recognised_is_said() -> None:
    garbled = mapped_pdf("\ue001", b"BT /F1 12 Tf 72 700 Td (xxxxx xxxx xxxxxxx xx) Tj ET")
    parsed = pages_of(garbled)
    assert parsed.warnings
    assert parsed.page_readings[0].state == "text" or not parsed.text


def test_without_recognition_scans_are_named() -> None:
    parsed = pages_of(made_pdf(TEXT, SCAN, TEXT, SCAN, SCAN))
    assert [page.state for page in parsed.page_readings] == [
        "text",
        "no_text",
        "text",
        "no_text",
        "no_text",
    ]
    assert any("2, 4-5" in sentence for sentence in parsed.warnings)
    assert any("recognition" in sentence and "off" in sentence for sentence in parsed.warnings)


def test_a_scan_in_which_nothing_is_found_holds_no_text() -> None:
    recogniser = RecordingRecogniser()
    assert states(made_pdf(SCAN), recogniser) == ["no_text"]
    assert recogniser.calls == 1
    with pytest.raises(DocumentWithoutText, match="The page holds no text"):
        read_pdf(made_pdf(SCAN), RecordingRecogniser())


def test_what_is_hardly_recognised_is_no_text() -> None:
    assert states(made_pdf(SCAN), RecordingRecogniser("speck", confidence=0.2)) == ["no_text"]


def test_recognition_stops_at_its_limit_and_says_so() -> None:
    recogniser = RecordingRecogniser(*SEEN)
    limits = LimitsSettings(max_ocr_pages=2)
    parsed = read_pdf(made_pdf(*[SCAN] * 4), recogniser, limits)
    assert recogniser.calls == 2
    assert [page.state for page in parsed.page_readings] == ["ocr", "ocr", "no_text", "no_text"]
    assert any("limit" in sentence for sentence in parsed.warnings)


def test_pages_without_a_find_count_towards_the_limit() -> None:
    context = ParseContext(recogniser=RecordingRecogniser())
    parse_pdf(made_pdf(SCAN, SCAN), context)
    assert context.used.ocr_pages == 2


def test_pictures_on_a_page_of_text_are_figures_with_boxes_and_captions() -> None:
    caption = put((300, 190, "Figure 2: The house"), size=9)
    picture = shown_picture(Image.new("L", (40, 40), 90), 300, 200, 150, 120)
    parsed = read_pdf(made_pdf(together(TEXT, picture, caption)))
    (figure,) = parsed.figures
    assert figure.caption == "Figure 2: The house"
    assert figure.box is not None
    assert (figure.box.left, figure.box.top) == pytest.approx((300, 792 - 320), abs=1)
    assert (figure.box.right, figure.box.bottom) == pytest.approx((450, 792 - 200), abs=1)
    assert "Figure 2: The house" in parsed.text
    assert_sound(parsed)


def test_small_marks_are_no_figures() -> None:
    mark = shown_picture(Image.new("L", (8, 8), 90), 300, 200, 12, 12)
    assert read_pdf(made_pdf(together(TEXT, mark))).figures == ()


@pytest.mark.parametrize(
    "media_box",
    [
        "[0 0 0 0]",
        "[0 0 1000000 1000000]",
        "[0 0 1e38 1e38]",
        "[612 792 0 0]",
        "[-900 -900 -300 -100]",
        "[0 0 nan nan]",
        "[]",
        "[0 0 0.001 0.001]",
    ],
)
def test_absurd_pages_are_read_as_far_as_they_go(media_box: str) -> None:
    content = b"BT /F1 12 Tf 72 700 Td (Evidence) Tj ET"
    recogniser = RecordingRecogniser()
    parsed = pages_of(raw_pdf(content, media_box=media_box), recogniser)
    assert "Evidence" in parsed.text
    assert_sound(parsed)


def test_a_huge_page_that_is_a_picture_is_looked_at_in_few_pixels() -> None:
    recogniser = RecordingRecogniser(*SEEN)
    huge = shown_picture(scan("It was cash"), 0, 0, 14_000, 14_000)
    parsed = read_pdf(made_pdf(huge, size=(14_000, 14_000)), recogniser)
    height, width, _ = recogniser.shapes[0]
    assert height * width <= 12_100_000
    assert_sound(parsed)


def test_text_in_forms_within_forms_is_read() -> None:
    inner = b"BT /F1 12 Tf 72 600 Td (Inside) Tj ET"
    nested = [
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 900 900] /Resources << /XObject "
        b"<< /X %d 0 R >> /Font << /F1 5 0 R >> >> /Length %d >>\nstream\n%b\nendstream"
        % (7 + at, len(body), body)
        for at, body in enumerate([b"/X Do"] * 8 + [inner])
    ]
    data = raw_pdf(b"/X Do", *nested, resources="/Font << /F1 5 0 R >> /XObject << /X 6 0 R >>")
    assert block_texts(read_pdf(data)) == ["Inside"]


def test_a_form_that_draws_itself_is_drawn_once() -> None:
    body = b"BT /F1 12 Tf 72 600 Td (Inside) Tj ET /X Do"
    loop = (
        b"<< /Type /XObject /Subtype /Form /BBox [0 0 900 900] /Resources << /XObject "
        b"<< /X 6 0 R >> /Font << /F1 5 0 R >> >> /Length %d >>\nstream\n%b\nendstream"
        % (len(body), body)
    )
    data = raw_pdf(b"/X Do", loop, resources="/Font << /F1 5 0 R >> /XObject << /X 6 0 R >>")
    assert "Inside" in read_pdf(data).text


def test_notes_on_a_page_are_shown_and_read() -> None:
    look = "BT /F1 12 Tf 2 5 Td (Free note) Tj ET"
    data = raw_pdf(
        b"BT /F1 12 Tf 72 700 Td (Body) Tj ET",
        "<< /Type /Annot /Subtype /FreeText /Rect [100 400 300 420] /F 4 /Contents (Free note) "
        "/DA (/F1 12 Tf 0 g) /AP << /N 7 0 R >> >>",
        "<< /Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 5 0 R >> "
        f">> /Length {len(look)} >>\nstream\n{look}\nendstream",
        page="/Annots [6 0 R]",
    )
    assert "Free note" in read_pdf(data).text


def test_notes_on_a_page_of_broken_content_do_not_cost_its_text() -> None:
    """PDFium writes a page anew to show what is noted on it; text behind an odd spot must stay."""
    body = b"\n".join(
        b"BT /F1 12 Tf 72 %d Td (Line %d of the page) Tj ET%b"
        % (700 - 20 * at, at, b" Q Q (" if at == 3 else b"")
        for at in range(6)
    )
    note = "BT /F1 12 Tf 2 5 Td (Free note) Tj ET"
    annotation = (
        "<< /Type /Annot /Subtype /FreeText /Rect [100 400 300 420] /F 4 /AP << /N 7 0 R >> >>"
    )
    look = (
        "<< /Type /XObject /Subtype /Form /BBox [0 0 200 20] /Resources << /Font << /F1 5 0 R >> "
        f">> /Length {len(note)} >>\nstream\n{note}\nendstream"
    )
    plain = pages_of(raw_pdf(body)).text
    noted = pages_of(raw_pdf(body, annotation, look, page="/Annots [6 0 R]")).text
    assert all(line in noted for line in plain.splitlines())


def test_letters_drawn_as_one_outline_are_recognised() -> None:
    outline = b""
    for at in range(400):
        x, y = 72 + 9 * (at % 50), 700 - 14 * (at // 50)
        outline += b"%d %d m %d %d l %d %d l h " % (x, y, x + 3, y + 9, x + 6, y)
    recogniser = RecordingRecogniser(*SEEN)
    assert states(raw_pdf(outline + b"f"), recogniser) == ["ocr"]
    assert recogniser.calls == 1


def test_a_page_with_a_drawing_and_no_letters_is_not_blank() -> None:
    assert states(raw_pdf(b"100 100 300 300 re f")) == ["no_text"]
