"""What kind of value each field of an event has, for those who fill it from text."""

from collections.abc import Iterable
from enum import Enum
from functools import cache
from types import UnionType
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

import msgspec

from catalystindex.model.events import fields
from catalystindex.model.events.envelope import EVENT_TYPES, Event, EventBase, kind_of


class FieldKind(Enum):
    """How a text becomes a value."""

    TEXT = "text"
    NUMBER = "number"
    TRUTH = "truth"
    MONEY = "money"
    PRICE = "price"
    QUANTITY = "quantity"
    SHARE = "share"
    TIME = "time"
    DAY = "day"
    LIST = "list"
    DAYS = "days"


ENVELOPE: Final = {
    "op": FieldKind.TEXT,
    "version": FieldKind.NUMBER,
    "event_time": FieldKind.TIME,
    "source": FieldKind.TEXT,
}
"""Fields of the envelope that a column may give; `entity_id` is made by the template."""

_BY_TYPE: Final[list[tuple[Any, FieldKind]]] = [
    (fields.Minor, FieldKind.MONEY),
    (fields.Price, FieldKind.PRICE),
    (fields.Quantity, FieldKind.QUANTITY),
    (fields.Share, FieldKind.SHARE),
    (fields.Micros, FieldKind.TIME),
    (fields.Day, FieldKind.DAY),
    (fields.Days, FieldKind.DAYS),
    (bool, FieldKind.TRUTH),
]


@cache
def class_of(kind: str) -> type[Event]:
    """Return the class of a kind of event, which must be one."""
    return next(cls for cls in EVENT_TYPES if kind_of(cls) == kind)


@cache
def payload_of(kind: str) -> type[fields.Payload]:
    """Return the class of a kind's payload."""
    hint = get_type_hints(class_of(kind))["payload"]
    payload: type[fields.Payload] = next(one for one in get_args(hint) if one is not type(None))
    return payload


@cache
def fields_of(kind: str) -> dict[str, FieldKind]:
    """Return the payload's fields of a kind of event, in order."""
    hints = get_type_hints(payload_of(kind), include_extras=True)
    return {one.name: _kind(hints[one.name]) for one in msgspec.structs.fields(payload_of(kind))}


@cache
def type_of(kind: str, name: str) -> Any:  # noqa: ANN401 - a type expression
    """Return the type of a field of the payload, or else of the envelope, with its bounds."""
    own = get_type_hints(payload_of(kind), include_extras=True)
    return own[name] if name in own else get_type_hints(EventBase, include_extras=True)[name]


@cache
def _currency_required(kind: str) -> bool:
    return any(
        one.name == "currency" and one.required for one in msgspec.structs.fields(payload_of(kind))
    )


def needs_currency(kind: str, given: Iterable[str]) -> bool:
    """Tell whether an event with these fields has to name a currency."""
    known = fields_of(kind)
    return _currency_required(kind) or any(known.get(name) is FieldKind.MONEY for name in given)


@cache
def required_of(kind: str) -> tuple[str, ...]:
    """Return what every event of a kind has to say, but for its id, source and currency.

    Those three have a default.
    """
    own = [one.name for one in msgspec.structs.fields(payload_of(kind)) if one.required]
    return ("event_time", *(name for name in own if name != "currency"))


def _kind(hint: Any) -> FieldKind:  # noqa: ANN401 - a type expression
    if get_origin(hint) in (UnionType, Union):
        hint = next(one for one in get_args(hint) if one is not type(None))
    for known, kind in _BY_TYPE:
        if hint == known:
            return kind
    base = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    if get_origin(base) is tuple:
        return FieldKind.LIST
    return FieldKind.NUMBER if base is int else FieldKind.TEXT
