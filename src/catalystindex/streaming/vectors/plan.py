"""Which events of a batch are worked on: of each entity the newest, if it is news."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from catalystindex.documents.library import document_id_of
from catalystindex.model.event_errors import EventInvalid
from catalystindex.model.events.envelope import Event, kind_of
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records.event_texts import Stamp
from catalystindex.streaming.sink import IGNORED, STALE, Delivery, Outcome, Verdict
from catalystindex.streaming.vectors.texts import TEXT_KINDS, EventText, text_of

NUL = "\0"
NEVER = Stamp(0, "")
"""Below every stamp of an event."""


class Work(NamedTuple):
    """An event that is to hold: ``text`` is absent where it takes the text away."""

    place: int
    """In the batch."""
    document_id: str
    stamp: Stamp
    delivery: Delivery
    text: EventText | None


def key_of(event: Event) -> str:
    """Return the key of the document that an event's text is."""
    return f"{kind_of(event)}/{event.entity_id}"


def targets(tenant: Tenant, base_id: str, deliveries: Sequence[Delivery]) -> list[str | None]:
    """Return the document of each event; None for kinds without text, and for what is refused."""
    return [
        document_id_of(tenant, base_id, key_of(one.event))
        if kind_of(one.event) in TEXT_KINDS and _problem(one.event) is None
        else None
        for one in deliveries
    ]


def plan(
    deliveries: Sequence[Delivery],
    documents: Sequence[str | None],
    held: Mapping[str, Stamp],
) -> tuple[dict[int, Verdict], list[Work]]:
    """Return what is decided already, by place, and what is to be done, in the batch's order.

    ``documents`` is what `targets` returned, ``held`` the newest event applied to each so far.
    """
    newest: dict[str, tuple[Stamp, int]] = {}  # of equal stamps the first, so places count down
    for place, document_id in enumerate(documents):
        if document_id is not None:
            mine = (stamp_of(deliveries[place].event), -place)
            newest[document_id] = max(mine, newest.get(document_id, mine))
    holding = {
        -place: document_id
        for document_id, (stamp, place) in newest.items()
        if stamp > held.get(document_id, NEVER)
    }
    decided = {
        place: _without_document(deliveries[place].event) if document_id is None else STALE
        for place, document_id in enumerate(documents)
        if place not in holding
    }
    return decided, [_work(place, holding[place], deliveries[place]) for place in sorted(holding)]


def stamp_of(event: Event) -> Stamp:
    """Return what orders an event among those of its entity."""
    return Stamp(event.version, event.event_id)


def _work(place: int, document_id: str, delivery: Delivery) -> Work:
    event = delivery.event
    return Work(place, document_id, stamp_of(event), delivery, text_of(event))


def _without_document(event: Event) -> Verdict:
    problem = _problem(event) if kind_of(event) in TEXT_KINDS else None
    return IGNORED if problem is None else Verdict(Outcome.REFUSED, problem)


def _problem(event: Event) -> EventInvalid | None:
    """Return why an event can never be applied: no database holds U+0000."""
    if NUL in event.entity_id or NUL in event.source:
        return EventInvalid("An id or a source holds the character U+0000.", kind=kind_of(event))
    return None
