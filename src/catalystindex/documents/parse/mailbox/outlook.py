"""Outlook messages (MS-OXMSG), and what else Outlook saves as MSG: meetings, contacts, tasks."""

from collections.abc import Callable, Iterator

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.charsets import decoded_as
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import MSG
from catalystindex.documents.parse.mailbox.attachments import Enclosure, Letter, attach, write_body
from catalystindex.documents.parse.mailbox.cms import is_sealed
from catalystindex.documents.parse.mailbox.compound import Storage, open_compound
from catalystindex.documents.parse.mailbox.encoded_words import header_text
from catalystindex.documents.parse.mailbox.mail import SEALED
from catalystindex.documents.parse.mailbox.mapi import BODY_CODE_PAGE, PROPERTIES, MapiObject
from catalystindex.documents.parse.mailbox.mime import Entity, read_entity
from catalystindex.documents.parse.richtext.rtf import parse_rtf
from catalystindex.documents.parse.richtext.rtf_compressed import unpacked_rtf
from catalystindex.documents.parse.web.html import parse_html, parse_page
from catalystindex.documents.parsed import DocumentFacts, ParsedDocument
from catalystindex.model.errors import (
    CorruptDocument,
    DocumentError,
    EncryptedDocument,
    UnsupportedMedia,
)

ROOT_HEADER, INNER_HEADER, PART_HEADER = 32, 24, 8
CLASS, SUBJECT, BODY, HTML_BODY, RTF_BODY = 0x001A, 0x0037, 0x1000, 0x1013, 0x1009
HEADERS, REPLY_TO, NAME = 0x007D, 0x0050, 0x3001
SENT, DELIVERED, CREATED = 0x0039, 0x0E06, 0x3007
SENDER, SENDER_ADDRESS = 0x0C1A, (0x5D01, 0x0C1F)
ON_BEHALF, ON_BEHALF_ADDRESS = 0x0042, (0x5D02, 0x0065)
RECIPIENT_KIND, RECIPIENT_ADDRESS = 0x0C15, (0x39FE, 0x3003)
KINDS = ((1, "To", 0x0E04), (2, "Cc", 0x0E03), (3, "Bcc", 0x0E02))
FILE_NAME, FILE_KIND, FILE_DATA = (0x3707, 0x3704, 0x3001), 0x370E, 0x3701
FILE_PATH = (0x370D, 0x3708)
PLACE, BEGINS, ENDS = 0x8208, 0x820D, 0x820E
CONTACT = (
    ("Name", 0x3001),
    ("Company", 0x3A16),
    ("Position", 0x3A17),
    ("Business phone", 0x3A08),
    ("Mobile phone", 0x3A1C),
    ("Home phone", 0x3A09),
    ("Address", 0x3A15),
)


def parse_msg(data: bytes, context: ParseContext) -> ParsedDocument:
    """Parse a message with all that it carries.

    Raises `CorruptDocument`, `EncryptedDocument` if nothing of it can be read, and what `attach`
    raises.
    """
    root = open_compound(data, context)
    if root.stream(PROPERTIES) is None:
        raise CorruptDocument("The message is damaged: its list of properties is missing.")
    return _read(MapiObject(root, ROOT_HEADER), context)


def _read(message: MapiObject, context: ParseContext) -> ParsedDocument:
    builder = DocumentBuilder(MSG, context.limits.max_text_chars)
    headers = read_entity(message.text(HEADERS).encode())
    subject = message.first_text(SUBJECT) or message.first_text(NAME)
    letter = Letter(subject)
    letter.head += _head(message, headers, subject)
    letter.write_head(builder)
    before = builder.length
    _write_body(message, builder, context)
    enclosures = [_enclosure(one) for one in message.storage.folders("__attach_version1.0_#")]
    sealed = ".smime" in message.text(CLASS).lower() and any(
        is_sealed(one.data) for one in enclosures
    )
    if sealed and builder.length == before and len(enclosures) == 1:
        raise EncryptedDocument(SEALED)
    for enclosure in enclosures:
        attach(enclosure, builder, context)
    return builder.build(
        title=subject,
        facts=DocumentFacts(
            author=_sender(message) or None,
            created=message.moment(SENT) or message.moment(DELIVERED) or message.moment(CREATED),
            subject=subject or None,
        ),
    )


def _head(message: MapiObject, headers: Entity, subject: str) -> Iterator[tuple[str, str]]:
    """Yield the fields that Outlook shows; the date as it was sent, if that is there."""
    sender, behalf = _sender(message), _person(message, ON_BEHALF, ON_BEHALF_ADDRESS)
    yield "From", sender
    yield "On behalf of", behalf if behalf != sender else ""
    people = [MapiObject(one, PART_HEADER) for one in message.storage.folders("__recip_version")]
    for kind, field, shown in KINDS:
        named = [_person(one, NAME, RECIPIENT_ADDRESS) for one in people if _kind(one) == kind]
        listed = "; ".join(one for one in named if one)
        yield field, listed or message.first_text(shown)
    sent = message.moment(SENT) or message.moment(DELIVERED)
    yield "Date", headers.first("date") or sent or ""
    yield "Subject", subject
    yield "Reply-To", header_text(headers.first("reply-to")) or message.first_text(REPLY_TO)
    yield from _other_fields(message)


def _other_fields(message: MapiObject) -> Iterator[tuple[str, str]]:
    """Yield what meetings and contacts say outside their bodies."""
    kind = message.text(CLASS).lower()
    if kind.startswith(("ipm.appointment", "ipm.schedule")):
        place, begins, ends = (message.named(one) for one in (PLACE, BEGINS, ENDS))
        yield "Location", message.first_text(place) if place else ""
        yield "Begins", (message.moment(begins) if begins else None) or ""
        yield "Ends", (message.moment(ends) if ends else None) or ""
    if kind.startswith("ipm.contact"):
        for name, tag in CONTACT:
            yield name, message.first_text(tag)


def _kind(recipient: MapiObject) -> int:
    """Return To, Cc or Bcc; what is none of them was written to."""
    kind = (recipient.number(RECIPIENT_KIND) or 1) & 0xF
    return kind if kind in (1, 2, 3) else 1


def _sender(message: MapiObject) -> str:
    sender = _person(message, SENDER, SENDER_ADDRESS)
    return sender or _person(message, ON_BEHALF, ON_BEHALF_ADDRESS)


def _person(message: MapiObject, name: int, addresses: tuple[int, ...]) -> str:
    shown, address = message.first_text(name), message.first_text(*addresses)
    if not address or address in shown:
        return shown
    return f"{shown} <{address}>" if shown else address


def _write_body(message: MapiObject, builder: DocumentBuilder, context: ParseContext) -> None:
    text, page = message.text(BODY), _page(message, context)
    if page is None and not text.strip():
        page = _formatted(message, builder, context)
    write_body([text], [page] if page is not None else [], builder)


def _page(message: MapiObject, context: ParseContext) -> ParsedDocument | None:
    data = message.binary(HTML_BODY)
    if not data:
        source = message.text(HTML_BODY)
        return parse_page(source, context) if source.strip() else None
    encoding = message.encoding(BODY_CODE_PAGE)
    source = (decoded_as(data, encoding) if encoding else None) or ""
    return parse_page(source, context) if source else parse_html(data, context)


def _formatted(
    message: MapiObject, builder: DocumentBuilder, context: ParseContext
) -> ParsedDocument | None:
    """Return the body that Outlook keeps as RTF, where it keeps no other."""
    data = message.binary(RTF_BODY)
    if not data:
        return None
    try:
        return parse_rtf(unpacked_rtf(data, context.limits.max_unpacked_bytes), context)
    except CorruptDocument as error:
        builder.warn(f"The body of the message was not read: {error.detail}")
        return None


def _enclosure(storage: Storage) -> Enclosure:
    try:
        return _carried(storage)
    except CorruptDocument as error:
        return Enclosure("unnamed", None, b"", read=_failing(error))


def _carried(storage: Storage) -> Enclosure:
    file = MapiObject(storage, PART_HEADER)
    name = file.first_text(*FILE_NAME) or "unnamed"
    kind = file.first_text(FILE_KIND) or None
    inside = file.folder(FILE_DATA)
    if inside is not None:
        return _inner(name, kind, inside)
    data = file.binary(FILE_DATA)
    if data is not None:
        signed = data[:9].lower() == b"content-t"  # a message that was signed in the clear
        is_mail = signed and not name.lower().endswith(".eml")
        return Enclosure(name, kind, data, f"{name}.eml" if is_mail else "")
    path = file.first_text(*FILE_PATH)
    problem: DocumentError = UnsupportedMedia(f"It is a link and no file: {path}.")
    if not path:
        problem = CorruptDocument("Its bytes are missing in the message.")
    return Enclosure(name, kind, b"", read=_failing(problem))


def _inner(name: str, kind: str | None, storage: Storage) -> Enclosure:
    """Return a message inside the message, or another object that a program put there."""
    if storage.stream(PROPERTIES) is None:
        problem = UnsupportedMedia("It is an object of another program, which is not read.")
        return Enclosure(name, kind, b"", read=_failing(problem))

    def read(context: ParseContext) -> ParsedDocument:
        return _read(MapiObject(storage.within(context), INNER_HEADER), context)

    return Enclosure(name, kind or MSG, b"", read=read)


def _failing(problem: DocumentError) -> Callable[[ParseContext], ParsedDocument]:
    def read(_: ParseContext) -> ParsedDocument:
        raise problem

    return read
