"""What parsers find, as one document."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.documents.builder import (
    MAX_HEADING_CHARS,
    MAX_WARNINGS,
    DocumentBuilder,
    Where,
    hulls,
)
from catalystindex.documents.parsed import (
    Attachment,
    Block,
    Box,
    DocumentFacts,
    Figure,
    Furniture,
    PageReading,
    ParsedDocument,
    mean_confidence,
)
from catalystindex.model.errors import DocumentTooLarge
from support.documents import assert_blocks_partition, block_texts, paths

KIND = "text/x-kind"


def made(max_chars: int = 100_000) -> DocumentBuilder:
    return DocumentBuilder(KIND, max_chars)


TEXTS = st.text(max_size=30)
STEPS = st.one_of(
    st.tuples(st.just("heading"), st.integers(1, 6), TEXTS),
    st.tuples(st.just("paragraph"), st.just(0), TEXTS),
    st.tuples(st.just("table"), st.just(0), TEXTS),
    st.tuples(st.just("leave"), st.integers(1, 6), TEXTS),
)


def take(builder: DocumentBuilder, step: tuple[str, int, str]) -> None:
    kind, level, text = step
    moves: dict[str, Callable[[], object]] = {
        "heading": lambda: builder.heading(level, text),
        "paragraph": lambda: builder.add("paragraph", text),
        "table": lambda: builder.table([[text, "x"], ["y"]], caption=text),
        "leave": lambda: builder.leave(level),
    }
    moves[kind]()


@given(st.lists(STEPS, max_size=20))
def test_whatever_is_added_the_parts_stand_where_they_say(
    steps: list[tuple[str, int, str]],
) -> None:
    builder = made()
    for step in steps:
        take(builder, step)
    parsed = builder.build()
    assert_blocks_partition(parsed)
    assert builder.length == len(parsed.text)
    assert [(t.start, t.end) for t in parsed.tables] == [
        (b.start, b.end) for b in parsed.blocks if b.kind == "table"
    ]
    covered = [b for s in parsed.sections for b in parsed.blocks if s.start <= b.start < s.end]
    assert covered == list(parsed.blocks)
    for section in parsed.sections:
        own = [b for b in parsed.blocks if section.start <= b.start < section.end]
        assert {b.heading_path for b in own} == {section.heading_path}
        assert [b.kind for b in own[1:]].count("heading") == 0


def test_headings_make_paths_and_close_those_of_their_level_or_deeper() -> None:
    builder = made()
    for level, name in ((1, "A"), (3, "C"), (2, "B"), (1, "D")):
        builder.heading(level, name)
    assert paths(builder.build()) == [("A",), ("A", "C"), ("A", "B"), ("D",)]


def test_entering_adds_no_text_and_leaving_closes() -> None:
    builder = made()
    assert builder.enter(1, "Sheet 1")
    builder.add("paragraph", "x")
    builder.leave(1)
    builder.add("paragraph", "y")
    assert not builder.enter(1, "  ")
    assert builder.build().text == "x\n\ny"
    assert paths(builder.build()) == [("Sheet 1",), ()]


def test_a_blank_heading_is_none_and_closes_nothing() -> None:
    builder = made()
    builder.heading(1, "A")
    builder.heading(1, " \n ")
    builder.add("paragraph", "x")
    assert paths(builder.build()) == [("A",), ("A",)]


def test_a_long_heading_is_whole_in_the_text_and_short_in_paths() -> None:
    builder = made()
    builder.heading(1, "word " * 200)
    parsed = builder.build()
    assert parsed.text == ("word " * 200).strip()
    assert len(parsed.blocks[0].heading_path[0]) == MAX_HEADING_CHARS


def test_the_text_may_be_as_long_as_the_limit_and_no_longer() -> None:
    builder = made(10)
    builder.add("paragraph", "abcd")
    builder.add("paragraph", "efgh")
    assert builder.length == 10
    with pytest.raises(DocumentTooLarge) as refused:
        builder.add("paragraph", "i")
    assert refused.value.context["limit"] == 10


def test_a_table_is_squared_and_its_cells_are_on_one_line() -> None:
    builder = made()
    builder.table([["a", "b\nc"], ["d|e"]], header_rows=1, caption=" The  table ")
    parsed = builder.build()
    (table,) = parsed.tables
    assert table.rows == (("a", "b c"), ("d|e", ""))
    assert table.caption == "The table"
    assert parsed.text == "The table\n\n| a | b c |\n| --- | --- |\n| d\\|e |  |"
    assert [block.kind for block in parsed.blocks] == ["caption", "table"]


@pytest.mark.parametrize("rows", [[], [[]], [["", " "]], [["\n"], []]])
def test_an_empty_table_is_none_but_its_caption_stays(rows: list[list[str]]) -> None:
    builder = made()
    builder.table(rows, caption="Sanctioned persons")
    parsed = builder.build()
    assert parsed.tables == ()
    assert parsed.text == "Sanctioned persons"


def test_a_table_of_too_many_cells_counted_with_blanks_is_refused() -> None:
    with pytest.raises(DocumentTooLarge, match="cells"):
        made().table([["x"] * 3000, *[["y"]] * 3000])


def test_places_are_kept() -> None:
    builder = made()
    boxes = (Box(1, 0, 0, 9, 9), Box(2, 1, 1, 8, 8))
    builder.heading(1, "A", Where(1, boxes=boxes[:1]))
    builder.add("paragraph", "x", Where(1, 2, boxes, 0.5))
    builder.table([["a", "b"]], Where(2, boxes=boxes[1:], confidence=0.7), caption="T")
    builder.figure(Figure(1, boxes[0], None))
    builder.page(PageReading(1, 10, 10, "text"))
    builder.drop(Furniture(1, "header", "H", None))
    parsed = builder.build(pages=2)
    assert [(b.page, b.last_page) for b in parsed.blocks] == [(1, 1), (1, 2), (2, 2), (2, 2)]
    assert parsed.blocks[1].boxes == boxes
    assert parsed.tables[0].box == boxes[1]
    assert parsed.tables[0].page == 2
    (section,) = parsed.sections
    assert (section.first_page, section.last_page) == (1, 2)
    assert section.boxes == (Box(1, 0, 0, 9, 9), Box(2, 1, 1, 8, 8))
    assert (len(parsed.figures), len(parsed.page_readings), len(parsed.furniture)) == (1, 1, 1)


def test_hulls_are_one_box_a_page_in_order() -> None:
    boxes = [Box(2, 0, 0, 1, 1), Box(1, 5, 5, 6, 6), Box(2, 3, 2, 4, 9)]
    assert hulls(boxes) == [Box(1, 5, 5, 6, 6), Box(2, 0, 0, 4, 9)]
    assert hulls([]) == []


@pytest.mark.parametrize(
    ("title", "heading", "expected"),
    [(" My  title ", "A", "My title"), (None, "A", "A"), ("", None, None), (None, None, None)],
)
def test_a_document_is_named_by_its_title_or_its_first_heading(
    title: str | None, heading: str | None, expected: str | None
) -> None:
    builder = made()
    builder.add("paragraph", "x")
    builder.heading(2, heading or "")
    assert builder.build(title=title).title == expected


def test_warnings_are_kept_once_and_not_without_end() -> None:
    builder = made()
    for at in range(3 * MAX_WARNINGS):
        builder.warn(f"sentence {at // 2}")
    warnings = builder.build().warnings
    assert len(warnings) == MAX_WARNINGS
    assert warnings[:2] == ("sentence 0", "sentence 1")


def test_facts_and_attachments_are_kept() -> None:
    builder = made()
    builder.attachment(Attachment("a", None, 3))
    parsed = builder.build(facts=DocumentFacts(author="Ana"))
    assert parsed.facts.author == "Ana"
    assert parsed.attachments[0].name == "a"
    assert made().build().facts == DocumentFacts()


def inner_document() -> ParsedDocument:
    builder = made()
    builder.add("paragraph", "before", Where(1))
    builder.heading(1, "Inner", Where(1))
    builder.add("paragraph", "x", Where(2, confidence=0.5))
    builder.table([["a", "b"]], Where(2))
    builder.warn("careful")
    return builder.build(pages=2)


def test_a_document_inside_keeps_its_structure_under_the_open_heading() -> None:
    builder = made()
    builder.heading(1, "Outer")
    start, end = builder.include(inner_document(), 2)
    builder.add("paragraph", "after")
    parsed = builder.build()
    assert_blocks_partition(parsed)
    assert parsed.text[start:end] == inner_document().text
    assert block_texts(parsed) == [
        "Outer",
        "before",
        "Inner",
        "x",
        "| a | b |\n| --- | --- |",
        "after",
    ]
    assert paths(parsed) == [
        ("Outer",),
        ("Outer", "page 1"),
        ("Outer", "page 1", "Inner"),
        ("Outer", "page 2", "Inner"),
        ("Outer", "page 2", "Inner"),
        ("Outer",),
    ]
    assert {block.page for block in parsed.blocks} == {None}
    (table,) = parsed.tables
    assert parsed.text[table.start : table.end].startswith("| a | b |")
    assert (table.page, table.box) == (None, None)
    assert parsed.warnings == ("careful",)
    assert parsed.blocks[3].confidence == 0.5


def test_a_document_inside_may_come_first() -> None:
    builder = made()
    start, end = builder.include(inner_document(), 1)
    parsed = builder.build()
    assert (start, parsed.text[start:end]) == (0, inner_document().text)
    assert parsed.text[parsed.tables[0].start : parsed.tables[0].end].startswith("| a | b |")


def test_the_mean_confidence_is_by_length_and_of_what_was_recognised() -> None:
    blocks = [
        Block("paragraph", 0, 10, (), 1, confidence=1.0),
        Block("paragraph", 10, 40, (), 1, confidence=0.5),
        Block("paragraph", 40, 90, (), 1),
    ]
    assert mean_confidence(blocks) == 0.625
    assert mean_confidence(blocks[2:]) is None
    assert mean_confidence([]) is None
