"""What is ordered, traded, quoted and announced. Names follow FIX and ISO 10383, 6166.

A price is in millionths of the currency's major unit (`fields.PRICE_SCALE`), a quantity in
thousandths of a unit (`fields.QUANTITY_SCALE`).
"""

from typing import Literal

from catalystindex.model.currency import CurrencyCode
from catalystindex.model.events.fields import (
    Code,
    Count,
    Identifier,
    Line,
    Minor,
    Payload,
    Price,
    Quantity,
    Text,
)

Side = Literal["buy", "sell"]
OrderType = Literal["market", "limit", "stop"]
OrderStatus = Literal["new", "replaced", "partially_filled", "filled", "cancelled", "rejected"]
AnnouncementCategory = Literal["earnings", "guidance", "merger", "dividend", "regulatory", "other"]


class Order(Payload, frozen=True):
    """An order at a venue; a later version tells what became of it."""

    account: Identifier
    instrument: Code
    """ISIN."""
    side: Side
    quantity: Quantity
    currency: CurrencyCode
    trader: Identifier | None = None
    """Person who gave the order."""
    type: OrderType = "market"
    limit_price: Price | None = None
    venue: Code | None = None
    """MIC."""
    status: OrderStatus = "new"


class Trade(Payload, frozen=True):
    """An execution: at least one side is an account that is known."""

    instrument: Code
    quantity: Quantity
    price: Price
    currency: CurrencyCode
    notional: Minor
    buyer_account: Identifier | None = None
    seller_account: Identifier | None = None
    buy_order: Identifier | None = None
    sell_order: Identifier | None = None
    venue: Code | None = None


class Quote(Payload, frozen=True):
    """A bar of market data: of a security by ISIN, or of goods by HS code."""

    instrument: Code
    currency: CurrencyCode
    open: Price
    high: Price
    low: Price
    close: Price
    volume: Quantity = 0
    seconds: Count = 86_400
    """Length of the bar; it begins at the event's time."""
    venue: Code | None = None
    unit: Code | None = None


class Announcement(Payload, frozen=True):
    """What an issuer made public, at the event's time."""

    issuer: Identifier
    headline: Line
    instrument: Code | None = None
    category: AnnouncementCategory = "other"
    text: Text = ""
