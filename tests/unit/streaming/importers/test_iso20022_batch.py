"""What is given out in a chunk."""

import pytest

from catalystindex.model.event_errors import EventInvalid
from catalystindex.model.events.envelope import AccountEvent, TransactionEvent
from catalystindex.model.events.money import Transaction
from catalystindex.model.events.parties import Account
from catalystindex.streaming.importers.iso20022 import batch
from catalystindex.streaming.importers.iso20022.batch import Batch


def account(number: str) -> AccountEvent:
    return AccountEvent(entity_id=number, event_time=0, source="s", payload=Account())


def payment(name: str) -> TransactionEvent:
    payload = Transaction(amount=1, currency="EUR", debtor_account="A", debtor_name=name)
    return TransactionEvent(entity_id="T", event_time=0, source="s", payload=payload)


def test_an_event_that_would_not_decode_takes_its_record_with_it() -> None:
    collected = Batch("f.xml")
    with pytest.raises(EventInvalid):
        collected.add([account("A"), payment("x" * 1_001)])

    assert collected.empty


def test_a_record_that_is_refused_leaves_no_trace() -> None:
    collected = Batch("f.xml")
    collected.add([payment("Ann")])
    with pytest.raises(EventInvalid, match="came before"):
        collected.add([account("A"), payment("Bob")])
    collected.add([account("A"), payment("Ann")])

    assert [message.key for message in collected.flush().messages] == ["T", "A"]


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batch, "_MAX_SEEN", 3)
    collected = Batch("f.xml")
    for number in ("A", "B", "C", "A", "D", "A"):
        collected.add([account(number)])

    assert [message.key for message in collected.flush().messages] == ["A", "B", "C", "D", "A"]
