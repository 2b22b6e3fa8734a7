"""Equal events have equal bytes, however their words came to be."""

from catalystindex.model.events.envelope import AccountEvent, OrderEvent, QuoteEvent
from catalystindex.model.events.markets import Order, Quote
from catalystindex.model.events.parties import Account
from catalystindex.streaming.codec import decode_submitted, event_id_of, seal


def _read(word: str) -> str:
    """Return a word as it comes from a file: equal, and another object."""
    return word.encode().decode()


def test_a_default_that_was_read_is_left_out_as_one_that_was_not_given() -> None:
    given = AccountEvent(
        entity_id="a", event_time=1, source="s", op="upsert", payload=Account(type=_read("CACC"))
    )
    silent = AccountEvent(entity_id="a", event_time=1, source="s", payload=Account())
    assert given == silent
    assert seal(given) == seal(silent)
    assert event_id_of(given) == event_id_of(silent) == seal(silent).event_id


def test_numbers_too() -> None:
    def quote(seconds: int) -> QuoteEvent:
        bar = Quote(instrument="X", currency="EUR", open=1, high=1, low=1, close=1, seconds=seconds)
        return QuoteEvent(entity_id="q", event_time=1, source="s", payload=bar)

    assert seal(quote(int("86400"))).event_id == seal(quote(86_400)).event_id
    assert b'"seconds":3600' in seal(quote(3600)).data


def test_the_envelope_too() -> None:
    order = Order(account="a", instrument="X", side="buy", quantity=1, currency="EUR")
    word = _read("upsert")
    event = OrderEvent(entity_id="o", event_time=1, source="s", payload=order)
    spelled = OrderEvent(entity_id="o", event_time=1, source="s", op=word, payload=order)  # type: ignore[arg-type]
    assert seal(spelled) == seal(event)


def test_what_is_submitted_with_its_defaults_is_the_same_event() -> None:
    head = b'{"kind":"account","entity_id":"a","event_time":1,"source":"s","payload":'
    bare = decode_submitted(head + b"{}}")
    assert decode_submitted(head + b'{"type":"CACC","status":"active","holders":[]}}') == bare
