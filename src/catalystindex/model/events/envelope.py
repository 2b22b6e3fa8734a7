"""The envelope of an event, one class per kind.

The wire form is JSON: ``kind`` first, then the fields below in this order, those that have their
default left out. A struct has one such form, so its bytes without ``event_id`` are canonical, and
their hash is the id (`streaming.codec`).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct

from catalystindex.model.events.fields import Identifier, Micros, Payload, Short
from catalystindex.model.events.markets import Announcement, Order, Quote, Trade
from catalystindex.model.events.money import Invoice, Shipment, Transaction
from catalystindex.model.events.parties import Account, Company, Listing, Ownership, Person
from catalystindex.model.events.talk import Communication

SCHEMA_VERSION: Final = 1
"""Version of the schema of all kinds; `streaming.upgrade` brings older events up to it."""

MAX_VERSION: Final = 2**53 - 1

Op = Literal["upsert", "delete"]
Version = Annotated[int, Meta(ge=1, le=MAX_VERSION)]


class EventBase(
    Struct,
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    forbid_unknown_fields=True,
    gc=False,
    tag_field="kind",
):
    """What every event says.

    ``entity_id`` names what the event is about: the person, the account, the payment. Its
    ``version`` only goes up; of two events with one version the greater ``event_id`` holds, so any
    order of delivery ends the same. ``event_time`` is when it happened, in microseconds of UTC.
    A ``delete`` has no payload, an ``upsert`` has one.
    """

    event_id: Annotated[str, Meta(max_length=32)] = ""
    op: Op = "upsert"
    entity_id: Identifier
    version: Version = 1
    event_time: Micros
    source: Short
    schema_version: Annotated[int, Meta(ge=1)] = SCHEMA_VERSION


class PersonEvent(EventBase, frozen=True, kw_only=True, gc=False, tag="person"):
    """A person, as known from this version on."""

    payload: Person | None = None


class CompanyEvent(EventBase, frozen=True, kw_only=True, gc=False, tag="company"):
    """A company, as known from this version on."""

    payload: Company | None = None


class AccountEvent(EventBase, frozen=True, kw_only=True, gc=False, tag="account"):
    """An account, as known from this version on."""

    payload: Account | None = None


class OwnershipEvent(EventBase, frozen=True, kw_only=True, gc=False, tag="ownership"):
    """An interest, as known from this version on."""

    payload: Ownership | None = None


class ListingEvent(EventBase, frozen=True, kw_only=True, gc=False, tag="listing"):
    """A watch-list entry, as it reads from this version on."""

    payload: Listing | None = None


class TransactionEvent(EventBase, frozen=True, kw_only=True, gc=False, tag="transaction"):
    """A payment; a later version corrects it, a delete takes it back."""

    payload: Transaction | None = None


class InvoiceEvent(EventBase, frozen=True, kw_only=True, gc=False, tag="invoice"):
    """An invoice."""

    payload: Invoice | None = None


class ShipmentEvent(EventBase, frozen=True, kw_only=True, gc=False, tag="shipment"):
    """A shipment."""

    payload: Shipment | None = None


class OrderEvent(EventBase, frozen=True, kw_only=True, gc=False, tag="order"):
    """An order at a venue."""

    payload: Order | None = None


class TradeEvent(EventBase, frozen=True, kw_only=True, gc=False, tag="trade"):
    """An execution."""

    payload: Trade | None = None


class QuoteEvent(EventBase, frozen=True, kw_only=True, gc=False, tag="quote"):
    """A bar of market data."""

    payload: Quote | None = None


class AnnouncementEvent(EventBase, frozen=True, kw_only=True, gc=False, tag="announcement"):
    """An issuer's announcement."""

    payload: Announcement | None = None


class CommunicationEvent(EventBase, frozen=True, kw_only=True, gc=False, tag="communication"):
    """A message or a call."""

    payload: Communication | None = None


Event = (
    PersonEvent
    | CompanyEvent
    | AccountEvent
    | OwnershipEvent
    | ListingEvent
    | TransactionEvent
    | InvoiceEvent
    | ShipmentEvent
    | OrderEvent
    | TradeEvent
    | QuoteEvent
    | AnnouncementEvent
    | CommunicationEvent
)
"""Any event."""

EVENT_TYPES: Final[tuple[type[Event], ...]] = (
    PersonEvent,
    CompanyEvent,
    AccountEvent,
    OwnershipEvent,
    ListingEvent,
    TransactionEvent,
    InvoiceEvent,
    ShipmentEvent,
    OrderEvent,
    TradeEvent,
    QuoteEvent,
    AnnouncementEvent,
    CommunicationEvent,
)


def kind_of(event: Event | type[Event]) -> str:
    """Return the kind of an event, or of a class of events, as it is written on the wire."""
    return str(event.__struct_config__.tag)


PAYLOAD_TYPES: Final[Mapping[type[Event], type[Payload]]] = MappingProxyType(
    {
        PersonEvent: Person,
        CompanyEvent: Company,
        AccountEvent: Account,
        OwnershipEvent: Ownership,
        ListingEvent: Listing,
        TransactionEvent: Transaction,
        InvoiceEvent: Invoice,
        ShipmentEvent: Shipment,
        OrderEvent: Order,
        TradeEvent: Trade,
        QuoteEvent: Quote,
        AnnouncementEvent: Announcement,
        CommunicationEvent: Communication,
    }
)
"""The payload of each class of events."""

KINDS: Final[tuple[str, ...]] = tuple(kind_of(cls) for cls in EVENT_TYPES)
"""Every kind, in the order of the schema."""
