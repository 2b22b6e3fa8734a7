"""What e-mail of any format has in common: a head, alternative bodies, and files inside."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import msgspec

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parsed import Attachment, ParsedDocument
from catalystindex.model.errors import (
    DocumentError,
    DocumentNeedsMemory,
    DocumentTooSlow,
    DocumentWithoutText,
    NestedTooDeep,
    TooManyAttachments,
)

WHOLE_DOCUMENT = (DocumentTooSlow, DocumentNeedsMemory, TooManyAttachments)
"""Errors about what the document and all inside it may take together."""
ATTACHMENT_LEVEL = 2
MAX_NAME = 300
COVERED = 0.9
_BLANK_LINES = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Enclosure:
    """A file that a message carries."""

    name: str
    media_type: str | None
    data: bytes
    filename: str = ""
    """Under which it is read, where the name does not tell the kind."""
    read: Callable[[ParseContext], ParsedDocument] | None = None
    """Reads it where it is no file of its own; the context is that of what is inside it."""


@dataclass
class Letter:
    """A message as it is presented. ``head`` holds the fields in order, each as it is shown."""

    subject: str
    head: list[tuple[str, str]] = field(default_factory=list)

    def write_head(self, builder: DocumentBuilder) -> None:
        """Add the subject as a heading, and the head as one paragraph."""
        builder.heading(1, self.subject)
        fields = [f"{name}: {' '.join(value.split())}" for name, value in self.head]
        builder.add("paragraph", "\n".join(line for line in fields if not line.endswith(": ")))


def concerns_whole(error: DocumentError, context: ParseContext) -> bool:
    """Tell whether an error inside a file is about the whole document.

    It is if a bound that all files share was passed: time, memory, their number, the bytes that
    all unpack to, or the levels of files inside files. Any other error is the file's own.
    """
    if isinstance(error, NestedTooDeep):
        return error.context.get("limit") == context.limits.max_nesting
    spent = context.used.unpacked_bytes > context.limits.max_unpacked_bytes
    return spent or isinstance(error, WHOLE_DOCUMENT)


def attach(enclosure: Enclosure, builder: DocumentBuilder, context: ParseContext) -> None:
    """Read a file that a message carries under a heading of its own, or say why it was not read.

    Raises only what concerns the whole document: `TooManyAttachments`, `NestedTooDeep`,
    `ExpandsTooMuch`, `DocumentTooSlow`, and `DocumentTooLarge` for the text of all together.
    """
    context.tick()
    context.count_attachment()
    context.count_unpacked(len(enclosure.data))
    builder.leave(ATTACHMENT_LEVEL)
    name = shown_name(enclosure.name)
    builder.heading(ATTACHMENT_LEVEL, f"Attachment: {name}")
    try:
        if enclosure.read is not None:
            part = enclosure.read(context.inner())
        else:
            part = context.part(enclosure.data, enclosure.filename or name)
    except DocumentError as error:
        if concerns_whole(error, context):
            raise
        note_unread(enclosure, error, builder)
    else:
        include(enclosure, part, builder)


def include(enclosure: Enclosure, part: ParsedDocument, builder: DocumentBuilder) -> None:
    """Add a file's text, and what it carries itself under its name."""
    name = shown_name(enclosure.name)
    start, end = builder.include(part, ATTACHMENT_LEVEL + 1)
    size = len(enclosure.data)
    builder.attachment(Attachment(name, enclosure.media_type or part.media_type, size, start, end))
    for inner in part.attachments:
        builder.attachment(
            msgspec.structs.replace(
                inner,
                name=f"{name}/{inner.name}",
                start=None if inner.start is None else inner.start + start,
                end=None if inner.end is None else inner.end + start,
            )
        )


def note_unread(enclosure: Enclosure, error: DocumentError, builder: DocumentBuilder) -> None:
    """Say in the text and beside it that a file was not read."""
    name = shown_name(enclosure.name)
    what = "holds no text" if isinstance(error, DocumentWithoutText) else "was not read"
    sentence = f"Attachment {name} {what}: {error.detail}"
    builder.add("paragraph", sentence)
    builder.warn(sentence)
    builder.attachment(
        Attachment(
            name,
            enclosure.media_type,
            len(enclosure.data),
            problem_code=error.code,
            problem_detail=error.detail,
        )
    )


def shown_name(name: str) -> str:
    """Return a file's name without a path and on one line."""
    last = re.split(r"[/\\]", " ".join(name.split()))[-1].strip()
    return last[-MAX_NAME:] or "unnamed"


def write_text(text: str, builder: DocumentBuilder) -> None:
    """Add plain text, a block per paragraph."""
    for paragraph in _BLANK_LINES.split(text):
        builder.add("paragraph", paragraph)


def write_body(
    texts: Sequence[str], pages: Sequence[ParsedDocument], builder: DocumentBuilder
) -> None:
    """Add a part of a message that is there as text, as web pages, or as both.

    The text is enough if it says what the pages say, and they are if the text is a stub of them.
    If they differ, programs show different messages: both are kept.
    """
    text, shown = "\n\n".join(texts), "\n".join(page.text for page in pages)
    text_is_enough = covers(text, shown)
    pages_are_enough = not text_is_enough and covers(shown, text)
    if not pages_are_enough:
        write_text(text, builder)
    if text_is_enough and text.strip():
        return
    if not pages_are_enough and shown.strip():
        builder.warn("The message's text and its HTML say different things: both were kept.")
    for page in pages:
        builder.include(page, ATTACHMENT_LEVEL)


def covers(text: str, other: str) -> bool:
    """Tell whether a text holds (nearly) all words of another, and all its numbers."""
    words = set(_WORD.findall(other.casefold()))
    missing = words - set(_WORD.findall(text.casefold()))
    if any(any(sign.isdigit() for sign in word) for word in missing):
        return False
    return len(missing) <= len(words) * (1 - COVERED)
