"""What kind some bytes are: first bytes, then declaration, then name, then how they read."""

import gzip

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from catalystindex.documents.parse.kinds import (
    CSV,
    DOCX,
    EML,
    HTML,
    JPEG,
    JSON,
    JSON_LINES,
    MARKDOWN,
    PDF,
    PLAIN,
    PNG,
    RTF,
    SUPPORTED,
    TIFF,
    TSV,
)
from catalystindex.documents.parse.media import PROMISES, detect_media_type
from catalystindex.model.errors import (
    CorruptDocument,
    DocumentError,
    EmptyDocument,
    MislabelledDocument,
    UnsupportedMedia,
)
from support.documents import lines, pdf_bytes, rewritten_zip, simple_docx
from support.pdfs import picture_bytes

TEXT = b"The customer paid in cash.\n"
A_PDF = pdf_bytes(lines("one"))
A_DOCX = simple_docx("one")
DOT = Image.new("RGB", (8, 8))


@pytest.mark.parametrize(
    ("data", "filename", "declared", "expected"),
    [
        (A_PDF, "memo.txt", "text/plain", PDF),
        (b"\xef\xbb\xbf\n" + A_PDF, "memo", None, PDF),
        (A_PDF, "memo.png", "image/png", PDF),
        (A_DOCX, "memo.pdf", PDF, DOCX),
        (picture_bytes(DOT, "PNG"), "memo.jpg", JPEG, PNG),
        (picture_bytes(DOT, "JPEG"), "memo.txt", None, JPEG),
        (picture_bytes(DOT, "TIFF"), "memo", None, TIFF),
        (picture_bytes(DOT, "TIFF", big_tiff=True), "memo", None, TIFF),
        (rb"{\rtf1\ansi text}", "memo.doc", "application/msword", RTF),
        (b"<!DOCTYPE html><p>x", "memo.txt", None, HTML),
        (b"\xef\xbb\xbf  <HTML><p>x", "memo", None, HTML),
    ],
)
def test_content_beats_name_and_declaration(
    data: bytes, filename: str, declared: str | None, expected: str
) -> None:
    assert detect_media_type(data, filename, declared) == expected


@pytest.mark.parametrize("suffix", sorted(PROMISES))
@pytest.mark.parametrize(
    ("data", "found"),
    [
        (b"<!DOCTYPE html><title>Log in</title>", HTML),
        (TEXT, PLAIN),
        (b"\x00\x01 neither text nor known", "unknown"),
    ],
)
def test_a_name_that_promises_another_kind_is_a_lie(suffix: str, data: bytes, found: str) -> None:
    with pytest.raises(MislabelledDocument) as refused:
        detect_media_type(data, f"Statement{suffix.upper()}", None)
    assert refused.value.context == {"filename": f"Statement{suffix.upper()}", "found": found}


@pytest.mark.parametrize(
    "filename", ["report.xls", "letter.doc", "memo.htm", "memo", "memo.pdf.txt"]
)
def test_names_under_which_programs_write_text_promise_nothing(filename: str) -> None:
    assert detect_media_type(b"<html><body>x", filename, None) == HTML


@pytest.mark.parametrize(
    ("filename", "declared", "expected"),
    [
        ("memo.md", None, MARKDOWN),
        ("MEMO.MARKDOWN", None, MARKDOWN),
        ("memo.htm", None, HTML),
        ("memo.txt", None, PLAIN),
        ("memo", None, PLAIN),
        ("memo.csv", None, CSV),
        ("memo.tab", None, TSV),
        ("memo.json", None, JSON),
        ("memo.ndjson", None, JSON_LINES),
        ("memo.eml", None, EML),
        ("memo.md", "text/plain; charset=utf-8", PLAIN),
        ("memo.txt", "Text/Markdown", MARKDOWN),
        ("memo.txt", "text/html", HTML),
        ("memo.md", "application/octet-stream", MARKDOWN),
        ("memo.md", DOCX, MARKDOWN),
    ],
)
def test_kinds_of_text_are_told_apart_by_declaration_then_by_name(
    filename: str, declared: str | None, expected: str
) -> None:
    assert detect_media_type(TEXT, filename, declared) == expected


@pytest.mark.parametrize(
    "data",
    [
        b"%!PS-Adobe-3.0\n(text) show",
        gzip.compress(TEXT, mtime=0),
        b"GIF89a\x01\x00",
        b"Rar!\x1a\x07\x00",
        b"\x7fELF\x02\x01\x01\x00",
        b"text with a zero\x00byte",
        b"PK\x05\x06" + bytes(18),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
    ],
    ids=["postscript", "gzip", "gif", "rar", "elf", "zero", "empty-zip", "compound"],
)
def test_foreign_kinds_are_refused_whatever_they_are_called(data: bytes) -> None:
    with pytest.raises(UnsupportedMedia) as refused:
        detect_media_type(data, "memo.txt", "text/plain")
    assert not isinstance(refused.value, MislabelledDocument)
    assert refused.value.context["filename"] == "memo.txt"


@pytest.mark.parametrize("data", [b"", b" \r\n\t", b"\x00" * 4096, b"\x0c\n"])
@pytest.mark.parametrize("filename", ["memo.txt", "statement.pdf"])
def test_nothing_is_empty_whatever_it_is_called(data: bytes, filename: str) -> None:
    with pytest.raises(EmptyDocument):
        detect_media_type(data, filename, None)


def test_an_archive_that_is_no_document_is_refused() -> None:
    renamed = rewritten_zip(A_DOCX, {}).replace(b"word/document.xml", b"word/text-file.xm")
    with pytest.raises(UnsupportedMedia):
        detect_media_type(renamed, "memo.docx", DOCX)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.95])
def test_a_truncated_archive_is_damaged(part: float) -> None:
    with pytest.raises(CorruptDocument):
        detect_media_type(A_DOCX[: int(len(A_DOCX) * part)], "memo.docx", None)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_text_with_a_byte_order_mark_is_text(encoding: str) -> None:
    assert detect_media_type("Grüße".encode(encoding), "memo.txt", None) == PLAIN


def test_a_text_about_pdf_is_text() -> None:
    """A header inside a sentence is no header: the text is not lost as a damaged PDF."""
    note = b"# Upload check\n\nA PDF file begins with the bytes %PDF-1.7 and a newline.\n"
    assert detect_media_type(note, "upload-check.md", "text/markdown") == MARKDOWN


@given(st.binary(max_size=300), st.sampled_from(["a.txt", "a.pdf", "a.docx", "a"]))
def test_any_bytes_have_a_kind_or_a_typed_error(data: bytes, filename: str) -> None:
    try:
        assert detect_media_type(data, filename, None) in SUPPORTED
    except DocumentError:
        return
