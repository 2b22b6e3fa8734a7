"""Events as tables: to columns and back, and the ids and bytes of whole tables."""

import pyarrow as pa
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from catalystindex.model.errors import EventInvalid, SchemaUnknown
from catalystindex.model.events.envelope import (
    EVENT_TYPES,
    KINDS,
    CommunicationEvent,
    Event,
    PersonEvent,
    TransactionEvent,
)
from catalystindex.model.events.money import Transaction
from catalystindex.model.events.parties import Person
from catalystindex.model.events.talk import Communication
from catalystindex.streaming import codec
from catalystindex.streaming.arrow import batch_to_events, complete_batch, events_to_batch
from catalystindex.streaming.arrow_calls import pl
from catalystindex.streaming.arrow_schema import kind_of_schema, layout_of, schema_of
from catalystindex.streaming.arrow_seal import MAX_PART_BYTES, parts_of, seal_batch
from support.event_strategies import events

ROWS = 6
PHASES = [Phase.explicit, Phase.generate]


def _some(kind: str) -> st.SearchStrategy[list[Event]]:
    return st.lists(events(kind), min_size=1, max_size=ROWS)


def _without_ids(batch: pa.RecordBatch) -> pa.RecordBatch:
    return batch.drop_columns(["event_id"])


def _payment(**fields: object) -> TransactionEvent:
    given = {"amount": 1, "currency": "EUR", "debtor_account": "a", **fields}
    payload = Transaction(**given)  # type: ignore[arg-type]
    return TransactionEvent(entity_id="t", event_time=5, source="s", payload=payload)


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=8, deadline=None, phases=PHASES)
def test_every_kind_comes_back_as_it_was(kind: str, data: st.DataObject) -> None:
    made = [codec.sealed(event) for event in data.draw(_some(kind))]
    batch = events_to_batch(kind, made)
    batch.validate(full=True)
    assert batch.schema.equals(schema_of(kind), check_metadata=True)
    assert batch_to_events(kind, batch) == made


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=8, deadline=None, phases=PHASES)
def test_a_table_is_sealed_as_its_events_are(kind: str, data: st.DataObject) -> None:
    made = data.draw(_some(kind))
    each = [codec.seal(event) for event in made]
    whole = seal_batch(kind, _without_ids(events_to_batch(kind, made)))
    assert whole.event_ids.to_pylist() == [one.event_id for one in each]
    assert [str(text).encode() for text in whole.wire().to_pylist()] == [one.data for one in each]
    read = [codec.decode(one.data) for one in each]
    assert batch_to_events(kind, whole.complete()) == read


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
@settings(max_examples=3, deadline=None, phases=PHASES)
def test_a_slice_is_sealed_as_its_rows_are(kind: str, data: st.DataObject) -> None:
    made = data.draw(st.lists(events(kind), min_size=3, max_size=ROWS))
    part = _without_ids(events_to_batch(kind, made)).slice(1, len(made) - 2)
    assert seal_batch(kind, part).event_ids.to_pylist() == [
        codec.seal(event).event_id for event in made[1:-1]
    ]


def test_envelope_and_payload_share_no_name() -> None:
    for kind in KINDS:
        names = [column.name for column in layout_of(kind).columns]
        assert len(set(names)) == len(names), kind
        assert kind_of_schema(schema_of(kind)) == kind
    assert len(EVENT_TYPES) == len(KINDS)


def test_no_column_is_a_float() -> None:
    types = {str(field.type) for kind in KINDS for field in schema_of(kind)}
    assert types == {
        "string", "int64", "bool", "timestamp[us, tz=UTC]", "list<item: string>",
    }  # fmt: skip


def test_what_is_left_out_has_its_default() -> None:
    batch = pa.RecordBatch.from_pydict(
        {
            "entity_id": pa.array(["t1", "t2"]),
            "event_time": pa.array([1, 2]),
            "source": pa.array(["s", "s"]).dictionary_encode(),
            "amount": pa.array([5, 6], pa.int32()),
            "currency": pa.array(["EUR", "EUR"], pa.large_string()),
            "debtor_account": pa.array(["a", "b"]),
            "method": pa.array([None, "card"]),
        }
    )
    first, second = batch_to_events("transaction", batch)
    assert isinstance(first.payload, Transaction)
    assert isinstance(second.payload, Transaction)
    assert (first.payload.method, second.payload.method) == ("transfer", "card")
    full = complete_batch("transaction", batch)
    assert full.schema.equals(schema_of("transaction"))
    assert full["method"].to_pylist() == ["transfer", "card"]
    assert full["version"].to_pylist() == [1, 1]
    assert seal_batch("transaction", batch).event_ids.to_pylist() == [
        codec.seal(first).event_id,
        codec.seal(second).event_id,
    ]


def test_a_list_that_is_required_is_written_when_it_is_empty() -> None:
    said = Communication(sender="a", recipients=())
    event = CommunicationEvent(entity_id="c", event_time=1, source="s", payload=said)
    sealed = seal_batch("communication", _without_ids(events_to_batch("communication", [event])))
    assert sealed.wire()[0].as_py().encode() == codec.seal(event).data
    assert '"recipients":[]' in sealed.wire()[0].as_py()


@pytest.mark.parametrize(
    ("column", "values", "says"),
    [
        ("colour", ["red"], "no field 'colour'"),
        ("amount", [1.5], "double is not int64"),
        ("amount", ["1"], "string is not int64"),
        ("amount", [None], "amount has no value"),
        ("source", [None], "source has no value"),
        ("op", ["update"], "op is 'upsert' or 'delete'"),
        ("op", ["delete"], "'delete' with a value of amount"),
        ("event_time", ["2024-01-01"], "string is not timestamp"),
    ],
)
def test_a_table_that_is_none_of_events_is_refused(
    column: str, values: list[object], says: str
) -> None:
    batch = _without_ids(events_to_batch("transaction", [_payment()]))
    wrong = pl.array(values)
    columns = dict(zip(batch.schema.names, batch.columns, strict=True))
    columns[column] = wrong
    with pytest.raises(EventInvalid, match=says):
        seal_batch("transaction", pa.RecordBatch.from_pydict(columns))


def test_a_number_that_does_not_fit_is_refused() -> None:
    batch = _without_ids(events_to_batch("transaction", [_payment()]))
    place = batch.schema.get_field_index("amount")
    wide = batch.set_column(place, "amount", pl.array([2**63], pa.uint64()))
    with pytest.raises(EventInvalid, match="amount: Integer value"):
        seal_batch("transaction", wide)


def test_a_time_without_a_zone_is_not_taken_for_utc() -> None:
    batch = _without_ids(events_to_batch("transaction", [_payment()]))
    place = batch.schema.get_field_index("event_time")
    naive = batch.set_column(place, "event_time", pa.array([5], pa.timestamp("us")))
    with pytest.raises(EventInvalid, match="event_time"):
        seal_batch("transaction", naive)


def test_a_list_with_a_null_is_refused() -> None:
    person = PersonEvent(entity_id="p", event_time=1, source="s", payload=Person(name="A"))
    batch = _without_ids(events_to_batch("person", [person]))
    place = batch.schema.get_field_index("phones")
    wrong = batch.set_column(place, "phones", pa.array([["1", None]]))
    with pytest.raises(EventInvalid, match="phones holds a null"):
        seal_batch("person", wrong)


def test_events_that_do_not_fit_are_refused() -> None:
    with pytest.raises(EventInvalid, match="transaction among events of kind person"):
        events_to_batch("person", [_payment()])
    with pytest.raises(EventInvalid, match="'upsert' with a payload of None"):
        events_to_batch("person", [PersonEvent(entity_id="p", event_time=1, source="s")])
    with pytest.raises(EventInvalid, match="amount"):
        events_to_batch("transaction", [_payment(amount=2**64)])
    with pytest.raises(EventInvalid, match="remittance"):
        events_to_batch("transaction", [_payment(remittance="\ud800")])
    with pytest.raises(SchemaUnknown):
        events_to_batch("planet", [])


def test_what_has_an_id_is_not_sealed_again() -> None:
    with pytest.raises(EventInvalid, match="not sealed again"):
        seal_batch("transaction", events_to_batch("transaction", [codec.sealed(_payment())]))


def test_large_tables_are_cut_by_their_size_alone() -> None:
    text = "x" * (MAX_PART_BYTES // 4 - 100)
    batch = pa.RecordBatch.from_pydict({"text": pa.array([text] * 8)})
    parts = list(parts_of(batch))
    assert [part.num_rows for part in parts] == [4] * 2
    assert all(part.nbytes <= MAX_PART_BYTES for part in parts)
    assert list(parts_of(batch.slice(0, 0))) == []
