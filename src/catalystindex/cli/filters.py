"""Filters on the command line: readable pairs, or the whole language as JSON."""

import json
import re
from collections.abc import Sequence
from pathlib import Path

from catalystindex.cli.options import typed
from catalystindex.model.document import MetadataScalar
from catalystindex.model.errors import InvalidRequest
from catalystindex.model.filter_json import parse_filters
from catalystindex.model.filters import NO_FILTER, And, Condition

MAX_FILE_BYTES = 1024 * 1024
FORM = "key=value, key!=value, key^=prefix, or key with <, <=, > or >= and a number or date"
_PAIR = re.compile(r"\s*([A-Za-z0-9_.-]+)\s*(\^=|!=|<=|>=|=|<|>)\s*(.*?)\s*", re.DOTALL)
BOUNDS = {"<": "lt", "<=": "lte", ">": "gt", ">=": "gte"}
Operators = dict[str, list[MetadataScalar]]
"""The values given to one key, by the operator of the pair."""


def filters_of(pairs: Sequence[str], where: str | None) -> Condition:
    """Return what ``--filter`` pairs and ``--where`` ask together; all of it must hold.

    Pairs of one key: several ``=`` are any of the values, several ``!=`` none of them, several
    ``^=`` any of the beginnings; bounds make one range. ``where`` is JSON, or ``@file`` with it.
    Raises `InvalidRequest` that names the place.
    """
    keys: dict[str, Operators] = {}
    for pair in pairs:
        key, operator, value = _read_pair(pair)
        keys.setdefault(key, {}).setdefault(operator, []).append(value)
    parts = [part for key, operators in sorted(keys.items()) for part in _asked(key, operators)]
    if where is not None:
        parts.append(parse_filters(_json_of(where), "where"))
    asked = [part for part in parts if part != NO_FILTER]
    return asked[0] if len(asked) == 1 else And(tuple(asked))


def _read_pair(pair: str) -> tuple[str, str, MetadataScalar]:
    found = _PAIR.fullmatch(pair)
    if found is None:
        raise InvalidRequest(f"{pair!r} is not of the form {FORM}.", field=pair)
    key, operator, text = found.groups()
    return key, operator, text if operator == "^=" else typed(text)


def _asked(key: str, operators: Operators) -> list[Condition]:
    """Return what the pairs of one key ask."""
    wanted: list[dict[str, object]] = []
    if "=" in operators:
        wanted.append({key: _one_or_all(operators["="])})
    if "!=" in operators:
        wanted.append({key: {"not": _one_or_all(operators["!="])}})
    if "^=" in operators:
        wanted.append(_any_beginning(key, operators["^="]))
    bounds = _bounds(key, operators)
    return [parse_filters(one) for one in (*wanted, *([{key: bounds}] if bounds else ()))]


def _bounds(key: str, operators: Operators) -> dict[str, object]:
    for operator in sorted(BOUNDS.keys() & operators.keys()):
        if len(operators[operator]) > 1:
            raise InvalidRequest(f"{key}{operator} is given twice.", field=key)
    return {name: operators[sign][0] for sign, name in BOUNDS.items() if sign in operators}


def _one_or_all(values: list[MetadataScalar]) -> object:
    return values[0] if len(values) == 1 else values


def _any_beginning(key: str, prefixes: Sequence[MetadataScalar]) -> dict[str, object]:
    begins = [{key: {"prefix": prefix}} for prefix in prefixes]
    return {key: begins[0][key]} if len(begins) == 1 else {"or": begins}


def _json_of(where: str) -> object:
    """Return the JSON in an argument or, after ``@``, in a file."""
    text = _read(Path(where[1:])) if where.startswith("@") else where
    try:
        return json.loads(text, object_pairs_hook=_object_once)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise InvalidRequest(f"where: no JSON at {place}: {error.msg}", field="where") from None
    except RecursionError:
        raise InvalidRequest("where: nested too deeply", field="where") from None


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
        if len(data) <= MAX_FILE_BYTES:
            return data.decode("utf-8")
        reason = f"larger than {MAX_FILE_BYTES} bytes"
    except (OSError, UnicodeDecodeError) as error:
        reason = error.strerror or str(error) if isinstance(error, OSError) else "not UTF-8"
    raise InvalidRequest(f"where: {path} cannot be read: {reason}", field="where")


def _object_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """Refuse a key given twice: JSON readers would keep one of the two and say nothing."""
    found = dict(pairs)
    if len(found) != len(pairs):
        twice = next(key for key in found if sum(name == key for name, _ in pairs) > 1)
        raise InvalidRequest(f"where: the key {twice!r} is given twice", field="where")
    return found
