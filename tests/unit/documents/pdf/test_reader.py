"""A PDF as a whole: what refuses it, what it may take, and what it carries inside."""

import random
import time
import zlib
from collections.abc import Iterator

import pytest

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import PDF
from catalystindex.model.errors import (
    CorruptDocument,
    DocumentError,
    DocumentTooLarge,
    DocumentTooSlow,
    EmptyDocument,
    EncryptedDocument,
    TooManyPages,
    TruncatedDocument,
)
from support.documents import REGISTRY, block_texts, lines, pdf_bytes, simple_docx
from support.pdfs import (
    PROSE,
    assembled,
    assert_sound,
    column,
    made_pdf,
    pages_of,
    put,
    raw_pdf,
    read_pdf,
    real_pdf,
)

HELLO = b"BT /F1 12 Tf 72 700 Td (Hello world) Tj ET"
PAGES = [put((72, 700, f"Page {n} says that money moved {n} times.")) for n in (1, 2, 3)]


def cuts(data: bytes, count: int) -> Iterator[bytes]:
    for place in range(1, count):
        yield data[: len(data) * place // count]


@pytest.mark.parametrize("packed", [0, 1])
def test_no_cut_gives_less_text_without_a_word(packed: int) -> None:
    data = made_pdf(*PAGES, pageCompression=packed)
    whole = read_pdf(data).text
    refused = 0
    for size in range(1, len(data), 3):
        try:
            assert read_pdf(data[:size]).text == whole
        except (CorruptDocument, EmptyDocument):
            refused += 1
    assert refused > len(data) / 3 * 0.95


def test_a_file_cut_in_its_second_half_is_said_to_be_cut_off() -> None:
    data = made_pdf(*PAGES)
    for size in range(len(data) // 2, len(data) - 20, 7):
        with pytest.raises(TruncatedDocument):
            read_pdf(data[:size])


def changed(base: bytes, content: bytes) -> bytes:
    """Return a PDF with its first page's content replaced in an incremental update."""
    old = int(base.rsplit(b"startxref\n", 1)[1].split(b"\n", 1)[0])
    start = len(base)
    body = b"4 0 obj\n<< /Length %d >>\nstream\n%b\nendstream\nendobj\n" % (len(content), content)
    table = b"xref\n4 1\n%010d 00000 n \n" % start
    trailer = b"trailer << /Size 6 /Root 1 0 R /Prev %d >>\n" % old
    return base + body + table + trailer + b"startxref\n%d\n%%%%EOF\n" % (start + len(body))


def test_a_file_cut_in_an_update_is_never_read_as_what_it_was_before() -> None:
    base = raw_pdf(HELLO)
    data = changed(base, HELLO.replace(b"Hello world", b"New version"))
    assert read_pdf(data).text == "New version"
    for size in range(len(base) + 8, len(data) - 6):
        try:
            assert read_pdf(data[:size]).text == "New version"
        except CorruptDocument:
            continue


@pytest.mark.parametrize(
    "name", ["RECEIPT-2024-TXN-98765_retail_purchase.pdf", "federal-register-2020-17221.pdf"]
)
def test_a_real_file_cut_anywhere_is_refused(name: str) -> None:
    for part in cuts(real_pdf(name), 25):
        with pytest.raises(CorruptDocument):
            read_pdf(part)


def test_junk_before_and_after_is_skipped() -> None:
    data = b"\r\nmail junk\r\n" + raw_pdf(HELLO) + b"\r\n<html>trailing junk</html>\r\n" + bytes(50)
    assert read_pdf(data).text == "Hello world"


@pytest.mark.parametrize(
    "data", [b"%PDF-1.7\n", b"%PDF-1.4\n" + b"garbage " * 50, b"", b"\x00" * 100, b"%PDF-"]
)
def test_what_is_no_pdf_is_damaged(data: bytes) -> None:
    with pytest.raises(CorruptDocument):
        read_pdf(data)


def test_a_password_is_asked_for_and_an_empty_one_is_none() -> None:
    with pytest.raises(EncryptedDocument, match="password"):
        read_pdf(pdf_bytes(lines("secret"), password="open sesame"))
    with pytest.raises(EncryptedDocument):
        read_pdf(real_pdf("password-example.pdf"))


def test_more_pages_than_allowed_are_refused_at_once() -> None:
    data = made_pdf(*[put((72, 700, "x"))] * 6000)
    start = time.monotonic()
    with pytest.raises(TooManyPages) as refused:
        read_pdf(data)
    assert time.monotonic() - start < 2
    assert refused.value.context["limit"] == LimitsSettings().max_pages
    assert "6,000" in str(refused.value.detail)


@pytest.mark.parametrize("count", [b"99999999", b"-1", b"0", b"4000"])
def test_a_page_count_that_is_a_lie_is_found_out(count: bytes) -> None:
    parsed = read_pdf(raw_pdf(HELLO).replace(b"/Count 1", b"/Count " + count))
    assert parsed.text == "Hello world"
    assert_sound(parsed)


def test_a_page_tree_that_holds_itself_is_damaged() -> None:
    loop = assembled(
        "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"
    )
    with pytest.raises(CorruptDocument):
        read_pdf(loop)


def test_a_page_tree_of_many_levels_is_read_or_damaged() -> None:
    levels = [f"<< /Type /Pages /Kids [{n + 3} 0 R] /Count 1 >>" for n in range(20_000)]
    data = assembled(
        "<< /Type /Catalog /Pages 2 0 R >>", *levels, "<< /Type /Page /MediaBox [0 0 100 100] >>"
    )
    with pytest.raises(CorruptDocument):
        read_pdf(data)


def test_a_damaged_page_is_said_and_does_not_hide_the_others() -> None:
    data = assembled(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R 9 0 R 6 0 R] /Count 3 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(HELLO), HELLO),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
    )
    parsed = read_pdf(data)
    assert [page.state for page in parsed.page_readings] == ["text", "damaged", "text"]
    assert any("Page 2" in sentence for sentence in parsed.warnings)
    assert parsed.text.count("Hello world") == 2
    assert_sound(parsed)


@pytest.mark.parametrize("stream", [zlib.compress(HELLO * 50)[:80], b"\x00junk" * 9])
def test_a_page_whose_content_is_damaged_is_not_silently_blank(stream: bytes) -> None:
    body = b"<< /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream" % (len(stream), stream)
    parsed = pages_of(
        assembled(
            "<< /Type /Catalog /Pages 2 0 R >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
            "/Resources << /Font << /F1 5 0 R >> >> >>",
            body,
            "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        )
    )
    assert "Hello" in parsed.text or parsed.warnings


def test_text_beyond_the_limit_is_refused_rather_than_cut() -> None:
    data = made_pdf(*[column(f"{topic} {PROSE}", 72, 690, 460) for topic in "abcde"])
    assert len(read_pdf(data).text) > 1000
    with pytest.raises(DocumentTooLarge) as refused:
        read_pdf(data, limits=LimitsSettings(max_text_chars=1000))
    assert refused.value.context["limit"] == 1000


def test_a_page_of_endless_text_is_refused_in_time() -> None:
    content = b"".join(
        b"BT /F1 1 Tf 1 0 0 1 %.2f %d Tm (%d word word word word) Tj ET\n"
        % (5 + at // 780 * 0.5, 5 + at % 780, at)
        for at in range(60_000)
    )
    start = time.monotonic()
    with pytest.raises(DocumentTooLarge):
        read_pdf(raw_pdf(content, packed=True))
    assert time.monotonic() - start < 10


def test_the_time_is_looked_at_between_pages() -> None:
    seconds = iter(range(100))
    context = ParseContext(
        LimitsSettings(max_parse_seconds=3), monotonic=lambda: float(next(seconds))
    )
    with pytest.raises(DocumentTooSlow):
        REGISTRY.parse(made_pdf(*PAGES * 3), PDF, context)


def test_progress_is_told_page_by_page() -> None:
    told: list[tuple[int, int]] = []
    context = ParseContext(on_progress=lambda done, total: told.append((done, total)))
    REGISTRY.parse(made_pdf(*PAGES), PDF, context)
    assert told == [(1, 3), (2, 3), (3, 3)]


def carrying(name: str, inside: bytes) -> bytes:
    """Return a PDF that carries a file."""
    return assembled(
        f"<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [({name}) 6 0 R] "
        ">> >> >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(HELLO), HELLO),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        f"<< /Type /Filespec /F ({name}) /EF << /F 7 0 R >> >>",
        b"<< /Type /EmbeddedFile /Length %d >>\nstream\n%b\nendstream" % (len(inside), inside),
    )


@pytest.mark.parametrize(
    ("name", "inside", "said"),
    [
        ("note.txt", b"The money came by courier.", "The money came by courier."),
        ("memo.docx", simple_docx("The house was sold."), "The house was sold."),
        ("other.pdf", made_pdf(put((72, 700, "A file in a file."))), "A file in a file."),
    ],
)
def test_files_inside_are_read(name: str, inside: bytes, said: str) -> None:
    parsed = read_pdf(carrying(name, inside))
    (attachment,) = parsed.attachments
    assert (attachment.name, attachment.size_bytes) == (name, len(inside))
    assert attachment.problem_code is None
    assert parsed.text[attachment.start : attachment.end] == said
    assert parsed.text.startswith("Hello world")
    assert f"Attachment: {name}" in block_texts(parsed, "heading")


@pytest.mark.parametrize(
    ("inside", "code"),
    [
        (b"\x7fELF\x02\x01\x00\x00", "document.unsupported_media"),
        (b"%PDF-1.4 x", "document.corrupt"),
    ],
)
def test_files_inside_that_cannot_be_read_are_said(inside: bytes, code: str) -> None:
    parsed = read_pdf(carrying("thing.bin", inside))
    assert parsed.attachments[0].problem_code == code
    assert any("thing.bin" in sentence for sentence in parsed.warnings)


def test_a_pdf_that_carries_itself_ends() -> None:
    data = carrying("inner.pdf", b"")
    for _ in range(8):
        data = carrying("inner.pdf", data)
    with pytest.raises(DocumentError):
        read_pdf(data)


def test_an_xfa_form_is_said() -> None:
    data = assembled(
        "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [] /XFA 6 0 R >> "
        "/NeedsRendering true >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        "/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%b\nendstream" % (len(HELLO), HELLO),
        "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        "<< /Length 11 >>\nstream\n<xdp></xdp>\nendstream",
    )
    assert any("XFA" in sentence for sentence in read_pdf(data).warnings)


@pytest.mark.parametrize("seed", range(8))
def test_damaged_bytes_give_a_document_or_a_typed_error(seed: int) -> None:
    dice = random.Random(seed)
    base = made_pdf(column(PROSE, 72, 740, 460), *PAGES, pageCompression=0)
    for _ in range(40):
        data = bytearray(base)
        for _ in range(dice.choice((1, 3, 20))):
            data[dice.randrange(len(data))] = dice.randrange(256)
        try:
            parsed = pages_of(bytes(data))
        except DocumentError:
            continue
        assert_sound(parsed)
