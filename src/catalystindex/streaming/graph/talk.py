"""What communications say about the graph: who spoke to whom. What was said is for the index."""

from catalystindex.model.events.envelope import Event
from catalystindex.model.events.talk import Communication
from catalystindex.stores.graphs.base import Change, Edge, EdgeLabel
from catalystindex.streaming.graph.changes import change, given, party


def communication(event: Event, payload: Communication) -> Change:
    """Say who spoke to whom: one edge for each recipient but the sender."""
    properties = given(channel=payload.channel, thread=payload.thread, seconds=payload.seconds)
    sender = party(payload.sender)
    recipients = (one for one in dict.fromkeys(payload.recipients) if one != payload.sender)
    edges = [Edge(EdgeLabel.COMMUNICATED, sender, party(one), properties) for one in recipients]
    return change(event, edges=edges)
