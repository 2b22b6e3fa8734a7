"""Events for tests: made by hand, and by hypothesis from the schema itself."""

from typing import Any

import msgspec
from hypothesis import strategies as st
from msgspec import inspect as schema

from catalystindex.model.events.envelope import (
    EVENT_TYPES,
    Event,
    TradeEvent,
    TransactionEvent,
)
from catalystindex.model.events.money import Transaction

LONG_TEXT = 200
"""Characters of generated texts at most: bounds are tested one by one."""


def payment(entity_id: str = "p1", **changes: object) -> TransactionEvent:
    """Return a payment; ``changes`` are of its payload."""
    said: dict[str, Any] = {
        "amount": 1230,
        "currency": "EUR",
        "debtor_account": "a",
        "creditor_account": "b",
    }
    return TransactionEvent(
        entity_id=entity_id,
        event_time=1_700_000_000_000_000,
        source="test",
        payload=Transaction(**(said | changes)),
    )


def events(*classes: type[Event]) -> st.SearchStrategy[Event]:
    """Return valid events without an id, of these classes or of all."""
    return st.one_of([_event(cls) for cls in classes or EVENT_TYPES])


def _event(cls: Any) -> st.SearchStrategy[Event]:  # noqa: ANN401 - any class of events
    form = schema.type_info(cls)
    assert isinstance(form, schema.StructType)
    parts = {field.encode_name: field for field in form.fields}
    payload = next(one for one in _of(parts["payload"]) if isinstance(one, schema.StructType))
    envelope = {
        name: _strategy(parts[name].type)
        for name in ("entity_id", "version", "event_time", "source")
    }
    upserts = st.builds(cls, op=st.just("upsert"), payload=_strategy(payload), **envelope)
    deletes = st.builds(cls, op=st.just("delete"), payload=st.none(), **envelope)
    return st.one_of(upserts.filter(_has_side), deletes)


def _of(field: schema.Field) -> tuple[schema.Type, ...]:
    return field.type.types if isinstance(field.type, schema.UnionType) else (field.type,)


def _has_side(event: Event) -> bool:
    if isinstance(event, TransactionEvent):
        said = event.payload
        return bool(said and (said.debtor_account or said.creditor_account))
    if isinstance(event, TradeEvent):
        return bool(event.payload and (event.payload.buyer_account or event.payload.seller_account))
    return True


def _strategy(form: schema.Type) -> st.SearchStrategy[Any]:
    match form:
        case schema.Metadata(type=inner):
            return _strategy(inner)
        case schema.StrType(min_length=low, max_length=high):
            return st.text(
                st.characters(codec="utf-8"),
                min_size=low or 0,
                max_size=min(high or LONG_TEXT, LONG_TEXT),
            )
        case schema.IntType(ge=low, le=high):
            return st.integers(low, high)
        case schema.BoolType():
            return st.booleans()
        case schema.NoneType():
            return st.none()
        case schema.LiteralType(values=values):
            return st.sampled_from(sorted(values, key=str))
        case schema.UnionType(types=types):
            return st.one_of([_strategy(one) for one in types])
        case schema.VarTupleType(item_type=item):
            return st.lists(_strategy(item), max_size=2).map(tuple)
        case schema.StructType(cls=cls, fields=fields):
            required = {one.name: _strategy(one.type) for one in fields if one.required}
            optional = {one.name: _strategy(one.type) for one in fields if not one.required}
            said = st.fixed_dictionaries(required, optional=optional)
            return said.map(lambda values: cls(**values))
        case _:
            raise AssertionError(f"no strategy for {form}")


def bytes_of(event: Event, **changes: object) -> bytes:
    """Return an event's JSON with changes; `msgspec.UNSET` leaves a field out."""
    raw = msgspec.to_builtins(event) | changes
    return msgspec.json.encode({key: one for key, one in raw.items() if one is not msgspec.UNSET})
