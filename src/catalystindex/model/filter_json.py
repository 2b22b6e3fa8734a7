"""The filter language: JSON to conditions and back.

A filter is an object. Its keys are metadata keys (or built-in fields) and ``and``, ``or``,
``not``; all of them must hold. What stands under a key is a value, a list of values (any of
them), or an object of operators (all of them). `docs/how-to/filters.md` is the whole language.

Everything is bounded while it is read, and whatever is malformed is refused with its place, such
as ``filters.or[1].amount.gte``.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import NoReturn, cast

from catalystindex.model.document import (
    MAX_METADATA_NUMBER,
    MAX_METADATA_TEXT,
    METADATA_KEY_PATTERN,
    RESERVED_KEYS,
    MetadataScalar,
)
from catalystindex.model.errors import InvalidRequest
from catalystindex.model.filters import (
    BOUND_NAMES,
    BUILT_IN_FIELDS,
    NO_FILTER,
    And,
    AnyElement,
    AnyOf,
    BoundName,
    Condition,
    Exists,
    Not,
    Or,
    Prefix,
    Range,
)
from catalystindex.model.instants import parse_instant

MAX_DEPTH = 5
"""Objects inside one another by ``and``, ``or``, ``not`` and ``any``; the filter itself is one."""
MAX_CONDITIONS = 64
MAX_VALUES = 100
MAX_CHARACTERS = 64 * 1024
"""Of all texts of a filter together."""
MAX_PLACE_KEY = 64

SCALAR_KINDS = "not text, a whole number, true or false"
NOT_A_BOUND = "not a number or date: a whole number, or an RFC 3339 date or date-time with offset"
_WORDS = {"not": 1, "or": 2, "and": 3}
OPERATORS = ("prefix", *BOUND_NAMES, "not", "exists", "any")


def parse_filters(value: object, place: str = "filters") -> Condition:
    """Return the condition that a filter in JSON form states.

    Raises `InvalidRequest` for anything else; its ``field`` is the place, its sentence begins
    with it.
    """
    if value == {} and isinstance(value, Mapping):
        return NO_FILTER
    return _Reader().filter(value, place, 1, nested=False)


class _Reader:
    """Reads one filter and counts what it holds."""

    def __init__(self) -> None:
        self._conditions = self._characters = 0

    def filter(self, value: object, place: str, depth: int, *, nested: bool) -> Condition:
        """Read an object of keys, all of which must hold."""
        fields = _object(value, place)
        if depth > MAX_DEPTH:
            _refuse(place, f"deeper than {MAX_DEPTH} levels")
        if not fields:
            _refuse(place, "empty")
        if len(fields) > MAX_CONDITIONS:
            _refuse(place, f"more than {MAX_CONDITIONS} conditions")
        return _all([c for key in fields for c in self._entry(fields, key, place, depth, nested)])

    def _entry(
        self, fields: Mapping[str, object], key: str, place: str, depth: int, nested: bool
    ) -> list[Condition]:
        here = f"{place}.{key[:MAX_PLACE_KEY]}"
        if key == "not":
            return [Not(self.filter(fields[key], here, depth + 1, nested=nested))]
        if key in ("and", "or"):
            parts = self._parts(fields[key], here, depth, nested)
            return list(parts) if key == "and" else [Or(parts)]
        if METADATA_KEY_PATTERN.fullmatch(key) is None:
            _refuse(here, "not a key: a small letter, then small letters, digits or _, up to 64")
        return self._field(fields[key], _Field(key, here, depth, nested))

    def _parts(self, value: object, place: str, depth: int, nested: bool) -> tuple[Condition, ...]:
        if not isinstance(value, list | tuple):
            _refuse(place, "not a list of filters")
        if not value:
            _refuse(place, "empty")
        if len(value) > MAX_CONDITIONS:
            _refuse(place, f"more than {MAX_CONDITIONS} conditions")
        return tuple(
            self.filter(part, f"{place}[{number}]", depth + 1, nested=nested)
            for number, part in enumerate(value)
        )

    def _field(self, value: object, field: "_Field") -> list[Condition]:
        """Read what stands under a key; several operators are several conditions."""
        if isinstance(value, Mapping):
            return self._operators(_object(value, field.place), field)
        self._count(field.place)
        if not isinstance(value, list | tuple):
            return [AnyOf(field.key, (self._scalar(value, field.place),))]
        if not value:
            _refuse(field.place, "empty")
        if len(value) > MAX_VALUES:
            _refuse(field.place, f"more than {MAX_VALUES} values")
        values = [self._scalar(v, f"{field.place}[{n}]") for n, v in enumerate(value)]
        return [AnyOf(field.key, tuple({(type(v), v): v for v in values}.values()))]

    def _operators(self, operators: Mapping[str, object], field: "_Field") -> list[Condition]:
        if not operators:
            _refuse(field.place, "empty")
        for name in operators:
            if name not in OPERATORS:
                known = ", ".join(OPERATORS)
                _refuse(field.at(name), f"not an operator; the operators are {known}")
        found = [
            read(self, operators[name], field)
            for name, read in _READERS.items()
            if name in operators
        ]
        bounds = {name: operators[name] for name in BOUND_NAMES if name in operators}
        return [*found, self._range(bounds, field)] if bounds else found

    def _range(self, bounds: Mapping[BoundName, object], field: "_Field") -> Condition:
        self._count(field.place)
        if field.built_in:
            _refuse(field.place, f"{field.key} is text and has no range")
        for one, other in (("gt", "gte"), ("lt", "lte")):
            if one in bounds and other in bounds:
                _refuse(field.at(other), f"{one} or {other}, not both")
        read = [(name, self._bound(value, field.at(name))) for name, value in bounds.items()]
        for name, value in read:
            if isinstance(value, str) != isinstance(read[0][1], str):
                _refuse(field.at(name), f"of another type than {read[0][0]}")
        return Range(field.key, tuple(read))

    def _bound(self, value: object, place: str) -> int | str:
        if isinstance(value, str) and len(value) <= MAX_METADATA_TEXT and parse_instant(value):
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return _whole(value, place)
        return _refuse(place, NOT_A_BOUND)

    def _prefix(self, value: object, field: "_Field") -> Condition:
        place = field.at("prefix")
        self._count(place)
        if not isinstance(value, str):
            _refuse(place, "not text")
        if not value:
            _refuse(place, "empty; exists asks whether there is a value")
        return Prefix(field.key, self._text(value, place))

    def _exists(self, value: object, field: "_Field") -> Condition:
        self._count(field.at("exists"))
        if not isinstance(value, bool):
            _refuse(field.at("exists"), "not true or false")
        return Exists(field.key) if value else Not(Exists(field.key))

    def _not(self, value: object, field: "_Field") -> Condition:
        inner = _Field(field.key, field.at("not"), field.depth + 1, field.nested)
        if inner.depth > MAX_DEPTH:
            _refuse(inner.place, f"deeper than {MAX_DEPTH} levels")
        return Not(_all(self._field(value, inner)))

    def _any(self, value: object, field: "_Field") -> Condition:
        place = field.at("any")
        self._count(place)
        if field.nested:
            _refuse(place, "the objects of a list hold no further objects")
        if field.built_in:
            _refuse(place, f"{field.key} is text and no list of objects")
        return AnyElement(field.key, self.filter(value, place, field.depth + 1, nested=True))

    def _scalar(self, value: object, place: str) -> MetadataScalar:
        if isinstance(value, bool):
            return value
        if isinstance(value, int):
            return _whole(value, place)
        if isinstance(value, str):
            return self._text(value, place)
        return _refuse(place, SCALAR_KINDS)

    def _text(self, value: str, place: str) -> str:
        if len(value) > MAX_METADATA_TEXT:
            _refuse(place, f"longer than {MAX_METADATA_TEXT} characters")
        if any("\ud800" <= char <= "\udfff" for char in value):
            _refuse(place, "not valid Unicode")
        self._characters += len(value)
        if self._characters > MAX_CHARACTERS:
            _refuse(place, f"more than {MAX_CHARACTERS} characters in one filter")
        return value

    def _count(self, place: str) -> None:
        self._conditions += 1
        if self._conditions > MAX_CONDITIONS:
            _refuse(place, f"more than {MAX_CONDITIONS} conditions")


class _Field:
    """A key of a filter, where it stands, and whether inside the objects of a list."""

    def __init__(self, key: str, place: str, depth: int, nested: bool) -> None:
        self.key, self.place, self.depth, self.nested = key, place, depth, nested
        self.built_in = key in BUILT_IN_FIELDS and not nested

    def at(self, operator: str) -> str:
        """Return the place of an operator."""
        return f"{self.place}.{operator[:MAX_PLACE_KEY]}"


_READERS: Mapping[str, Callable[[_Reader, object, _Field], Condition]] = {
    "prefix": _Reader._prefix,
    "not": _Reader._not,
    "exists": _Reader._exists,
    "any": _Reader._any,
}


def _object(value: object, place: str) -> Mapping[str, object]:
    """Return an object with its keys in order, ``not``, ``or`` and last ``and`` after them."""
    if not isinstance(value, Mapping):
        _refuse(place, "not an object")
    for key in value:
        if not isinstance(key, str):
            _refuse(place, "a key that is not text")
    ordered = sorted(cast(Mapping[str, object], value), key=lambda key: (_WORDS.get(key, 0), key))
    return {key: value[key] for key in ordered}


def _all(conditions: list[Condition]) -> Condition:
    """Return all as one: without ``And`` inside ``And``, each condition once, in their order."""
    flat: dict[str, Condition] = {}
    for condition in conditions:
        parts = condition.conditions if isinstance(condition, And) else (condition,)
        flat |= {repr(part): part for part in parts}
    found = tuple(flat.values())
    return found[0] if len(found) == 1 else And(found)


def _whole(value: int, place: str) -> int:
    if abs(value) > MAX_METADATA_NUMBER:
        _refuse(place, "beyond 2^53")
    return value


def _refuse(place: str, reason: str) -> NoReturn:
    raise InvalidRequest(f"{place}: {reason}", field=place, reason=reason)


def to_json(condition: Condition) -> dict[str, object]:
    """Return a filter as JSON, which `parse_filters` reads again with the same meaning."""
    match condition:
        case AnyOf(key, values):
            return {key: values[0] if len(values) == 1 else list(values)}
        case Prefix(key, prefix):
            return {key: {"prefix": prefix}}
        case Range(key, bounds):
            return {key: dict(bounds)}
        case Exists(key):
            return {key: {"exists": True}}
        case AnyElement(key, inner):
            return {key: {"any": to_json(inner)}}
        case Not(Exists(key)):
            return {key: {"exists": False}}
        case Not(inner):
            return _negated(to_json(inner))
        case Or(parts):
            return {"or": [to_json(part) for part in parts]}
        case And(parts):
            return _together(parts)


def _negated(stated: dict[str, object]) -> dict[str, object]:
    """Return ``not`` under the key where there is one key, and around the object otherwise."""
    (key, *others) = stated
    if others or key in RESERVED_KEYS:
        return {"not": stated}
    return {key: {"not": stated[key]}}


def _together(parts: Sequence[Condition]) -> dict[str, object]:
    """Return one object of all parts; what finds its key taken goes under ``and``.

    An object's own parts come before those of its ``and`` (see `_all`) and find their places, so
    a filter is never written deeper than it was read.
    """
    merged: dict[str, object] = {}
    rest: list[dict[str, object]] = []
    for part in parts:
        stated = to_json(part)
        with_part = _merged(merged, stated)
        if with_part is None and isinstance(part, Not):
            with_part = _merged(merged, {"not": to_json(part.condition)})
        if with_part is None:
            rest.append(stated)
        else:
            merged = with_part
    if rest:
        before = cast(list[dict[str, object]], merged.get("and", []))
        merged["and"] = [*before, *rest]
    return dict(sorted(merged.items()))


def _merged(one: dict[str, object], other: dict[str, object]) -> dict[str, object] | None:
    """Return both objects as one, or None where a key would have to hold two things."""
    found = dict(one)
    for key, value in other.items():
        if key not in one:
            found[key] = value
        elif key not in RESERVED_KEYS and _disjoint(one[key], value):
            found[key] = cast(dict[str, object], one[key]) | cast(dict[str, object], value)
        else:
            return None
    return found


def _disjoint(one: object, other: object) -> bool:
    """Return whether both are operators that may stand in one object."""
    if not isinstance(one, dict) or not isinstance(other, dict):
        return False
    ranges = [any(name in BOUND_NAMES for name in operators) for operators in (one, other)]
    return not (one.keys() & other.keys()) and not all(ranges)
