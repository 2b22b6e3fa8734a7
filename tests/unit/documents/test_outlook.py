"""Outlook messages, written by tests/support/compound.py as no library writes them."""

import struct
import time

import pytest

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.parse.kinds import MSG
from catalystindex.documents.parse.richtext.rtf_compressed import unpacked_rtf
from catalystindex.model.errors import (
    CorruptDocument,
    DocumentError,
    EncryptedDocument,
    NestedTooDeep,
    TooManyAttachments,
)
from support.compound import (
    Folder,
    attached_file,
    attached_message,
    compound_file,
    message,
    properties,
    sample_message,
)
from support.documents import assert_blocks_partition, block_texts, parse
from support.office import real

CLASS, SUBJECT, BODY, HTML, RTF = 0x001A, 0x0037, 0x1000, 0x1013, 0x1009
COMPRESSED = bytes.fromhex(
    "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af320"
    "68656c090020627705b06c647d0a800fa0"
)
"""The first example of MS-OXRTFCP."""


def test_head_body_and_attachments() -> None:
    parsed = parse(sample_message(), MSG)
    assert parsed.title == "Transfer of 5.000 €"
    assert block_texts(parsed)[1].split("\n") == [
        "From: Zoë <zoe@example.com>",
        "To: Bob <bob@example.com>",
        "Cc: Cy <cy@example.com>",
        "Bcc: Di <di@x.org>",
        "Date: 2020-01-01T00:00:00Z",
        "Subject: Transfer of 5.000 €",
    ]
    assert block_texts(parsed)[2:4] == ["Please pay.", "Thanks"]
    note, inner = parsed.attachments
    assert parsed.text[note.start : note.end] == "a note"
    assert parsed.text[inner.start : inner.end].endswith("inner text")
    assert parsed.facts.created == "2020-01-01T00:00:00Z"
    assert parsed.facts.author == "Zoë <zoe@example.com>"
    assert_blocks_partition(parsed)


def test_the_date_is_shown_as_it_was_sent_and_both_senders_are() -> None:
    texts: dict[int, str | bytes] = {
        SUBJECT: "s",
        BODY: "b",
        0x007D: "Date: Sun, 22 Dec 2024 11:23:00 +0300\r\n"
        "Reply-To: =?utf-8?q?Zo=C3=AB?= <z@x.org>\r\n",
        0x0C1A: "Ana",
        0x5D01: "ana@x.org",
        0x0042: "Board",
        0x5D02: "board@x.org",
    }
    head = block_texts(parse(compound_file(message(texts)), MSG))[1]
    assert "From: Ana <ana@x.org>\nOn behalf of: Board <board@x.org>" in head
    assert "Date: Sun, 22 Dec 2024 11:23:00 +0300" in head
    assert "Reply-To: Zoë <z@x.org>" in head


def test_without_recipients_the_names_that_outlook_shows_are_given() -> None:
    data = compound_file(message({SUBJECT: "s", BODY: "b", 0x0E04: "Bob; Cy"}))
    assert "To: Bob; Cy" in parse(data, MSG).text


def test_a_page_is_read_in_its_code_page() -> None:
    page = "<p>Банк «Восток»</p>".encode("cp1251")
    data = compound_file(message({SUBJECT: "s", HTML: page}, {0x3FDE: 1251}))
    assert parse(data, MSG).text.endswith("Банк «Восток»")


def test_texts_in_an_old_code_page_are_read() -> None:
    folder = message({BODY: "x"}, {0x3FFD: 1251})
    folder["__substg1.0_0037001E"] = "Привет".encode("cp1251")
    assert parse(compound_file(folder), MSG).title == "Привет"


def test_the_formatted_body_is_read_where_there_is_no_other() -> None:
    rtf = rb"{\rtf1\ansi Formatted \b words\b0 .\par}"
    plain = struct.pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf
    parsed = parse(compound_file(message({SUBJECT: "s", RTF: plain})), MSG)
    assert parsed.text.endswith("Formatted words.")


def test_compressed_formatting_is_unpacked() -> None:
    assert unpacked_rtf(COMPRESSED, 1000) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    for length in range(16, len(COMPRESSED)):
        assert unpacked_rtf(COMPRESSED[:length], 1000) in unpacked_rtf(COMPRESSED, 1000)


def test_a_run_that_repeats_itself_is_unpacked() -> None:
    """The second example of MS-OXRTFCP: a reference into what it is just writing."""
    data = bytes.fromhex("1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0")
    assert unpacked_rtf(data, 1000) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


def test_messages_inside_messages_are_bounded() -> None:
    def nested(levels: int) -> bytes:
        inner: Folder = message({SUBJECT: "innermost", BODY: "deep words"}, header=24)
        for _ in range(levels - 1):
            inner = message({SUBJECT: "x"}, {}, (), [attached_message("m", inner)], header=24)
        return compound_file(message({SUBJECT: "x"}, {}, (), [attached_message("m", inner)]))

    limits = LimitsSettings(max_nesting=3)
    assert parse(nested(3), MSG, limits).text.endswith("deep words")
    with pytest.raises(NestedTooDeep):
        parse(nested(4), MSG, limits)


def test_attachments_are_counted_and_what_cannot_be_read_is_told() -> None:
    link = properties({0x3707: "far.xlsx", 0x370D: r"\\server\far.xlsx"}, {0x3705: 4}, 8)
    missing = properties({0x3707: "gone.pdf"}, {0x3705: 1}, 8)
    ole: Folder = {**properties({0x3707: "chart"}, {0x3705: 6}, 8), "__substg1.0_3701000D": {}}
    files = [link, missing, ole, attached_file("a.txt", b"words")]
    data = compound_file(message({SUBJECT: "s", BODY: "b"}, {}, (), files))
    parsed = parse(data, MSG)
    assert [one.problem_code for one in parsed.attachments] == [
        "document.unsupported_media",
        "document.corrupt",
        "document.unsupported_media",
        None,
    ]
    assert r"\\server\far.xlsx" in parsed.text
    assert parsed.text.endswith("words")
    with pytest.raises(TooManyAttachments):
        parse(data, MSG, LimitsSettings(max_attachments=3))


def test_an_encrypted_message_is_refused() -> None:
    sealed = bytes.fromhex("308006092a864886f70d010703a080")
    texts: dict[int, str | bytes] = {CLASS: "IPM.Note.SMIME", SUBJECT: "s"}
    with pytest.raises(EncryptedDocument):
        parse(compound_file(message(texts, {}, (), [attached_file("smime.p7m", sealed)])), MSG)


def test_a_message_signed_in_the_clear_is_read() -> None:
    signed = b"Content-Type: multipart/signed; boundary=x\n\n--x\n\nsigned words\n--x--\n"
    texts: dict[int, str | bytes] = {CLASS: "IPM.Note.SMIME.MultipartSigned", SUBJECT: "s"}
    files = [attached_file("smime.p7m", signed)]
    assert parse(compound_file(message(texts, {}, (), files)), MSG).text.endswith("signed words")


def test_a_meeting_tells_its_place_and_time_and_a_contact_its_company() -> None:
    meeting = message({CLASS: "IPM.Appointment", SUBJECT: "Board", 0x8000: "Room 5"})
    values = meeting["__properties_version1.0"]
    assert isinstance(values, bytes)
    begins = struct.pack("<HHIQ", 0x0040, 0x8001, 6, 132223104000000000)
    meeting["__properties_version1.0"] = values + begins
    names = struct.pack("<IHHIHH", 0x8208, 6, 0, 0x820D, 6, 1)
    meeting["__nameid_version1.0"] = {"__substg1.0_00030102": names}
    text = parse(compound_file(meeting), MSG).text
    assert "Location: Room 5\nBegins: 2020-01-01T00:00:00Z" in text
    contact = message({CLASS: "IPM.Contact", 0x3001: "Zoë", 0x3A16: "Shell Ltd", BODY: "met once"})
    text = parse(compound_file(contact), MSG).text
    assert "Company: Shell Ltd" in text
    assert text.endswith("met once")


# --- damage -------------------------------------------------------------------


def test_a_message_that_is_cut_off_is_damaged_and_never_half_read() -> None:
    whole = sample_message()
    for length in range(8, len(whole), 128):
        with pytest.raises(CorruptDocument):
            parse(whole[:length], MSG)


@pytest.mark.parametrize("place", [40, 44, 64, 72])
def test_a_header_that_claims_billions_of_sectors_is_refused_at_once(place: int) -> None:
    data = bytearray(sample_message())
    data[place : place + 4] = b"\xf0\xff\xff\x7f"
    began = time.monotonic()
    with pytest.raises(CorruptDocument):
        parse(bytes(data), MSG)
    assert time.monotonic() - began < 1


def test_a_stream_that_claims_gigabytes_is_refused_at_once() -> None:
    data = bytearray(sample_message())
    name = "__substg1.0_1000001F".encode("utf-16-le")
    entry = data.index(name)
    data[entry + 120 : entry + 124] = b"\xff\xff\xff\x7f"
    with pytest.raises(CorruptDocument, match="longer"):
        parse(bytes(data), MSG)


def test_sectors_that_follow_in_a_circle_end() -> None:
    data = bytearray(compound_file(message({SUBJECT: "s", BODY: "words " * 2_000})))
    fat = len(data) - 512
    for place in range(fat, fat + 64, 4):
        data[place : place + 4] = struct.pack("<I", 1)
    began = time.monotonic()
    with pytest.raises(DocumentError):
        parse(bytes(data), MSG)
    assert time.monotonic() - began < 2


def test_a_missing_stream_loses_only_itself() -> None:
    folder = message({SUBJECT: "s", BODY: "words"})
    del folder["__substg1.0_0037001F"]
    assert parse(compound_file(folder), MSG).text == "words"


def test_the_real_message() -> None:
    parsed = parse(real("test_outlook_msg.msg"), MSG)
    assert parsed.title == "Test Email Message"
    assert "To: test.recipient@example.com" in parsed.text
    assert parsed.text.endswith("This is the body of the test email message")
