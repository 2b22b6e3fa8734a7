"""Reading a policy from YAML or JSON: bounded, and every mistake with its place and a way out."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any, get_args

import yaml
from pydantic import ValidationError

from catalystindex.documents.chunk.spec import (
    AppliesTo,
    Context,
    CriteriaTier,
    ExtractorName,
    HighlightTier,
    MetadataType,
    PageTier,
    Policy,
    SemanticTier,
    Strict,
    TableTier,
    TierName,
    WindowTier,
)
from catalystindex.model.errors import InvalidPolicy

MAX_BYTES = 64 * 1024
MAX_DEPTH = 12
MAX_PROBLEMS = 10
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

TIERS: Mapping[str, type[Strict]] = {
    "semantic": SemanticTier,
    "window": WindowTier,
    "criteria": CriteriaTier,
    "table": TableTier,
    "highlight": HighlightTier,
    "page": PageTier,
}
CHOICES: Mapping[str, tuple[str, ...]] = {
    "tiers": get_args(TierName),
    "extract": get_args(ExtractorName),
    "required_metadata": get_args(MetadataType),
}
Place = tuple[str | int, ...]


def read_policy(data: bytes, source: str) -> Policy:
    """Return the policy in a YAML (or JSON) text; ``source`` is what messages call it.

    Raises `InvalidPolicy`, whose detail names source, line and path of each mistake, what was
    expected, and the nearest name where a name is unknown.
    """
    values, lines = _load(data, source)
    try:
        return Policy.model_validate(values)
    except ValidationError as error:
        mistakes = error.errors(include_url=False)[:MAX_PROBLEMS]
        raise _invalid(source, [_mistake(values, lines, one) for one in mistakes]) from None


def _load(data: bytes, source: str) -> tuple[Any, dict[Place, int]]:
    """Return plain values, and the line (from 1) of every place in them."""
    if len(data) > MAX_BYTES:
        raise _invalid(source, [("", f"a policy has at most {MAX_BYTES} bytes")])
    try:
        text = data.decode("utf-8")
        _check_shape(text, source)
        node = yaml.compose(text, LOADER)
        values = yaml.safe_load(text)
    except UnicodeDecodeError as error:
        raise _invalid(source, [("", "a policy is UTF-8 text")]) from error
    except (yaml.YAMLError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"line {mark.line + 1}" if mark else ""
        said = getattr(error, "problem", None) or "not YAML"
        raise _invalid(source, [(where, f"not YAML: {said}")]) from error
    lines: dict[Place, int] = {}
    for place, line in _places(node, ()) if node is not None else ():
        if place in lines:
            raise _invalid(source, [(f"line {line}, {_dotted(place)}", "the key is there twice")])
        lines[place] = line
    return values, lines


def _check_shape(text: str, source: str) -> None:
    """Refuse aliases (which multiply) and deep nesting before any value is made."""
    depth = 0
    for event in yaml.parse(text, LOADER):
        if isinstance(event, yaml.AliasEvent):
            where = f"line {event.start_mark.line + 1}" if event.start_mark else ""
            raise _invalid(source, [(where, "aliases (*name) are not taken")])
        depth += isinstance(event, yaml.CollectionStartEvent)
        depth -= isinstance(event, yaml.CollectionEndEvent)
        if depth > MAX_DEPTH:
            raise _invalid(source, [("", f"nested deeper than {MAX_DEPTH}")])


def _places(node: yaml.Node, place: Place) -> Iterator[tuple[Place, int]]:
    yield place, node.start_mark.line + 1
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            yield from _places(value, (*place, str(key.value)))
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            yield from _places(value, (*place, number))


def _mistake(values: object, lines: Mapping[Place, int], error: Any) -> tuple[str, str]:  # noqa: ANN401
    place = _real_place(values, error["loc"])
    known = next((lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in lines), None)
    where = ", ".join(part for part in (f"line {known}" if known else "", _dotted(place)) if part)
    return where, _sentence(place, error)


def _real_place(values: object, loc: Place) -> Place:
    """Return a place without the names that validation adds for the members of a union."""
    place: list[str | int] = []
    for number, part in enumerate(loc):
        last = number == len(loc) - 1
        if isinstance(values, Mapping) and (part in values or last):
            values = values.get(part)
        elif isinstance(values, list) and isinstance(part, int) and part < len(values):
            values = values[part]
        else:
            continue
        place.append(part)
    return tuple(place)


def _sentence(place: Place, error: Any) -> str:  # noqa: ANN401  # pydantic's error details
    kind, context = error["type"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return _unknown("key", str(place[-1]), _keys_at(error["loc"]))
    if kind in ("union_tag_invalid", "literal_error") and place and place[0] in CHOICES:
        bad = context.get("tag", error["input"])
        choices = CHOICES[str(place[0])] if len(place) <= 2 else ()
        return _unknown("name", str(bad), choices) if choices else str(error["msg"])
    if kind == "union_tag_not_found":
        return f"expected a mapping with 'tier', one of {', '.join(CHOICES['tiers'])}"
    if kind == "missing":
        return "the key is missing"
    return str(error["msg"]).removeprefix("Value error, ")


def _keys_at(loc: Place) -> tuple[str, ...]:
    """Return the keys known where an unknown one stands."""
    nested: Mapping[str, type[Strict]] = {"context": Context, "applies_to": AppliesTo}
    model: type[Strict] = Policy
    if len(loc) > 2 and loc[0] == "tiers":
        model = TIERS[str(loc[2])]
    elif len(loc) > 1:
        model = nested.get(str(loc[0]), Policy)
    return tuple(model.model_fields)


def _unknown(what: str, name: str, known: tuple[str, ...]) -> str:
    near = get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]!r}?" if near else ""
    return f"unknown {what} {name[:80]!r}{hint} Known: {', '.join(known)}"


def _dotted(place: Place) -> str:
    return ".".join(str(part) for part in place)


def _invalid(source: str, mistakes: list[tuple[str, str]]) -> InvalidPolicy:
    said = "; ".join(f"{where}: {what}" if where else what for where, what in mistakes)
    return InvalidPolicy(f"{source}: {said}.", source=source, mistakes=len(mistakes))
