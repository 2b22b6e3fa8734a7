"""Making changes of events: what all kinds have in common."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from catalystindex.model.events.envelope import Event, kind_of
from catalystindex.stores.graphs.base import (
    Change,
    Edge,
    EdgeLabel,
    Scalar,
    Stamp,
    VertexLabel,
    VertexRef,
)

LEAST_PHONE_DIGITS: Final = 5
"""Digits of a phone number at least: below, it is an extension, and every firm has the same."""

MAX_ATTRIBUTE: Final = 200
"""Characters of an attribute's id; longer ones differ early enough."""

_NO_DIGITS: Final = re.compile(r"[^0-9]+")
_NO_WORD: Final = re.compile(r"[\W_]+")


def change(
    event: Event,
    *,
    label: VertexLabel | None = None,
    properties: Mapping[str, Scalar] | None = None,
    edges: Sequence[Edge] = (),
) -> Change:
    """Return the change of an event that says this much."""
    vertex = None if label is None else VertexRef(label, event.entity_id)
    return Change(
        kind=kind_of(event),
        entity_id=event.entity_id,
        stamp=Stamp(event.version, event.event_id),
        event_time=event.event_time,
        deleted=False,
        vertex=vertex,
        properties=properties or {},
        edges=edges,
    )


def removal(event: Event) -> Change:
    """Return the change of an event that takes back what its entity's events said."""
    return Change(
        kind=kind_of(event),
        entity_id=event.entity_id,
        stamp=Stamp(event.version, event.event_id),
        event_time=event.event_time,
        deleted=True,
        vertex=None,
        properties={},
        edges=(),
    )


def given(**properties: Scalar) -> dict[str, Scalar]:
    """Return the properties that have a value."""
    return {name: value for name, value in properties.items() if value is not None}


def listed(values: Iterable[str]) -> str | None:
    """Return values as one property; None for none."""
    return ", ".join(values) or None


def party(party_id: str) -> VertexRef:
    """Return a person or company of which this event does not tell which."""
    return VertexRef(VertexLabel.PARTY, party_id)


def account(account_id: str) -> VertexRef:
    """Return an account."""
    return VertexRef(VertexLabel.ACCOUNT, account_id)


def instrument(code: str) -> VertexRef:
    """Return an instrument; codes differ by case alone where somebody was careless."""
    return VertexRef(VertexLabel.INSTRUMENT, code.strip().upper())


def phone_id(text: str) -> str | None:
    """Return a phone number's digits, without the international prefix; None if too few."""
    digits = _NO_DIGITS.sub("", text).removeprefix("00")
    return digits if len(digits) >= LEAST_PHONE_DIGITS else None


def address_id(text: str) -> str | None:
    """Return an address's words in lower case; None if it has none."""
    words = _NO_WORD.sub(" ", unicodedata.normalize("NFKC", text).casefold()).strip()
    return words[:MAX_ATTRIBUTE].strip() or None


def device_id(text: str) -> str | None:
    """Return a device's id as it is, but for spaces around it."""
    return text.strip() or None


def attributes(
    owner: VertexRef,
    *,
    devices: Iterable[str] = (),
    addresses: Iterable[str] = (),
    phones: Iterable[str] = (),
) -> list[Edge]:
    """Return edges from an entity to its devices, addresses and phones, each once."""
    found: dict[tuple[EdgeLabel, VertexRef], None] = {}
    for values, normal, edge, vertex in (
        (devices, device_id, EdgeLabel.HAS_DEVICE, VertexLabel.DEVICE),
        (addresses, address_id, EdgeLabel.HAS_ADDRESS, VertexLabel.ADDRESS),
        (phones, phone_id, EdgeLabel.HAS_PHONE, VertexLabel.PHONE),
    ):
        for value in map(normal, values):
            if value is not None:
                found[edge, VertexRef(vertex, value)] = None
    return [Edge(label, owner, target, {}) for label, target in found]
