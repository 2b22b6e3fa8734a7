"""Kinds of text by how they read, where nothing else tells."""

import pytest

from catalystindex.documents.parse.kinds import CSV, EML, HTML, JSON, JSON_LINES, PLAIN, TSV
from catalystindex.documents.parse.textkinds import text_kind

MAIL = b"From: ana@example.org\r\nTo: ben@example.org\r\nMIME-Version: 1.0\r\n\r\nHello.\r\n"
ROWS = [b"date,payee,sum", b"1,Ana,2", b"2,Ben,3", b"3,Cem,4", b"4,Dua,5"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (MAIL, EML),
        (b"Received: from x\r\n by y\r\nSubject: Hi\r\n\r\nHello.", EML),
        (b"From: Ana\nTo: Ben\nSubject: cash\n\nA note somebody typed.", PLAIN),
        (b"Dear Ana,\nFrom: here MIME-Version: 1.0", PLAIN),
        (b"\n <!DOCTYPE HTML><p>x", HTML),
        (b"<p>No mark of HTML", PLAIN),
        (b'{"a": 1}', JSON),
        (b'[1, {"a": [2]}]', JSON),
        (b'{"a": 1}\n{"a": 2}\n', JSON_LINES),
        (b"{not json}", PLAIN),
        (b"[1] See the annex.", PLAIN),
        (b"\n".join(ROWS), CSV),
        (b"\n".join(ROWS).replace(b",", b";"), CSV),
        (b"\n".join(ROWS).replace(b",", b"\t"), TSV),
        (b"\n".join(ROWS).replace(b",", b"|"), CSV),
        (b"\n".join(ROWS[:3]), PLAIN),
        (b"\n".join([*ROWS, b"1,2"]), PLAIN),
        (
            b"One, two, three\nand four, five, six\nthen we, they, all\nbut none, no, not "
            + b"x" * 80,
            PLAIN,
        ),
        (b"a,b\n" * 10, PLAIN),
        (b"", PLAIN),
    ],
)
def test_text_by_how_it_reads(data: bytes, kind: str) -> None:
    assert text_kind(data, "note", None) == kind


def test_a_row_cut_at_the_end_of_what_is_looked_at_does_not_count() -> None:
    assert text_kind(b"date,payee,sum\n" * 1000, "note", None) == CSV


def test_a_name_beats_how_it_reads_and_a_declaration_beats_the_name() -> None:
    data = b"\n".join(ROWS)
    assert text_kind(data, "rows.tsv", None) == TSV
    assert text_kind(data, "rows.tsv", "text/plain") == PLAIN
    assert text_kind(data, "rows.tsv", "application/x-nothing") == TSV


@pytest.mark.parametrize("data", [b"a\x00b", b"\x00", b"\x89PN\x00"])
def test_zero_bytes_are_no_text(data: bytes) -> None:
    assert text_kind(data, "note.txt", "text/plain") is None


def test_json_nested_beyond_reason_is_no_crash() -> None:
    assert text_kind(b"[" * 500_000, "note", None) in (PLAIN, JSON)
