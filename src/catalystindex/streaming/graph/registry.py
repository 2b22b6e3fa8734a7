"""Which handler is for which kind of event."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from catalystindex.model.events.envelope import Event, kind_of
from catalystindex.stores.graphs.base import Change
from catalystindex.streaming.graph import markets, money, parties, talk
from catalystindex.streaming.graph.changes import removal

Handler = Callable[[Event, Any], Change]
"""Takes an event and its payload, of the kind that it is registered for.

Raises `EventInvalid` for what can never be applied.
"""

HANDLERS: Final[Mapping[str, Handler]] = {
    "person": parties.person,
    "company": parties.company,
    "account": parties.account_,
    "ownership": parties.ownership,
    "listing": parties.listing,
    "transaction": money.transaction,
    "invoice": money.invoice,
    "shipment": money.shipment,
    "order": markets.order,
    "trade": markets.trade,
    "communication": talk.communication,
}

UNCONCERNED: Final = frozenset({"quote", "announcement"})
"""Kinds that relate nobody to anybody: prices, and what was made public to all."""


def change_of(event: Event, handlers: Mapping[str, Handler] = HANDLERS) -> Change | None:
    """Return what an event says about the graph; None if it is of no concern.

    Raises `EventInvalid` for what can never be applied.
    """
    handler = handlers.get(kind_of(event))
    if handler is None:
        return None
    if event.payload is None:
        return removal(event)
    return handler(event, event.payload)
