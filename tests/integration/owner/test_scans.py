"""Documents that are pictures of text, read by a real worker and found by a real search."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import docx
import pytest

from catalystindex.cli.hits import place
from catalystindex.config.sections import LimitsSettings, ParsingSettings
from catalystindex.model.chunk import PageSpan
from catalystindex.model.document import Document, DocumentReading, DocumentStatus
from catalystindex.owner.assembly import Owner
from support.documents import (
    Draw,
    add,
    docx_bytes,
    find,
    lines,
    make_base,
    pdf_bytes,
    running_owner,
    settings_for,
    together,
)
from support.scans import PAGE, picture_of, picture_of_noise, png_bytes, scanned
from support.stores import ANA

WORDS = (
    "The customer paid forty thousand euros in cash",
    "at the branch in Vaduz on seven days in March.",
    "The trustee could not explain the larkspur account.",
)
CARRIED = (
    "The quarterly audit of the trust register was carried out by the bank,",
    "and the beneficial owner of the harbour company was named in it.",
)
ROUND = 0.05
"""Points by which a box may pass the edge of the page: they are rounded."""


def one(page: int) -> list[PageSpan]:
    return [PageSpan(first=page, last=page)]


def reading_of(document: Document) -> DocumentReading:
    assert document.status is DocumentStatus.INDEXED, document.problem
    assert document.reading is not None
    return document.reading


@pytest.fixture(scope="module")
def scan() -> bytes:
    return pdf_bytes(scanned(picture_of(*WORDS)))


@pytest.fixture(scope="module")
def mixed() -> bytes:
    noise = scanned(picture_of_noise())
    return pdf_bytes(lines(*CARRIED), scanned(picture_of(*WORDS)), noise)


def test_a_scanned_page_is_found_and_says_how_surely_it_was_read(
    owner: Owner, base: str, scan: bytes
) -> None:
    document = add(owner, base, scan, filename="scan.pdf")
    reading = reading_of(document)
    assert (reading.ocr_pages, reading.no_text_pages, reading.damaged_pages) == (one(1), [], [])
    assert reading.ocr_confidence is not None
    assert 0.8 < reading.ocr_confidence <= 1

    (hit,) = find(owner, "who explained the larkspur account", base)
    assert "larkspur account" in hit.text
    assert "forty thousand euros" in hit.text
    citation = hit.citation
    assert citation.pages == PageSpan(first=1, last=1)
    assert citation.ocr_confidence == pytest.approx(reading.ocr_confidence, abs=0.01)
    width, height = PAGE
    assert citation.boxes
    for box in citation.boxes:
        assert box.page == 1
        assert 0 <= box.left < box.right <= width + ROUND
        assert 0 <= box.top < box.bottom <= height + ROUND
    upper = min(box.top for box in citation.boxes)
    assert upper == pytest.approx(200 * 72 / 150, abs=12)  # where the picture's first line stands
    assert re.match(r"scan, p\. 1, recognised at (99|100|[89]\d)%", place(citation))


def test_the_chunks_of_a_scan_carry_places_and_confidence(
    owner: Owner, base: str, scan: bytes
) -> None:
    document = add(owner, base, scan, filename="scan.pdf")
    page = owner.library.chunks(ANA, document.id, cursor=None, limit=9)
    assert page.items
    assert all(chunk.ocr_confidence and chunk.boxes for chunk in page.items)


def test_a_mixed_document_is_recognised_only_where_it_must_be(
    owner: Owner, base: str, mixed: bytes
) -> None:
    document = add(owner, base, mixed, filename="mixed.pdf")
    reading = reading_of(document)
    assert (reading.ocr_pages, reading.no_text_pages) == (one(2), one(3))
    assert document.pages == 3
    assert any("3" in warning and "text" in warning for warning in reading.warnings)

    carried = find(owner, "beneficial owner of the harbour company", base)[0]
    assert carried.citation.pages is not None
    assert carried.citation.pages.first == 1
    recognised = find(owner, "trustee larkspur account", base)[0]
    assert recognised.citation.pages is not None
    assert recognised.citation.pages.last == 2
    assert recognised.citation.ocr_confidence is not None
    assert {box.page for box in recognised.citation.boxes} <= {1, 2}


def test_text_that_is_carried_has_places_and_no_confidence(owner: Owner, base: str) -> None:
    document = add(owner, base, pdf_bytes(lines(*CARRIED)), filename="text.pdf")
    reading = reading_of(document)
    assert (reading.ocr_pages, reading.ocr_confidence) == ([], None)
    (hit,) = find(owner, "harbour company", base)
    assert hit.citation.ocr_confidence is None
    assert hit.citation.boxes
    assert "recognised" not in place(hit.citation)


def test_a_picture_file_is_a_page_of_recognised_text(owner: Owner, base: str) -> None:
    document = add(owner, base, png_bytes(picture_of(*WORDS)), filename="photo.png")
    assert reading_of(document).ocr_pages == one(1)
    assert document.pages == 1
    (hit,) = find(owner, "larkspur", base)
    assert hit.citation.pages == PageSpan(first=1, last=1)
    assert hit.citation.ocr_confidence is not None


def test_a_word_document_that_holds_a_scan_is_not_called_empty(owner: Owner, base: str) -> None:
    """Whether its picture is read or not: something is on its page."""
    scan = docx.Document()
    scan.add_picture(BytesIO(png_bytes(picture_of(*WORDS))))
    document = add(owner, base, docx_bytes(scan), filename="scan.docx")
    if document.status is DocumentStatus.FAILED:
        assert document.problem is not None
        assert document.problem.code == "document.no_text"
        assert "picture" in document.problem.detail
    else:
        assert reading_of(document).ocr_confidence is not None
        assert find(owner, "larkspur", base)


def test_a_stamp_over_a_scan_does_not_hide_what_was_scanned(owner: Owner, base: str) -> None:
    stamp = lines("RECEIVED 0417", top=60)
    page: Draw = together(scanned(picture_of(*WORDS)), stamp)
    reading = reading_of(add(owner, base, pdf_bytes(page), filename="stamped.pdf"))
    assert reading.ocr_pages == one(1)
    (hit,) = find(owner, "larkspur", base)
    assert "RECEIVED 0417" in hit.text
    assert "forty thousand" in hit.text


@pytest.fixture(scope="module")
def unseeing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    settings = settings_for(tmp_path_factory.mktemp("never"))
    never = settings.model_copy(update={"parsing": ParsingSettings(ocr="never")})
    with running_owner(never) as opened:
        make_base(opened)
        yield opened


def test_without_recognition_pages_that_are_pictures_are_marked(
    unseeing: Owner, mixed: bytes
) -> None:
    document = add(unseeing, "bank", mixed, filename="mixed.pdf")
    reading = reading_of(document)
    assert reading.ocr_pages == []
    assert reading.no_text_pages == [PageSpan(first=2, last=3)]
    assert any(re.search(r"recognition .*\boff\b", one) for one in reading.warnings)
    assert find(unseeing, "harbour company", "bank")
    assert not any("larkspur" in hit.text for hit in find(unseeing, "larkspur", "bank"))


def test_without_recognition_a_document_of_pictures_alone_is_refused(
    unseeing: Owner, scan: bytes
) -> None:
    document = add(unseeing, "bank", scan, filename="scan.pdf")
    assert document.status is DocumentStatus.FAILED
    assert document.problem is not None
    assert document.problem.code == "document.no_text"


def test_beyond_the_limit_of_recognised_pages_the_rest_is_marked(tmp_path: Path) -> None:
    data = pdf_bytes(scanned(picture_of(*WORDS)), scanned(picture_of("The second page is here.")))
    settings = settings_for(tmp_path, limits=LimitsSettings(max_ocr_pages=1))
    with running_owner(settings) as owner:
        reading = reading_of(add(owner, make_base(owner), data, filename="two.pdf"))
    assert (reading.ocr_pages, reading.no_text_pages) == (one(1), one(2))
    assert any("limit" in warning for warning in reading.warnings)
