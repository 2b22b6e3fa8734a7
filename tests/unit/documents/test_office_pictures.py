"""Word documents and slides that consist of pasted scans."""

import time
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import Any

import docx
import pytest
from docx.document import Document as DocxDocument
from PIL import Image
from pptx import Presentation
from pptx.util import Pt

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.builder import DocumentBuilder, Where
from catalystindex.documents.ocr.base import Pixels, Recognised, RecognisedLine, Recogniser
from catalystindex.documents.ocr.rapid import RapidRecogniser
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.images import parse_jpeg, parse_png, parse_tiff
from catalystindex.documents.parse.kinds import DOCX, HTML, JPEG, PNG, PPTX, TIFF
from catalystindex.documents.parse.office.docx import parse_docx
from catalystindex.documents.parse.office.pptx import parse_pptx
from catalystindex.documents.parse.registry import Parser, ParserRegistry
from catalystindex.documents.parsed import (
    Box,
    DocumentFacts,
    Figure,
    Furniture,
    ParsedDocument,
)
from catalystindex.model.errors import (
    DocumentTooSlow,
    DocumentWithoutText,
    EmptyDocument,
    ExpandsTooMuch,
)
from support.documents import assert_blocks_partition, block_texts, docx_bytes, paths
from support.office import A, entries, replaced, zipped
from support.scans import picture_of, png_bytes

Deck = Any  # presentations and their parts: python-pptx is typed in part only
BLANK, TITLE_ONLY = 6, 5
LONG = "There are more than forty letters on this one, so that it is text."
REGISTRY = ParserRegistry(
    [
        Parser("docx", (DOCX,), parse_docx, frozenset({"ocr"})),
        Parser("pptx", (PPTX,), parse_pptx, frozenset({"ocr"})),
        Parser("png", (PNG,), parse_png),
        Parser("jpeg", (JPEG,), parse_jpeg),
        Parser("tiff", (TIFF,), parse_tiff),
    ]
)


class Double:
    """Knows pictures by their width, and counts how often it was asked."""

    name = "double"

    def __init__(self, texts: Mapping[int, Sequence[str]], confidence: float = 0.9) -> None:
        self._texts, self._confidence = texts, confidence
        self.asked: list[int] = []

    def read(self, pixels: Pixels) -> Recognised:
        height, width = pixels.shape[:2]
        self.asked.append(width)
        lines = tuple(
            RecognisedLine(text, self._confidence, 10, 10 + 60 * at, 190, 30 + 60 * at)
            for at, text in enumerate(self._texts.get(width, ()))
        )
        return Recognised(lines, width, height)


def picture(width: int, kind: str = "PNG", shade: int = 200) -> bytes:
    file = BytesIO()
    Image.new("RGB", (width, 300), (shade, shade, shade)).save(file, kind)
    return file.getvalue()


def with_pictures(*pictures: bytes | str) -> DocxDocument:
    """Return a document of pictures and paragraphs."""
    document = docx.Document()
    for one in pictures:
        if isinstance(one, str):
            document.add_paragraph(one)
        else:
            document.add_picture(BytesIO(one), Pt(200))
    return document


def read(
    source: Deck,
    recogniser: Recogniser | None,
    limits: LimitsSettings | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> ParsedDocument:
    """Read a document, a presentation or bytes of a document."""
    kind, data = DOCX, source
    if not isinstance(source, bytes):
        kind, data = (DOCX, docx_bytes(source)) if hasattr(source, "paragraphs") else saved(source)
    context = ParseContext(limits or LimitsSettings(), recogniser=recogniser, monotonic=monotonic)
    parsed = REGISTRY.parse(data, kind, context)
    assert_blocks_partition(parsed)
    return parsed


def saved(presentation: Deck) -> tuple[str, bytes]:
    file = BytesIO()
    presentation.save(file)
    return PPTX, file.getvalue()


def slide(presentation: Deck, *pictures: bytes, text: str = "", size: float = 200) -> Deck:
    """Add a slide with pictures beside one another, and a text box below them."""
    made = presentation.slides.add_slide(presentation.slide_layouts[BLANK])
    for at, one in enumerate(pictures):
        made.shapes.add_picture(BytesIO(one), Pt(10 + 210 * at), Pt(20), Pt(size), Pt(size))
    if text:
        made.shapes.add_textbox(Pt(10), Pt(500), Pt(100), Pt(20)).text_frame.text = text
    return made


def swapped(data: bytes, old: bytes, new: bytes) -> bytes:
    """Return a package with the bytes of a picture replaced."""
    parts = entries(data)
    (name,) = [name for name, body in parts.items() if body == old]
    return zipped(parts | {name: new})


# --- documents of Word ---------------------------------------------------------


def test_scans_in_a_document_are_read_where_they_stand() -> None:
    double = Double({200: ["Passport"], 210: ["Utility bill"]})
    parsed = read(with_pictures("One", picture(200), "Two", picture(210), "Three"), double)
    assert block_texts(parsed) == ["One", "Passport", "Two", "Utility bill", "Three"]
    assert [block.confidence for block in parsed.blocks] == [None, 0.9, None, 0.9, None]
    assert {block.page for block in parsed.blocks} == {None}
    assert set(paths(parsed)) == {()}
    assert len(parsed.figures) == 2
    assert not parsed.attachments
    assert not parsed.warnings


def test_pictures_beside_text_are_not_read() -> None:
    double = Double({200: ["logo"]})
    parsed = read(with_pictures(LONG, picture(200)), double)
    assert parsed.text == LONG
    assert not double.asked


@pytest.mark.parametrize(("letters", "asked"), [(39, 1), (40, 0)])
def test_forty_letters_are_text_and_blanks_are_none(letters: int, asked: int) -> None:
    double = Double({})
    read(with_pictures("a " * letters, picture(200)), double)
    assert len(double.asked) == asked


def test_notes_and_comments_are_said_once_although_the_document_is_read_twice() -> None:
    document = with_pictures(picture(200))
    document.add_comment(document.add_paragraph("x").runs, "Who is it?", "Ana")
    parsed = read(document, Double({200: ["Passport"]}))
    assert block_texts(parsed) == ["Passport", "x", "Comment by Ana: Who is it?"]


def test_pictures_of_old_kind_and_fills_of_shapes_are_pictures() -> None:
    data = docx_bytes(with_pictures(picture(200), picture(210)))
    vml = 'xmlns:v="urn:schemas-microsoft-com:vml"'
    ids = [
        part.split('"')[0]
        for part in entries(data)["word/document.xml"].decode().split('r:embed="')[1:]
    ]
    body = (
        f'<w:p><w:r><w:pict><v:shape {vml}><v:imagedata r:id="{ids[0]}"/></v:shape></w:pict></w:r>'
        f"</w:p><w:p><w:r><w:drawing><a:blipFill {A}>"
        f'<a:blip r:embed="{ids[1]}"/></a:blipFill></w:drawing></w:r></w:p>'
    )
    xml = entries(data)["word/document.xml"].decode()
    start, end = xml.index("<w:body>") + len("<w:body>"), xml.index("<w:sectPr")
    made = zipped(entries(data) | {"word/document.xml": (xml[:start] + body + xml[end:]).encode()})
    parsed = read(made, Double({200: ["old"], 210: ["fill"]}))
    assert block_texts(parsed) == ["old", "fill"]
    assert len(parsed.figures) == 2


def test_a_document_of_scans_inside_another_keeps_to_one_depth_more() -> None:
    data = docx_bytes(with_pictures("Kept", picture(200)))
    limits = LimitsSettings(max_nesting=0)
    parsed = read(data, Double({200: ["Passport"]}), limits)
    assert parsed.text == "Kept"
    assert "image1.png was not read" in parsed.warnings[0]
    assert "levels deep" in parsed.warnings[0]


# --- slides --------------------------------------------------------------------


def test_scans_on_a_slide_are_read_in_order_at_their_place() -> None:
    deck = Presentation()
    slide(deck, picture(200), picture(210), text="below")
    slide(deck, picture(220), text=LONG)
    slide(deck, picture(230))
    double = Double({200: ["left"], 210: ["right side"], 220: ["logo"]}, 0.8)
    parsed = read(deck, double)
    assert block_texts(parsed) == ["left", "right side", "below", LONG]
    assert [block.page for block in parsed.blocks] == [1, 1, 1, 2]
    assert [block.boxes for block in parsed.blocks[:2]] == [
        (Box(1, 10, 20, 210, 220),),
        (Box(1, 220, 20, 420, 220),),
    ]
    assert [block.confidence for block in parsed.blocks] == [0.8, 0.8, None, None]
    found = [(one.state, one.confidence) for one in parsed.page_readings]
    assert found == [("ocr", 0.8), ("text", None), ("no_text", None)]
    assert double.asked == [200, 210, 230]
    assert parsed.warnings == ("The picture image4.png: no text was recognised in it.",)


def test_a_slide_that_a_picture_covers_is_read_in_spite_of_a_stamp() -> None:
    deck = Presentation()
    slide(deck, picture(200), text=LONG, size=530)
    assert read(deck, Double({200: ["scan"]})).text == f"scan\n\n{LONG}"


def test_a_picture_behind_a_slide_is_read_after_its_title() -> None:
    deck = Presentation()
    made = deck.slides.add_slide(deck.slide_layouts[TITLE_ONLY])
    made.shapes.title.text = "Passport"
    scan = slide(deck, picture(200))
    reference = scan.part.rels.items()
    relation = next(key for key, one in reference if one.reltype.endswith("/image"))
    target = scan.part.rels[relation].target_part
    own = made.part.relate_to(target, scan.part.rels[relation].reltype)
    background = (
        f'<p:cSld><p:bg><p:bgPr><a:blipFill><a:blip r:embed="{own}"/></a:blipFill></p:bgPr></p:bg>'
    )
    data = replaced(saved(deck)[1], "ppt/slides/slide1.xml", "<p:cSld>", background)
    double = Double({200: ["scan"]})
    context = ParseContext(recogniser=double)
    parsed = REGISTRY.parse(data, PPTX, context)
    assert block_texts(parsed) == ["Passport", "scan", "scan"]
    assert paths(parsed) == [("Passport",), ("Passport",), ()]
    assert parsed.blocks[1].boxes == (Box(1, 0, 0, 720, 540),)
    assert double.asked == [200]


def test_the_same_picture_is_read_once_also_under_another_name() -> None:
    deck = Presentation()
    for shade in (200, 200, 100):
        slide(deck, picture(200, shade=shade))
    data = swapped(saved(deck)[1], picture(200, shade=100), picture(200, shade=200))
    double = Double({200: ["logo"]})
    parsed = REGISTRY.parse(data, PPTX, ParseContext(recogniser=double))
    assert block_texts(parsed) == ["logo"] * 3
    assert [block.page for block in parsed.blocks] == [1, 2, 3]
    assert double.asked == [200]


def test_a_picture_of_a_bullet_is_no_picture() -> None:
    deck = Presentation()
    slide(deck, text="point")
    name = "ppt/slides/slide1.xml"
    bullet = '<a:p><a:pPr><a:buBlip><a:blip r:embed="rId9"/></a:buBlip></a:pPr><a:r><a:t>point'
    data = replaced(saved(deck)[1], name, "<a:p><a:r><a:t>point", bullet)
    parsed = REGISTRY.parse(data, PPTX, ParseContext(recogniser=Double({})))
    assert parsed.text == "point"
    assert not parsed.warnings


# --- pictures that cannot be read -------------------------------------------------


@pytest.mark.parametrize("kind", ["GIF", "BMP", "WEBP", "JPEG", "TIFF", "PNG"])
def test_pictures_of_every_usual_kind_are_read(kind: str) -> None:
    data = swapped(docx_bytes(with_pictures("x", picture(210))), picture(210), picture(200, kind))
    assert block_texts(read(data, Double({200: ["Passport"]}))) == ["x", "Passport"]


def test_an_animated_picture_is_said_to_be_one() -> None:
    file = BytesIO()
    frames = [Image.new("L", (200, 300), shade) for shade in (1, 100, 200)]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    data = swapped(docx_bytes(with_pictures("x", picture(210))), picture(210), file.getvalue())
    parsed = read(data, Double({200: ["Passport"]}))
    assert block_texts(parsed) == ["x", "Passport"]
    assert parsed.warnings == ("The picture image1.png is animated: its first frame was read.",)


METAFILE = b"\x01\x00\x00\x00" + bytes(84) + b" EMF"
BAD = {
    "metafile": METAFILE,
    "drawing": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
    "nothing": b"",
    "document": docx_bytes(with_pictures("inside")),
    "damaged": picture(200)[:60],
    "damaged gif": picture(200, "GIF")[:30],
    "sound": b"RIFF\x24\x00\x00\x00WAVEfmt ",
}


@pytest.mark.parametrize("what", sorted(BAD))
def test_a_picture_that_cannot_be_read_is_named(what: str) -> None:
    data = swapped(docx_bytes(with_pictures("Kept", picture(210))), picture(210), BAD[what])
    parsed = read(data, Double({200: ["seen"]}))
    assert parsed.text == "Kept"
    (said,) = parsed.warnings
    assert said.startswith("The picture image1.png was not read: ")


@pytest.mark.parametrize("kind", ["GIF", "BMP", "PNG"])
def test_a_picture_of_too_many_pixels_is_named(kind: str) -> None:
    data = swapped(
        docx_bytes(with_pictures("Kept", picture(210))), picture(210), picture(200, kind)
    )
    parsed = read(data, Double({200: ["seen"]}), LimitsSettings(max_image_pixels=10_000))
    assert parsed.text == "Kept"
    assert "more than 10,000 pixels" in parsed.warnings[0]


def test_linked_and_missing_pictures_are_said() -> None:
    data = docx_bytes(with_pictures("Kept", picture(200), picture(210)))
    name = "word/_rels/document.xml.rels"
    linked = 'Target="file:///C:/scans/a.png" TargetMode="External"'
    data = replaced(data, name, 'Target="media/image1.png"', linked)
    data = replaced(data, name, 'Target="media/image2.png"', 'Target="NULL"')
    parsed = read(data, Double({200: ["seen"]}))
    assert parsed.text == "Kept"
    assert parsed.warnings == (
        "A picture (a.png) is linked and not in the document: it was not read.",
        "A picture (NULL) is missing from the document's file.",
    )


def test_without_recognition_it_is_said_how_many_pictures_were_not_read() -> None:
    parsed = read(with_pictures("x", picture(200), picture(210), picture(210)), None)
    assert parsed.warnings == (
        "2 pictures were not read because recognition is off (parsing.ocr).",
    )


# --- bounds ------------------------------------------------------------------------


def test_recognition_stops_at_its_limit_also_for_pictures_without_text() -> None:
    double = Double({220: ["third"]})
    parsed = read(
        with_pictures("x", picture(200), picture(210), picture(220)),
        double,
        LimitsSettings(max_ocr_pages=2),
    )
    assert double.asked == [200, 210]
    assert "1 picture was not read: recognition stops at 2 pages" in parsed.warnings[-1]


def test_time_that_is_up_ends_the_whole_document() -> None:
    moments = iter([0.0] * 40 + [1e6] * 1000)
    document = with_pictures("x", *(picture(200 + at) for at in range(40)))
    with pytest.raises(DocumentTooSlow):
        read(document, Double({}), monotonic=lambda: next(moments))


def test_a_picture_is_counted_once_and_what_is_made_of_it_too() -> None:
    plain, other = picture(200), picture(200, "BMP")
    data = docx_bytes(with_pictures("x", plain))
    context = ParseContext(recogniser=Double({}))
    REGISTRY.parse(data, DOCX, context)
    unpacked = sum(len(body) for body in entries(data).values())
    assert context.used.unpacked_bytes == unpacked
    assert context.used.attachments == 0
    context = ParseContext(recogniser=Double({}))
    REGISTRY.parse(swapped(data, plain, other), DOCX, context)
    assert context.used.unpacked_bytes > unpacked - len(plain) + len(other)


def test_what_pictures_unpack_to_concerns_the_whole_document() -> None:
    data = swapped(docx_bytes(with_pictures("x", picture(200))), picture(200), picture(200, "BMP"))
    context = ParseContext(recogniser=Double({}))
    context.used.unpacked_bytes = context.limits.max_unpacked_bytes - sum(
        len(body) for body in entries(data).values()
    )
    with pytest.raises(ExpandsTooMuch):
        REGISTRY.parse(data, DOCX, context)


# --- no text at all ------------------------------------------------------------------


def refusal(source: Deck, recogniser: Recogniser | None) -> DocumentWithoutText:
    with pytest.raises(DocumentWithoutText) as refused:
        read(source, recogniser)
    assert not isinstance(refused.value, EmptyDocument)
    return refused.value


def test_a_document_of_pictures_without_text_is_not_called_empty() -> None:
    document = with_pictures(picture(200))
    said = refusal(document, Double({})).detail
    assert said == ("The document holds pictures and no text, and none was recognised in them.")
    said = refusal(document, None).detail
    assert said == (
        "The document holds pictures and no text, and recognition is off (parsing.ocr)."
    )


def test_could_not_be_read_is_not_said_to_hold_no_text() -> None:
    deck = Presentation()
    slide(deck, picture(200))
    for data, kind in ((docx_bytes(with_pictures(picture(200))), DOCX), saved(deck)[::-1]):
        broken = swapped(data, picture(200), METAFILE)
        with pytest.raises(DocumentWithoutText, match=r"image1\.png was not read") as refused:
            REGISTRY.parse(broken, kind, ParseContext(recogniser=Double({})))
        assert refused.value.code == "document.no_text"


def test_kinds_whose_pictures_are_not_looked_at_do_not_say_they_were() -> None:
    def figure_only(data: bytes, context: ParseContext) -> ParsedDocument:
        return ParsedDocument(HTML, None, "", (), None, figures=(Figure(None, None, None),))

    registry = ParserRegistry([Parser("figures", (HTML,), figure_only)])
    with pytest.raises(DocumentWithoutText) as refused:
        registry.parse(b"", HTML, ParseContext(recogniser=Double({})))
    assert refused.value.detail == "The document holds pictures and no text."


# --- what a picture says becomes part of the document -------------------------------------


def picture_part() -> ParsedDocument:
    builder = DocumentBuilder(PNG, 1000)
    builder.heading(1, "Name", Where(1, confidence=0.7))
    builder.table([["a", "b"], ["1", "2"]], Where(1, confidence=0.5))
    return builder.build(pages=1, facts=DocumentFacts())


def test_a_picture_included_has_the_place_it_stands_at_and_no_step_for_its_pages() -> None:
    builder = DocumentBuilder(PPTX, 1000)
    builder.heading(2, "Slide")
    where = Where(4, boxes=(Box(4, 1, 2, 3, 4),))
    start, end = builder.include(picture_part(), 3, where)
    builder.add("paragraph", "after")
    parsed = builder.build()
    assert_blocks_partition(parsed)
    assert paths(parsed) == [("Slide",), ("Slide", "Name"), ("Slide", "Name"), ("Slide",)]
    assert [block.confidence for block in parsed.blocks] == [None, 0.7, 0.5, None]
    assert {(block.page, block.boxes) for block in parsed.blocks[1:3]} == {(4, where.boxes)}
    (table,) = parsed.tables
    assert (table.page, table.box) == (4, where.boxes[0])
    assert parsed.text[table.start : table.end].startswith("| a | b |")
    assert parsed.text[start:end].startswith("Name")


def test_a_document_included_keeps_its_pages_as_steps() -> None:
    builder = DocumentBuilder(DOCX, 1000)
    builder.include(picture_part(), 3)
    parsed = builder.build()
    assert paths(parsed) == [("page 1", "Name")] * 2
    assert (parsed.tables[0].page, parsed.tables[0].box) == (None, None)


def test_warnings_and_furniture_of_a_picture_are_kept_with_it() -> None:
    def several_frames(data: bytes, context: ParseContext) -> ParsedDocument:
        builder = DocumentBuilder(PNG, 1000)
        builder.add("paragraph", "body", Where(1, confidence=0.9))
        builder.drop(Furniture(2, "page_number", "Page 2", Box(2, 1, 1, 2, 2)))
        builder.warn("Page 2: damaged and could not be read.")
        return builder.build(pages=2)

    registry = ParserRegistry(
        [Parser("pptx", (PPTX,), parse_pptx), Parser("png", (PNG,), several_frames)]
    )
    deck = Presentation()
    slide(deck, picture(200))
    parsed = registry.parse(saved(deck)[1], PPTX, ParseContext(recogniser=Double({})))
    assert parsed.text == "body"
    place = Box(1, 10, 20, 210, 220)
    assert parsed.furniture == (Furniture(1, "page_number", "Page 2", place),)
    assert parsed.warnings == ("The picture image1.png: Page 2: damaged and could not be read.",)


# --- the real recogniser -----------------------------------------------------------------


@pytest.fixture(scope="module")
def rapid() -> RapidRecogniser:
    return RapidRecogniser(2)


SCAN = png_bytes(picture_of("Certificate of incorporation", "Brackwater Holdings Limited"))


@pytest.mark.slow
def test_a_document_of_a_scan_is_read(rapid: RapidRecogniser) -> None:
    parsed = read(with_pictures(SCAN), rapid)
    assert "Brackwater Holdings Limited" in parsed.text
    assert all((block.confidence or 0) > 0.8 for block in parsed.blocks)


@pytest.mark.slow
def test_a_slide_of_a_scan_is_read(rapid: RapidRecogniser) -> None:
    deck = Presentation()
    slide(deck, SCAN, size=500)
    parsed = read(deck, rapid)
    assert "Certificate of incorporation" in parsed.text
    (reading,) = parsed.page_readings
    assert reading.state == "ocr"
    assert (reading.confidence or 0) > 0.8
