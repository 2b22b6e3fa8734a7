"""Events as columns: the same from structs and from tables, and only what moved money holds."""

from decimal import Decimal
from hashlib import blake2b
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.model.currency import MAX_MINOR, exponent
from catalystindex.model.errors import EventInvalid, MoneyInvalid
from catalystindex.model.events.envelope import Event, TransactionEvent
from catalystindex.streaming.arrow import events_to_batch
from catalystindex.streaming.codec import sealed
from catalystindex.temporal.codes import Codebook
from catalystindex.temporal.intake import from_arrow, from_events
from catalystindex.temporal.layout import NOBODY
from catalystindex.temporal.money import Money
from catalystindex.temporal.names import entity_key, entity_keys_of
from catalystindex.temporal.payments import (
    CASH_DEPOSIT,
    Payments,
    code_of_country,
    code_of_currency,
    event_id,
    ordered,
)
from catalystindex.temporal.versions import Versions, join_versions, latest, no_versions
from support.event_strategies import events
from support.events import payment


def euros() -> Money:
    return Money("EUR")


def transactions(*made: Event) -> list[TransactionEvent]:
    found = [sealed(one) for one in made]
    return [one for one in found if isinstance(one, TransactionEvent)]


def changed(event: TransactionEvent, **changes: object) -> TransactionEvent:
    return msgspec.structs.replace(event, **changes)


def deleted(event: TransactionEvent, version: int) -> TransactionEvent:
    return changed(event, op="delete", payload=None, version=version)


def same(one: Versions, two: Versions) -> bool:
    columns = zip(_columns(one), _columns(two), strict=True)
    return all(a.dtype == b.dtype and np.array_equal(a, b) for a, b in columns)


def _columns(one: Versions) -> list[Any]:
    return [*one.payments, one.version, one.gone]


def test_an_event_becomes_a_row_that_says_all_of_it() -> None:
    event = payment(
        "p1", debtor="ann", creditor_country="CH", purpose="RENT", branch="b1", method="wire"
    )
    codes = Codebook()
    (made,) = transactions(event)
    row = from_events([made], codes, euros())
    said = row.payments
    assert event_id(int(said.id_high[0]), int(said.id_low[0])) == made.event_id
    assert said.entity[0] == entity_key("p1")
    assert (said.time[0], said.amount[0]) == (event.event_time, 1230)
    assert codes.accounts.name(int(said.source[0])) == "a"
    assert codes.accounts.name(int(said.target[0])) == "b"
    assert codes.parties.name(int(said.source_party[0])) == "ann"
    assert said.target_party[0] == NOBODY
    assert (said.source_country[0], said.target_country[0]) == (0, code_of_country("CH"))
    assert said.currency[0] == code_of_currency("EUR")
    assert codes.purposes.name(int(said.purpose[0])) == "RENT"
    assert codes.branches.name(int(said.branch[0])) == "b1"
    assert (row.version[0], bool(row.gone[0])) == (1, False)


def test_cash_has_one_side() -> None:
    rows = from_events(
        transactions(payment(debtor_account=None, method="cash_deposit")), Codebook(), euros()
    )
    assert (rows.payments.source[0], rows.payments.method[0]) == (NOBODY, CASH_DEPOSIT)


@settings(max_examples=60, deadline=None)
@given(st.lists(events("transaction"), max_size=8))
def test_a_table_gives_the_rows_that_its_events_give(made: list[Event]) -> None:
    found = transactions(*made)
    by_event = from_events(found, Codebook(), euros())
    batch = events_to_batch("transaction", found)
    assert same(by_event, from_arrow(batch, Codebook(), euros()))
    assert same(by_event, from_arrow(_encoded(batch), Codebook(), euros()))


def _encoded(batch: pa.RecordBatch) -> pa.RecordBatch:
    """Return a table whose text is dictionaries, as Parquet may give it, after a row cut off."""
    table: Any = pa
    columns: list[Any] = batch.columns
    made = [one.dictionary_encode() if one.type == pa.string() else one for one in columns]
    whole: Any = table.RecordBatch.from_arrays(made, names=batch.schema.names)
    doubled = table.Table.from_batches([whole]).slice(0)
    return doubled.to_batches()[0] if batch.num_rows else batch


def test_a_part_of_a_table_is_read_from_where_it_begins() -> None:
    found = transactions(*(payment(f"p{n}", debtor_account=f"a{n}") for n in range(5)))
    batch = events_to_batch("transaction", found).slice(2, 2)
    assert same(
        from_arrow(batch, Codebook(), euros()), from_events(found[2:4], Codebook(), euros())
    )


@pytest.mark.parametrize("name", ["event_id", "entity_id", "event_time", "amount", "currency"])
def test_a_table_without_what_is_needed_is_refused(name: str) -> None:
    batch: Any = events_to_batch("transaction", transactions(payment()))
    with pytest.raises(EventInvalid):
        from_arrow(batch.drop_columns([name]), Codebook(), euros())


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("event_id", ["short"]),
        ("event_id", ["G" * 32]),
        ("event_id", [None]),
        ("amount", ["12"]),
        ("amount", [1.5]),
        ("currency", ["euro"]),
        ("currency", [7]),
        ("method", ["barter"]),
        ("declined", ["maybe"]),
    ],
)
def test_a_table_of_other_things_is_refused(name: str, values: list[Any]) -> None:
    batch: Any = events_to_batch("transaction", transactions(payment()))
    place = batch.schema.get_field_index(name)
    odd = batch.set_column(place, name, pa.array(values))
    with pytest.raises(EventInvalid):
        from_arrow(odd, Codebook(), euros())


def test_an_event_without_its_id_is_refused() -> None:
    with pytest.raises(EventInvalid):
        from_events([payment()], Codebook(), euros())


@given(st.lists(st.text(max_size=300), max_size=6))
@settings(max_examples=60, deadline=None)
def test_keys_of_a_column_are_blake2b(texts: list[str]) -> None:
    keys = entity_keys_of(pa.array(texts, pa.string()))
    expected = [int.from_bytes(blake2b(one.encode()).digest()[:8], "little") for one in texts]
    assert keys.tolist() == expected == [entity_key(one) for one in texts]


def test_keys_of_long_texts_take_several_blocks() -> None:
    texts = ["x" * length for length in (0, 1, 127, 128, 129, 255, 256, 257, 800)]
    assert entity_keys_of(pa.array(texts)).tolist() == [entity_key(one) for one in texts]


def test_the_greatest_version_holds_and_a_delete_removes() -> None:
    first, other = payment("p1", amount=1), payment("p2", amount=2)
    better = changed(payment("p1", amount=3), version=2)
    found = transactions(better, other, first, deleted(other, 2), payment("p3", declined=True))
    held = latest(from_events(found, Codebook(), euros()))
    assert held.amount.tolist() == [3]


def test_of_equal_versions_the_greater_id_holds_and_twins_count_once() -> None:
    one, two = transactions(payment("p1", amount=1), payment("p1", amount=2))
    expected = max(one, two, key=lambda event: event.event_id)
    for found in ([one, two], [two, one], [one, two, one, two]):
        held = latest(from_events(found, Codebook(), euros()))
        assert held.amount.tolist() == [expected.payload.amount if expected.payload else None]


VERSIONS = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(1, 3), st.integers(0, 3), st.sampled_from("udn")),
    max_size=12,
)


@settings(max_examples=150, deadline=None)
@given(VERSIONS)
def test_what_holds_does_not_depend_on_the_order(
    said: list[tuple[str, int, int, str]],
) -> None:
    found = transactions(*(_version(*one) for one in said))
    held: dict[str, TransactionEvent] = {}
    for event in found:
        known = held.get(event.entity_id)
        if known is None or (event.version, event.event_id) > (known.version, known.event_id):
            held[event.entity_id] = event
    expected = sorted(
        one.event_id
        for one in held.values()
        if one.payload is not None and not one.payload.declined
    )
    for order in (found, found[::-1]):
        rows = latest(from_events(order, Codebook(), euros()))
        ids = map(event_id, rows.id_high.tolist(), rows.id_low.tolist())
        assert sorted(ids) == expected


def _version(entity: str, version: int, amount: int, how: str) -> TransactionEvent:
    event = changed(payment(entity, amount=amount, declined=how == "n"), version=version)
    return deleted(event, version) if how == "d" else event


def test_nothing_gives_nothing() -> None:
    assert same(join_versions([]), from_events([], Codebook(), euros()))
    assert not len(latest(no_versions()).time)
    empty = events_to_batch("transaction", [])
    assert from_arrow(empty, Codebook(), euros()).rows == 0


def test_ordering_is_by_time_and_event_id() -> None:
    found = transactions(*(changed(payment(f"p{n}"), event_time=5 - n % 2) for n in range(6)))
    rows: Payments = ordered(latest(from_events(found, Codebook(), euros())))
    ids = [event_id(*pair) for pair in zip(rows.id_high, rows.id_low, strict=True)]
    assert ids == [
        one.event_id for one in sorted(found, key=lambda one: (one.event_time, one.event_id))
    ]


def test_amounts_are_in_the_currency_of_the_run() -> None:
    money = Money("EUR", {"JPY": Decimal("0.0061"), "KWD": Decimal("2.97")})
    found = transactions(
        payment("p1", amount=100),
        payment("p2", amount=1_000, currency="JPY"),
        payment("p3", amount=1_000, currency="KWD"),
        payment("p4", amount=50, currency="SEK"),
        payment("p5", amount=50, currency="SEK", declined=True),
    )
    rows = from_events(found, Codebook(), money)
    assert rows.payments.amount.tolist() == [100, 610, 297, 50, 50]
    assert money.unrated == {"SEK": 1}
    assert money.capped == 0


def test_an_amount_beyond_all_bounds_is_held_at_the_bound_and_counted() -> None:
    money = Money("JPY", {"BHD": Decimal(400)})
    rows = from_events(
        transactions(payment("p1", amount=MAX_MINOR, currency="BHD")), Codebook(), money
    )
    assert rows.payments.amount.tolist() == [MAX_MINOR * 400 // 1000]
    dear = Money("EUR", {"USD": Decimal("123456789.5")})
    rows = from_events(
        transactions(payment("p1", amount=MAX_MINOR, currency="USD")), Codebook(), dear
    )
    assert (rows.payments.amount.tolist(), dear.capped) == ([MAX_MINOR], 1)


@given(
    st.lists(st.integers(0, MAX_MINOR), min_size=1, max_size=5),
    st.decimals(min_value=Decimal("0.000001"), max_value=Decimal(1_000_000), places=6),
    st.sampled_from(["JPY", "USD", "KWD", "CLF", "XBT"]),
)
@settings(max_examples=150, deadline=None)
def test_conversion_is_exact(amounts: list[int], rate: Decimal, currency: str) -> None:
    money = Money("EUR", {currency: rate})
    code = np.full(len(amounts), code_of_currency(currency), np.int16)
    every = np.ones(len(amounts), np.bool_)
    made = money.convert(np.array(amounts, np.int64), code, every)
    top, bottom = rate.as_integer_ratio()
    top, bottom = top * 100, bottom * 10 ** exponent(currency)
    exact = [(2 * one * top + bottom) // (2 * bottom) for one in amounts]
    assert made.tolist() == [min(one, MAX_MINOR) for one in exact]
    assert money.capped == sum(one > MAX_MINOR for one in exact)


@pytest.mark.parametrize(
    ("reference", "rates"),
    [("EURO", {}), ("EUR", {"ABC": Decimal(1)}), ("EUR", {"USD": Decimal(0)})]
    + [("EUR", {"USD": Decimal(word)}) for word in ("-1", "NaN", "Infinity")],
)
def test_rates_that_are_none_are_refused(reference: str, rates: dict[str, Decimal]) -> None:
    with pytest.raises(MoneyInvalid):
        Money(reference, rates)
