"""What orders and trades say about the graph."""

from catalystindex.model.events.envelope import Event
from catalystindex.model.events.markets import Order, Trade
from catalystindex.stores.graphs.base import Change, Edge, EdgeLabel
from catalystindex.streaming.graph.changes import account, change, given, instrument


def order(event: Event, payload: Order) -> Change:
    """Say which account ordered what; a later version says what became of it."""
    properties = given(
        side=payload.side,
        quantity=payload.quantity,
        currency=payload.currency,
        limit_price=payload.limit_price,
        type=payload.type,
        status=payload.status,
        venue=payload.venue,
        trader=payload.trader,
    )
    ends = account(payload.account), instrument(payload.instrument)
    return change(event, edges=[Edge(EdgeLabel.ORDERED, *ends, properties)])


def trade(event: Event, payload: Trade) -> Change:
    """Say which accounts traded what: one edge for each side that is known."""
    edges = []
    for side, holder, order_id in (
        ("buy", payload.buyer_account, payload.buy_order),
        ("sell", payload.seller_account, payload.sell_order),
    ):
        if holder is not None:
            properties = given(
                side=side,
                quantity=payload.quantity,
                price=payload.price,
                notional=payload.notional,
                currency=payload.currency,
                venue=payload.venue,
                order=order_id,
            )
            ends = account(holder), instrument(payload.instrument)
            edges.append(Edge(EdgeLabel.TRADED, *ends, properties))
    return change(event, edges=edges)
