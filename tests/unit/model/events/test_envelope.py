import gc
from typing import get_args

import msgspec
import pytest

from catalystindex.model.events.envelope import EVENT_TYPES, KINDS, Event, kind_of
from support.events import payment


def test_every_class_of_the_union_is_listed_in_its_order() -> None:
    assert get_args(Event) == EVENT_TYPES
    assert len(set(KINDS)) == len(KINDS) == len(EVENT_TYPES)


@pytest.mark.parametrize("cls", EVENT_TYPES, ids=kind_of)
def test_what_a_kind_says_cannot_be_changed(cls: type[Event]) -> None:
    event = cls(entity_id="e", event_time=0, source="test")
    with pytest.raises(AttributeError):
        event.version = 2  # type: ignore[misc]


def test_defaults_are_left_out_so_that_an_event_has_one_form() -> None:
    raw = msgspec.json.decode(msgspec.json.encode(payment()))
    assert list(raw) == ["kind", "entity_id", "event_time", "source", "payload"]
    assert list(raw["payload"]) == ["amount", "currency", "debtor_account", "creditor_account"]


def test_events_cost_the_garbage_collector_nothing() -> None:
    assert not gc.is_tracked(payment())
    assert not gc.is_tracked(payment().payload)
