"""The graph's sink on a real graph: verdicts, refusals, and a store that is away."""

from pathlib import Path

import pytest

from catalystindex.model.errors import EventInvalid, GraphUnavailable
from catalystindex.model.events.envelope import (
    AccountEvent,
    Event,
    OwnershipEvent,
    QuoteEvent,
    TransactionEvent,
)
from catalystindex.model.events.markets import Quote
from catalystindex.model.events.money import Transaction
from catalystindex.model.events.parties import Account, Ownership
from catalystindex.stores.eventlog.base import Record
from catalystindex.stores.graphs.ladybug import LadybugGraphs
from catalystindex.streaming.codec import encode, sealed
from catalystindex.streaming.graph.sink import GraphSink
from catalystindex.streaming.sink import Batch, Delivery, Outcome
from support.graphs import SETTINGS
from support.stores import ANA

QUOTE = Quote(instrument="X", currency="EUR", open=1, high=1, low=1, close=1)


def paid(entity: str, version: int = 1) -> Event:
    payload = Transaction(amount=1, currency="EUR", debtor_account="a", creditor_account="b")
    return TransactionEvent(
        entity_id=entity, version=version, event_time=1, source="t", payload=payload
    )


def batch(*events: Event, position: int = 0) -> Batch:
    deliveries = []
    for offset, bare in enumerate(events):
        event = sealed(bare)
        about = event.entity_id, event.event_id, event.event_time
        record = Record(0, offset, ANA.key, "ana", *about, 0, encode(event))
        deliveries.append(Delivery(event, record))
    return Batch(ANA, 0, position or len(events), deliveries)


def test_each_event_gets_its_verdict(tmp_path: Path) -> None:
    graphs = LadybugGraphs(tmp_path, SETTINGS)
    sink = GraphSink(graphs)
    itself = Ownership(owner="p", asset="p")
    verdicts = sink.apply(
        batch(
            paid("t", 2),
            QuoteEvent(entity_id="q", event_time=1, source="t", payload=QUOTE),
            OwnershipEvent(entity_id="o", event_time=1, source="t", payload=itself),
            paid("t", 1),
            AccountEvent(entity_id="a", event_time=1, source="t", payload=Account()),
        )
    )
    assert [verdict.outcome for verdict in verdicts] == [
        Outcome.APPLIED,
        Outcome.IGNORED,
        Outcome.REFUSED,
        Outcome.STALE,
        Outcome.APPLIED,
    ]
    assert isinstance(verdicts[2].error, EventInvalid)
    assert graphs.counts(ANA) == {"account": 2, "sent": 1}
    graphs.close()


def test_the_same_batch_again_is_stale_and_changes_nothing(tmp_path: Path) -> None:
    graphs = LadybugGraphs(tmp_path, SETTINGS)
    sink = GraphSink(graphs)
    sink.apply(batch(paid("t"), paid("u")))
    digest = graphs.digest(ANA)
    again = sink.apply(batch(paid("t"), paid("u")))
    assert [verdict.outcome for verdict in again] == [Outcome.STALE, Outcome.STALE]
    assert graphs.digest(ANA) == digest
    graphs.close()


def test_the_position_moves_with_a_batch_that_concerns_nothing(tmp_path: Path) -> None:
    graphs = LadybugGraphs(tmp_path, SETTINGS)
    GraphSink(graphs).apply(batch(position=12))
    assert graphs.position(ANA, 0) == 12
    graphs.close()


def test_a_store_that_is_away_is_said_and_may_come_back(tmp_path: Path) -> None:
    graphs = LadybugGraphs(tmp_path, SETTINGS)
    graphs.close()
    with pytest.raises(GraphUnavailable) as raised:
        GraphSink(graphs).apply(batch(paid("t")))
    assert raised.value.transient
    assert GraphSink(graphs).group == "graph"
