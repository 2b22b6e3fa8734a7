"""Which parser reads what, and the checks that hold for all of them."""

import pytest

from catalystindex.config.sections import LimitsSettings, ParsingSettings
from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.builtin import PARSERS, load_registry
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.kinds import MARKDOWN, PDF, PLAIN, SUPPORTED
from catalystindex.documents.parse.registry import Parser, ParserRegistry
from catalystindex.documents.parsed import DocumentFacts, ParsedDocument
from catalystindex.model.errors import (
    ConfigurationError,
    DocumentError,
    DocumentTooLarge,
    DocumentWithoutText,
    EmptyDocument,
    MislabelledDocument,
    NestedTooDeep,
    UnsupportedMedia,
)
from support.documents import REGISTRY, lines, parse, pdf_bytes, simple_docx

KIND = "application/x-kind"


def saying(text: str, media_type: str = "other/kind") -> Parser:
    def read(data: bytes, context: ParseContext) -> ParsedDocument:
        builder = DocumentBuilder(media_type, context.limits.max_text_chars)
        builder.add("paragraph", text)
        return builder.build()

    return Parser(text or "nothing", (KIND,), read)


def read_by(*parsers: Parser, chosen: dict[str, str] | None = None) -> str:
    return ParserRegistry(parsers, chosen).parse(b"x", KIND, ParseContext()).text


def with_priority(parser: Parser, priority: int) -> Parser:
    return Parser(parser.name, parser.media_types, parser.read, priority=priority)


def test_every_supported_kind_has_a_parser() -> None:
    assert {kind for parser in PARSERS for kind in parser.media_types} == set(SUPPORTED)


def test_names_of_parsers_are_unique() -> None:
    names = [parser.name for parser in PARSERS]
    assert len(names) == len(set(names))


def test_the_parser_of_highest_priority_reads_and_names_settle_ties() -> None:
    low, high = with_priority(saying("low"), 1), with_priority(saying("high"), 2)
    assert read_by(low, high) == read_by(high, low) == "high"
    assert read_by(saying("b"), saying("a")) == "a"


def test_the_settings_choose_a_parser() -> None:
    parsers = (with_priority(saying("low"), 1), with_priority(saying("high"), 2))
    assert read_by(*parsers, chosen={KIND: "low"}) == "low"


@pytest.mark.parametrize("choice", [{KIND: "nobody"}, {"text/none": "low"}])
def test_a_choice_that_is_not_there_is_refused_at_the_start(choice: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError, match="no parser"):
        ParserRegistry([saying("low")], choice)


def test_a_bad_choice_in_the_settings_is_refused() -> None:
    with pytest.raises(ConfigurationError):
        load_registry(ParsingSettings(parsers={PDF: "nobody"}))


def test_a_kind_without_a_parser_is_refused() -> None:
    with pytest.raises(UnsupportedMedia):
        REGISTRY.parse(b"x", "image/x-unknown", ParseContext())


def test_the_result_says_who_read_it_and_as_what() -> None:
    parsed = ParserRegistry([saying("words")]).parse(b"x", KIND, ParseContext())
    assert (parsed.media_type, parsed.parser) == (KIND, "words/1")


@pytest.mark.parametrize(
    ("media_type", "data"),
    [
        (PLAIN, b"word"),
        (MARKDOWN, b"word"),
        (PDF, pdf_bytes(lines("word"))),
        (
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            simple_docx("word"),
        ),
    ],
)
def test_every_parser_says_which_kind_it_read(media_type: str, data: bytes) -> None:
    parsed = parse(data, media_type)
    assert parsed.media_type == media_type
    assert parsed.text == "word"
    assert parsed.parser


@pytest.mark.parametrize("text", ["", " \n\t "])
def test_no_text_is_an_error_and_not_an_empty_document(text: str) -> None:
    with pytest.raises(EmptyDocument):
        read_by(saying(text))


def test_blank_text_is_no_text() -> None:
    with pytest.raises(DocumentWithoutText):
        parse(b"\xef\xbb\xbf \n\t\x07 ")


@pytest.mark.parametrize("media_type", [PLAIN, MARKDOWN])
def test_text_is_refused_rather_than_cut_at_the_limit(media_type: str) -> None:
    limits = LimitsSettings(max_text_chars=1000)
    assert len(parse(b"a" * 1000, media_type, limits).text) == 1000
    with pytest.raises(DocumentTooLarge) as refused:
        parse(b"a" * 1001, media_type, limits)
    assert refused.value.context["limit"] == 1000


def test_a_stated_language_is_kept_and_an_unstated_one_is_found_and_marked() -> None:
    german = "Der Kunde hat das Geld in bar eingezahlt und wollte nicht sagen woher es kam. " * 5

    def stated(data: bytes, context: ParseContext) -> ParsedDocument:
        builder = DocumentBuilder(KIND, 10_000)
        builder.add("paragraph", german)
        return builder.build(facts=DocumentFacts(language="fr"))

    facts = ParserRegistry([Parser("p", (KIND,), stated)]).parse(b"x", KIND, ParseContext()).facts
    assert (facts.language, facts.language_found) == ("fr", False)
    found = parse(german).facts
    assert (found.language, found.language_found) == ("de", True)


# --- files inside files -----------------------------------------------------


def reading_inside(name: str, data: bytes) -> Parser:
    def read(_: bytes, context: ParseContext) -> ParsedDocument:
        return context.part(data, name)

    return Parser("outer", (KIND,), read)


def read_inside(name: str, data: bytes) -> ParsedDocument:
    registry = ParserRegistry([*PARSERS, reading_inside(name, data)])
    return registry.parse(b"x", KIND, ParseContext())


def test_a_file_inside_is_read_by_what_it_is() -> None:
    assert read_inside("notes/inner.pdf", pdf_bytes(lines("word"))).text == "word"
    assert read_inside("../../etc/inner", b"word").text == "word"


def test_a_file_inside_that_lies_about_its_kind_is_refused() -> None:
    with pytest.raises(MislabelledDocument):
        read_inside("inner.pdf", b"<html>log in")


def test_files_inside_one_another_without_end_are_refused() -> None:
    def read(data: bytes, context: ParseContext) -> ParsedDocument:
        return context.part(data, "a.txt")

    registry = ParserRegistry([Parser("loop", (PLAIN,), read)])
    with pytest.raises(NestedTooDeep):
        registry.parse(b"words", PLAIN, ParseContext())


def test_errors_of_parsers_are_document_errors() -> None:
    for media_type in SUPPORTED:
        for data in (b"\x00\xff" * 40, b"PK\x03\x04" + bytes(60), b"{" * 90):
            try:
                parse(data, media_type)
            except DocumentError:
                continue
