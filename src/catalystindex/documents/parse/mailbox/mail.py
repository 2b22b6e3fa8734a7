"""E-mail as it is sent (RFC 5322): one message, or a mailbox of several (RFC 4155)."""

import re
from collections.abc import Iterator

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import EML
from catalystindex.documents.parse.mailbox.attachments import Letter, attach
from catalystindex.documents.parse.mailbox.encoded_words import header_text, sent_moment
from catalystindex.documents.parse.mailbox.mail_body import BodyReader
from catalystindex.documents.parse.mailbox.mime import Entity, read_entity
from catalystindex.documents.parse.notation import language_tag
from catalystindex.documents.parsed import DocumentFacts, ParsedDocument
from catalystindex.model.errors import EncryptedDocument

HEAD = ("From", "To", "Cc", "Bcc", "Date", "Subject", "Reply-To")
MAIL_FIELDS = frozenset(name.lower() for name in HEAD) | {
    "content-transfer-encoding",
    "content-type",
    "message-id",
    "mime-version",
    "received",
    "return-path",
    "sender",
}
UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_MAILBOX = re.compile(rb"(?:\A|\n\r?\n)From [^\n]*\d{4}[^\n]*(?:\n|\Z)")
_QUOTED_FROM = re.compile(rb"^>(>*From )", re.MULTILINE)
SEALED = "The message is encrypted: decrypt it in the mail program and save it again."


def parse_eml(data: bytes, context: ParseContext) -> ParsedDocument:
    """Parse a message with all that it carries, or a mailbox.

    Raises `EncryptedDocument` if nothing of it can be read, and what `attach` raises.
    """
    builder = DocumentBuilder(EML, context.limits.max_text_chars)
    messages = [_message(one) for one in _messages(_plain_bytes(data))]
    readable = [_write(message, builder, context) for message in messages]
    if not any(readable):
        raise EncryptedDocument(SEALED)
    if len(messages) > 1:
        return builder.build()
    subject = header_text(messages[0].first("subject"))
    return builder.build(title=subject, facts=_facts(messages[0], subject))


def _plain_bytes(data: bytes) -> bytes:
    """Return a message as bytes of ASCII's kind with Unix line ends where it has others alone."""
    if data.startswith(UTF16_MARKS):
        data = data.decode("utf-16", "replace").encode("utf-8", "replace")
    data = data.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    return data if b"\n" in data else data.replace(b"\r", b"\n")


def _messages(data: bytes) -> Iterator[bytes]:
    """Yield the messages of a mailbox, or the one message."""
    if not data.startswith(b"From "):
        yield data
        return
    starts = list(_MAILBOX.finditer(data))
    ends = [one.start() for one in starts[1:]] + [len(data)]
    if not starts:
        yield data.partition(b"\n")[2]
    for found, end in zip(starts, ends, strict=False):
        yield _QUOTED_FROM.sub(rb"\1", data[found.end() : end])


def _message(data: bytes) -> Entity:
    """Return a message; lines that only look like a header are its text."""
    message = read_entity(data)
    known = any(name in MAIL_FIELDS for name, _ in message.fields)
    return message if known else Entity((), data)


def _write(message: Entity, builder: DocumentBuilder, context: ParseContext) -> bool:
    """Add a message; tell whether anything of it but its head could be read."""
    if not message.fields:
        builder.warn("The message has no header.")
    letter = Letter(header_text(message.first("subject")))
    for name in HEAD:
        letter.head += [(name, header_text(value)) for value in message.all(name.lower())]
    builder.leave(1)
    letter.write_head(builder)
    reader = BodyReader(builder, context)
    found = reader.write(message) or bool(reader.enclosures)
    if reader.sealed:
        builder.warn("A part of the message is encrypted and was not read." if found else SEALED)
    for enclosure in reader.enclosures:
        attach(enclosure, builder, context)
    return found or not reader.sealed


def _facts(message: Entity, subject: str) -> DocumentFacts:
    author = " ".join(header_text(message.first("from")).split())
    language = message.first("content-language").partition(",")[0]
    return DocumentFacts(
        author=author or None,
        created=sent_moment(message.first("date")),
        language=language_tag(language),
        subject=" ".join(subject.split()) or None,
    )
