"""A made history of schemas: 1 had `sum`, 2 has `amount` in major units, 3 is as now."""

import copy

import pytest

from catalystindex.model.errors import EventInvalid, SchemaUnknown
from catalystindex.model.events.envelope import SCHEMA_VERSION
from catalystindex.streaming import codec
from catalystindex.streaming.upgrade import Raw, Upgrades
from support.events import bytes_of, payment


def renamed(raw: Raw) -> Raw:
    payload = dict(raw["payload"])
    payload["amount"] = payload.pop("sum")
    return {**raw, "payload": payload}


def in_minor_units(raw: Raw) -> Raw:
    return {**raw, "payload": {**raw["payload"], "amount": int(raw["payload"]["amount"]) * 100}}


STEPS = Upgrades({("transaction", 1): renamed, ("transaction", 2): in_minor_units}, current=3)
OLD: Raw = {"kind": "transaction", "event_id": "old", "payload": {"sum": "12"}}


def test_steps_are_taken_one_after_another_from_where_the_event_is() -> None:
    assert STEPS.apply(OLD, 1) == {
        "kind": "transaction",
        "event_id": "old",
        "payload": {"amount": 1200},
        "schema_version": 3,
    }
    second = {**OLD, "payload": {"amount": "12"}}
    assert STEPS.apply(second, 2)["payload"] == {"amount": 1200}
    third = {**OLD, "payload": {"amount": 1200}}
    assert STEPS.apply(third, 3)["payload"] == {"amount": 1200}


def test_what_is_upgraded_stays_as_it_was() -> None:
    before = copy.deepcopy(OLD)
    STEPS.apply(OLD, 1)
    assert before == OLD


def test_a_kind_without_a_step_did_not_change() -> None:
    raw: Raw = {"kind": "person", "payload": {"name": "Ann"}}
    assert STEPS.apply(raw, 1) == {**raw, "schema_version": 3}


@pytest.mark.parametrize("version", [-1, 0, 4, 99])
def test_a_version_that_no_release_had_is_unknown(version: int) -> None:
    with pytest.raises(SchemaUnknown, match="knows 1 to 3"):
        STEPS.apply(OLD, version)


def test_a_kind_that_is_gone_is_unknown_unless_a_step_takes_it() -> None:
    old: Raw = {"kind": "wire", "payload": {}}
    with pytest.raises(SchemaUnknown, match="'wire'"):
        STEPS.apply(old, 1)
    merged = Upgrades({("wire", 1): lambda raw: {**raw, "kind": "transaction"}}, current=2)
    assert merged.apply(old, 1)["kind"] == "transaction"


def test_an_event_that_is_not_of_its_version_is_invalid() -> None:
    with pytest.raises(EventInvalid, match="no event of schema 1"):
        STEPS.apply({**OLD, "payload": {}}, 1)
    with pytest.raises(EventInvalid, match="no event of schema 2"):
        STEPS.apply({**OLD, "payload": {"amount": "much"}}, 2)


def test_older_bytes_are_decoded_by_way_of_the_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(codec, "SCHEMA_VERSION", 3)
    event = payment(amount=1200)
    old = bytes_of(event, schema_version=1, event_id="f" * 32)
    old = old.replace(b'"amount":1200', b'"sum":"12"')
    back = codec.decode(old, STEPS)
    assert back.payload == event.payload
    assert (back.schema_version, back.event_id) == (3, "f" * 32)
    with pytest.raises(EventInvalid, match="after the upgrade from schema 1"):
        codec.decode(old.replace(b'"sum":"12"', b'"sum":"-12"'), STEPS)


def test_this_release_is_the_first_schema() -> None:
    assert SCHEMA_VERSION == 1
