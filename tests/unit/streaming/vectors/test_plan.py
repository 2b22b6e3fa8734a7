"""Which events of a batch are worked on, in any order."""

import random

from hypothesis import given
from hypothesis import strategies as st

from catalystindex.model.events.envelope import Event, OwnershipEvent
from catalystindex.model.events.parties import Ownership
from catalystindex.stores.records.event_texts import Stamp
from catalystindex.streaming.codec import sealed
from catalystindex.streaming.sink import IGNORED, STALE, Outcome
from catalystindex.streaming.vectors.plan import Work, plan, targets
from support.event_texts import batch_of, deletion, message
from support.stores import ANA, BEA


def planned(
    events: list[Event], held: dict[str, Stamp] | None = None
) -> tuple[list[Outcome | None], list[Work]]:
    deliveries = batch_of(events).deliveries
    decided, work = plan(deliveries, targets(ANA, "kb", deliveries), held or {})
    verdicts = [decided.get(place) for place in range(len(events))]
    return [one.outcome if one else None for one in verdicts], work


def test_only_the_newest_of_an_entity_is_worked_on() -> None:
    events = [
        message("m-1", "b", version=2),
        message("m-1", "a"),
        message("m-2", "c"),
        deletion("m-1", 3),
    ]
    verdicts, work = planned(events)
    assert verdicts == [Outcome.STALE, Outcome.STALE, None, None]
    assert [(one.place, one.text is None) for one in work] == [(2, False), (3, True)]


def test_what_is_held_makes_older_and_equal_events_stale() -> None:
    event = message("m-1", "b", version=2)
    ((_, work), same) = planned([event]), Stamp(2, event.event_id)
    document = work[0].document_id
    assert planned([event], {document: same}) == ([Outcome.STALE], [])
    assert planned([event], {document: Stamp(3, "0")}) == ([Outcome.STALE], [])
    assert planned([event], {document: Stamp(2, "0")})[0] == [None]
    assert planned([event], {document: Stamp(1, "f" * 32)})[0] == [None]


def test_kinds_without_text_are_ignored() -> None:
    owns = OwnershipEvent(
        entity_id="o-1", event_time=0, source="s", payload=Ownership(owner="a", asset="b")
    )
    assert planned([sealed(owns)]) == ([Outcome.IGNORED], [])
    assert IGNORED != STALE


def test_an_id_that_no_store_holds_is_refused() -> None:
    verdicts, work = planned([message("m\0", "x"), message("m", "x", source="s\0")])
    assert verdicts == [Outcome.REFUSED] * 2
    assert work == []


def test_documents_of_two_workspaces_are_two() -> None:
    deliveries = batch_of([message("m-1", "x")]).deliveries
    assert targets(ANA, "kb", deliveries) != targets(BEA, "kb", deliveries)


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 4), st.booleans()), max_size=12),
       st.randoms(use_true_random=False))  # fmt: skip
def test_the_winner_does_not_depend_on_the_order(
    told: list[tuple[int, int, bool]], source: random.Random
) -> None:
    events = [
        deletion(f"m-{entity}", version) if gone else message(f"m-{entity}", "x", version=version)
        for entity, version, gone in told
    ]
    _, work = planned(events)
    source.shuffle(events)
    _, other = planned(events)
    assert {(one.document_id, one.stamp) for one in work} == {
        (one.document_id, one.stamp) for one in other
    }
