"""Events as the API hands them in, sees them and moves them; dead ones replayed. All audited."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from catalystindex.config.streams import ConsumersSettings, EventsSettings
from catalystindex.model.audit import AuditEntry
from catalystindex.model.clock import FixedClock
from catalystindex.model.errors import (
    Conflict,
    ConsumerUnknown,
    EventIdMismatch,
    EventInvalid,
    EventLogUnavailable,
    InvalidRequest,
    StreamLetterNotFound,
    StreamLetterNotOpen,
)
from catalystindex.model.events.envelope import Event
from catalystindex.model.stream import (
    ConsumerState,
    DeadEventQuery,
    LetterState,
    ReplayRequest,
    SeekRequest,
)
from catalystindex.model.tenant import Tenant
from catalystindex.stores.eventlog import letters
from catalystindex.stores.eventlog.base import Message
from catalystindex.stores.eventlog.sqlite import SqliteEventLog
from catalystindex.stores.records import audit_log
from catalystindex.stores.records.engine import Records, open_sqlite
from catalystindex.streaming import dead_letters
from catalystindex.streaming.codec import encode, sealed
from catalystindex.streaming.dead_letters import DeadEvents
from catalystindex.streaming.runner import StreamRunner
from catalystindex.streaming.service import Events
from catalystindex.streaming.sink import Outcome, Verdict
from catalystindex.telemetry.metrics import Metrics
from support.eventlog import hand_in, message_of, person
from support.sinks import KeepingSink
from support.stores import ANA, BEA


@pytest.fixture
def records(tmp_path: Path, clock: FixedClock) -> Iterator[Records]:
    made = open_sqlite(tmp_path / "records", clock, 5)
    yield made
    made.close()


@pytest.fixture
def runner(
    log: SqliteEventLog, sink: KeepingSink, clock: FixedClock, metrics: Metrics
) -> Iterator[StreamRunner]:
    settings = ConsumersSettings(max_attempts=1)
    made = StreamRunner(log, [(sink, 50)], EventsSettings(), settings, clock, metrics.stream)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def events(log: SqliteEventLog, records: Records, runner: StreamRunner, metrics: Metrics) -> Events:
    return Events(log, records, EventsSettings(max_request_events=50), runner, metrics.stream)


@pytest.fixture
def dead(log: SqliteEventLog, records: Records) -> DeadEvents:
    return DeadEvents(log, records)


def audit(records: Records, tenant: Tenant = ANA) -> list[AuditEntry]:
    with records.read() as connection:
        assert audit_log.verify(connection, tenant).valid
        return audit_log.page(connection, tenant, after=0, limit=1000)


def line(event: Event) -> bytes:
    return encode(event)


def test_lines_are_taken_one_by_one(
    events: Events, log: SqliteEventLog, records: Records, metrics: Metrics
) -> None:
    own = sealed(person(3))
    foreign = encode(sealed(person(4))).replace(b"Ana", b"Eva")
    lines = [line(person(1)), b"  ", b"{nonsense", line(person(2)), line(person(1)), b"\xff"]
    result = events.submit(ANA, [*lines, encode(own), foreign])
    assert (result.accepted, result.duplicates) == (3, 1)
    assert [(one.line, one.code) for one in result.rejected] == [
        (3, "event.invalid"),
        (6, "event.invalid"),
        (8, "event.id_mismatch"),
    ]
    assert [(one.line, one.duplicate) for one in result.events] == [
        (1, False),
        (4, False),
        (5, True),
        (7, False),
    ]
    assert result.events[3].event_id == own.event_id
    assert result.events[2].offset == result.events[0].offset
    for one in result.events:
        record = log.read(one.partition, one.offset, 1)[0]
        assert (record.message_id, record.user) == (one.event_id, "ana")
    [entry] = audit(records)
    assert (entry.action, entry.details) == ("events.submit", {"events": 4, "rejected": 3})
    assert metrics.registry.get_sample_value("catalyst_events_rejected_total") == 3
    again = events.submit(ANA, lines)
    assert (again.accepted, again.duplicates, len(again.rejected)) == (0, 3, 2)


def test_sealed_events_are_taken_as_lines_would_be(
    events: Events, log: SqliteEventLog, records: Records, metrics: Metrics
) -> None:
    made = [message_of(person(number)) for number in (1, 2)]
    assert events.submit(ANA, [made[0].data]).accepted == 1
    result = events.take(ANA, made)
    assert (result.accepted, result.duplicates, result.rejected) == (1, 1, [])
    kept = [one for partition in range(log.partitions) for one in log.read(partition, 0, 10)]
    assert sorted((one.key, one.message_id, one.data) for one in kept) == sorted(
        (one.key, one.message_id, one.data) for one in made
    )
    assert [one.details["events"] for one in audit(records)] == [1, 2]
    assert (
        'events_appended_total{kind="person",outcome="duplicate"} 1.0' in metrics.render().decode()
    )


def test_nothing_is_appended_of_too_many_lines(
    events: Events, log: SqliteEventLog, records: Records
) -> None:
    with pytest.raises(InvalidRequest, match="More than 50"):
        events.submit(ANA, (line(person(number)) for number in range(51)))
    assert log.size().records == 0
    assert audit(records) == []
    assert events.submit(ANA, [b"{"]).rejected[0].line == 1
    assert audit(records) == []


def test_a_log_that_is_away_is_told(
    events: Events, log: SqliteEventLog, runner: StreamRunner
) -> None:
    runner.stop()
    log.close()
    with pytest.raises(EventLogUnavailable):
        events.submit(ANA, [line(person(1))])


def test_no_event_gets_in_without_its_entry(
    events: Events, log: SqliteEventLog, records: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(audit_log, "append", broken)
    with pytest.raises(OSError, match="no space"):
        events.submit(ANA, [line(person(1))])
    assert log.size().records == 0


def test_status_tells_lag_and_letters_of_the_workspace(
    events: Events, log: SqliteEventLog, sink: KeepingSink
) -> None:
    assert events.caught_up(20)
    log.append(ANA, [Message("k", "odd", 0, b"odd")])
    assert events.caught_up(20)
    status = events.status(ANA)
    assert (status.partitions, status.records) == (2, 1)
    [graph] = status.consumers
    assert (graph.group, graph.state, graph.lag) == ("graph", ConsumerState.RUNNING, 0)
    assert graph.open_letters == 1
    assert events.status(BEA).consumers[0].open_letters == 0
    assert [one.partition for one in graph.partitions] == [0, 1]


def test_a_consumer_goes_back(
    events: Events, log: SqliteEventLog, sink: KeepingSink, records: Records
) -> None:
    hand_in(log, ANA, *(person(number) for number in range(20)))
    assert events.caught_up(20)
    for to, again in (
        (SeekRequest(to="start"), 20),
        (SeekRequest(to="end"), 0),
        (SeekRequest(time=datetime(1970, 1, 1, tzinfo=UTC)), 20),
        (SeekRequest(time=datetime(2000, 1, 1, tzinfo=UTC)), 0),
        (SeekRequest(positions={0: 0}), log.read(0, 0, 100)[-1].offset + 1),
    ):
        sink.batches.clear()
        events.seek(ANA, "graph", to)
        assert events.caught_up(20)
        assert sum(map(len, sink.batches)) == again
    entries = audit(records)
    assert [one.action for one in entries] == ["consumer.seek"] * 5
    assert entries[0].details == {"positions": "0:0,1:0"}
    with pytest.raises(ConsumerUnknown):
        events.seek(ANA, "who", SeekRequest(to="end"))
    with pytest.raises(ConsumerUnknown):
        events.restart(ANA, "who")
    assert events.restart(ANA, "graph").state is ConsumerState.RUNNING
    assert audit(records)[-1].action == "consumer.restart"


def test_only_a_consumer_that_is_off_is_forgotten(
    events: Events, log: SqliteEventLog, records: Records
) -> None:
    assert events.caught_up(20)
    log.register("old")
    with pytest.raises(Conflict, match="switch it off"):
        events.forget(ANA, "graph")
    with pytest.raises(ConsumerUnknown):
        events.forget(ANA, "who")
    events.forget(ANA, "old")
    assert events.groups() == ["graph"]
    [entry] = audit(records)
    assert (entry.action, entry.subject) == ("consumer.forget", "old")


def test_a_seek_names_one_place() -> None:
    for wrong in ({}, {"to": "start", "positions": {0: 0}}, {"time": "2026-01-01T00:00:00"}):
        with pytest.raises(ValueError, match=r"exactly one|timezone"):
            SeekRequest.model_validate(wrong)


@pytest.fixture
def letter(log: SqliteEventLog, sink: KeepingSink, events: Events) -> str:
    """A person whom the sink refuses as long as she is called Ana."""
    refused = Verdict(Outcome.REFUSED, EventInvalid("not Ana again"))
    sink.judge = lambda event: refused if b"Ana" in encode(event) else None
    hand_in(log, ANA, person(1))
    assert events.caught_up(20)
    return log.letters(ANA, dead_letters._filter(DeadEventQuery()), 10)[0].letter_id


def test_a_dead_event_is_shown(dead: DeadEvents, letter: str) -> None:
    [found] = dead.page(ANA, DeadEventQuery(group="graph", kind="person")).items
    assert found == dead.show(ANA, letter)
    assert (found.entity_id, found.code, found.reason) == ("p1", "event.invalid", "not Ana again")
    assert found.data_encoding == "text"
    assert json.loads(found.data)["payload"]["name"] == "Ana"
    assert dead.page(BEA, DeadEventQuery()).items == []
    with pytest.raises(StreamLetterNotFound):
        dead.show(BEA, letter)


def test_a_mended_event_is_applied_by_the_one_that_refused_it(
    dead: DeadEvents,
    letter: str,
    sink: KeepingSink,
    log: SqliteEventLog,
    events: Events,
    records: Records,
) -> None:
    log.register("vectors")
    mended = line(person(1, name="Eva")).decode()
    replayed = dead.replay(ANA, letter, ReplayRequest(data=mended))
    assert events.caught_up(20)
    assert ("acme/aml", "p1") in sink.kept
    record = log.read(replayed.partition, replayed.offset, 1)[0]
    assert (record.only, record.origin, record.message_id) == ("graph", letter, replayed.event_id)
    assert dead.show(ANA, letter).state is LetterState.REPLAYED
    [entry] = audit(records)
    assert (entry.action, entry.subject) == ("dead_event.replay", letter)
    assert entry.details["edited"] is True
    for settle in (dead.replay, dead.discard):
        with pytest.raises(StreamLetterNotOpen):
            settle(ANA, letter)
    assert len(audit(records)) == 1


def test_an_event_is_replayed_as_it_was(
    dead: DeadEvents, letter: str, sink: KeepingSink, events: Events
) -> None:
    sink.judge = lambda _: None
    dead.replay(ANA, letter)
    assert events.caught_up(20)
    assert ("acme/aml", "p1") in sink.kept


def test_what_is_mended_badly_stays_dead(dead: DeadEvents, letter: str, records: Records) -> None:
    foreign = encode(sealed(person(7))).replace(b"Ana", b"Eva").decode()
    for data, error in (("{", EventInvalid), (foreign, EventIdMismatch)):
        with pytest.raises(error):
            dead.replay(ANA, letter, ReplayRequest(data=data))
    with pytest.raises(InvalidRequest, match="base64"):
        dead.replay(ANA, letter, ReplayRequest(data="*", data_encoding="base64"))
    with pytest.raises(StreamLetterNotFound):
        dead.replay(BEA, letter)
    assert dead.show(ANA, letter).state is LetterState.OPEN
    assert audit(records) == []


def test_a_discarded_event_keeps_its_bytes(dead: DeadEvents, letter: str, records: Records) -> None:
    settled = dead.discard(ANA, letter)
    assert (settled.state, settled.settled_by) == (LetterState.DISCARDED, "ana")
    assert "Ana" in settled.data
    assert audit(records)[0].action == "dead_event.discard"
    assert dead.page(ANA, DeadEventQuery()).items == []
    assert len(dead.page(ANA, DeadEventQuery(state=None)).items) == 1


def test_bytes_that_are_no_text_are_shown_in_base64(
    dead: DeadEvents, log: SqliteEventLog, events: Events
) -> None:
    log.append(ANA, [Message("k", "odd", 0, b"\xff\x00")])
    assert events.caught_up(20)
    [found] = dead.page(ANA, DeadEventQuery()).items
    assert (found.data, found.data_encoding) == ("/wA=", "base64")
    request = ReplayRequest(data="/wA=", data_encoding="base64")
    with pytest.raises(EventInvalid):
        dead.replay(ANA, found.id, request)


def test_pages_of_large_dead_events_are_short_and_lead_to_all(
    events: Events, dead: DeadEvents, log: SqliteEventLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "LETTERS_BYTES", 250)
    monkeypatch.setattr(dead_letters, "LETTERS_BYTES", 250)
    log.append(ANA, [Message("k", f"m{n}", 0, b"x" * 100) for n in range(7)])
    assert events.caught_up(20)
    seen, cursor = 0, None
    while True:
        page = dead.page(ANA, DeadEventQuery(), limit=5, cursor=cursor)
        assert len(page.items) <= 3
        seen, cursor = seen + len(page.items), page.next_cursor
        if cursor is None:
            break
    assert seen == 7


def test_dead_events_are_paged_and_replayed_in_bounded_numbers(
    dead: DeadEvents,
    log: SqliteEventLog,
    events: Events,
    sink: KeepingSink,
    records: Records,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused = Verdict(Outcome.REFUSED, EventInvalid("no"))
    sink.judge = lambda _: refused
    log.append(ANA, [message_of(person(number)) for number in range(25)])
    log.append(ANA, [Message("k", "odd", 0, b"odd")])
    assert events.caught_up(20)
    seen: list[str] = []
    page = dead.page(ANA, DeadEventQuery(), limit=10)
    while True:
        seen += [one.id for one in page.items]
        if page.next_cursor is None:
            break
        page = dead.page(ANA, DeadEventQuery(), limit=10, cursor=page.next_cursor)
    assert len(set(seen)) == len(seen) == 26
    for wrong in ({"limit": 0}, {"limit": 201}, {"cursor": "x"}):
        with pytest.raises(InvalidRequest):
            dead.page(ANA, DeadEventQuery(), **wrong)
    sink.judge = lambda _: None
    monkeypatch.setattr(dead_letters, "AT_ONCE", 15)
    monkeypatch.setattr(dead_letters, "STEP", 10)
    people = DeadEventQuery(kind="person")
    first, second = dead.replay_all(ANA, people), dead.replay_all(ANA, people)
    assert (first.replayed, first.more) == (15, True)
    assert (second.replayed, second.more) == (10, False)
    assert dead.replay_all(ANA, people).replayed == 0
    assert events.caught_up(20)
    assert len(sink.kept) == 25
    assert len(dead.page(ANA, DeadEventQuery()).items) == 1
    assert [one.action for one in audit(records)] == ["dead_event.replay_all"] * 2
    assert dead.replay_all(BEA, DeadEventQuery()).replayed == 0
