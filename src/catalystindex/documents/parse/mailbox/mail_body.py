"""The body of a MIME message: what is shown of its parts, and which files it carries."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.charsets import decoded
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.mailbox.attachments import Enclosure, write_body
from catalystindex.documents.parse.mailbox.cms import is_sealed, signed_content
from catalystindex.documents.parse.mailbox.encoded_words import header_text
from catalystindex.documents.parse.mailbox.mime import Entity, read_entity, split_parts
from catalystindex.documents.parse.web.html import parse_html, parse_page
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import DocumentTooLarge, NestedTooDeep

MAX_DEPTH = 100
MAX_PARTS = 10_000
SIGNATURES = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)
SEALABLE = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})
MESSAGES = frozenset({"message/rfc822", "message/global"})
SHOWN = frozenset({"message/delivery-status", "message/disposition-notification"})
EXTENSIONS = {
    "text/plain": ".txt",
    "text/html": ".html",
    "text/csv": ".csv",
    "text/calendar": ".ics",
    "application/pdf": ".pdf",
    "application/pkcs7-mime": ".p7m",
    "image/png": ".png",
    "image/jpeg": ".jpg",
    "image/gif": ".gif",
    "image/tiff": ".tif",
}
PGP_MESSAGE = "-----BEGIN PGP MESSAGE-----"
_PGP = re.compile(
    f"{PGP_MESSAGE}(?:(?!{PGP_MESSAGE}).)*?(?:-----END PGP MESSAGE-----|\\Z|(?={PGP_MESSAGE}))",
    re.DOTALL,
)
SIGNATURE_MARK = "-- "
_QUOTED = re.compile(r"(>*+) ?(.*)", re.DOTALL)


@dataclass
class Shown:
    """What one place of the message shows, as text and as web pages that say the same."""

    texts: list[str] = field(default_factory=list)
    pages: list[ParsedDocument] = field(default_factory=list)
    others: list[str] = field(default_factory=list)
    """In formats that are read only if there is neither text nor a page."""


class BodyReader:
    """Reads one message's body. What it carries is collected, not read."""

    def __init__(self, builder: DocumentBuilder, context: ParseContext) -> None:
        self._builder, self._context = builder, context
        self._parts = 0
        self.enclosures: list[Enclosure] = []
        self.sealed = False

    def write(self, message: Entity) -> bool:
        """Add what the body shows; tell whether there was any."""
        before = self._builder.length
        for shown in self._read(message, "text/plain", 0):
            write_body(shown.texts or shown.others, shown.pages, self._builder)
        return self._builder.length > before

    def _read(self, entity: Entity, default: str, depth: int) -> list[Shown]:
        self._count(depth)
        kind = entity.media_type(default)
        if kind.startswith("multipart/"):
            return self._multipart(entity, kind, depth)
        if kind in SEALABLE:
            return self._cryptographic(entity, depth)
        if _is_enclosed(entity, kind):
            self._enclose(entity, kind)
            return []
        return [self._text(entity, kind)]

    def _count(self, depth: int) -> None:
        self._context.tick()
        self._parts += 1
        if depth > MAX_DEPTH:
            raise NestedTooDeep(
                f"The parts of the message are nested more than {MAX_DEPTH} levels deep.",
                levels=MAX_DEPTH,
            )
        if self._parts > MAX_PARTS:
            raise DocumentTooLarge(f"The message has more than {MAX_PARTS:,} parts.")

    def _multipart(self, entity: Entity, kind: str, depth: int) -> list[Shown]:
        if kind == "multipart/encrypted":
            self.sealed = True
            return []
        split = split_parts(entity)
        if split is None:
            self._builder.warn("The parts of the message could not be told apart.")
            return [Shown(texts=[decoded(entity.body, None)[0]])]
        if not split[1]:
            self._builder.warn("The message may be cut off: the end of its last part is missing.")
        entities = [read_entity(part) for part in split[0]]
        if kind == "multipart/related":
            return self._related(entity, entities, depth)
        found = self._in_order(entities, kind, depth)
        return _together(found) if kind == "multipart/alternative" else found

    def _in_order(self, entities: Sequence[Entity], kind: str, depth: int) -> list[Shown]:
        if kind == "multipart/signed":
            entities = [one for one in entities if one.media_type() not in SIGNATURES]
        default = "message/rfc822" if kind == "multipart/digest" else "text/plain"
        return [shown for one in entities for shown in self._read(one, default, depth + 1)]

    def _related(self, whole: Entity, entities: Sequence[Entity], depth: int) -> list[Shown]:
        """Read the root; what it refers to is carried along."""
        wanted = whole.parameter("start")
        named = (at for at, one in enumerate(entities) if one.first("content-id") == wanted)
        root = next(named, 0) if wanted else 0
        found: list[Shown] = []
        for place, one in enumerate(entities):
            kind = one.media_type()
            if place == root or kind.startswith("multipart/"):
                found += self._read(one, "text/plain", depth + 1)
            else:
                self._count(depth)
                self._enclose(one, kind)
        return found

    def _cryptographic(self, entity: Entity, depth: int) -> list[Shown]:
        data, _ = entity.payload()
        content = signed_content(data)
        if content is not None:
            return self._read(read_entity(content), "text/plain", depth + 1)
        if is_sealed(data) or entity.parameter("smime-type").lower() == "enveloped-data":
            self.sealed = True
        else:
            self._enclose(entity, entity.media_type())
        return []

    def _text(self, entity: Entity, kind: str) -> Shown:
        data, whole = entity.payload()
        if not whole:
            self._builder.warn("A part of the message is damaged: what could be decoded was kept.")
        charset = entity.parameter("charset") or None
        if kind == "text/html" and charset is None:
            return Shown(pages=[parse_html(data, self._context)])
        text, fits = decoded(data, charset)
        if not fits:
            self._builder.warn(f"A part of the message is not in the encoding it names: {charset}.")
        if kind == "text/html":
            return Shown(pages=[parse_page(text, self._context)])
        if PGP_MESSAGE in text:
            self.sealed = True
            text = _PGP.sub("", text)
        if entity.parameter("format").lower() == "flowed":
            text = unflowed(text, joined=entity.parameter("delsp").lower() == "yes")
        plain = kind in ("text/plain", "text/calendar") or kind in SHOWN
        return Shown(texts=[text]) if plain else Shown(others=[text])

    def _enclose(self, entity: Entity, kind: str) -> None:
        data, whole = entity.payload()
        name = entity.filename() or self._made_up(entity, kind, data)
        if not whole:
            self._builder.warn(f"Attachment {name} is damaged: what could be decoded was kept.")
        charset = entity.parameter("charset")
        if kind.startswith("text/") and charset:
            text, fits = decoded(data, charset)
            data = text.encode() if fits else data
        is_mail = kind in MESSAGES and not name.lower().endswith(".eml")
        self.enclosures.append(Enclosure(name, kind, data, f"{name}.eml" if is_mail else ""))

    def _made_up(self, entity: Entity, kind: str, data: bytes) -> str:
        """Return a name for a file without one: a message's is its subject."""
        if kind in MESSAGES:
            subject = header_text(read_entity(data).first("subject"))
            words = re.sub(r"[/\\\s]+", " ", subject).strip()
            return f"{words or 'message'}.eml"
        return f"unnamed {len(self.enclosures) + 1}{EXTENSIONS.get(kind, '')}"


def _is_enclosed(entity: Entity, kind: str) -> bool:
    if entity.disposition() == "attachment" or entity.filename():
        return True
    return not (kind.startswith("text/") or kind in SHOWN)


def _together(found: Sequence[Shown]) -> list[Shown]:
    """Return alternatives as one."""
    return [
        Shown(
            [text for shown in found for text in shown.texts],
            [page for shown in found for page in shown.pages],
            [text for shown in found for text in shown.others][:1],
        )
    ]


def unflowed(text: str, *, joined: bool) -> str:
    """Return text with the lines put together that were broken for the way (RFC 3676)."""
    lines: list[str] = []
    open_depth: str | None = None
    for line in text.split("\n"):
        depth, content, flows = _flowing(line, joined=joined)
        if open_depth != depth or content == SIGNATURE_MARK:
            lines.append(depth and f"{depth} ")
        lines[-1] += content
        open_depth = depth if flows else None
    return "\n".join(lines)


def _flowing(line: str, *, joined: bool) -> tuple[str, str, bool]:
    """Return the marks of a quoted line, what is quoted, and whether it goes on in the next."""
    found = _QUOTED.match(line)
    depth, content = (found[1], found[2]) if found else ("", line)
    if content == SIGNATURE_MARK or not content.endswith(" "):
        return depth, content, False
    return depth, content[:-1] if joined else content, True
