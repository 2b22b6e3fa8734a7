"""JSON (RFC 8259) and JSON Lines as text that people can read and search.

Members are lines ``key: value``, what is nested stands under the key as a heading, and lists of
like records are tables. Numbers keep the digits they were written with, and doubled keys stay.
"""

import json
from collections.abc import Callable

from catalystindex.documents.builder import DocumentBuilder
from catalystindex.documents.parse.charsets import fit
from catalystindex.documents.parse.context import ParseContext
from catalystindex.documents.parse.json_values import Literal, Members, Value, Writer, as_table
from catalystindex.documents.parse.kinds import JSON, JSON_LINES
from catalystindex.documents.parse.text import decode
from catalystindex.documents.parsed import ParsedDocument
from catalystindex.model.errors import CorruptDocument, NestedTooDeep, TruncatedDocument

WIDE_ENCODINGS = ("utf-16", "utf-32")
STEPS_BETWEEN_TICKS = 1_000
TITLES = ("title", "subject", "name")


def parse_json(data: bytes, context: ParseContext) -> ParsedDocument:
    """Parse JSON. Raises `CorruptDocument`, `TruncatedDocument` and `NestedTooDeep`."""
    builder = DocumentBuilder(JSON, context.limits.max_text_chars)
    text = _text(data)
    context.tick()
    value = _loaded(text, lambda line, column: f"line {line}, column {column}")
    Writer(builder, context).write(value, 1, "")
    return builder.build(title=_title(value), named_by_heading=False)


def _title(value: Value) -> str | None:
    """Return what an object says it is called."""
    pairs = value.pairs if isinstance(value, Members) else []
    named = {key.lower(): own for key, own in reversed(pairs) if isinstance(own, str)}
    return next((named[key] for key in TITLES if key in named), None)


def parse_json_lines(data: bytes, context: ParseContext) -> ParsedDocument:
    """Parse JSON Lines: like records as a table, others each under a heading."""
    builder = DocumentBuilder(JSON_LINES, context.limits.max_text_chars)
    records: list[tuple[int, Value]] = []
    for number, line in enumerate(_text(data).split("\n"), 1):
        if number % STEPS_BETWEEN_TICKS == 0:
            context.tick()
        if line.strip():
            records.append((number, _loaded(line, _line_of(number))))
    writer = Writer(builder, context)
    table = as_table([value for _, value in records])
    if table is not None:
        writer.add_table(*table)
    else:
        for number, value in records:
            builder.heading(1, f"Line {number}")
            writer.write(value, 2, "")
    return builder.build(named_by_heading=False)


def _line_of(number: int) -> Callable[[int, int], str]:
    return lambda _, column: f"line {number}, column {column}"


def _text(data: bytes) -> str:
    """Return the source. Wide encodings may stand without a mark."""
    encoding = json.detect_encoding(data)
    if encoding.startswith(WIDE_ENCODINGS):
        try:
            return data.decode(encoding).removeprefix("\ufeff")
        except UnicodeDecodeError as error:
            raise CorruptDocument(f"The text is not valid {encoding}.") from error
    return decode(data).removeprefix("\ufeff")


def _loaded(text: str, where: Callable[[int, int], str]) -> Value:
    """Return the value. Python's reader gives numbers as they are written, and every key."""
    try:
        value: Value = json.loads(
            text,
            object_pairs_hook=Members,
            parse_float=Literal,
            parse_int=Literal,
            parse_constant=Literal,
            strict=False,
        )
    except json.JSONDecodeError as error:
        place = where(error.lineno, error.colno)
        if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated string"):
            raise TruncatedDocument(f"The JSON text is cut off ({place}).") from error
        message = fit(error.msg[0].lower() + error.msg[1:])
        raise CorruptDocument(f"This is no valid JSON: {message} ({place}).") from error
    except RecursionError as error:
        raise NestedTooDeep("The JSON text is nested too deeply.") from error
    return value
