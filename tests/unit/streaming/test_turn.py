"""One turn: what is applied, what becomes a letter, and when the position moves."""

from collections.abc import Callable

import pytest

from catalystindex.model.errors import EventInvalid, GraphUnavailable
from catalystindex.stores.eventlog.base import LetterFilter, Message
from catalystindex.stores.eventlog.sqlite import SqliteEventLog
from catalystindex.streaming.sink import IGNORED, Batch, Outcome, Verdict
from catalystindex.streaming.stage import Done
from catalystindex.streaming.turn import Interrupted, Turn
from support.eventlog import hand_in, message_of, person
from support.sinks import KeepingSink, away
from support.stores import ANA, BEA


@pytest.fixture
def pauses() -> list[int]:
    return []


@pytest.fixture
def turn(log: SqliteEventLog, sink: KeepingSink, pauses: list[int]) -> Turn:
    log.register("graph")

    def pause(failures: int) -> bool:
        pauses.append(failures)
        return True

    return Turn(log, sink, 100, 3, pause)


def put(log: SqliteEventLog, *messages: Message) -> int:
    """Append messages under one key, so that they are in one partition; return which."""
    return log.append(ANA, [one._replace(key="k") for one in messages])[0].partition


def people(count: int) -> list[Message]:
    return [message_of(person(number)) for number in range(count)]


def take(turn: Turn, partition: int, position: int = 0) -> Done:
    done = turn.take(partition, position)
    assert done is not None
    return done


def codes(log: SqliteEventLog) -> list[tuple[int, str, int]]:
    found = log.letters(ANA, LetterFilter(), 100)
    return sorted((one.offset, one.code, one.attempts) for one in found)


def test_events_are_applied_and_the_position_moves(
    log: SqliteEventLog, sink: KeepingSink, turn: Turn
) -> None:
    partition = put(log, *people(5))
    done = take(turn, partition)
    assert done.position == 5
    assert done.outcomes == {("person", Outcome.APPLIED): 5}
    assert log.positions("graph")[partition] == 5
    assert len(sink.kept) == 5
    assert turn.take(partition, 5) is None


def test_a_late_version_is_stale(log: SqliteEventLog, sink: KeepingSink, turn: Turn) -> None:
    events = [person(1, 3), person(1, 2), person(1, 4), person(1, 1)]
    done = take(turn, put(log, *map(message_of, events)))
    assert done.outcomes == {("person", Outcome.APPLIED): 2, ("person", Outcome.STALE): 2}
    assert sink.kept["acme/aml", "p1"][0] == 4
    assert codes(log) == []


def test_bytes_that_are_no_event_become_letters(
    log: SqliteEventLog, sink: KeepingSink, turn: Turn
) -> None:
    odd = [
        b"\xff\xfe",
        b"{}",
        b'{"kind":"unheard","entity_id":"x","event_time":1,"source":"s"}',
        b'{"kind":"person","schema_version":99,"entity_id":"x","event_time":1,"source":"s"}',
        b"[" * 100_000,
        b"x" * ((1 << 20) + 1),
    ]
    first, last = people(2)
    dead = [Message("k", f"odd {n}", 0, data) for n, data in enumerate(odd)]
    partition = put(log, first, *dead, last)
    done = take(turn, partition)
    assert len(sink.kept) == 2
    assert done.outcomes.total() == 8
    assert log.positions("graph")[partition] == 8
    assert codes(log) == [
        (1, "event.invalid", 1),
        (2, "event.invalid", 1),
        (3, "event.schema_unknown", 1),
        (4, "event.schema_unknown", 1),
        (5, "event.invalid", 1),
        (6, "event.too_large", 1),
    ]
    assert [one.data for one in log.letters(ANA, LetterFilter(code="event.too_large"), 9)] == [
        odd[-1]
    ]


def test_what_a_sink_refuses_becomes_a_letter_and_the_rest_is_applied(
    log: SqliteEventLog, sink: KeepingSink, turn: Turn
) -> None:
    refused = Verdict(Outcome.REFUSED, EventInvalid("no such thing"))
    sink.judge = lambda event: refused if event.entity_id in ("p1", "p3") else None
    partition = put(log, *people(5))
    done = take(turn, partition)
    assert done.outcomes == {("person", Outcome.APPLIED): 3, ("person", Outcome.REFUSED): 2}
    letters = log.letters(ANA, LetterFilter(kind="person"), 10)
    assert {(one.offset, one.reason) for one in letters} == {
        (1, "no such thing"),
        (3, "no such thing"),
    }


def test_a_store_that_is_away_skips_nothing(
    log: SqliteEventLog, sink: KeepingSink, turn: Turn
) -> None:
    partition = put(log, Message("k", "odd", 0, b"odd"), *people(3))
    sink.trouble = away
    for _ in range(3):
        with pytest.raises(GraphUnavailable):
            turn.take(partition, 0)
        assert log.positions("graph")[partition] == 0
        assert codes(log) == []
    assert sink.batches == [[1, 2, 3]] * 3  # whole: it was not about any of them
    sink.trouble = lambda _: None
    take(turn, partition)
    assert len(sink.kept) == 3
    assert codes(log) == [(0, "event.invalid", 1)]


def poison(*entities: str) -> Callable[[Batch], None]:
    def trouble(batch: Batch) -> None:
        if {one.event.entity_id for one in batch.deliveries} & set(entities):
            raise EventInvalid("this batch cannot be applied")

    return trouble


def test_a_poison_event_is_found_by_halving(
    log: SqliteEventLog, sink: KeepingSink, turn: Turn, pauses: list[int]
) -> None:
    sink.trouble = poison("p13", "p40")
    partition = put(log, *people(64))
    done = take(turn, partition)
    assert done.outcomes == {("person", Outcome.APPLIED): 62, ("person", Outcome.REFUSED): 2}
    assert codes(log) == [(13, "event.invalid", 3), (40, "event.invalid", 3)]
    assert len(sink.kept) == 62
    assert pauses == [1, 2, 1, 2]
    assert len(sink.batches) < 40


def test_each_half_ends_where_the_next_begins(
    log: SqliteEventLog, sink: KeepingSink, turn: Turn
) -> None:
    sink.trouble = poison("p2")
    odd = Message("k", "odd", 0, b"odd")
    partition = put(log, *people(4), odd)
    take(turn, partition)
    given = list(zip(sink.batches, sink.ends, strict=True))
    assert given == [
        ([0, 1, 2, 3], 5),
        ([0, 1], 2),
        ([2, 3], 5),
        ([2], 3), ([2], 3), ([2], 3),
        ([3], 5),
    ]  # fmt: skip


def test_a_store_that_goes_away_while_halving_skips_nothing(
    log: SqliteEventLog, sink: KeepingSink, turn: Turn
) -> None:
    partition = put(log, *people(8))
    halving = poison("p1")

    def trouble(batch: Batch) -> None:
        if len(batch.deliveries) == 1:
            away(batch)
        halving(batch)

    sink.trouble = trouble
    with pytest.raises(GraphUnavailable):
        turn.take(partition, 0)
    assert log.positions("graph")[partition] == 0
    sink.trouble = halving
    take(turn, partition)
    assert len(sink.kept) == 7
    assert codes(log) == [(1, "event.invalid", 3)]


def test_a_stop_gives_up_the_turn(log: SqliteEventLog, sink: KeepingSink) -> None:
    log.register("graph")
    sink.trouble = poison("p0")
    partition = put(log, *people(1))
    with pytest.raises(Interrupted):
        Turn(log, sink, 10, 3, lambda _: False).take(partition, 0)
    assert log.positions("graph")[partition] == 0
    assert codes(log) == []


def test_tenants_are_applied_apart_each_in_order(
    log: SqliteEventLog, sink: KeepingSink, turn: Turn
) -> None:
    seen: list[tuple[str, list[int]]] = []
    sink.trouble = lambda batch: seen.append(
        (batch.tenant.key, [one.event.version for one in batch.deliveries])
    )
    for version in range(1, 4):
        hand_in(log, ANA, person(1, version))
        hand_in(log, BEA, person(1, version))
    for partition in range(2):
        turn.take(partition, 0)
    assert sorted(seen) == [("acme/aml", [1, 2, 3]), ("acme/fraud", [1, 2, 3])]


def test_what_is_for_another_group_is_passed_over(
    log: SqliteEventLog, sink: KeepingSink, turn: Turn
) -> None:
    one, two, three = people(3)
    partition = put(log, one._replace(only="vectors"), two._replace(only="graph"), three)
    done = take(turn, partition)
    assert sorted(entity for _, entity in sink.kept) == ["p1", "p2"]
    assert done.outcomes["unknown", Outcome.IGNORED] == 1
    assert done.position == 3


def test_what_a_sink_ignores_is_counted_so(
    log: SqliteEventLog, sink: KeepingSink, turn: Turn
) -> None:
    sink.judge = lambda _: IGNORED
    assert take(turn, put(log, *people(2))).outcomes == {("person", Outcome.IGNORED): 2}


@pytest.mark.parametrize("verdict", [Verdict(Outcome.REFUSED), None])
def test_a_sink_that_answers_wrongly_is_a_defect(
    log: SqliteEventLog, sink: KeepingSink, turn: Turn, verdict: Verdict | None
) -> None:
    partition = put(log, *people(2))
    if verdict is None:
        sink.apply = lambda batch: batch.deliveries[:0]  # type: ignore[method-assign,assignment,return-value]
    else:
        sink.judge = lambda _: verdict
    with pytest.raises(ValueError, match=r"zip|refuses without"):
        turn.take(partition, 0)
    assert log.positions("graph")[partition] == 0
