"""Documents that cannot become evidence: each says why, once and for all, and leaves no trace.

What the first bytes tell is refused before anything is stored; the rest fails in a worker, which
tries each document once. What stays then is the document's record with its problem and the bytes
as they came, for whoever looks into it.
"""

import re
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import openpyxl
import pptx
import pytest
from reportlab.pdfgen.canvas import Canvas

from catalystindex.config.sections import LimitsSettings
from catalystindex.model.document import DocumentStatus
from catalystindex.model.errors import (
    CorruptDocument,
    DocumentError,
    EmptyDocument,
    EncryptedDocument,
    MislabelledDocument,
    TruncatedDocument,
    UnsupportedMedia,
)
from catalystindex.owner.assembly import Owner
from catalystindex.stores.records import audit_log
from support.compound import compound_file
from support.documents import (
    Draw,
    add,
    counted,
    find,
    lines,
    make_base,
    pdf_bytes,
    rewritten_zip,
    running_owner,
    settings_for,
    simple_docx,
    stored_files,
    submit,
)
from support.scans import picture_of, picture_of_noise, png_bytes, scanned
from support.stores import ANA

MEBIBYTE = 1 << 20
WORDS = "The larkspur account received cash."
PAGE = b"<!doctype html><html><head><title>x</title></head><body>Please sign in.</body></html>"
DOCUMENT = "word/document.xml"


# --- making them ------------------------------------------------------------


def long_pdf() -> bytes:
    """Return a PDF of over 20,000 bytes."""
    numbered = [[f"{WORDS} {n * page}" for n in range(60)] for page in range(9)]
    return pdf_bytes(*[lines(*texts) for texts in numbered])


def with_entry(data: bytes, name: str, body: bytes) -> bytes:
    """Return an archive with one more entry."""
    file = BytesIO(data)
    with zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, body)
    return file.getvalue()


def with_zeros(data: bytes, mebibytes: int) -> bytes:
    """Return an archive with an entry of nothing but zeros."""
    file = BytesIO(data)
    with (
        zipfile.ZipFile(file, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("word/media/image1.bin", "w", force_zip64=True) as entry,
    ):
        for _ in range(mebibytes):
            entry.write(bytes(MEBIBYTE))
    return file.getvalue()


def with_lying_zeros(data: bytes, mebibytes: int) -> bytes:
    """Return one that says its entry of zeros is 1,000 bytes long."""
    bomb = bytearray(with_zeros(data, mebibytes))
    size, lie = (mebibytes * MEBIBYTE).to_bytes(4, "little"), (1000).to_bytes(4, "little")
    record = bomb.rindex(b"PK\x01\x02")
    assert bomb[record + 24 : record + 28] == size
    bomb[record + 24 : record + 28] = lie
    return bytes(bomb)


def workbook() -> bytes:
    book, file = openpyxl.Workbook(), BytesIO()
    book.active.append(["Account", "larkspur"])
    book.save(file)
    return file.getvalue()


def slides() -> bytes:
    deck, file = pptx.Presentation(), BytesIO()
    slide = deck.slides.add_slide(deck.slide_layouts[5])
    slide.shapes.title.text = WORDS
    deck.save(file)
    return file.getvalue()


def blank(canvas: Canvas) -> None:
    """Draw nothing."""


def pages(count: int) -> bytes:
    return pdf_bytes(*[blank] * (count - 1), lines(WORDS))


def nested_mail(levels: int) -> bytes:
    """Return a message in a message in a message; the innermost one has the words."""
    body = f"From: a@example.com\r\nSubject: 0\r\nMIME-Version: 1.0\r\n\r\n{WORDS}\r\n"
    for level in range(1, levels):
        body = (
            f"From: a@example.com\r\nSubject: {level}\r\nMIME-Version: 1.0\r\n"
            f"Content-Type: message/rfc822\r\n\r\n{body}"
        )
    return body.encode()


def broken_xml(data: bytes) -> bytes:
    return rewritten_zip(data, {DOCUMENT: lambda body: body[: len(body) // 2]})


def damaged_entry(data: bytes) -> bytes:
    """Return an archive whose main part has other bytes than were packed."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        info = archive.getinfo(DOCUMENT)
    place = info.header_offset + 30 + len(info.filename) + info.compress_size // 2
    damaged = bytearray(data)
    for offset in range(16):
        damaged[place + offset] ^= 0x5A
    return bytes(damaged)


ENCRYPTED_OFFICE = compound_file(
    {"EncryptionInfo": b"\x04\x00\x04\x00", "EncryptedPackage": b"\x9d" * 9000}
)
SECRET: Draw = lines(WORDS)
NO_LIST = b"PK\x03\x04" + b"\x07" * 900 + b"PK\x05\x06"
VBA = compound_file({"VBA": {"ThisDocument": b"Attribute VB_Name"}})


# --- refused before anything is stored --------------------------------------

AT_ONCE: list[tuple[str, str, bytes, type[DocumentError]]] = [
    ("no bytes", "memo.txt", b"", EmptyDocument),
    ("blanks", "memo.txt", b" \r\n\t\n", EmptyDocument),
    ("zero bytes", "memo.pdf", b"\x00" * 4096, EmptyDocument),
    ("text named PDF", "statement.pdf", WORDS.encode(), MislabelledDocument),
    ("web page named DOCX", "contract.docx", PAGE, MislabelledDocument),
    ("web page named PNG", "photo.png", PAGE, MislabelledDocument),
    ("binary named PDF", "statement.pdf", bytes(range(256)) * 9, MislabelledDocument),
    ("office document with a password", "memo.docx", ENCRYPTED_OFFICE, EncryptedDocument),
    ("office document cut off", "memo.docx", simple_docx(WORDS)[:-400], TruncatedDocument),
    ("office list damaged", "memo.docx", NO_LIST, CorruptDocument),
    ("program", "setup.exe", b"MZ\x90\x00" + bytes(range(256)), UnsupportedMedia),
]  # fmt: skip


@pytest.mark.parametrize(
    ("filename", "data", "kind"),
    [case[1:] for case in AT_ONCE],
    ids=[case[0] for case in AT_ONCE],
)
def test_what_the_first_bytes_tell_is_refused_before_anything_is_stored(
    owner: Owner, base: str, filename: str, data: bytes, kind: type[DocumentError]
) -> None:
    before = stored_files(owner)
    with pytest.raises(kind) as refused:
        submit(owner, base, data, filename=filename)
    assert type(refused.value) is kind
    assert_is_a_sentence(refused.value.detail)
    assert stored_files(owner) == before
    assert documents_in(owner, base) == 0


# --- refused by a worker ----------------------------------------------------

IN_A_WORKER: list[tuple[str, str, Callable[[], bytes], str]] = [
    ("PDF with a password", "a.pdf", lambda: pdf_bytes(SECRET, password="x"), "document.encrypted"),
    ("PDF of noise", "a.pdf", lambda: b"%PDF-1.7\n" + b"\x07\xfe" * 9000, "document.corrupt"),
    ("PDF cut off", "a.pdf", lambda: long_pdf()[:9000], "document.truncated"),
    ("PDF cut off near its end", "a.pdf", lambda: long_pdf()[:-900], "document.truncated"),
    ("PDF of 6,000 pages", "a.pdf", lambda: pages(6000), "document.too_many_pages"),
    ("PDF of blank pages", "a.pdf", lambda: pdf_bytes(blank, blank), "document.no_text"),
    ("scan of noise", "a.pdf", lambda: pdf_bytes(scanned(picture_of_noise())), "document.no_text"),
    ("picture of noise", "a.png", lambda: png_bytes(picture_of_noise()), "document.no_text"),
    (
        "picture cut off", "a.png",
        lambda: png_bytes(picture_of(WORDS))[:2500], "document.truncated",
    ),
    ("DOCX that unpacks to 1 GiB", "a.docx",
     lambda: with_zeros(simple_docx(WORDS), 1024), "document.expands_too_much"),
    ("DOCX that lies about its size", "a.docx",
     lambda: with_lying_zeros(simple_docx(WORDS), 64), "document.corrupt"),
    ("DOCX with damaged XML", "a.docx",
     lambda: broken_xml(simple_docx(WORDS)), "document.corrupt"),
    ("DOCX with a damaged entry", "a.docx",
     lambda: damaged_entry(simple_docx(*[f"{WORDS} {n}" for n in range(900)])), "document.corrupt"),
    ("DOCX without words", "a.docx", lambda: simple_docx(" "), "document.empty"),
    ("DOCM with macros", "a.docm",
     lambda: with_entry(simple_docx(WORDS), "word/vbaProject.bin", VBA), "document.macros"),
    ("macros in a DOCX", "a.docx",
     lambda: with_entry(simple_docx(WORDS), "word/vbaProject.bin", VBA), "document.macros"),
    ("XLSM with macros", "a.xlsm",
     lambda: with_entry(workbook(), "xl/vbaProject.bin", VBA), "document.macros"),
    ("PPTM with macros", "a.pptm",
     lambda: with_entry(slides(), "ppt/vbaProject.bin", VBA), "document.macros"),
    ("mail in mail, 60 levels", "a.eml", lambda: nested_mail(60), "document.nested_too_deep"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("filename", "make", "code"),
    [case[1:] for case in IN_A_WORKER],
    ids=[case[0] for case in IN_A_WORKER],
)
def test_what_a_worker_refuses_fails_once_and_leaves_no_trace(
    owner: Owner, base: str, filename: str, make: Callable[[], bytes], code: str
) -> None:
    restarts = counted(owner, "catalyst_worker_restarts_total")
    before = set(stored_files(owner))
    document = add(owner, base, make(), filename=filename)
    assert document.status is DocumentStatus.FAILED
    assert document.problem is not None
    assert (document.problem.code, document.searchable) == (code, False)
    assert_is_a_sentence(document.problem.detail)
    if code == "document.no_text":
        assert re.search(r"no text|None of the \d+ pages holds text", document.problem.detail)
    assert document.reading is None

    assert counted(owner, "catalyst_worker_restarts_total") == restarts
    assert rows(owner, document.id) == {"attempts": 1, "chunks": 0, "terms": 0}
    assert document.version_id not in owner.vectors.version_counts()
    assert [name.rpartition("/")[2] for name in set(stored_files(owner)) - before] == ["raw"]
    assert find(owner, WORDS, base) == []
    assert audited(owner, document.id) == [("document.accept", None), ("document.fail", code)]


def test_the_worker_that_refused_them_reads_the_next_document(owner: Owner, base: str) -> None:
    add(owner, base, b"%PDF-1.7 broken", filename="a.pdf")
    assert add(owner, base, WORDS).status is DocumentStatus.INDEXED
    assert len(find(owner, "larkspur", base)) == 1


def test_a_version_that_is_refused_leaves_the_one_before_it_alone(owner: Owner, base: str) -> None:
    good = add(owner, base, long_pdf(), key="memo", filename="a.pdf")
    held = owner.vectors.version_counts()[good.version_id]
    bad = add(owner, base, long_pdf()[:-900], key="memo", filename="a.pdf")
    assert bad.problem is not None
    assert (bad.status, bad.problem.code) == (DocumentStatus.FAILED, "document.truncated")
    assert bad.searchable
    assert bad.version_id not in owner.vectors.version_counts()
    assert owner.vectors.version_counts()[good.version_id] == held
    hits = find(owner, "larkspur", base)
    assert {hit.citation.version_id for hit in hits} == {good.version_id}


def test_a_document_that_fails_again_fails_alike(owner: Owner, base: str) -> None:
    first = add(owner, base, b"%PDF-1.7 broken", filename="a.pdf")
    again = add(owner, base, b"%PDF-1.7 broken", filename="a.pdf")
    assert (again.id, again.version_id, again.problem) == (
        first.id,
        first.version_id,
        first.problem,
    )
    assert again.status is DocumentStatus.FAILED


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    with running_owner(settings_for(tmp_path_factory.mktemp("refusals"))) as opened:
        yield opened


# --- what is left of them ---------------------------------------------------


def assert_is_a_sentence(detail: str) -> None:
    assert detail[0].isupper() or detail[0] in "'\""
    assert detail.endswith(".")
    assert len(detail) > 20
    assert "Error" not in detail


def records(owner: Owner) -> sqlite3.Connection:
    return sqlite3.connect(owner.settings.data_dir / "records.sqlite")


def documents_in(owner: Owner, base: str) -> int:
    counting = "SELECT COUNT(*) FROM documents WHERE knowledge_base_id = ?"
    return int(records(owner).execute(counting, (base,)).fetchone()[0])


def rows(owner: Owner, document_id: str) -> dict[str, int]:
    """Return what the records count of a document whose knowledge base holds no other."""
    counting = {
        "attempts": "SELECT total_attempts FROM job_documents WHERE document_id = ?",
        "chunks": "SELECT COUNT(*) FROM chunks JOIN versions ON versions.id = version_id "
        "WHERE document_id = ?",
        "terms": "SELECT COUNT(*) FROM term_stats WHERE knowledge_base_id = "
        "(SELECT knowledge_base_id FROM documents WHERE id = ?)",
    }
    connection = records(owner)
    found = {
        name: int(connection.execute(sentence, (document_id,)).fetchone()[0])
        for name, sentence in counting.items()
    }
    connection.close()
    return found


def audited(owner: Owner, document_id: str) -> list[tuple[str, object]]:
    """Return what the audit log says of a document: actions, and codes where there are any."""
    with owner.records.read() as connection:
        assert audit_log.verify(connection, ANA).valid
        entries = audit_log.page(connection, ANA, after=0, limit=10_000)
    return [(one.action, one.details.get("code")) for one in entries if one.subject == document_id]


def test_a_document_that_needs_too_much_memory_does_not_harm_the_next_one(tmp_path: Path) -> None:
    """Recognition does not fit into the least memory that may be set; a line of text does."""
    limits = LimitsSettings(max_worker_bytes=1024 * MEBIBYTE)
    with running_owner(settings_for(tmp_path, limits=limits)) as owner:
        base = make_base(owner)
        heavy = add(owner, base, pdf_bytes(scanned(picture_of(WORDS))), filename="scan.pdf")
        light = add(owner, base, pdf_bytes(lines(WORDS)), filename="memo.pdf")
        assert light.status is DocumentStatus.INDEXED, light.problem
        if heavy.status is DocumentStatus.FAILED:
            assert heavy.problem is not None
            assert heavy.problem.code == "document.needs_memory"
