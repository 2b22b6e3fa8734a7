"""What one document may cost: small files that would grow huge, and would be read for minutes."""

import time

import docx
import pytest
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.artifacts import encode_parsed
from catalystindex.documents.builder import MAX_HEADING_CHARS
from catalystindex.documents.parse.kinds import DOCX, HTML
from catalystindex.model.errors import DocumentTooLarge
from support.documents import docx_bytes, parse, parse_docx, parse_html, parse_markdown

PATIENCE = 5.0


@pytest.mark.parametrize(
    "source",
    [
        "<p>" + "<b>x" * 20_000,
        "<div>" * 15_000 + "text",
        "<span>" * 15_000 + "<p>text",
        "<div>" * 30_000 + "<p>text",
        "<ul>" + "<li>x" * 20_000,
    ],
    ids=["open inline", "divs", "spans around a block", "more divs", "open items"],
)
def test_deep_html_is_read_in_no_time(source: str) -> None:
    began = time.monotonic()
    text = parse_html(source).text
    assert "text" in text or "x" in text
    assert time.monotonic() - began < PATIENCE


def test_one_long_row_does_not_widen_many_short_ones() -> None:
    wide = "<tr>" + "<td>x" * 3_000 + "</tr>"
    with pytest.raises(DocumentTooLarge, match="cells"):
        parse_html(f"<table>{wide}{'<tr><td>y</tr>' * 3_000}</table>")


def test_a_cell_that_claims_to_span_millions_of_columns_is_one_cell() -> None:
    document = docx.Document()
    table = document.add_table(rows=1, cols=1)
    table.cell(0, 0).text = "Share"
    span = OxmlElement("w:gridSpan")
    span.set(qn("w:val"), "200000000")
    table.cell(0, 0)._tc.get_or_add_tcPr().append(span)
    assert len(parse_docx(document).text) < 1_000


def test_a_long_heading_is_whole_in_the_text_and_short_in_paths() -> None:
    heading = "word " * 4_000
    parsed = parse_markdown(f"# {heading}\n\n" + "paragraph\n\n" * 2_000)
    assert heading.strip() in parsed.text
    assert max(len(name) for block in parsed.blocks for name in block.heading_path) == (
        MAX_HEADING_CHARS
    )
    assert len(encode_parsed(parsed)) < 2_000_000


@pytest.mark.parametrize("kind", [HTML, DOCX])
def test_reading_stops_at_the_limit_of_characters(kind: str) -> None:
    limits = LimitsSettings(max_text_chars=1_000)
    document = docx.Document()
    document.add_paragraph("x" * 2_000)
    data = docx_bytes(document) if kind == DOCX else b"<p>" + b"x" * 2_000
    with pytest.raises(DocumentTooLarge, match="1,000 characters"):
        parse(data, kind, limits)
