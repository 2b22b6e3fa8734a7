"""E-mail as it is sent: heads, bodies, and the files and messages inside."""

from email.message import EmailMessage
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalystindex.config.sections import LimitsSettings
from catalystindex.documents.parse.kinds import EML
from catalystindex.documents.parse.mailbox.encoded_words import header_text, sent_moment
from catalystindex.documents.parse.mailbox.mail_body import unflowed
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import (
    DocumentTooLarge,
    EncryptedDocument,
    ExpandsTooMuch,
    NestedTooDeep,
    TooManyAttachments,
)
from support.documents import assert_blocks_partition, block_texts, lines, parse, paths, pdf_bytes


def letter(text: str = "Please pay today.", subject: str = "Transfer") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Zoë Müller <zoe@example.com>"
    message["To"] = "bob@example.com, Ana <ana@example.com>"
    message["Cc"] = "cy@example.com"
    message["Date"] = "Tue, 03 Mar 2020 10:00:00 +0100"
    message["Subject"] = subject
    message.set_content(text)
    return message


def read(
    message: EmailMessage | str | bytes, limits: LimitsSettings | None = None
) -> ParsedDocument:
    data = message.as_bytes() if isinstance(message, EmailMessage) else message
    return parse(data, EML, limits or LimitsSettings())


def mime(head: str, body: str) -> str:
    return f"From: a@example.com\nSubject: s\n{head}\n\n{body}"


def parts(kind: str, *bodies: str) -> str:
    inner = "".join(f"--xx\n{dedent(body)}\n" for body in bodies)
    return mime(f'Content-Type: multipart/{kind}; boundary="xx"', f"{inner}--xx--\n")


# --- the head ---------------------------------------------------------------


def test_head_title_and_facts() -> None:
    parsed = read(letter(subject="Überweisung 5.000 €"))
    assert parsed.title == "Überweisung 5.000 €"
    assert block_texts(parsed)[0] == "Überweisung 5.000 €"
    assert block_texts(parsed)[1].split("\n") == [
        "From: Zoë Müller <zoe@example.com>",
        "To: bob@example.com, Ana <ana@example.com>",
        "Cc: cy@example.com",
        "Date: Tue, 03 Mar 2020 10:00:00 +0100",
        "Subject: Überweisung 5.000 €",
    ]
    assert parsed.facts.author == "Zoë Müller <zoe@example.com>"
    assert parsed.facts.created == "2020-03-03T09:00:00Z"
    assert paths(parsed)[-1] == ("Überweisung 5.000 €",)
    assert_blocks_partition(parsed)


def test_every_from_of_a_forged_head_is_shown() -> None:
    parsed = read("From: a@example.com\nFrom: b@example.com\nSubject: s\n\nx")
    assert "From: a@example.com\nFrom: b@example.com" in parsed.text


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe?=", "Grüße"),
        ("=?iso-8859-1?Q?caf=E9_5?= x", "café 5 x"),
        ("=?utf-8?b?8J+Y?= =?utf-8?b?gA==?=", "\N{GRINNING FACE}"),
        ("=?windows-1251?B?z/Do4uXy?=", "Привет"),
        ("=?utf-8?b?w7w?= and =?utf-8?q?=C3=BC?=", "ü and ü"),
        ("=?no-such?q?abc?=", "abc"),
        ("=?utf-8?b?###?=", ""),
        ("a =?b c", "a =?b c"),
    ],
)
def test_encoded_words(written: str, shown: str) -> None:
    assert header_text(written) == shown


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=60))
def test_what_a_mail_program_encodes_is_read_back(subject: str) -> None:
    message = EmailMessage()
    message["Subject"] = subject
    raw = message.as_bytes().partition(b": ")[2].decode()
    shown = header_text("".join(raw.rstrip("\n").split("\n")))
    assert shown.split() == subject.replace("\ufeff", "").split()


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("Tue, 03 Mar 2020 10:00:00 -0000", "2020-03-03T10:00:00Z"),
        ("3 Mar 2020 10:00 PST", "2020-03-03T18:00:00Z"),
        ("yesterday", None),
        ("Tue, 03 Mar 9999 10:00:00 -2300", "9999-03-04T09:00:00Z"),
        ("Fri, 31 Dec 9999 23:00:00 -2300", None),
    ],
)
def test_dates(written: str, moment: str | None) -> None:
    assert sent_moment(written) == moment


# --- the body ---------------------------------------------------------------


def test_the_text_is_enough_if_it_says_what_the_page_says() -> None:
    message = letter("Pay 5000 to Ana.")
    message.add_alternative("<p>Pay <b>5000</b> to Ana.</p>", subtype="html")
    parsed = read(message)
    assert block_texts(parsed, "paragraph")[1:] == ["Pay 5000 to Ana."]
    assert parsed.warnings == ()


@pytest.mark.parametrize("stub", ["", "  \n", "Account"])
def test_a_stub_of_text_gives_way_to_the_page(stub: str) -> None:
    message = letter(stub)
    message.add_alternative("<h2>Statement</h2><p>Account 17 was closed.</p>", subtype="html")
    parsed = read(message)
    assert block_texts(parsed, "heading") == ["Transfer", "Statement"]
    assert paths(parsed)[-1] == ("Transfer", "Statement")
    assert parsed.warnings == ()


def test_alternatives_that_differ_are_both_kept() -> None:
    message = letter("Pay to account 111.")
    message.add_alternative("<p>Pay to account 222.</p>", subtype="html")
    parsed = read(message)
    assert "account 111" in parsed.text
    assert "account 222" in parsed.text
    assert "different" in parsed.warnings[0]


def test_several_texts_in_a_row_are_all_read() -> None:
    parsed = read(parts("mixed", "\nfirst", "Content-Type: text/html\n\n<p>second", "\nthird"))
    assert parsed.text.endswith("first\n\nsecond\n\nthird")


def test_flowed_lines_are_joined() -> None:
    text = "The first line \nflows on.\n> quoted \n> words\n>> deeper\n-- \nZoë"
    assert unflowed(text, joined=False).split("\n") == [
        "The first line flows on.",
        "> quoted words",
        ">> deeper",
        "-- ",
        "Zoë",
    ]
    assert unflowed("ab \ncd", joined=True) == "abcd"
    parsed = read(mime("Content-Type: text/plain; format=flowed", "one \ntwo"))
    assert parsed.text.endswith("one two")


def test_a_wrong_charset_is_found_out_and_told() -> None:
    body = "Сумма перевода: пять тысяч рублей, получатель Иванов".encode("cp1251")
    head = b"From: a@example.com\nSubject: s\nContent-Type: text/plain; charset=utf-8\n\n"
    parsed = read(head + body)
    assert "получатель Иванов" in parsed.text
    assert "encoding" in parsed.warnings[0]


def test_a_charset_is_honoured_where_statistics_would_err() -> None:
    head = b"Subject: s\nContent-Type: text/plain; charset=iso-8859-2\n\n"
    assert read(head + "Wpłata".encode("iso-8859-2")).text.endswith("Wpłata")


@pytest.mark.parametrize(
    ("encoding", "body", "kept"),
    [
        ("base64", "UGF5!!IHRvZGF5", "Pay today"),
        ("base64", "UGF5\nIA==\ndG9kYXk=", "Pay today"),
        ("quoted-printable", "Pay=ZZ tod=61y", "Pay=ZZ today"),
        ("x-uuencode", "begin 644 a\n)4&%Y('1O9&%Y\n`\nend", "Pay today"),
    ],
)
def test_what_can_be_decoded_of_a_damaged_part_is_kept(encoding: str, body: str, kept: str) -> None:
    parsed = read(mime(f"Content-Transfer-Encoding: {encoding}", body))
    assert parsed.text.endswith(kept)
    assert bool(parsed.warnings) == ("!!" in body or "=ZZ" in body)


def test_a_signed_message_is_read_and_its_signature_is_no_attachment() -> None:
    signature = "Content-Type: application/pgp-signature; name=a.asc\n\n-----BEGIN"
    parsed = read(parts("signed", "\nsigned words", signature))
    assert parsed.text.endswith("signed words")
    assert parsed.attachments == ()


def test_a_message_signed_in_one_piece_is_read() -> None:
    inner = b"Content-Type: text/plain\n\nPay today"
    octets = b"\x04" + bytes([len(inner)]) + inner
    content = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x01\xa0\x80\x24\x80" + octets
    signed = b"\x30\x80\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x07\x02\xa0\x80\x30\x80\x02\x01\x01"
    data = signed + b"\x31\x80\x30\x02\x05\x00\x00\x00" + content + bytes(12)
    message = letter()
    message.clear_content()
    message.add_attachment(data, maintype="application", subtype="pkcs7-mime", filename="smime.p7m")
    assert read(message).text.endswith("Pay today")


def test_an_encrypted_message_is_refused_and_an_encrypted_part_is_told() -> None:
    sealed = 'Content-Type: multipart/encrypted; boundary="yy"\n\n--yy\n\nx\n--yy--'
    with pytest.raises(EncryptedDocument):
        read(f"From: a@example.com\nSubject: s\n{sealed}")
    with pytest.raises(EncryptedDocument):
        read("Subject: s\n\n-----BEGIN PGP MESSAGE-----\nabc\n-----END PGP MESSAGE-----\n")
    parsed = read(parts("mixed", "\nreadable", sealed))
    assert "readable" in parsed.text
    assert "encrypted" in parsed.warnings[0]


def test_a_message_that_is_cut_off_says_so() -> None:
    parsed = read(parts("mixed", "\nfirst", "\nsecond").removesuffix("--xx--\n"))
    assert parsed.text.endswith("second")
    assert "cut off" in parsed.warnings[0]


def test_parts_without_their_boundary_are_shown_as_they_are() -> None:
    parsed = read(mime("Content-Type: multipart/mixed; boundary=zz", "--xx\n\nwords\n--xx--"))
    assert "words" in parsed.text
    assert parsed.warnings


def test_an_invitation_is_readable() -> None:
    calendar = "Content-Type: text/calendar\n\nBEGIN:VCALENDAR\nLOCATION:Room 5\nEND:VCALENDAR"
    assert "LOCATION:Room 5" in read(parts("alternative", "\nSee you", calendar)).text


# --- what it carries ----------------------------------------------------------


def test_attachments_are_read_under_headings_of_their_own() -> None:
    message = letter()
    message.add_attachment("a note\n", filename="Müller.txt")
    message.add_attachment(
        pdf_bytes(lines("a page")), maintype="application", subtype="pdf", filename="page.pdf"
    )
    parsed = read(message)
    assert block_texts(parsed, "heading")[1:] == ["Attachment: Müller.txt", "Attachment: page.pdf"]
    first, second = parsed.attachments
    assert parsed.text[first.start : first.end] == "a note"
    assert parsed.text[second.start : second.end] == "a page"
    assert (second.media_type, second.name) == ("application/pdf", "page.pdf")
    assert paths(parsed)[-1] == ("Transfer", "Attachment: page.pdf", "page 1")
    assert_blocks_partition(parsed)


def test_an_attachment_that_cannot_be_read_is_told_and_the_rest_is_read() -> None:
    message = letter()
    message.add_attachment(b"\x00\x01", maintype="a", subtype="b", filename="C:\\x\\tool.exe")
    message.add_attachment("a note\n", filename="note.txt")
    parsed = read(message)
    broken, note = parsed.attachments
    assert (broken.name, broken.problem_code) == ("tool.exe", "document.unsupported_media")
    assert f"Attachment tool.exe was not read: {broken.problem_detail}" in parsed.text
    assert parsed.warnings
    assert parsed.text[note.start : note.end] == "a note"


def test_pictures_that_a_page_refers_to_are_carried() -> None:
    page = "Content-Type: text/html\n\n<p>See <img src='cid:1'>"
    logo = "Content-Type: image/png\nContent-ID: <1>\n\n\x89PNG broken"
    parsed = read(parts("related", page, logo))
    assert "See" in parsed.text
    assert [one.name for one in parsed.attachments] == ["unnamed 1.png"]


def test_messages_inside_messages_are_read_with_what_they_carry() -> None:
    inner = letter("inner words", "Offer 10/12")
    inner.add_attachment("deep note\n", filename="deep.txt")
    message = letter()
    message.add_attachment(inner)
    parsed = read(message)
    name = "Offer 10 12.eml"
    assert [one.name for one in parsed.attachments] == [name, f"{name}/deep.txt"]
    deep = parsed.attachments[1]
    assert parsed.text[deep.start : deep.end] == "deep note"
    assert paths(parsed)[-1] == (
        "Transfer",
        f"Attachment: {name}",
        "Offer 10/12",
        "Attachment: deep.txt",
    )


def nested(levels: int) -> bytes:
    data = b"Subject: x\n\ninnermost"
    for level in range(levels):
        data = b"Subject: %d\nContent-Type: message/rfc822\n\n" % level + data
    return data


def test_too_many_messages_inside_messages_concern_the_whole() -> None:
    limits = LimitsSettings(max_nesting=3)
    assert read(nested(3), limits).text.endswith("innermost")
    with pytest.raises(NestedTooDeep):
        read(nested(4), limits)


def test_a_file_that_is_itself_too_deep_concerns_only_itself() -> None:
    message = letter()
    message.add_attachment(b"[" * 5_000, maintype="application", subtype="json", filename="a.json")
    parsed = read(message)
    assert parsed.attachments[0].problem_code == "document.nested_too_deep"


def test_attachments_share_one_count_and_one_budget() -> None:
    inner = letter()
    for place in range(3):
        inner.add_attachment("x", filename=f"{place}.txt")
    message = letter()
    message.add_attachment(inner)
    assert len(read(message, LimitsSettings(max_attachments=4)).attachments) == 4
    with pytest.raises(TooManyAttachments):
        read(message, LimitsSettings(max_attachments=3))
    inner.add_attachment("y" * 2_000_000, filename="big.txt")
    outer = letter()
    outer.add_attachment(inner)
    with pytest.raises(ExpandsTooMuch):
        read(outer, LimitsSettings(max_unpacked_bytes=1024 * 1024))


def nested_parts(levels: int) -> str:
    head = "".join(
        f"Content-Type: multipart/mixed; boundary=b{n}\n\n--b{n}\n" for n in range(levels)
    )
    tail = "".join(f"\n--b{n}--" for n in reversed(range(levels)))
    return f"Subject: s\n{head}\ninnermost{tail}"


def test_parts_inside_parts_are_bounded_without_recursion() -> None:
    assert read(nested_parts(50)).text.endswith("innermost")
    for levels in (1_000, 20_000):
        with pytest.raises(NestedTooDeep):
            read(nested_parts(levels))


def test_the_parts_of_a_message_are_bounded() -> None:
    with pytest.raises(DocumentTooLarge):
        read(parts("mixed", *["\nx"] * 10_001))


# --- mailboxes and odd files ----------------------------------------------------


def test_every_message_of_a_mailbox_is_read() -> None:
    one = "From a@example.com Tue Mar  3 10:00:00 2020\nSubject: {}\n\nbody {}\n>From here\n\n"
    parsed = read("".join(one.format(n, n) for n in ("one", "two", "three")))
    assert block_texts(parsed, "heading") == ["one", "two", "three"]
    assert [f"body {n}\nFrom here" in parsed.text for n in ("one", "two", "three")] == [True] * 3
    assert parsed.text.count("From here") == 3


@pytest.mark.parametrize("ending", ["\r\n", "\n", "\r"])
def test_line_ends_of_any_system(ending: str) -> None:
    source = parts("mixed", "\nfirst", "\nsecond").replace("\n", ending)
    assert read(source).text.endswith("first\n\nsecond")


def test_a_message_saved_as_utf_16_is_read() -> None:
    assert read("Subject: Grüße\n\nbody".encode("utf-16")).title == "Grüße"


def test_lines_that_only_look_like_a_header_are_text() -> None:
    parsed = read("Account: 17\nAmount: 5\n")
    assert parsed.text == "Account: 17\nAmount: 5"
    assert parsed.warnings == ("The message has no header.",)


@given(st.binary(max_size=400))
def test_any_bytes_after_a_head_are_read(body: bytes) -> None:
    head = b"Subject: s\nContent-Type: multipart/mixed; boundary=x\n\n--x\n"
    parsed = read(head + body)
    assert_blocks_partition(parsed)
    parsed.text.encode()
