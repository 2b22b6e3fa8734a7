"""Events to bytes and back.

The wire form is JSON, so that a person can read a dead event, mend it and replay it. An event's id
is BLAKE2b-128 over its canonical bytes: its own JSON without the id (see `model.events.envelope`).
"""

from hashlib import blake2b
from operator import attrgetter
from typing import Final, NamedTuple, TypeVar

import msgspec

from catalystindex.model.event_errors import (
    EventIdMismatch,
    EventInvalid,
    EventTooLarge,
    SchemaUnknown,
)
from catalystindex.model.events.envelope import (
    EVENT_TYPES,
    KINDS,
    PAYLOAD_TYPES,
    SCHEMA_VERSION,
    Event,
    TradeEvent,
    TransactionEvent,
    kind_of,
)
from catalystindex.streaming.upgrade import UPGRADES, Raw, Upgrades

MAX_EVENT_BYTES: Final = 1 << 20
"""Largest event on the wire. Every bounded field at its most is far above what people send."""

_Struct = TypeVar("_Struct", bound=msgspec.Struct)

ID_BYTES: Final = 16
ID_PERSON: Final = b"event"
"""Length and personalisation of the BLAKE2b hash that is an event's id."""

_ENCODER: Final = msgspec.json.Encoder()
_DECODER: Final[msgspec.json.Decoder[Event]] = msgspec.json.Decoder(Event)
_HASH: Final = blake2b(digest_size=ID_BYTES, person=ID_PERSON)
"""Copied for each event: quicker than to make one with these parameters."""
_PREFIX: Final = {cls: f'{{"kind":"{kind_of(cls)}",'.encode() for cls in EVENT_TYPES}
_SPLICE: Final = {cls: (prefix + b'"event_id":"', len(prefix)) for cls, prefix in _PREFIX.items()}
"""By class: what comes before the id, and how much of the body that stands for."""


def _spelled(cls: type[msgspec.Struct]) -> tuple[tuple[str, object], ...]:
    """Return the fields whose default can be had as another object of the same value."""
    return tuple(
        (field.name, field.default)
        for field in msgspec.structs.fields(cls)
        if isinstance(field.default, str | int)
        and not isinstance(field.default, bool)
        and field.default not in ("", 1, 0)
    )


_SPELLED: Final[dict[type[msgspec.Struct], tuple[tuple[str, object], ...]]] = {
    cls: _spelled(cls) for cls in (*EVENT_TYPES, *PAYLOAD_TYPES.values())
}
"""The encoder leaves a default out only if it is the very object: a word read from a file is not.
Equal events must have equal bytes, so such fields are looked at. (Empty text and small numbers are
one object each.)"""

_GETTERS: Final = {
    cls: tuple((attrgetter(name), default) for name, default in fields)
    for cls, fields in _SPELLED.items()
}
_UPSERT: Final = "upsert"


class Sealed(NamedTuple):
    """An event's id and its bytes, which contain the id."""

    event_id: str
    data: bytes


class _Head(msgspec.Struct):
    """As much of an event as tells which schema it was written to."""

    kind: str
    schema_version: int = SCHEMA_VERSION


_HEAD_DECODER: Final = msgspec.json.Decoder(_Head)
_RAW_DECODER: Final = msgspec.json.Decoder(Raw)


def seal(event: Event) -> Sealed:
    """Return the id and the bytes of an event that has no id yet.

    Pure and fast (some 500,000 a second on one core); bounds of fields are not looked at.
    """
    body = _body(event)
    event_id = _id_of(body)
    head, cut = _SPLICE[type(event)]
    return Sealed(event_id, b'%b%b",%b' % (head, event_id.encode(), body[cut:]))


def sealed(event: Event) -> Event:
    """Return the event with its id."""
    return msgspec.structs.replace(event, event_id=event_id_of(event))


def event_id_of(event: Event) -> str:
    """Return the id that an event's content has, whatever id it carries."""
    return _id_of(_body(_bare(event)))


def _bare(event: Event) -> Event:
    return msgspec.structs.replace(event, event_id="") if event.event_id else event


def _body(event: Event) -> bytes:
    """Return the canonical bytes of an event without an id."""
    return _ENCODER.encode(event if _is_plain(event) else _plain(event))


def _is_plain(event: Event) -> bool:
    """Tell whether every default of an event is the very object that the encoder leaves out."""
    if event.op is not _UPSERT and event.op == _UPSERT:
        return False
    payload = event.payload
    if payload is not None:
        for get, default in _GETTERS[type(payload)]:
            value = get(payload)
            if value is not default and value == default:
                return False
    return True


def _id_of(body: bytes) -> str:
    state = _HASH.copy()
    state.update(body)
    return state.hexdigest()


def _plain(event: Event) -> Event:
    """Return an equal event whose defaults are the very objects that the encoder leaves out."""
    payload = event.payload
    if payload is not None:
        plain = _own_defaults(payload)
        if plain is not payload:
            event = msgspec.structs.replace(event, payload=plain)
    return _own_defaults(event)


def _own_defaults(struct: _Struct) -> _Struct:
    for name, default in _SPELLED[type(struct)]:
        value = getattr(struct, name)
        if value is not default and value == default:
            struct = msgspec.structs.replace(struct, **{name: default})
    return struct


def encode(event: Event) -> bytes:
    """Return the bytes of an event, as it is."""
    return _ENCODER.encode(event)


def decode(data: bytes, upgrades: Upgrades = UPGRADES) -> Event:
    """Return the event that these bytes are, brought up to the current schema.

    The id is taken as written (`reseal` compares it). Raises `EventInvalid` where the form is
    wrong, `SchemaUnknown` where kind or schema version is one this release does not know,
    `EventTooLarge` above `MAX_EVENT_BYTES`.
    """
    if len(data) > MAX_EVENT_BYTES:
        raise EventTooLarge(f"{len(data)} bytes; at most {MAX_EVENT_BYTES}", bytes=len(data))
    try:
        event = _DECODER.decode(data)
    except msgspec.MsgspecError as error:
        event = _decode_other(data, error, upgrades)
    except (UnicodeDecodeError, RecursionError) as error:
        raise EventInvalid(f"this is no JSON in UTF-8: {error}") from None
    if event.schema_version != SCHEMA_VERSION:
        event = _upgraded(data, event.schema_version, upgrades)
    _check_whole(event)
    return event


def decode_submitted(data: bytes) -> Sealed:
    """Return id and bytes of an event from outside, which may come without an id.

    Bytes are written anew, so that equal events have equal bytes. Raises as `decode` does, and
    `EventIdMismatch` where it carries an id that is not its own.
    """
    return submitted(data)[1]


def submitted(data: bytes) -> tuple[Event, Sealed]:
    """Return the event besides what `decode_submitted` returns; raises as it does."""
    event = decode(data)
    if _is_sealed(event, data):  # what our own importers and clients send: half the time
        return event, Sealed(event.event_id, data)
    return event, reseal(event)


def reseal(event: Event) -> Sealed:
    """Return id and bytes of an event that may carry an id.

    Raises `EventIdMismatch` where it carries an id that is not its own.
    """
    result = seal(_bare(event))
    if event.event_id and event.event_id != result.event_id:
        raise EventIdMismatch(
            f"the event carries the id {event.event_id[:32]}, "
            f"but its content has {result.event_id}",
            expected=result.event_id,
        )
    return result


def _is_sealed(event: Event, data: bytes) -> bool:
    """Tell whether bytes are just those that `seal` gives to the event that they are."""
    head, _ = _SPLICE[type(event)]
    end = len(head) + 2 * ID_BYTES
    if not data.startswith(head) or data[end : end + 2] != b'",':
        return False
    if not _is_plain(event) or _ENCODER.encode(event) != data:
        return False
    return _id_of(_PREFIX[type(event)] + data[end + 2 :]) == event.event_id


def _decode_other(data: bytes, cause: msgspec.MsgspecError, upgrades: Upgrades) -> Event:
    """Decode what is not of the current schema, or say what is wrong with it."""
    try:
        head = _HEAD_DECODER.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise EventInvalid(str(cause)) from None
    if head.schema_version != SCHEMA_VERSION:
        return _upgraded(data, head.schema_version, upgrades)
    if head.kind not in KINDS:
        raise SchemaUnknown(f"kind {head.kind[:40]!r} is not known", kind=head.kind[:40])
    raise EventInvalid(str(cause), kind=head.kind)


def _upgraded(data: bytes, version: int, upgrades: Upgrades) -> Event:
    """Return the event of an older schema in the current one, under the id it had."""
    try:
        whole = _RAW_DECODER.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise EventInvalid(f"this is no JSON in UTF-8: {error}") from None
    raw = upgrades.apply(whole, version)
    try:
        event: Event = msgspec.convert(raw, Event)
    except (msgspec.ValidationError, RecursionError) as error:
        raise EventInvalid(f"after the upgrade from schema {version}: {error}") from None
    return event


def _check_whole(event: Event) -> None:
    """Check what one field alone cannot show. Raises `EventInvalid`."""
    if (event.op == "delete") is not (event.payload is None):
        wanted = "no payload" if event.op == "delete" else "a payload"
        raise EventInvalid(f"{event.op!r} needs {wanted}", kind=kind_of(event))
    if not _sides(event):
        raise EventInvalid("at least one account is named", kind=kind_of(event))


def _sides(event: Event) -> bool:
    """Tell whether an event that needs one of two accounts has it."""
    if isinstance(event, TransactionEvent) and event.payload is not None:
        return bool(event.payload.debtor_account or event.payload.creditor_account)
    if isinstance(event, TradeEvent) and event.payload is not None:
        return bool(event.payload.buyer_account or event.payload.seller_account)
    return True
