"""Write what is published about events, or check that it is up to date.

`docs/reference/events.schema.json` (JSON Schema 2020-12) and `docs/reference/events.md`, both from
the classes of `model/events`: types and bounds from their annotations, meanings from docstrings.
"""

import argparse
import ast
import inspect
import json
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from catalystindex.model.currency import BITCOIN, EXPONENTS, MAX_MINOR
from catalystindex.model.events.envelope import (
    EVENT_TYPES,
    SCHEMA_VERSION,
    Event,
    EventBase,
    kind_of,
)
from catalystindex.model.events.fields import MAX_MICROS, MIN_MICROS, PRICE_SCALE, QUANTITY_SCALE
from catalystindex.streaming.codec import MAX_EVENT_BYTES

REFERENCE = Path(__file__).parent.parent / "docs" / "reference"
MADE = "<!-- Made by tools/event_schemas.py: change the code, then run `make reference`. -->"
CURRENCY = "CurrencyCode"
PAYLOAD_RULE = "A `delete` has no payload, an `upsert` has one."
ACCOUNT_RULES = {
    "transaction": "At least one of `debtor_account` and `creditor_account` is there.",
    "trade": "At least one of `buyer_account` and `seller_account` is there.",
}
"""What `streaming.codec` checks beyond the fields, one by one."""

INTRODUCTION = (
    "An event is a JSON object: the fields of the envelope, and under `payload` those of its kind. "
    "[events.schema.json](events.schema.json) says the same as JSON Schema. This is schema version "
    f"{SCHEMA_VERSION}; an event has at most {MAX_EVENT_BYTES:,} bytes. Fields that are not listed "
    "are refused; leave out what is not known."
)
NUMBERS = (
    "*Money* is a whole number of minor units of the currency beside it: 1230 is 12.30 USD, 1230 "
    "JPY, or 1.230 KWD. It is never a float, and at most 2^53 - 1, so that every program reads it "
    f"exactly. *Prices* are 1/{PRICE_SCALE:,} of the currency's major unit, *quantities* "
    f"1/{QUANTITY_SCALE:,} of their unit, *shares* 1/100 of a percent. *Times* are microseconds "
    "since 1970-01-01T00:00:00Z, of the years 1 to 9999."
)
EVENT_ID = (
    "`event_id` is BLAKE2b (16 bytes, personalised with `event`) over the event's own canonical "
    "JSON without it, in hexadecimal: no spaces, `kind` first, fields in the order below, those "
    "that have their default left out. Leave it out when sending: it is computed. One that is "
    "there has to be right."
)

Schema = dict[str, Any]


def main() -> int:
    """Write the files, or with ``--check`` compare; return 1 for a difference."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    checking: bool = parser.parse_args().check
    stale = [name for name, text in pages().items() if _read(REFERENCE / name) != text]
    if checking:
        print(
            "\n".join(f"{name} is stale: run `make reference`" for name in stale)
            or "event schemas: up to date"
        )
        return int(bool(stale))
    for name in stale:
        (REFERENCE / name).write_text(pages()[name], "utf-8")
    return 0


def pages() -> dict[str, str]:
    """Return the text of each file, by name."""
    schema = event_schema()
    text = json.dumps(schema, indent=2, ensure_ascii=False) + "\n"
    return {"events.schema.json": text, "events.md": events_page(schema)}


def event_schema() -> Schema:
    """Return the JSON Schema of any event."""
    raw = msgspec.json.schema(Event)
    definitions: Schema = _with_currency_by_name(raw["$defs"])
    for cls in EVENT_TYPES:
        _describe(definitions, cls)
    definitions[CURRENCY] = {
        "title": CURRENCY,
        "description": f"ISO 4217, and {BITCOIN} for bitcoin.",
        "enum": sorted(EXPONENTS),
    }
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:catalystindex:schema:event:{SCHEMA_VERSION}",
        "title": "Event",
        "description": f"{_paragraph(EventBase)} {PAYLOAD_RULE}",
        "anyOf": raw["anyOf"],
        "discriminator": raw["discriminator"],
        "$defs": dict(sorted(definitions.items())),
    }


def _describe(definitions: Schema, cls: type[Event]) -> None:
    """Add to a kind's definitions what types cannot say."""
    event = definitions[cls.__name__]
    event["if"] = {"properties": {"op": {"const": "delete"}}, "required": ["op"]}
    event["then"] = {"properties": {"payload": {"type": "null"}}}
    event["else"] = {"properties": {"payload": {"type": "object"}}, "required": ["payload"]}
    said = _payload_class(cls)
    payload = definitions[said.__name__]
    for name, meaning in _meanings(said).items():
        payload["properties"][name] = {"description": meaning} | payload["properties"][name]
    rule = ACCOUNT_RULES.get(kind_of(cls))
    if rule is not None:
        sides = [name for name in payload["properties"] if f"`{name}`" in rule]
        payload["anyOf"] = [
            {"properties": {name: {"type": "string"}}, "required": [name]} for name in sides
        ]


def events_page(schema: Schema) -> str:
    """Return the page of all kinds."""
    sections = [line for cls in EVENT_TYPES for line in _section(schema["$defs"], cls)]
    return "\n".join(
        [
            "# Events",
            "",
            MADE,
            "",
            *_wrapped(INTRODUCTION),
            "",
            *_wrapped(NUMBERS),
            "",
            "## The envelope",
            "",
            *_wrapped(f"{_paragraph(EventBase)} {PAYLOAD_RULE}"),
            "",
            *_wrapped(EVENT_ID),
            "",
            *_table(schema["$defs"][EVENT_TYPES[0].__name__], leave_out=("kind", "payload")),
            "",
            *sections,
            *_currencies(),
        ]
    )


def _section(definitions: Schema, cls: type[Event]) -> Iterator[str]:
    payload = _payload_class(cls)
    yield from (f"## `{kind_of(cls)}`", "")
    yield from (*_wrapped(inspect.cleandoc(cls.__doc__ or "")), "")
    more = " ".join(
        filter(None, (inspect.cleandoc(payload.__doc__ or ""), ACCOUNT_RULES.get(kind_of(cls))))
    )
    yield from (*_wrapped(" ".join(more.split())), "")
    yield from (*_table(definitions[payload.__name__]), "")


def _table(definition: Schema, leave_out: tuple[str, ...] = ()) -> Iterator[str]:
    yield "| field | type | default | meaning |"
    yield "| --- | --- | --- | --- |"
    required = definition.get("required", [])
    for name, form in definition["properties"].items():
        if name not in leave_out:
            default = "**required**" if name in required else _default(form)
            yield f"| `{name}` | {_type(form)} | {default} | {_meaning(form)} |"


def _type(form: Schema) -> str:
    """Return type and bounds in words."""
    form = _own(form)
    if "$ref" in form:
        return "[currency](#currencies)"
    if "enum" in form:
        return ", ".join(f"`{one}`" for one in form["enum"])
    if form["type"] == "array":
        return f"list, at most {form['maxItems']:,}: {_type(form['items'])}"
    if form["type"] == "string":
        low, high = form.get("minLength", 0), form["maxLength"]
        return f"text, {low} to {high:,} characters" if low != high else f"text, {low} characters"
    if form["type"] == "integer":
        return _integer(form["minimum"], form.get("maximum"))
    return "true or false"


def _integer(low: int, high: int | None) -> str:
    if (low, high) == (MIN_MICROS, MAX_MICROS):
        return "time"
    if high is None:
        return f"integer, from {low:,}"
    return f"integer, {low:,} to {'2^53 - 1' if high == MAX_MINOR else f'{high:,}'}"


def _default(form: Schema) -> str:
    default = form.get("default")
    return f"`{json.dumps(default)}`" if default not in (None, "", [], ()) else ""


def _meaning(form: Schema) -> str:
    """Return the field's own meaning, and that of its type."""
    own, of_type = form.get("description"), _own(form).get("description")
    parts = [own] if own == of_type else [own, of_type]
    return " ".join(" ".join(part.split()) for part in parts if part).replace("``", "`")


def _own(form: Schema) -> Schema:
    """Return the form of a field that may be left out, without its `null`."""
    others = [one for one in form.get("anyOf", ()) if one != {"type": "null"}]
    chosen: Schema = others[0] if others else form
    return chosen


def _currencies() -> Iterator[str]:
    yield from ("## Currencies", "")
    yield from _wrapped(
        "ISO 4217 codes by the decimals of their minor unit. Codes without one (gold, special "
        f"drawing rights) count as 0. `{BITCOIN}` is bitcoin in satoshi: ISO 4217 has no such code."
    )
    for places in sorted(set(EXPONENTS.values())):
        codes = sorted(code for code, own in EXPONENTS.items() if own == places)
        yield ""
        yield from _wrapped(f"**{places}**: {' '.join(codes)}")
    yield ""


def _with_currency_by_name(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return JSON in which the list of currencies is a reference, wherever it is written out."""
    if isinstance(value, list):
        return [_with_currency_by_name(one) for one in value]
    if not isinstance(value, dict):
        return value
    if value.get("enum") == sorted(EXPONENTS):
        return {"$ref": f"#/$defs/{CURRENCY}"}
    return {key: _with_currency_by_name(one) for key, one in value.items()}


def _payload_class(cls: type[Event]) -> type[msgspec.Struct]:
    form = msgspec.inspect.type_info(cls)
    assert isinstance(form, msgspec.inspect.StructType)  # noqa: S101 - for the type checker
    field = next(one for one in form.fields if one.name == "payload").type
    assert isinstance(field, msgspec.inspect.UnionType)  # noqa: S101
    return next(one.cls for one in field.types if isinstance(one, msgspec.inspect.StructType))


def _meanings(cls: type[msgspec.Struct]) -> Mapping[str, str]:
    """Return the docstrings below fields, by field."""
    body = ast.parse(textwrap.dedent(inspect.getsource(cls))).body[0]
    assert isinstance(body, ast.ClassDef)  # noqa: S101
    return {
        field.target.id: " ".join(inspect.cleandoc(text.value.value).split())
        for field, text in zip(body.body, body.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def _paragraph(cls: type) -> str:
    """Return a docstring in one line, without its summary and its last sentence's rule."""
    text = " ".join(inspect.cleandoc(cls.__doc__ or "").split("\n\n", 1)[1].split())
    return text.replace("``", "`").removesuffix(PAYLOAD_RULE).strip()


def _wrapped(text: str) -> list[str]:
    """Return lines of at most 100 characters, as Markdown has code."""
    return textwrap.wrap(
        text.replace("``", "`"), 100, break_long_words=False, break_on_hyphens=False
    )


def _read(path: Path) -> str:
    return path.read_text("utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
