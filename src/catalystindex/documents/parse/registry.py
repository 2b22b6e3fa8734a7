"""Which parser reads which media type, and the checks that hold for whatever a parser returns.

A parser says what it reads, what it can and how it ranks; for each media type the one of highest
priority is used, or the one that the settings name. Packages add parsers by the entry point group
``catalystindex.parsers``; each entry is a `Parser`.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from importlib.metadata import entry_points
from pathlib import Path
from typing import Literal

import msgspec

from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.language import language_of
from catalystindex.documents.parse.media import detect_media_type
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import (
    ConfigurationError,
    DocumentWithoutText,
    EmptyDocument,
    UnsupportedMedia,
)

ENTRY_POINTS = "catalystindex.parsers"
Capability = Literal["pages", "boxes", "headings", "tables", "figures", "ocr", "attachments"]


@dataclass(frozen=True)
class Parser:
    """A way to read documents of some media types.

    ``read`` returns a `ParsedDocument` whose media type is the one it was asked for, and raises
    `DocumentError`. ``revision`` goes up whenever the same bytes may give another result.
    """

    name: str
    media_types: tuple[str, ...]
    read: Callable[[bytes, ParseContext], ParsedDocument]
    capabilities: frozenset[Capability] = frozenset()
    priority: int = 0
    revision: int = 1


class ParserRegistry:
    """The parser of each media type. Raises `ConfigurationError` for a choice that is not there."""

    def __init__(self, parsers: Iterable[Parser], chosen: Mapping[str, str] | None = None) -> None:
        self._parsers = tuple(sorted(parsers, key=lambda one: (-one.priority, one.name)))
        self._by_type: dict[str, Parser] = {}
        for parser in self._parsers:
            for media_type in parser.media_types:
                self._by_type.setdefault(media_type, parser)
        for media_type, name in sorted((chosen or {}).items()):
            self._by_type[media_type] = self._named(media_type, name)

    def _named(self, media_type: str, name: str) -> Parser:
        able = [one for one in self._parsers if media_type in one.media_types]
        found = next((one for one in able if one.name == name), None)
        if found is None:
            known = ", ".join(one.name for one in able) or "none"
            raise ConfigurationError(
                f"parsing.parsers: no parser {name!r} reads {media_type}; known: {known}."
            )
        return found

    @property
    def parsers(self) -> tuple[Parser, ...]:
        """All parsers, the preferred ones first."""
        return self._parsers

    def for_type(self, media_type: str) -> Parser:
        """Return the parser of a media type. Raises `UnsupportedMedia`."""
        parser = self._by_type.get(media_type)
        if parser is None:
            raise UnsupportedMedia(f"There is no parser for {media_type}.", media_type=media_type)
        return parser

    def parse(self, data: bytes, media_type: str, context: ParseContext) -> ParsedDocument:
        """Read bytes of a known kind.

        Raises a `DocumentError`: the document has no text, is damaged, protected or too large, or
        is of a kind without a parser. Text is never silently cut.
        """
        parser = self.for_type(media_type)
        context.read_part = self._read_part
        context.tick()
        parsed = parser.read(data, context)
        if not parsed.text.strip():
            raise _no_text(parsed, context, parser.capabilities)
        facts = parsed.facts
        if facts.language is None and context.depth == 0:
            language = language_of(parsed.text)
            found = language is not None
            facts = msgspec.structs.replace(facts, language=language, language_found=found)
        name = f"{parser.name}/{parser.revision}"
        return msgspec.structs.replace(parsed, media_type=media_type, parser=name, facts=facts)

    def _read_part(self, data: bytes, filename: str, context: ParseContext) -> ParsedDocument:
        name = Path(filename).name or "attachment"
        return self.parse(data, detect_media_type(data, name, None), context)


def installed_parsers() -> list[Parser]:
    """Return the parsers that other packages bring. Raises `ConfigurationError` for a bad one."""
    found = []
    for entry in sorted(entry_points(group=ENTRY_POINTS), key=lambda entry: entry.name):
        parser = entry.load()
        if not isinstance(parser, Parser):
            raise ConfigurationError(f"The entry point {entry.value!r} is no parser.")
        found.append(parser)
    return found


def _no_text(
    parsed: ParsedDocument, context: ParseContext, capabilities: frozenset[Capability]
) -> DocumentWithoutText:
    off = "recognition is off (parsing.ocr)"
    if parsed.pages:
        one = parsed.pages == 1
        said = "The page holds no text" if one else f"None of the {parsed.pages} pages holds text"
        tried = "none was recognised in pictures of it" if context.recogniser else off
        return DocumentWithoutText(f"{said}, and {tried}.", pages=parsed.pages)
    if not parsed.figures:
        return EmptyDocument("The document is empty.")
    said = "The document holds pictures and no text"
    if "ocr" not in capabilities:  # its kind's pictures are not looked at
        return DocumentWithoutText(f"{said}.")
    tried = "none was recognised in them" if context.recogniser else off
    return DocumentWithoutText(f"{said}, and {tried}.")
