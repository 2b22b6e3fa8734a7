"""Consumers in their threads: they wait, go on, stop, and start again."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from catalystindex.config.streams import ConsumersSettings, EventsSettings
from catalystindex.model.clock import FixedClock
from catalystindex.model.errors import ConsumerUnknown, PositionExpired
from catalystindex.model.stream import ConsumerState
from catalystindex.stores.eventlog.base import Message
from catalystindex.stores.eventlog.sqlite import SqliteEventLog
from catalystindex.streaming.backoff import Backoff
from catalystindex.streaming.consumer import Consumer
from catalystindex.streaming.follow import OFF
from catalystindex.streaming.rate import Rate
from catalystindex.streaming.runner import StreamRunner
from catalystindex.streaming.sink import Batch, Sink
from catalystindex.telemetry.metrics import Metrics
from support.eventlog import hand_in, person
from support.sinks import KeepingSink, away
from support.stores import ANA, NOON

QUICK = Backoff(lambda: 0.5, 0.005, 0.02)


@pytest.fixture
def run(log: SqliteEventLog, clock: FixedClock, metrics: Metrics) -> Callable[..., StreamRunner]:
    def made(*sinks: Sink, max_records: int | None = None) -> StreamRunner:
        return StreamRunner(
            log,
            [(sink, 10) for sink in sinks],
            EventsSettings(retention_days=1, max_records=max_records),
            ConsumersSettings(max_attempts=2, poll=60),
            clock,
            metrics.stream,
            QUICK,
        )

    return made


@contextmanager
def running(runner: StreamRunner) -> Iterator[StreamRunner]:
    runner.start()
    try:
        yield runner
    finally:
        runner.stop()


def until(true: Callable[[], object]) -> None:
    deadline = time.monotonic() + 30
    while not true():
        assert time.monotonic() < deadline, "it does not come true"
        time.sleep(0.005)


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0.0


def test_what_comes_is_applied_at_once(
    log: SqliteEventLog, sink: KeepingSink, run: Callable[..., StreamRunner], metrics: Metrics
) -> None:
    with running(run(sink)) as runner:
        assert runner.caught_up(20)
        began = time.monotonic()
        hand_in(log, ANA, *(person(number) for number in range(95)))
        assert runner.caught_up(20)  # below the poll: it was woken
        assert time.monotonic() - began < 20
        assert len(sink.kept) == 95
        condition = runner.condition("graph")
        assert condition.state is ConsumerState.RUNNING
        assert condition.events_per_second > 0
    assert value(
        metrics, "catalyst_stream_events_total", group="graph", kind="person", outcome="applied"
    ) == 95  # fmt: skip
    assert runner.condition("graph").state is ConsumerState.OFF


def test_a_stop_does_not_wait_for_the_poll(
    sink: KeepingSink, run: Callable[..., StreamRunner]
) -> None:
    with running(run(sink)) as runner:
        assert runner.caught_up(20)
        time.sleep(0.05)
        began = time.monotonic()
    assert time.monotonic() - began < 20


def test_groups_do_not_wait_for_each_other(
    log: SqliteEventLog, run: Callable[..., StreamRunner]
) -> None:
    graph, vectors = KeepingSink(), KeepingSink("vectors")
    graph.trouble = away
    with running(run(graph, vectors)) as runner:
        hand_in(log, ANA, *(person(number) for number in range(20)))
        until(lambda: len(vectors.kept) == 20)
        assert not graph.kept
        assert not runner.caught_up(0.05)


def test_a_store_that_is_away_is_waited_for(
    log: SqliteEventLog,
    sink: KeepingSink,
    run: Callable[..., StreamRunner],
    clock: FixedClock,
    metrics: Metrics,
) -> None:
    sink.trouble = away
    with running(run(sink)) as runner:
        hand_in(log, ANA, person(1))
        until(lambda: runner.condition("graph").state is ConsumerState.WAITING)
        clock.advance(timedelta(minutes=5))
        until(lambda: len(sink.batches) > 4)
        condition = runner.condition("graph")
        # The store's own words stay in the log of the owner: they may name any workspace.
        assert condition.code == "graph.unavailable"
        assert condition.reason == "The entity graph is not available."
        assert condition.since == NOON
        assert len({tuple(batch) for batch in sink.batches}) == 1
        sink.trouble = lambda _: None
        assert runner.caught_up(20)
        until(lambda: runner.condition("graph").state is ConsumerState.RUNNING)
        assert runner.condition("graph").since is None
    assert len(sink.kept) == 1
    assert (
        value(metrics, "catalyst_stream_errors_total", group="graph", error_class="transient") > 3
    )


def test_a_log_that_is_away_is_waited_for(
    log: SqliteEventLog,
    sink: KeepingSink,
    run: Callable[..., StreamRunner],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hand_in(log, ANA, person(1))
    monkeypatch.setattr(log._store, "_closed", True)
    with running(run(sink)) as runner:
        until(lambda: runner.condition("graph").state is ConsumerState.WAITING)
        assert runner.condition("graph").code == "eventlog.unavailable"
        monkeypatch.setattr(log._store, "_closed", False)
        until(lambda: sink.kept)


def test_a_defect_stops_the_consumer_and_skips_nothing(
    log: SqliteEventLog,
    sink: KeepingSink,
    run: Callable[..., StreamRunner],
    metrics: Metrics,
) -> None:
    def defect(_: Batch) -> None:
        raise KeyError("a bug")

    sink.trouble = defect
    with running(run(sink)) as runner:
        where = hand_in(log, ANA, person(1))
        until(lambda: runner.condition("graph").state is ConsumerState.STOPPED)
        condition = runner.condition("graph")
        place = f"partition {where[0].partition}, offset 0"
        assert condition.code == "internal"
        assert condition.reason == f"KeyError in the events from {place} on; the log has the trace."
        assert condition.since == NOON
        assert not runner.caught_up(5)
        assert log.positions("graph")[where[0].partition] == 0
        assert log.open_letters() == {}
        runner.look()
        assert value(metrics, "catalyst_stream_consumer", group="graph", state="stopped") == 1
        sink.trouble = lambda _: None
        runner.restart("graph")
        assert runner.caught_up(20)
        runner.restart("graph")
        assert runner.condition("graph").state is ConsumerState.RUNNING
    assert len(sink.kept) == 1
    assert (
        value(metrics, "catalyst_stream_errors_total", group="graph", error_class="unexpected") == 1
    )


def test_a_start_while_the_thread_ends_is_not_lost(
    log: SqliteEventLog,
    sink: KeepingSink,
    run: Callable[..., StreamRunner],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stop_at = Consumer._stop_at

    def lingers(consumer: Consumer, code: str, said: str, reason: str) -> None:
        stop_at(consumer, code, said, reason)
        time.sleep(0.2)

    def defect(_: Batch) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(Consumer, "_stop_at", lingers)
    before = threading.enumerate()
    sink.trouble = defect
    hand_in(log, ANA, person(1))
    with running(run(sink)) as runner:
        until(lambda: runner.condition("graph").state is ConsumerState.STOPPED)
        sink.trouble = lambda _: None
        starters = [threading.Thread(target=runner.restart, args=("graph",)) for _ in range(8)]
        for one in starters:
            one.start()
        for one in starters:
            one.join()
        until(lambda: len(sink.kept) == 1)
        ours = [one for one in threading.enumerate() if one not in before]
        assert [one.name for one in ours].count("stream-graph") == 1


def test_a_group_is_moved_between_turns(
    log: SqliteEventLog, sink: KeepingSink, run: Callable[..., StreamRunner]
) -> None:
    where = hand_in(log, ANA, *(person(1, version) for version in range(1, 21)))
    partition = where[0].partition
    inside, go_on = threading.Event(), threading.Event()

    def slow(_: Batch) -> None:
        inside.set()
        assert go_on.wait(20)

    sink.trouble = slow
    with running(run(sink)) as runner:
        assert inside.wait(20)
        mover = threading.Thread(target=runner.move, args=("graph", {partition: 0}))
        mover.start()
        time.sleep(0.05)
        go_on.set()
        mover.join()
        assert runner.caught_up(20)
        until(lambda: runner.condition("graph").state is ConsumerState.RUNNING)
    assert sink.batches.count(list(range(10))) == 2


def test_nobody_follows_a_group_that_has_no_sink(
    log: SqliteEventLog, run: Callable[..., StreamRunner]
) -> None:
    log.register("old")
    hand_in(log, ANA, person(1))
    runner = run()
    assert runner.condition("old") == OFF
    runner.move("old", {0: 0})
    with pytest.raises(ConsumerUnknown):
        runner.restart("old")
    assert runner.caught_up(0)


def test_old_events_go_when_all_have_applied_them(
    log: SqliteEventLog,
    sink: KeepingSink,
    run: Callable[..., StreamRunner],
    clock: FixedClock,
    metrics: Metrics,
) -> None:
    hand_in(log, ANA, *(person(number) for number in range(30)))
    runner = run(sink)
    log.register("graph")
    clock.advance(timedelta(days=2))
    assert runner.trim() == 0
    with running(runner):
        assert runner.caught_up(20)
    hand_in(log, ANA, person(99))
    assert runner.trim() == 30
    assert value(metrics, "catalyst_eventlog_trimmed_total") == 30
    with pytest.raises(PositionExpired):
        runner.move("graph", {0: 0})
    hand_in(log, ANA, *(person(number, 2) for number in range(30)))
    log.seek("graph", {one.partition: one.end for one in log.status("graph")})
    assert run(sink, max_records=5).trim() == 26


def test_gauges_show_lag_and_letters(
    log: SqliteEventLog,
    sink: KeepingSink,
    run: Callable[..., StreamRunner],
    clock: FixedClock,
    metrics: Metrics,
) -> None:
    runner = run(sink)
    where = log.append(ANA, [Message("k", "odd", 0, b"odd")])[0]
    with running(runner):
        assert runner.caught_up(20)
    log.append(ANA, [Message("k", "more", 0, b"odd")])
    clock.advance(timedelta(seconds=7))
    runner.look()
    at = {"group": "graph", "partition": str(where.partition)}
    assert value(metrics, "catalyst_stream_lag_events", **at) == 1
    behind = value(metrics, "catalyst_stream_behind_seconds", **at)
    assert behind == pytest.approx(7, abs=1e-3)  # appends of one moment are microseconds apart
    assert value(metrics, "catalyst_stream_dead_letters", group="graph") == 1
    assert value(metrics, "catalyst_eventlog_records") == 2
    assert value(metrics, "catalyst_eventlog_bytes") > 0


def test_waits_grow_and_are_spread() -> None:
    low, high = Backoff(lambda: 0.0, 1, 30), Backoff(lambda: 1.0, 1, 30)
    assert [low.delay(n) for n in (1, 2, 3, 6, 100)] == [0.5, 1, 2, 15, 15]
    assert [high.delay(n) for n in (1, 2, 3, 6, 100)] == [1, 2, 4, 30, 30]


def test_a_rate_is_of_the_last_minute(clock: FixedClock) -> None:
    rate = Rate(clock.now())
    for _ in range(300):
        rate.add(clock.now(), 5)
        clock.advance(timedelta(seconds=0.5))
    assert rate.per_second(clock.now()) == pytest.approx(10, rel=0.05)
    clock.advance(timedelta(seconds=59))
    assert 0 < rate.per_second(clock.now()) < 1
    clock.advance(timedelta(minutes=5))
    assert rate.per_second(clock.now()) == 0


def test_consumers_that_are_held_follow_afterwards(
    log: SqliteEventLog, sink: KeepingSink, run: Callable[..., StreamRunner]
) -> None:
    with running(run(sink)) as runner:
        assert runner.caught_up(10)
        with runner.held():
            hand_in(log, ANA, person(1), person(2))
            time.sleep(0.2)
            assert not sink.kept
        assert runner.caught_up(10)
        assert len(sink.kept) == 2
        assert runner.condition("graph").state is ConsumerState.RUNNING


def test_one_that_is_stopped_is_not_started_by_holding(
    log: SqliteEventLog, sink: KeepingSink, run: Callable[..., StreamRunner]
) -> None:
    def defect(_: Batch) -> None:
        raise KeyError("a bug")

    sink.trouble = defect
    hand_in(log, ANA, person(1))
    with running(run(sink)) as runner:
        until(lambda: runner.condition("graph").state is ConsumerState.STOPPED)
        with runner.held():
            pass
        assert runner.condition("graph").state is ConsumerState.STOPPED
