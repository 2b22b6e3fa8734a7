"""Any valid event: strategies of hypothesis, made from the bounds that the structs state."""

import string
from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect

from catalystindex.model.events.envelope import EVENT_TYPES, PAYLOAD_TYPES, Event, kind_of
from catalystindex.model.events.fields import MAX_MICROS, MIN_MICROS

MOST_LETTERS = 40
MOST_ITEMS = 4
_TYPES = {kind_of(cls): cls for cls in EVENT_TYPES}
_LETTERS = st.one_of(
    st.characters(exclude_categories=["Cs"]),
    st.sampled_from('"\\\b\f\n\r\t\x00\x1f\x7f/,é漢\u2028😀' + string.ascii_letters),
)


def events(kind: str) -> st.SearchStrategy[Event]:
    """Any event of a kind without an id, deletes among them; texts are short."""
    cls = _TYPES[kind]
    upserts: st.SearchStrategy[Event] = st.builds(
        cls, **_fields(cls), payload=_structs(PAYLOAD_TYPES[cls])
    )
    deletes: st.SearchStrategy[Event] = st.builds(
        cls, **{**_fields(cls), "op": st.just("delete")}, payload=st.none()
    )
    return st.one_of(upserts, upserts, upserts, deletes).filter(_has_side)


def _has_side(event: Any) -> bool:  # noqa: ANN401  # the strategy narrows it
    """Payments and trades name at least one account."""
    sides = {
        "transaction": ("debtor_account", "creditor_account"),
        "trade": ("buyer_account", "seller_account"),
    }.get(kind_of(event), ())
    payload = event.payload
    return payload is None or not sides or any(getattr(payload, side) for side in sides)


def _fields(cls: type[msgspec.Struct]) -> dict[str, st.SearchStrategy[Any]]:
    fixed: dict[str, st.SearchStrategy[Any]] = {
        "event_id": st.just(""),
        "op": st.just("upsert"),
        "schema_version": st.just(1),
    }
    described = inspect.type_info(cls)
    assert isinstance(described, inspect.StructType)
    made = {one.name: _field(one) for one in described.fields if one.name != "payload"}
    return made | {name: one for name, one in fixed.items() if name in made}


def _field(field: inspect.Field) -> st.SearchStrategy[Any]:
    values = _values(field.type)
    return values if field.required else st.one_of(st.just(field.default), values)


def _structs(cls: type[msgspec.Struct]) -> st.SearchStrategy[Any]:
    return st.builds(cls, **_fields(cls))


def _values(described: inspect.Type) -> st.SearchStrategy[Any]:
    match described:
        case inspect.Metadata():
            return _values(described.type)
        case inspect.UnionType():
            return st.one_of([_values(one) for one in described.types])
        case inspect.NoneType():
            return st.none()
        case inspect.BoolType():
            return st.booleans()
        case inspect.LiteralType():
            return st.sampled_from(sorted(str(value) for value in described.values))
        case inspect.IntType():
            return st.integers(_least(described), _most(described))
        case inspect.VarTupleType():
            items = _values(described.item_type)
            return st.lists(items, max_size=MOST_ITEMS).map(tuple)
        case inspect.StrType():
            most = min(described.max_length or MOST_LETTERS, MOST_LETTERS)
            return st.text(_LETTERS, min_size=described.min_length or 0, max_size=most)
    raise AssertionError(described)


def _least(described: inspect.IntType) -> int:
    return MIN_MICROS if described.ge == MIN_MICROS else int(described.ge or 0)


def _most(described: inspect.IntType) -> int:
    return MAX_MICROS if described.ge == MIN_MICROS else int(described.le or 2**53 - 1)
