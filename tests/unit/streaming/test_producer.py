"""The producer: batches, back-pressure, and an honest answer for each event."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future, wait

import pytest

from catalystindex.config.streams import EventsSettings
from catalystindex.model.errors import (
    CatalystError,
    EventBacklogFull,
    EventLogUnavailable,
    InvalidRequest,
)
from catalystindex.model.tenant import Tenant
from catalystindex.stores.eventlog.base import Appended, EventLog, Message
from catalystindex.stores.eventlog.sqlite import SqliteEventLog
from catalystindex.streaming.backoff import Backoff
from catalystindex.streaming.producer import Producer
from catalystindex.telemetry.metrics import Metrics
from support.eventlog import message, person
from support.stores import ANA


class Unsteady:
    """A log that is away for a number of appends, or held up."""

    def __init__(self, log: SqliteEventLog) -> None:
        self.log = log
        self.failures = 0
        self.open = threading.Event()
        self.open.set()
        self.batches: list[int] = []

    def append(self, tenant: Tenant, messages: Sequence[Message]) -> list[Appended]:
        assert self.open.wait(10)
        self.batches.append(len(messages))
        if self.failures:
            self.failures -= 1
            raise EventLogUnavailable("The disk is full.")
        return self.log.append(tenant, messages)


@pytest.fixture
def unsteady(log: SqliteEventLog) -> Unsteady:
    return Unsteady(log)


def producer(log: Unsteady, metrics: Metrics, patience: float = 10, **settings: float) -> Producer:
    given = {"batch": 10, "linger": 0.02, "max_waiting": 100} | settings
    seen: EventLog = log  # type: ignore[assignment]  # it appends, which is all that is asked
    waits = Backoff(lambda: 0.5, 0.002, 0.01)
    return Producer(
        seen, ANA, EventsSettings.model_validate(given), metrics.stream, waits, patience, 4
    )


def value(metrics: Metrics, name: str, **labels: str) -> float:
    return metrics.registry.get_sample_value(name, labels) or 0.0


def test_events_are_delivered_in_batches(unsteady: Unsteady, metrics: Metrics) -> None:
    with producer(unsteady, metrics, linger=5) as sender:
        sent = [sender.send(person(number)) for number in range(20)]
        answers = [one.result(20) for one in sent]
    assert all(one.fresh for one in answers)
    assert unsteady.batches == [10, 10]
    with producer(unsteady, metrics) as sender:
        assert sender.send(person(3)).result(20) == answers[3]._replace(fresh=False)
    kind = {"kind": "person"}
    assert value(metrics, "catalyst_events_appended_total", outcome="fresh", **kind) == 20
    assert value(metrics, "catalyst_events_appended_total", outcome="duplicate", **kind) == 1
    assert value(metrics, "catalyst_events_waiting") == 0
    assert value(metrics, "catalyst_eventlog_append_events_count") == 3


def test_a_few_events_do_not_wait_for_a_batch(unsteady: Unsteady, metrics: Metrics) -> None:
    with producer(unsteady, metrics) as sender:
        assert sender.send(person(1)).result(20).fresh


def test_flush_and_close_wait_for_every_answer(unsteady: Unsteady, metrics: Metrics) -> None:
    sender = producer(unsteady, metrics, linger=60, batch=1000)
    sent = [sender.send(person(number)) for number in range(5)]
    assert sender.flush(20)
    assert all(one.done() for one in sent)
    sent.append(sender.send(person(9)))
    sender.close(20)
    assert sent[-1].result(0).fresh
    with pytest.raises(EventLogUnavailable, match="closed"):
        sender.send(person(10))


def test_flush_tells_when_it_did_not_come_to_an_end(unsteady: Unsteady, metrics: Metrics) -> None:
    with producer(unsteady, metrics) as sender:
        unsteady.open.clear()
        sender.send(person(1))
        assert not sender.flush(0.05)
        unsteady.open.set()
        assert sender.flush(20)


def test_a_log_that_is_away_for_a_moment_is_tried_again(
    unsteady: Unsteady, metrics: Metrics
) -> None:
    unsteady.failures = 3
    with producer(unsteady, metrics) as sender:
        assert sender.send(person(1)).result(20).fresh
    assert unsteady.batches == [1, 1, 1, 1]


def test_a_log_that_stays_away_is_told_to_each(
    unsteady: Unsteady, log: SqliteEventLog, metrics: Metrics
) -> None:
    unsteady.failures = 4
    with producer(unsteady, metrics) as sender:
        sent = [sender.send(person(number)) for number in range(10)]
        for one in sent:
            with pytest.raises(EventLogUnavailable, match="disk is full"):
                one.result(20)
        assert log.size().records == 0
        assert sender.send(person(1)).result(20).fresh  # it goes on when the log does
    assert value(metrics, "catalyst_events_appended_total", kind="person", outcome="failed") == 10


def test_one_bad_message_does_not_take_others_along(unsteady: Unsteady, metrics: Metrics) -> None:
    with producer(unsteady, metrics, linger=5) as sender:
        keys = [f"k{n}" if n != 6 else "\ud800" for n in range(10)]
        sent = [sender.send_message(message(key)) for key in keys]
        failed = [one.exception(20) for one in sent]
    assert [n for n, error in enumerate(failed) if error] == [6]
    assert isinstance(failed[6], InvalidRequest)
    assert unsteady.log.size().records == 9


def test_senders_are_held_up_and_then_refused(unsteady: Unsteady, metrics: Metrics) -> None:
    unsteady.open.clear()
    with producer(unsteady, metrics, patience=0.05) as sender:
        sent = [sender.send(person(number)) for number in range(100)]
        with pytest.raises(EventBacklogFull) as refused:
            sender.send(person(100))
        assert refused.value.transient
        unsteady.open.set()
        assert all(one.result(20).fresh for one in sent)
        assert sender.send(person(100)).result(20).fresh


def test_a_sender_that_is_held_up_goes_on(unsteady: Unsteady, metrics: Metrics) -> None:
    unsteady.open.clear()
    sender = producer(unsteady, metrics)
    threading.Timer(0.05, unsteady.open.set).start()
    began = time.monotonic()
    sent = [sender.send(person(number)) for number in range(130)]
    assert time.monotonic() - began >= 0.04
    sender.close()
    assert all(one.result(0).fresh for one in sent)


def test_a_close_that_is_in_a_hurry_answers_all_the_same(
    unsteady: Unsteady, metrics: Metrics
) -> None:
    unsteady.failures = 10_000
    given = EventsSettings(batch=10, linger=0.01, max_waiting=100)
    seen: EventLog = unsteady  # type: ignore[assignment]
    sender = Producer(seen, ANA, given, metrics.stream, Backoff(lambda: 1.0, 60, 60))
    sent = [sender.send(person(number)) for number in range(25)]
    sender.close(0.05)
    assert all(isinstance(one.exception(0), EventLogUnavailable) for one in sent)


def test_threads_share_a_producer(unsteady: Unsteady, metrics: Metrics) -> None:
    found: list[Future[Appended]] = []
    with producer(unsteady, metrics) as sender:

        def send(first: int) -> None:
            found.extend([sender.send(person(number)) for number in range(first, first + 50)])

        threads = [threading.Thread(target=send, args=(n * 50,)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wait(found, 0).not_done
    assert unsteady.log.size().records == 200


def test_a_defect_of_the_log_hangs_nobody(
    unsteady: Unsteady, metrics: Metrics, monkeypatch: pytest.MonkeyPatch
) -> None:
    def defect(*_: object) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr(unsteady, "append", defect)
    with producer(unsteady, metrics) as sender:
        assert isinstance(sender.send(person(1)).exception(20), CatalystError)
