"""Reads the raw artifact of an event text, so that workers can do its stages again.

A generation with another policy parses and chunks anew what it holds; events are no exception.
"""

from typing import Final

import msgspec

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import EVENT
from catalystindex.documents.parse.registry import Parser
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import CorruptDocument
from catalystindex.model.event_errors import EventInvalid
from catalystindex.streaming.codec import MAX_EVENT_BYTES, decode
from catalystindex.streaming.vectors.texts import EventText, text_of

REVISION: Final = 1
"""Goes up whenever the same event may give another text."""
PARSER_NAME: Final = f"event/{REVISION}"


def parsed_of(text: EventText) -> ParsedDocument:
    """Return a text as a parsed document."""
    builder = DocumentBuilder(EVENT, MAX_EVENT_BYTES * 2)
    for paragraph in text.paragraphs:
        builder.add("paragraph", paragraph)
    return msgspec.structs.replace(builder.build(named_by_heading=False), parser=PARSER_NAME)


def _read(data: bytes, _: ParseContext) -> ParsedDocument:
    try:
        text = text_of(decode(data))
    except EventInvalid as error:
        raise CorruptDocument(f"The event cannot be read: {error.detail}") from error
    if text is None:
        raise CorruptDocument("The event has no text.")
    return parsed_of(text)


EVENT_PARSER: Final = Parser("event", (EVENT,), _read, revision=REVISION)
