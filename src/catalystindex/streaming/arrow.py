"""Events to tables and back (`arrow_schema` says which columns a kind has).

A column that is missing and a null both mean the field's default. A ``delete`` has nothing in the
columns of the payload. Bounds of fields are those of the codec and are not looked at here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec
import pyarrow as pa

from catalystindex.model.event_errors import EventInvalid
from catalystindex.model.events.envelope import Event, kind_of
from catalystindex.streaming.arrow_calls import Array, ArrowType, pc, pl
from catalystindex.streaming.arrow_schema import (
    ARROW_TYPES,
    DELETE,
    OP,
    Column,
    Form,
    Layout,
    layout_of,
)

Fields = dict[str, Any]
"""Fields of a struct by name."""

_OPS: Final = pl.array(["upsert", DELETE], pa.string())


class Columns:
    """The columns of some events of one kind, in their types: those that say anything.

    A column whose every row has the default is absent. Each that is there has nulls only where a
    row has the default, or is a ``delete`` and the column the payload's.
    """

    def __init__(self, layout: Layout, rows: int, arrays: Mapping[str, Array]) -> None:
        self.layout = layout
        self.rows = rows
        self._arrays = dict(arrays)
        self.deletes = _deletes(self._arrays.get(OP))
        """True for rows that delete; None if none does."""

    def get(self, name: str) -> Array | None:
        """Return a column, or None where it holds nothing but the default."""
        return self._arrays.get(name)

    def complete(self) -> pa.RecordBatch:
        """Return all columns of the kind, with defaults written out."""
        arrays = [self._filled(column, of_payload=False) for column in self.layout.envelope]
        arrays += [self._filled(column, of_payload=True) for column in self.layout.payload]
        return pa.RecordBatch.from_arrays(arrays, schema=self.layout.schema)

    def _filled(self, column: Column, *, of_payload: bool) -> Array:
        array = self._arrays.get(column.name)
        if array is None:
            array = pl.nulls(self.rows, ARROW_TYPES[column.form])
        if array.null_count and column.default is not None:
            array = pc.coalesce(array, _repeated(column, self.rows))
            if of_payload and self.deletes is not None:
                array = pc.if_else(self.deletes, pl.scalar(None, array.type), array)
        return array


def typed_columns(kind: str, batch: pa.RecordBatch) -> Columns:
    """Return a table's columns in the types of its kind.

    Text may come as dictionaries or large strings, whole numbers in any width, an instant as a
    timestamp or as whole microseconds since 1970. Raises `SchemaUnknown` for an unknown kind;
    `EventInvalid` for a column that no field has, one of a wrong type, a required one without a
    value, an unknown ``op``, or a ``delete`` with a payload.
    """
    layout = layout_of(kind)
    known = {column.name: column for column in layout.columns}
    arrays: dict[str, Array] = {}
    for name, array in zip(batch.schema.names, batch.columns, strict=True):
        column = known.get(name)
        if column is None:
            raise EventInvalid(f"{kind} has no field {name[:40]!r}", kind=kind)
        typed = _typed(column, array)
        if typed.null_count < len(typed):
            arrays[name] = typed
    columns = Columns(layout, batch.num_rows, arrays)
    _check(columns)
    return columns


def complete_batch(kind: str, batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return all columns of a kind in its schema, defaults written out. Raises `EventInvalid`."""
    return typed_columns(kind, batch).complete()


def events_to_batch(kind: str, events: Sequence[Event]) -> pa.RecordBatch:
    """Return events of one kind as a table in the kind's schema.

    Raises `EventInvalid` where one is of another kind, has a payload and is a ``delete`` (or the
    other way round), or holds what the column cannot.
    """
    layout = layout_of(kind)
    for event in events:
        if type(event) is not layout.event_type:
            raise EventInvalid(f"{kind_of(event)} among events of kind {kind}", kind=kind)
        if (event.op == DELETE) is not (event.payload is None):
            raise EventInvalid(f"{event.op!r} with a payload of {event.payload!r:.40}", kind=kind)
    payloads = [event.payload for event in events]
    arrays = [_array(column, events) for column in layout.envelope]
    arrays += [_array(column, payloads) for column in layout.payload]
    return pa.RecordBatch.from_arrays(arrays, schema=layout.schema)


def batch_to_events(kind: str, batch: pa.RecordBatch) -> list[Event]:
    """Return the events that a table holds, in its order, with the ids it has.

    Raises as `typed_columns` does, and `EventInvalid` for text that is not UTF-8.
    """
    columns = typed_columns(kind, batch)
    layout = columns.layout
    try:
        payloads = list(_fields(columns, layout.payload))
        envelopes = list(_fields(columns, layout.envelope))
    except UnicodeDecodeError as error:
        raise EventInvalid(f"text that is not UTF-8: {error}", kind=kind) from None
    if columns.deletes is None:
        made = [layout.payload_type(**fields) for fields in payloads]
        return [_event(layout, *pair) for pair in zip(envelopes, made, strict=True)]
    flags = columns.deletes.to_pylist()
    rows = zip(flags, envelopes, payloads, strict=True)
    return [
        _event(layout, envelope, None if delete else layout.payload_type(**payload))
        for delete, envelope, payload in rows
    ]


def _event(layout: Layout, envelope: Fields, payload: object) -> Event:
    return layout.event_type(**envelope, payload=payload)  # type: ignore[arg-type]  # one of many


def _fields(columns: Columns, fields: Iterable[Column]) -> Iterator[Fields]:
    """Yield the fields of each row that are not left to their default."""
    values = {
        column.name: _values(column, array)
        for column in fields
        if (array := columns.get(column.name)) is not None
    }
    names = tuple(values)
    if not names:
        yield from ({} for _ in range(columns.rows))
    for row in zip(*values.values(), strict=True):
        yield {name: value for name, value in zip(names, row, strict=True) if value is not None}


def _values(column: Column, array: Array) -> Sequence[object]:
    """Return a column's values as a struct has them: None for the default, which is one object."""
    if column.form is Form.TEXTS:
        return [_tuple(column, value) for value in array.to_pylist()]
    if column.form is Form.INSTANT:
        return list(array.view(pa.int64()).to_pylist())
    default = column.default
    if default is None:
        return list(array.to_pylist())
    return [None if value == default else value for value in array.to_pylist()]


def _tuple(column: Column, value: list[str] | None) -> tuple[str, ...] | None:
    if value is None or not (value or column.required):
        return None
    return tuple(value)


def _array(column: Column, structs: Iterable[msgspec.Struct | None]) -> Array:
    """Return one field of structs, null where there is no struct."""
    values = [None if one is None else getattr(one, column.name) for one in structs]
    try:
        if column.form is Form.INSTANT:
            return pl.array(values, pa.int64()).view(ARROW_TYPES[Form.INSTANT])
        return pl.array(values, ARROW_TYPES[column.form])
    except (pa.ArrowException, OverflowError, UnicodeError, TypeError) as error:
        raise EventInvalid(f"{column.name}: {error}"[:300]) from None


def _repeated(column: Column, rows: int) -> Array:
    """Return a column of the default alone."""
    if column.form is Form.TEXTS:
        return pl.ListArray.from_arrays(_zeros(rows + 1), pl.array([], pa.string()))
    return pl.repeat(pl.scalar(column.default, ARROW_TYPES[column.form]), rows)


def _zeros(count: int) -> Array:
    return pl.Array.from_buffers(pa.int32(), count, [None, pl.py_buffer(bytes(4 * count))])


def _typed(column: Column, array: Array) -> Array:
    """Return a column in the type of its form, exactly. Raises `EventInvalid`."""
    wanted = ARROW_TYPES[column.form]
    if array.type == wanted:
        return array
    if not _may_become(column.form, array.type):
        raise EventInvalid(f"{column.name}: {array.type} is not {wanted}")
    try:
        if column.form is Form.INSTANT and pa.types.is_integer(array.type):
            return array.cast(pa.int64()).view(wanted)
        return array.cast(wanted)
    except pa.ArrowException as error:
        raise EventInvalid(f"{column.name}: {error}"[:300]) from None


def _may_become(form: Form, given: ArrowType) -> bool:
    """Tell whether a column of this type can be had as that form without guessing.

    Text that looks like a number is not taken for one, nor a time without a zone for UTC.
    """
    if pa.types.is_null(given):
        return True
    if pa.types.is_dictionary(given):
        return _may_become(form, given.value_type)
    if form is Form.TEXTS:
        return _is_list(given) and _may_become(Form.TEXT, given.value_type)
    if form is Form.INTEGER:
        return pa.types.is_integer(given)
    if form is Form.INSTANT:
        zoned = pa.types.is_timestamp(given) and given.tz is not None
        return zoned or pa.types.is_integer(given)
    return form is Form.TEXT and _is_text(given)


def _is_list(given: pa.DataType) -> bool:
    return bool(pa.types.is_list(given) or pa.types.is_large_list(given))


def _is_text(given: pa.DataType) -> bool:
    large = pa.types.is_large_string(given) or pa.types.is_string_view(given)
    return bool(large or pa.types.is_string(given))


def _deletes(ops: Array | None) -> Array | None:
    """Return which rows delete; None if none does. Raises `EventInvalid` for an unknown op."""
    if ops is None:
        return None
    if not pc.all(pc.is_in(ops.drop_null(), value_set=_OPS)).as_py():
        raise EventInvalid("op is 'upsert' or 'delete'")
    deletes = pc.fill_null(pc.equal(ops, DELETE), fill_value=False)
    return deletes if pc.any(deletes).as_py() else None


def _check(columns: Columns) -> None:
    """Check what is required, and that a ``delete`` has no payload. Raises `EventInvalid`."""
    layout, deletes = columns.layout, columns.deletes
    for column in layout.envelope:
        array = columns.get(column.name)
        missing = columns.rows if array is None else array.null_count
        if column.required and missing:
            raise EventInvalid(f"{column.name} has no value", kind=layout.kind)
    for column in layout.payload:
        _check_payload(column, columns.get(column.name), columns.rows, deletes, layout.kind)


def _check_payload(
    column: Column, array: Array | None, rows: int, deletes: Array | None, kind: str
) -> None:
    missing = rows if array is None else array.null_count
    allowed = 0 if deletes is None else pc.sum(deletes).as_py()
    if column.required and missing > allowed:
        raise EventInvalid(f"{column.name} has no value", kind=kind)
    if array is None:
        return
    if deletes is not None and pc.any(pc.and_(deletes, array.is_valid())).as_py():
        raise EventInvalid(f"'delete' with a value of {column.name}", kind=kind)
    if column.form is Form.TEXTS and array.flatten().null_count:
        raise EventInvalid(f"{column.name} holds a null", kind=kind)
