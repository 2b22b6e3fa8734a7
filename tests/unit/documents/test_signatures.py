"""Kinds that are known by their first bytes, and what is plainly wrong with some."""

import zipfile
from io import BytesIO

import pytest

from catalystindex.documents.parse.kinds import DOCX, EPUB, MSG, PDF, PPTX, RTF, TIFF, XLS, XLSX
from catalystindex.documents.parse.signatures import signed_kind
from catalystindex.model.errors import (
    CorruptDocument,
    EncryptedDocument,
    TruncatedDocument,
    UnsupportedMedia,
)

COMPOUND = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


def archive(*names: str) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name in names:
            made.writestr(name, "x")
    return file.getvalue()


def compound(*streams: str) -> bytes:
    """Return what looks like a compound file with streams of some names."""
    return COMPOUND + b"".join(name.encode("utf-16-le") + bytes(64) for name in streams)


@pytest.mark.parametrize(
    ("names", "kind"),
    [
        (("[Content_Types].xml", "word/document.xml"), DOCX),
        (("word/document2.xml",), DOCX),
        (("xl/workbook.xml",), XLSX),
        (("xl/workbook.bin",), XLSX),
        (("ppt/presentation.xml",), PPTX),
        (("mimetype", "META-INF/container.xml", "OEBPS/1.xhtml"), EPUB),
    ],
)
def test_archives_are_told_by_their_main_part(names: tuple[str, ...], kind: str) -> None:
    assert signed_kind(archive(*names), "a.zip") == kind


@pytest.mark.parametrize("names", [("a.txt",), ("words/document.xml",), ("word/document.txt",)])
def test_other_archives_are_refused(names: tuple[str, ...]) -> None:
    with pytest.raises(UnsupportedMedia, match="archive"):
        signed_kind(archive(*names), "a.zip")


def test_an_archive_without_its_list_is_cut_off_and_one_with_a_broken_list_is_damaged() -> None:
    data = archive("word/document.xml")
    with pytest.raises(TruncatedDocument):
        signed_kind(data[: data.rfind(b"PK\x05\x06")], "a.docx")
    with pytest.raises(CorruptDocument):
        signed_kind(data.replace(b"PK\x01\x02", b"PK\x07\x07"), "a.docx")


def test_an_archive_of_more_entries_than_a_document_has_is_refused_unread() -> None:
    data = archive("word/document.xml") + b"PK\x06\x07" + bytes(16)
    with pytest.raises(UnsupportedMedia):
        signed_kind(data, "a.docx")


@pytest.mark.parametrize(
    ("streams", "filename", "kind"),
    [
        (("Workbook",), "a.xls", XLS),
        (("Book",), "a", XLS),
        (("__properties_version1.0",), "a.msg", MSG),
        (("WordDocument", "Workbook"), "a.xls", XLS),
    ],
)
def test_compound_files_are_told_by_their_streams(
    streams: tuple[str, ...], filename: str, kind: str
) -> None:
    assert signed_kind(compound(*streams), filename) == kind


@pytest.mark.parametrize(
    ("streams", "said"),
    [
        (("WordDocument",), ".docx"),
        (("PowerPoint Document",), ".pptx"),
        (("Something",), "cannot be read"),
        (("WordDocument", "Workbook"), ".docx"),
    ],
)
def test_old_office_files_say_what_to_do(streams: tuple[str, ...], said: str) -> None:
    with pytest.raises(UnsupportedMedia, match=said):
        signed_kind(compound(*streams), "a.doc")


def test_a_protected_office_file_asks_for_its_password() -> None:
    with pytest.raises(EncryptedDocument):
        signed_kind(compound("EncryptedPackage"), "a.docx")


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"%PDF-1.4", PDF),
        (b"junk\n%PDF-1.4", PDF),
        (b"\x00%PDF-1.4", PDF),
        (b"x" * 2000 + b"\n%PDF-1.4", None),
        (b"see %PDF-1.4", None),
        (rb"{\rtf1", RTF),
        (b"II*\x00", TIFF),
        (b"MM\x00*", TIFF),
        (b"plain", None),
        (b"", None),
    ],
)
def test_first_bytes(data: bytes, kind: str | None) -> None:
    assert signed_kind(data, "a") == kind
