import gzip

import pytest

from catalystindex.documents.parse.media import (
    DOCX,
    HTML,
    MARKDOWN,
    PDF,
    PLAIN,
    detect_media_type,
)
from catalystindex.model.errors import CorruptDocument, UnsupportedMedia
from support.documents import lines, pdf_bytes, rewritten_zip, simple_docx

TEXT = b"The customer paid in cash.\n"
A_PDF = pdf_bytes(lines("one"))
A_DOCX = simple_docx("one")


@pytest.mark.parametrize(
    ("data", "filename", "declared", "expected"),
    [
        (A_PDF, "memo.txt", "text/plain", PDF),
        (b"\xef\xbb\xbf\n" + A_PDF, "memo", None, PDF),
        (A_DOCX, "memo.pdf", PDF, DOCX),
        (TEXT, "memo.pdf", PDF, PLAIN),
        (TEXT, "memo.docx", None, PLAIN),
        (b"<!DOCTYPE html><p>x", "memo.txt", None, HTML),
        (b"\xef\xbb\xbf  <HTML><p>x", "memo", None, HTML),
    ],
)
def test_content_beats_name_and_declaration(
    data: bytes, filename: str, declared: str | None, expected: str
) -> None:
    assert detect_media_type(data, filename, declared) == expected


@pytest.mark.parametrize(
    ("filename", "declared", "expected"),
    [
        ("memo.md", None, MARKDOWN),
        ("MEMO.MARKDOWN", None, MARKDOWN),
        ("memo.htm", None, HTML),
        ("memo.txt", None, PLAIN),
        ("memo", None, PLAIN),
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
        rb"{\rtf1\ansi text}",
        b"%!PS-Adobe-3.0\n(text) show",
        gzip.compress(TEXT, mtime=0),
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR",
        b"\x7fELF\x02\x01\x01\x00",
        b"text with a zero\x00byte",
        b"PK\x05\x06" + bytes(18),
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(100),
    ],
    ids=["rtf", "postscript", "gzip", "png", "elf", "zero", "empty-zip", "old-or-protected-word"],
)
def test_foreign_kinds_are_refused_whatever_they_are_called(data: bytes) -> None:
    with pytest.raises(UnsupportedMedia) as refused:
        detect_media_type(data, "memo.txt", "text/plain")
    assert refused.value.context["filename"] == "memo.txt"


def test_an_archive_that_is_no_word_document_is_refused() -> None:
    renamed = rewritten_zip(A_DOCX, {}).replace(b"word/document.xml", b"word/documents.xm")
    with pytest.raises(UnsupportedMedia):
        detect_media_type(renamed, "memo.docx", DOCX)


def test_a_truncated_archive_is_damaged() -> None:
    with pytest.raises(CorruptDocument):
        detect_media_type(A_DOCX[: len(A_DOCX) // 2], "memo.docx", None)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8-sig"])
def test_text_with_a_byte_order_mark_is_text(encoding: str) -> None:
    assert detect_media_type("Grüße".encode(encoding), "memo.txt", None) == PLAIN


def test_a_text_about_pdf_is_text() -> None:
    """A header inside a sentence is no header: the text is not lost as a damaged PDF."""
    note = b"# Upload check\n\nA PDF file begins with the bytes %PDF-1.7 and a newline.\n"
    assert detect_media_type(note, "upload-check.md", "text/markdown") == MARKDOWN
