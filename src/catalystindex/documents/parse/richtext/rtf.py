"""RTF (1.9.1): paragraphs, headings, lists, tables, notes and boxes, in document order.

Read without recursion: a group is an entry of a stack. striprtf, the library there is, gives one
string without headings and without what the document says of itself (docs/design/parsing.md).
"""

import locale
from collections.abc import Callable

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import RTF
from catalystindex.documents.parse.notation import language_tag, moment
from catalystindex.documents.parse.richtext.rtf_control import WORDS
from catalystindex.documents.parse.richtext.rtf_groups import Reading
from catalystindex.documents.parse.richtext.rtf_tokens import (
    CLOSE,
    HEX,
    OPEN,
    SYMBOL,
    TEXT,
    WORD,
    Token,
    tokens,
)
from catalystindex.documents.parsed import DocumentFacts, ParsedDocument
from catalystindex.model.errors import CorruptDocument, NestedTooDeep, TruncatedDocument

MAX_DEPTH = 1_000
STEPS_BETWEEN_TICKS = 4_096
ACTS: dict[int, Callable[[Reading, Token], bool]] = {
    OPEN: lambda reading, _: reading.open(),
    CLOSE: lambda reading, _: reading.close(),
    TEXT: lambda reading, token: reading.take_bytes(token.data),
    HEX: lambda reading, token: reading.take_bytes(token.data),
    WORD: lambda reading, token: reading.word(token.name, token.number),
    SYMBOL: lambda reading, token: reading.symbol(token.name),
}
"""What a token does; False ends the document."""


def parse_rtf(data: bytes, context: ParseContext) -> ParsedDocument:
    """Parse RTF.

    Raises `CorruptDocument`, `TruncatedDocument`, `NestedTooDeep` and `DocumentTooLarge`.
    """
    body = data.lstrip(b"\xef\xbb\xbf \t\r\n")
    if not body.startswith(b"{\\rtf"):
        raise CorruptDocument("This is no RTF document: it does not begin as one.")
    builder = DocumentBuilder(RTF, context.limits.max_text_chars)
    reading = Reading(builder, WORDS)
    end = _read(body, reading, context)
    after = body[end:].strip(b" \t\r\n\x00\x1a}")
    if reading.depth:
        _check_end(body, builder)
    elif after:
        builder.warn("What follows the end of the RTF document was left out.")
    reading.finish()
    if not builder.length and (reading.depth or after):
        raise CorruptDocument("The RTF document is damaged: its braces do not match.")
    return builder.build(title=reading.told("title"), facts=_facts(reading))


def _read(body: bytes, reading: Reading, context: ParseContext) -> int:
    """Read up to the end of the document; return where that is."""
    place = 0
    for step, (token, after) in enumerate(tokens(body)):
        place = after
        if step % STEPS_BETWEEN_TICKS == 0:
            context.tick()
        if token.kind == OPEN:
            _check_depth(reading.depth)
        if not ACTS[token.kind](reading, token):
            break
    return place


def _check_depth(depth: int) -> None:
    if depth >= MAX_DEPTH:
        raise NestedTooDeep(
            f"The groups of the document are nested more than {MAX_DEPTH:,} levels deep.",
            levels=MAX_DEPTH,
        )


def _check_end(body: bytes, builder: DocumentBuilder) -> None:
    """Refuse a document that stops in the middle; mere carelessness with braces is common."""
    if not body.rstrip(b" \t\r\n\x00\x1a").endswith(b"}"):
        raise TruncatedDocument("The RTF document is cut off: its end is missing.")
    builder.warn("The RTF document leaves groups open: it may be cut off.")


def _facts(reading: Reading) -> DocumentFacts:
    name = locale.windows_locale.get(reading.language or 0, "")
    return DocumentFacts(
        author=reading.told("author"),
        created=_moment(reading, "creatim"),
        modified=_moment(reading, "revtim"),
        language=language_tag(name.replace("_", "-")),
        subject=reading.told("subject"),
    )


def _moment(reading: Reading, name: str) -> str | None:
    """Return a moment. RTF names no time zone; as everywhere, that is read as UTC."""
    parts = reading.times.get(name, {})
    year, month, day = (parts.get(one, 0) for one in ("yr", "mo", "dy"))
    hour, minute, second = (parts.get(one, 0) for one in ("hr", "min", "sec"))
    return moment(f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}")
