"""Events as tables: which columns each kind has.

Envelope and payload lie side by side, under their own names and in the order of the wire. They are
read off the structs, so a field that is added there is a column here. There is no column for
``kind``: a table has one, and its schema says which.

| field       | Arrow                  |                                              |
|-------------|------------------------|----------------------------------------------|
| text, codes | ``string``             |                                              |
| whole number| ``int64``              | amounts in minor units; never a float        |
| instant     | ``timestamp[us, UTC]`` | the same 64 bits as the field's microseconds |
| yes or no   | ``bool``               |                                              |
| several     | ``list<string>``       |                                              |
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType
from typing import Final

import msgspec
import pyarrow as pa
from msgspec import inspect

from catalystindex.model.event_errors import SchemaUnknown
from catalystindex.model.events.envelope import (
    EVENT_TYPES,
    PAYLOAD_TYPES,
    SCHEMA_VERSION,
    Event,
    kind_of,
)
from catalystindex.model.events.fields import MIN_MICROS, Payload

EVENT_ID: Final = "event_id"
OP: Final = "op"
PAYLOAD: Final = "payload"
DELETE: Final = "delete"

KIND_KEY: Final = b"catalystindex.kind"
VERSION_KEY: Final = b"catalystindex.schema_version"
"""Keys of the metadata of a table's schema."""

Default = str | int | bool | tuple[()] | None


class Form(StrEnum):
    """What a field holds."""

    TEXT = "text"
    INTEGER = "integer"
    INSTANT = "instant"
    BOOLEAN = "boolean"
    TEXTS = "texts"


ARROW_TYPES: Final[Mapping[Form, pa.DataType]] = MappingProxyType(
    {
        Form.TEXT: pa.string(),
        Form.INTEGER: pa.int64(),
        Form.INSTANT: pa.timestamp("us", tz="UTC"),
        Form.BOOLEAN: pa.bool_(),
        Form.TEXTS: pa.list_(pa.string()),
    }
)


@dataclass(frozen=True, slots=True)
class Column:
    """A field of a kind of event."""

    name: str
    form: Form
    required: bool
    default: Default
    """Of a field that is not required; what a null stands for."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a kind."""

    kind: str
    event_type: type[Event]
    payload_type: type[Payload]
    envelope: tuple[Column, ...]
    payload: tuple[Column, ...]
    schema: pa.Schema
    """All of them. Those of the payload are nullable, as a ``delete`` has none."""

    @property
    def columns(self) -> tuple[Column, ...]:
        """All columns, in the order of the wire."""
        return self.envelope + self.payload


def layout_of(kind: str) -> Layout:
    """Return the columns of a kind. Raises `SchemaUnknown`."""
    found = _layouts().get(kind)
    if found is None:
        raise SchemaUnknown(f"kind {kind[:40]!r} is not known", kind=kind[:40])
    return found


def schema_of(kind: str) -> pa.Schema:
    """Return the Arrow schema of a table of events of one kind. Raises `SchemaUnknown`."""
    return layout_of(kind).schema


def kind_of_schema(schema: pa.Schema) -> str | None:
    """Return the kind that a table says it holds; None if it says nothing."""
    word = (schema.metadata or {}).get(KIND_KEY)
    return word.decode("utf-8", "replace") if word is not None else None


@cache
def _layouts() -> dict[str, Layout]:
    return {kind_of(cls): _layout(cls, PAYLOAD_TYPES[cls]) for cls in EVENT_TYPES}


def _layout(cls: type[Event], payload_type: type[Payload]) -> Layout:
    envelope = tuple(column for column in _columns(cls) if column.name != PAYLOAD)
    payload = _columns(payload_type)
    fields = [pa.field(one.name, ARROW_TYPES[one.form], nullable=False) for one in envelope]
    fields += [pa.field(one.name, ARROW_TYPES[one.form]) for one in payload]
    metadata: dict[bytes | str, bytes | str] = {
        KIND_KEY: kind_of(cls).encode(),
        VERSION_KEY: str(SCHEMA_VERSION).encode(),
    }
    schema = pa.schema(fields, metadata)
    return Layout(kind_of(cls), cls, payload_type, envelope, payload, schema)


def _columns(cls: type[msgspec.Struct]) -> tuple[Column, ...]:
    described = inspect.type_info(cls)
    assert isinstance(described, inspect.StructType)  # noqa: S101  # it was made of a struct
    return tuple(
        Column(
            field.name,
            Form.TEXT if field.name == PAYLOAD else _form(field.type),
            field.required,
            None if field.required else field.default,
        )
        for field in described.fields
    )


def _form(described: inspect.Type) -> Form:
    """Return what a field of this type holds; None beside it does not count."""
    if isinstance(described, inspect.Metadata):
        return _form(described.type)
    if isinstance(described, inspect.UnionType):
        (only,) = (one for one in described.types if not isinstance(one, inspect.NoneType))
        return _form(only)
    if isinstance(described, inspect.IntType):
        return Form.INSTANT if described.ge == MIN_MICROS else Form.INTEGER
    forms: dict[type[inspect.Type], Form] = {
        inspect.BoolType: Form.BOOLEAN,
        inspect.VarTupleType: Form.TEXTS,
        inspect.StrType: Form.TEXT,
        inspect.LiteralType: Form.TEXT,
    }
    return forms[type(described)]
