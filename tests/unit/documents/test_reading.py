"""The report on how a document was read, which its record keeps."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.documents.builder import DocumentBuilder, Where
from catalystindex.documents.parsed import (
    Attachment,
    Block,
    DocumentFacts,
    Figure,
    PageReading,
    PageState,
    ParsedDocument,
    mean_confidence,
)
from catalystindex.documents.reading import page_ranges, reading_of
from catalystindex.model.chunk import PageSpan
from catalystindex.model.document import DocumentProblem, DocumentReading
from support.documents import parse

STATES: tuple[PageState, ...] = ("text", "ocr", "ocr", "no_text", "blank", "ocr", "damaged")


def document_of(*states: PageState) -> ParsedDocument:
    builder = DocumentBuilder("application/pdf", 1_000_000)
    for number, state in enumerate(states, start=1):
        builder.page(PageReading(number, 612.0, 792.0, state))
        if state in ("text", "ocr"):
            confidence = 0.5 if state == "ocr" else None
            builder.add("paragraph", "Cash deposit.", Where(number, confidence=confidence))
    return builder.build(pages=len(states))


def spans(*ranges: tuple[int, int]) -> list[PageSpan]:
    return [PageSpan(first=first, last=last) for first, last in ranges]


@pytest.mark.parametrize(
    ("numbers", "ranges"),
    [
        ([], []),
        ([4], [(4, 4)]),
        ([1, 2, 3], [(1, 3)]),
        ([1, 3, 4, 9], [(1, 1), (3, 4), (9, 9)]),
    ],
)
def test_page_numbers_are_told_as_ranges(numbers: list[int], ranges: list[tuple[int, int]]) -> None:
    assert page_ranges(numbers) == spans(*ranges)


@given(st.sets(st.integers(1, 300)))
def test_ranges_hold_every_page_once_and_are_as_few_as_can_be(pages: set[int]) -> None:
    ranges = page_ranges(sorted(pages))
    held = [page for one in ranges for page in range(one.first, one.last + 1)]
    assert held == sorted(pages)
    assert all(left.last + 1 < right.first for left, right in pairwise(ranges))


def test_a_range_is_made_of_numbers_that_come_one_by_one() -> None:
    assert page_ranges(number for number in (2, 3)) == spans((2, 3))


def test_pages_are_told_apart_by_how_they_were_read() -> None:
    reading = reading_of(document_of(*STATES))
    assert reading.ocr_pages == spans((2, 3), (6, 6))
    assert reading.no_text_pages == spans((4, 4))
    assert reading.damaged_pages == spans((7, 7))
    assert reading.ocr_confidence == 0.5


def test_a_document_that_carries_its_text_was_not_recognised() -> None:
    reading = reading_of(document_of("text", "blank"))
    assert reading.ocr_pages == reading.no_text_pages == reading.damaged_pages == []
    assert reading.ocr_confidence is None


def test_confidence_is_weighed_by_length_and_leaves_carried_text_out() -> None:
    builder = DocumentBuilder("application/pdf", 1_000_000)
    builder.add("paragraph", "x" * 90, Where(1, confidence=1.0))
    builder.add("paragraph", "y" * 10, Where(1, confidence=0.0))
    builder.add("paragraph", "z" * 500, Where(1))
    parsed = builder.build(pages=1)
    assert reading_of(parsed).ocr_confidence == pytest.approx(0.9)


@given(st.lists(st.tuples(st.integers(1, 200), st.none() | st.floats(0, 1)), max_size=8))
def test_mean_confidence_is_between_the_lowest_and_the_highest(
    parts: list[tuple[int, float | None]],
) -> None:
    blocks, end = [], 0
    for length, confidence in parts:
        blocks.append(Block("paragraph", end, end + length, (), 1, 1, (), confidence))
        end += length
    known = [confidence for _, confidence in parts if confidence is not None]
    mean = mean_confidence(blocks)
    if not known:
        assert mean is None
    else:
        assert mean is not None
        assert min(known) - 1e-4 <= mean <= max(known) + 1e-4


def test_what_the_document_says_of_itself_and_holds_is_told() -> None:
    builder = DocumentBuilder("message/rfc822", 1_000_000)
    builder.table([["a", "b"], ["1", "2"]])
    builder.figure(Figure(None, None, "Chart"))
    builder.attachment(Attachment("a.pdf", "application/pdf", 12, 0, 5))
    builder.attachment(Attachment("b.bin", None, 3, None, None, "document.corrupt", "It is so."))
    builder.attachment(Attachment("c.bin", None, 3, problem_code="document.encrypted"))
    builder.warn("The clock of the sender was wrong.")
    facts = DocumentFacts(
        author="Ana",
        created="2026-01-02T03:04:05Z",
        modified="2026-02-03T00:00:00Z",
        language="en-GB",
        subject="Cash",
    )
    reading = reading_of(builder.build(facts=facts))
    assert (reading.author, reading.subject, reading.language) == ("Ana", "Cash", "en-GB")
    assert (reading.created, reading.modified) == ("2026-01-02T03:04:05Z", "2026-02-03T00:00:00Z")
    assert (reading.tables, reading.figures) == (1, 1)
    assert reading.warnings == ["The clock of the sender was wrong."]
    read, damaged, protected = reading.attachments
    assert (read.name, read.media_type, read.size_bytes) == ("a.pdf", "application/pdf", 12)
    assert read.problem is None
    assert damaged.problem == DocumentProblem(code="document.corrupt", detail="It is so.")
    assert protected.problem == DocumentProblem(code="document.encrypted", detail="")


def test_the_parser_is_named_with_its_revision() -> None:
    assert reading_of(parse("Cash deposits.")).parser == "text/1"


def test_a_reading_comes_back_from_the_form_it_is_stored_in() -> None:
    reading = reading_of(document_of(*STATES))
    assert DocumentReading.model_validate(reading.model_dump(mode="json")) == reading
