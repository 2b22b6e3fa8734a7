"""Every parser of the product passes every check, and so can a parser of one's own."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from itertools import count

import msgspec
import pytest

from catalystindex.documents.builder import DocumentBuilder, Where
from catalystindex.documents.parse.builtin import PARSERS
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.registry import Parser
from catalystindex.documents.parsed import Box, PageReading, ParsedDocument
from catalystindex.model.errors import CorruptDocument, EmptyDocument
from support.documents import ROOT
from support.golden_documents import MADE, first_of
from support.parser_checks import CHECKS, Check, Subject

READERS = [(parser.name, media_type) for parser in PARSERS for media_type in parser.media_types]


@cache
def subject(name: str, media_type: str) -> Subject:
    """Return a parser with the made document of its kind."""
    parser = next(one for one in PARSERS if one.name == name)
    scans = (one for one in MADE.values() if one.media_type == media_type and one.ocr)
    scan = next(scans) if "ocr" in parser.capabilities else None
    return Subject(parser, media_type, first_of(media_type).data, scan.data if scan else None)


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
@pytest.mark.parametrize(("name", "media_type"), READERS, ids=[name for name, _ in READERS])
def test_a_parser_passes(name: str, media_type: str, check: Check) -> None:
    check(subject(name, media_type))


def test_every_process_reads_the_same() -> None:
    script = (
        "import hashlib\n"
        "from catalystindex.documents.artifacts import encode_parsed\n"
        "from catalystindex.documents.parse.builtin import PARSERS\n"
        "from support.golden_documents import MADE\n"
        "from support.parser_checks import Subject\n"
        "kinds = {kind: parser for parser in PARSERS for kind in parser.media_types}\n"
        "for name, one in MADE.items():\n"
        "    if one.media_type in kinds:\n"
        "        parsed = Subject(kinds[one.media_type], one.media_type, one.data).parsed\n"
        "        print(name, hashlib.sha256(encode_parsed(parsed)).hexdigest())\n"
    )
    path = os.pathsep.join([str(ROOT / "tests"), str(ROOT / "src")])
    printed = [
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": seed, "LC_ALL": "C"},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.splitlines()
        for seed in ("0", "4711")
    ]
    assert printed[0] == printed[1]
    assert len(printed[0]) >= len(PARSERS)


# --- a parser of one's own ---------------------------------------------------

LEDGER = "text/x-ledger"
LEDGER_TEXT = b"account 4410-2297-03\n3 March;9,800.00\n5 March;9,750.00\n7 March;9,900.00\n"


def read_ledger(data: bytes, context: ParseContext) -> ParsedDocument:
    """Read an account's name and, below it, its bookings."""
    builder = DocumentBuilder(LEDGER, context.limits.max_text_chars)
    try:
        name, *lines = data.decode().splitlines() or [""]
    except UnicodeDecodeError as error:
        raise CorruptDocument("The ledger is not in UTF-8.") from error
    builder.heading(1, name)
    rows = []
    for line in lines:
        context.tick()
        rows.append(line.split(";"))
    builder.table([["Day", "Amount"], *rows])
    return builder.build()


LEDGER_PARSER = Parser("ledger", (LEDGER,), read_ledger, frozenset({"headings", "tables"}))


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_a_parser_of_ones_own_passes(check: Check) -> None:
    check(Subject(LEDGER_PARSER, LEDGER, LEDGER_TEXT))


# --- checks that find what they are for --------------------------------------

Change = Callable[[ParsedDocument], ParsedDocument]
COUNTER: Iterator[int] = count()


def _with(**fields: object) -> Change:
    return lambda parsed: msgspec.structs.replace(parsed, **fields)


def _first_block(**fields: object) -> Change:
    def change(parsed: ParsedDocument) -> ParsedDocument:
        first = msgspec.structs.replace(parsed.blocks[0], **fields)
        return msgspec.structs.replace(parsed, blocks=(first, *parsed.blocks[1:]))

    return change


def _first_table(**fields: object) -> Change:
    def change(parsed: ParsedDocument) -> ParsedDocument:
        first = msgspec.structs.replace(parsed.tables[0], **fields)
        return msgspec.structs.replace(parsed, tables=(first, *parsed.tables[1:]))

    return change


WRONG: dict[str, tuple[str, Change]] = {
    "another kind": ("returns_the_kind_it_was_asked_for", _with(media_type="text/plain")),
    "a counter in the title": (
        "gives_the_same_bytes_twice",
        lambda parsed: msgspec.structs.replace(parsed, title=str(next(COUNTER))),
    ),
    "a block too short": ("blocks_hold_the_text", _first_block(end=3)),
    "no text": ("blocks_hold_the_text", _with(text="", blocks=(), sections=(), tables=())),
    "no sections": ("sections_agree_with_blocks", _with(sections=())),
    "another path": ("sections_agree_with_blocks", _first_block(heading_path=("other",))),
    "a page of none": ("pages_and_boxes_are_inside_the_document", _first_block(page=1)),
    "a page beyond the last": (
        "pages_and_boxes_are_inside_the_document",
        lambda parsed: _first_block(page=2, last_page=2)(
            _with(pages=1, page_readings=(PageReading(1, 10, 10, "text"),))(parsed)
        ),
    ),
    "a ragged table": (
        "tables_are_rectangular_and_in_the_text",
        _first_table(rows=(("Day", "Amount"), ("3 March",))),
    ),
    "a cell from nowhere": (
        "tables_are_rectangular_and_in_the_text",
        _first_table(rows=(("Day", "Amount"), ("3 March", "9,801.00"))),
    ),
    "a table beside its block": ("tables_are_rectangular_and_in_the_text", _first_table(start=0)),
    "no tables": ("capabilities_are_kept", _with(tables=())),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_result_is_found(name: str) -> None:
    failing, change = WRONG[name]

    def read(data: bytes, context: ParseContext) -> ParsedDocument:
        return change(read_ledger(data, context))

    with pytest.raises((AssertionError, EmptyDocument)):
        named(failing)(Subject(replace(LEDGER_PARSER, read=read), LEDGER, LEDGER_TEXT))


def named(name: str) -> Check:
    return next(check for check in CHECKS if check.__name__ == name)


def read_careless(data: bytes, context: ParseContext) -> ParsedDocument:
    """Read a ledger without a thought for limits and damage."""
    builder = DocumentBuilder(LEDGER, 10**9)
    name, *lines = data.decode().split("\n")
    builder.heading(1, name)
    builder.table([[line.split(";")[0], line.split(";")[1]] for line in lines if line])
    return builder.build()


@pytest.mark.parametrize(
    "failing",
    [
        "nothing_and_blanks_and_garbage_are_refused_or_read",
        "every_beginning_is_refused_or_read",
        "flipped_bytes_are_refused_or_read",
        "text_beyond_the_limit_is_refused",
        "time_beyond_the_limit_is_refused",
    ],
)
def test_carelessness_is_found(failing: str) -> None:
    careless = replace(LEDGER_PARSER, read=read_careless)
    with pytest.raises((AssertionError, UnicodeDecodeError, IndexError)):
        named(failing)(Subject(careless, LEDGER, LEDGER_TEXT))


def test_a_box_beside_its_page_is_found() -> None:
    def read(data: bytes, context: ParseContext) -> ParsedDocument:
        builder = DocumentBuilder(LEDGER, context.limits.max_text_chars)
        builder.page(PageReading(1, 100, 100, "text"))
        builder.add("paragraph", "text", Where(1, boxes=(Box(1, 90, 10, 101, 20),)))
        return builder.build(pages=1)

    with pytest.raises(AssertionError):
        named("pages_and_boxes_are_inside_the_document")(
            Subject(replace(LEDGER_PARSER, read=read), LEDGER, b"x")
        )
