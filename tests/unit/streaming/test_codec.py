import json
import re
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given, settings

from catalystindex.model.errors import (
    CatalystError,
    EventIdMismatch,
    EventInvalid,
    EventTooLarge,
    SchemaUnknown,
)
from catalystindex.model.events.envelope import EVENT_TYPES, Event, PersonEvent, kind_of
from catalystindex.model.events.fields import MAX_MICROS
from catalystindex.model.events.markets import Trade
from catalystindex.model.events.parties import Person
from catalystindex.streaming import codec
from support.events import bytes_of, events, payment

KNOWN = (
    b'{"kind":"transaction","event_id":"1701b75a3dfc64d63e61667dc86be4a6","entity_id":"p1",'
    b'"event_time":1700000000000000,"source":"test","payload":{"amount":1230,"currency":"EUR",'
    b'"debtor_account":"a","creditor_account":"b"}}'
)


@pytest.mark.parametrize("cls", EVENT_TYPES, ids=kind_of)
def test_events_of_every_kind_survive_the_wire(cls: type[Event]) -> None:
    @settings(max_examples=25, deadline=None)
    @given(events(cls))
    def survives(event: Event) -> None:
        sealed = codec.seal(event)
        back = codec.decode(sealed.data)
        assert back == codec.sealed(event)
        assert back.event_id == sealed.event_id == codec.event_id_of(event)
        assert codec.encode(back) == sealed.data
        assert codec.decode_submitted(sealed.data) == sealed

    survives()


@given(events(), events())
def test_only_equal_events_have_one_id(one: Event, other: Event) -> None:
    assume(one != other)
    assert codec.seal(one).event_id != codec.seal(other).event_id


@given(events())
def test_an_id_follows_from_content_however_it_is_written(event: Event) -> None:
    sealed = codec.seal(event)
    raw = json.loads(sealed.data)
    shuffled = {key: raw[key] for key in reversed(raw)} | {"event_id": ""}
    assert codec.decode_submitted(json.dumps(shuffled, indent=1).encode()) == sealed


def test_bytes_and_id_of_a_release_stay_what_they_were() -> None:
    assert codec.seal(payment()).data == KNOWN


def test_an_id_that_is_not_its_own_is_refused() -> None:
    data = bytes_of(payment(), event_id="0" * 32)
    assert codec.decode(data).event_id == "0" * 32
    with pytest.raises(EventIdMismatch, match="1701b75a"):
        codec.decode_submitted(data)


def test_defaults_that_are_written_out_make_no_other_event() -> None:
    data = bytes_of(payment(), op="upsert", version=1, schema_version=1)
    assert codec.decode_submitted(data).data == KNOWN


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"entity_id": ""}, "length >= 1"),
        ({"entity_id": "x" * 201}, "length <= 200"),
        ({"version": 0}, ">= 1"),
        ({"event_time": MAX_MICROS + 1}, "<= 253402300799999999"),
        ({"event_time": 1.5}, "Expected `int`"),
        ({"source": msgspec.UNSET}, "missing required field `source`"),
        ({"op": "replace"}, "Invalid enum value 'replace'"),
        ({"colour": "red"}, "unknown field `colour`"),
        ({"payload": None}, "needs a payload"),
        ({"op": "delete"}, "needs no payload"),
    ],
)
def test_what_has_not_the_form_of_an_event_is_refused(changes: dict[str, Any], reason: str) -> None:
    with pytest.raises(EventInvalid, match=re.escape(reason)):
        codec.decode(bytes_of(payment(), **changes))


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"amount": -1}, ">= 0"),
        ({"amount": 2**53}, "<= 9007199254740991"),
        ({"amount": "12.30"}, "Expected `int`"),
        ({"currency": "ZZZ"}, "Invalid enum value 'ZZZ'"),
        ({"debtor_account": None, "creditor_account": None}, "at least one account"),
    ],
)
def test_what_has_not_the_form_of_a_payment_is_refused(
    changes: dict[str, Any], reason: str
) -> None:
    with pytest.raises(EventInvalid, match=re.escape(reason)):
        codec.decode(codec.encode(payment(**changes)))


def test_a_trade_without_accounts_is_refused() -> None:
    trade = Trade(instrument="X", quantity=1, price=1, currency="USD", notional=1)
    raw = {"kind": "trade", "entity_id": "t", "event_time": 0, "source": "s", "payload": trade}
    with pytest.raises(EventInvalid, match="at least one account"):
        codec.decode(msgspec.json.encode(raw))


@pytest.mark.parametrize(
    "data",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b'{"kind":7}', b'{"kind":"\xff"}', b"[" * 9_999],
)
def test_bytes_that_are_no_event_are_refused(data: bytes) -> None:
    with pytest.raises(EventInvalid):
        codec.decode(data)


DEEP = b"[" * 100_000 + b"]" * 100_000


@pytest.mark.parametrize("value", [DEEP, b'"\xff"', b"9" * 5_000], ids=["deep", "bytes", "number"])
@pytest.mark.parametrize("head", [b'"kind":"rocket"', b'"schema_version":2,"kind":"person"'])
def test_no_line_stops_those_beside_it_whatever_release_it_claims(
    head: bytes, value: bytes
) -> None:
    with pytest.raises((EventInvalid, SchemaUnknown)):
        codec.decode(b"{%b,%b}" % (head, b'"x":' + value))


def test_a_text_with_half_a_character_is_refused() -> None:
    data = KNOWN.replace(b'"p1"', b'"\\ud800"')
    with pytest.raises(EventInvalid):
        codec.decode(data)


def test_a_kind_or_schema_of_another_release_is_told_from_a_bad_event() -> None:
    with pytest.raises(SchemaUnknown, match="kind 'rocket'"):
        codec.decode(bytes_of(payment(), kind="rocket"))
    with pytest.raises(SchemaUnknown, match="schema version 2"):
        codec.decode(bytes_of(payment(), schema_version=2))
    with pytest.raises(SchemaUnknown, match="schema version 2"):
        codec.decode(bytes_of(payment(), schema_version=2, kind="rocket", colour="red"))


def test_an_event_above_the_bound_is_not_looked_at() -> None:
    with pytest.raises(EventTooLarge):
        codec.decode(b" " * (codec.MAX_EVENT_BYTES + 1))


@given(events())
def test_damaged_bytes_never_raise_anything_else(event: Event) -> None:
    data = codec.seal(event).data
    for at in range(0, len(data), max(1, len(data) // 20)):
        for damaged in (
            data[:at],
            data[:at] + b"\xff" + data[at + 1 :],
            data[:at] + data[at + 1 :],
        ):
            try:
                codec.decode(damaged)
            except CatalystError as error:
                assert isinstance(error, EventInvalid | SchemaUnknown)  # noqa: PT017


def test_a_delete_has_no_payload() -> None:
    gone = PersonEvent(op="delete", entity_id="p", version=2, event_time=0, source="s")
    assert codec.decode(codec.seal(gone).data) == codec.sealed(gone)
    with pytest.raises(EventInvalid, match="needs no payload"):
        codec.decode(codec.encode(msgspec.structs.replace(gone, payload=Person(name="Ann"))))


def test_what_was_sealed_is_taken_as_it_is_and_what_was_not_is_written_anew() -> None:
    sealed = codec.seal(payment())
    assert codec.submitted(sealed.data)[1] == sealed
    spaced = sealed.data.replace(b'"version"', b' "version"').replace(b'"source":', b'"source": ')
    assert codec.submitted(spaced)[1] == sealed
    for default in (b'"op":"upsert"', b'"schema_version":1', b'"version":1'):
        spelled = sealed.data.replace(b',"payload"', b"," + default + b',"payload"')
        assert codec.submitted(spelled)[1] == sealed


def test_a_default_of_the_payload_that_is_spelled_out_changes_no_id() -> None:
    sealed = codec.seal(payment())
    spelled = sealed.data[:-2] + b',"method":"transfer"}}'
    assert codec.submitted(spelled)[1] == sealed
    account = b'{"kind":"account","entity_id":"a","event_time":1,"source":"s","payload":{%b}}'
    assert codec.decode_submitted(account % b'"type":"CACC"') == codec.decode_submitted(
        account % b""
    )
