"""Detection on the stream: restarts, kills, moves and failures end in the same alerts."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.detection.live.checkpoint import MANIFEST
from catalystindex.detection.live.stage import GROUP
from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.errors import Unavailable
from catalystindex.model.events.envelope import AccountEvent, Event, TransactionEvent
from catalystindex.model.events.parties import Account
from catalystindex.model.tenant import Tenant
from catalystindex.owner.detection import AlertWriter
from catalystindex.stores.eventlog.base import LetterFilter
from support.detectors import FanInParameters, SmallFanIn
from support.eventlog import message
from support.following import MINUTE, Bench, Loop, bench_in, paid
from support.stores import ANA, BEA

FAN_IN = [paid(number, f"s{number}", "hub", 10 + number) for number in range(4)]
LATER = paid(9, "s9", "hub", 13)


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path) as made:
        yield made


def of_a_calm_run(appends: Sequence[Sequence[Event]]) -> dict[str, AlertRecord]:
    with TemporaryDirectory() as folder, bench_in(Path(folder)) as bench:
        for events in appends:
            bench.append(*events)
        Loop(bench, bench.stage()).end()
        return bench.alerts()


def test_a_pattern_in_the_log_becomes_an_alert_in_the_records(bench: Bench) -> None:
    for event in FAN_IN:
        bench.append(event)
    Loop(bench, bench.stage()).end()
    (alert,) = bench.alerts().values()
    assert alert.roles == {"collector": ("hub",), "sender": ("s0", "s1", "s2", "s3")}
    assert (alert.start, alert.end, alert.revision) == (10, 13, 2)
    assert bench.committed() == bench.log.ends()


def test_payments_wait_for_late_ones_until_the_stream_is_idle(bench: Bench) -> None:
    bench.append(*FAN_IN)
    loop = Loop(bench, bench.stage())
    loop.drain()
    assert bench.alerts() == {}
    bench.clock.advance(MINUTE)
    loop.stage.rest()
    assert len(bench.alerts()) == 1


def test_a_payment_within_the_lateness_is_put_in_its_place(bench: Bench) -> None:
    first, second, third, fourth = FAN_IN
    for event in (first, fourth, third, second):
        bench.append(event)
    Loop(bench, bench.stage()).end()
    assert bench.alerts() == of_a_calm_run([[one] for one in FAN_IN])


def test_what_comes_too_late_is_counted_and_left_to_the_next_batch_run(bench: Bench) -> None:
    bench.append(paid(20, "x", "y", 100))
    bench.append(paid(21, "x", "y", 101))
    bench.append(*FAN_IN)
    Loop(bench, bench.stage()).end()
    assert bench.alerts() == {}
    late = 'catalyst_detection_late_events_total{reason="late"} 4.0'
    assert late in bench.metrics.render().decode()


def test_each_workspace_sees_its_own_payments(bench: Bench) -> None:
    bench.append(*FAN_IN[:2])
    bench.append(*FAN_IN[2:], tenant=BEA)
    Loop(bench, bench.stage()).end()
    assert bench.alerts() == bench.alerts(BEA) == {}
    bench.append(*FAN_IN[:2], tenant=BEA)
    Loop(bench, bench.stage()).end()
    assert bench.alerts() == {}


def test_a_restart_goes_on_from_the_checkpoint(bench: Bench) -> None:
    bench.append(*FAN_IN[:2])
    Loop(bench, bench.stage()).end()
    committed = bench.committed()
    assert committed == bench.log.ends()
    bench.append(*FAN_IN[2:])
    loop = Loop(bench, bench.stage())
    loop.end()
    assert bench.alerts() == of_a_calm_run([FAN_IN[:2], FAN_IN[2:]])


def test_without_a_checkpoint_it_begins_with_the_oldest_event(bench: Bench) -> None:
    bench.append(*FAN_IN[:2])
    Loop(bench, bench.stage()).end()
    shutil.rmtree(bench.folder / "detection")
    bench.append(*FAN_IN[2:])
    Loop(bench, bench.stage()).end()
    (alert,) = bench.alerts().values()
    assert len(alert.event_ids) == 4


@pytest.mark.parametrize("damage", ["manifest", "arrays"])
def test_a_damaged_checkpoint_is_not_used(bench: Bench, damage: str) -> None:
    bench.append(*FAN_IN[:2])
    Loop(bench, bench.stage()).end()
    folder = bench.folder / "detection"
    path = folder / MANIFEST if damage == "manifest" else next(folder.glob("*.state"))
    path.write_bytes(path.read_bytes()[:-9])
    bench.append(*FAN_IN[2:])
    Loop(bench, bench.stage()).end()
    assert len(bench.alerts()) == 1


@pytest.mark.parametrize(
    "damage", [b"\xff\xfe", b"[" * 100_000, b"x\n{}"], ids=["no text", "deep", "another digest"]
)
def test_a_manifest_of_other_bytes_is_not_used(bench: Bench, damage: bytes) -> None:
    bench.append(*FAN_IN[:2])
    Loop(bench, bench.stage()).end()
    (bench.folder / "detection" / MANIFEST).write_bytes(damage)
    bench.append(*FAN_IN[2:])
    Loop(bench, bench.stage()).end()
    assert len(bench.alerts()) == 1


def test_a_checkpoint_of_another_log_is_not_used(bench: Bench, tmp_path: Path) -> None:
    """Its positions are beyond the end: the log was put back to an earlier day."""
    other = tmp_path / "other"
    other.mkdir()
    with bench_in(other) as longer:
        longer.append(*FAN_IN, LATER)
        Loop(longer, longer.stage()).end()
        bench.append(*FAN_IN[:2])
        Loop(bench, bench.stage()).end()
        shutil.rmtree(bench.folder / "detection")
        shutil.copytree(longer.folder / "detection", bench.folder / "detection")
    bench.append(*FAN_IN[2:])
    Loop(bench, bench.stage()).end()
    assert len(bench.alerts()) == 1


def test_the_state_of_another_workspace_is_not_used(bench: Bench) -> None:
    bench.append(*FAN_IN[:2])
    bench.append(paid(5, "z", "hub", 10), tenant=BEA)
    Loop(bench, bench.stage()).end()
    one, two = sorted((bench.folder / "detection").glob("*.state"))
    mine, other = one.read_bytes(), two.read_bytes()
    one.write_bytes(other)
    two.write_bytes(mine)
    bench.append(*FAN_IN[2:])
    Loop(bench, bench.stage()).end()
    (alert,) = bench.alerts().values()
    assert alert.roles["sender"] == ("s0", "s1", "s2", "s3")


class StopsAt:
    """A log that is not there any more at the n-th commit."""

    def __init__(self, bench: Bench, commit: int) -> None:
        self._log: Any = bench.log
        self._left = commit

    def __getattr__(self, name: str) -> object:
        return getattr(self._log, name)

    def commit(self, *said: object) -> None:
        self._left -= 1
        if self._left <= 0:
            raise KeyboardInterrupt
        self._log.commit(*said)


@pytest.mark.parametrize("commit", [1, 2])
def test_what_is_no_event_is_set_aside_though_a_crash_came_before_the_commit(
    bench: Bench, commit: int
) -> None:
    bench.append(*FAN_IN)
    bench.log.append(BEA, [message(f"broken-{n}", data=b"{") for n in range(20)])
    bench.append(LATER)
    log: Any = StopsAt(bench, commit)
    with suppress(KeyboardInterrupt):
        Loop(bench, bench.stage(log=log)).end()
    assert bench.committed() != bench.log.ends()
    Loop(bench, bench.stage()).end()
    assert bench.committed() == bench.log.ends()
    assert len(bench.log.letters(BEA, LetterFilter(group=GROUP), 100)) == 20


def test_other_parameters_begin_again(bench: Bench) -> None:
    bench.append(*FAN_IN[:2])
    Loop(bench, bench.stage()).end()
    assert bench.alerts() == {}
    wider = SmallFanIn(FanInParameters(senders=2))
    Loop(bench, bench.stage(detectors=[wider])).end()
    (alert,) = bench.alerts().values()
    assert alert.parameters["senders"] == 2


def test_a_group_that_was_moved_begins_again(bench: Bench) -> None:
    bench.append(*FAN_IN)
    loop = Loop(bench, bench.stage())
    loop.end()
    before = bench.alerts()
    bench.log.seek(GROUP, dict.fromkeys(loop.positions, 0))
    loop.stage.moved()
    loop.positions = bench.committed()
    loop.end()
    assert bench.alerts() == before
    assert bench.committed() == bench.log.ends()


def test_a_group_that_was_moved_while_nobody_followed_begins_again(bench: Bench) -> None:
    for event in FAN_IN:
        bench.append(event)
    Loop(bench, bench.stage()).end()
    bench.append(paid(30, "a", "b", 14))
    Loop(bench, bench.stage()).end()
    start = dict.fromkeys(bench.committed(), 0)
    bench.log.seek(GROUP, start)
    Loop(bench, bench.stage()).end()
    assert len(bench.alerts()) == 1
    assert bench.committed() == bench.log.ends()


def test_an_event_that_is_none_becomes_a_dead_letter(bench: Bench) -> None:
    bench.append(*FAN_IN[:2])
    bench.log.append(ANA, [message("broken", data=b"{")])
    bench.append(*FAN_IN[2:])
    Loop(bench, bench.stage()).end()
    (letter,) = bench.log.letters(ANA, LetterFilter(group=GROUP), 10)
    assert letter.key == "broken"
    assert len(bench.alerts()) == 1


class Flaky:
    """Where alerts go, and where they cannot go at times."""

    def __init__(self, bench: Bench, failures: int) -> None:
        self.writer = AlertWriter(bench.records, bench.metrics.detection)
        self.failures = failures

    def write(self, tenant: Tenant, alerts: Sequence[AlertRecord]) -> None:
        if self.failures:
            self.failures -= 1
            raise Unavailable("The records are away.")
        self.writer.write(tenant, alerts)


def test_records_that_are_away_lose_nothing(bench: Bench) -> None:
    for event in FAN_IN:
        bench.append(event)
    flaky = Flaky(bench, 3)
    loop = Loop(bench, bench.stage(sink=flaky))
    for _ in range(4):
        with suppress(Unavailable):
            loop.end()
        killed = Loop(bench, bench.stage(sink=Flaky(bench, 9)))
        with suppress(Unavailable):
            killed.end()
    assert len(bench.alerts()) == 1
    assert bench.committed() == bench.log.ends()


def test_a_payment_of_a_far_time_is_not_put_away_again_and_again(bench: Bench) -> None:
    bench.append(*FAN_IN, paid(50, "x", "y", 253_402_300_799_000_000))  # the year 9999
    loop = Loop(bench, bench.stage())
    loop.end()
    manifest = bench.folder / "detection" / MANIFEST
    before = manifest.read_bytes()
    for _ in range(3):
        bench.clock.advance(MINUTE)
        loop.drain()
    assert manifest.read_bytes() == before
    assert len(bench.alerts()) == 1


def test_a_clock_that_was_set_back_does_not_stop_time(bench: Bench) -> None:
    bench.clock.advance(365 * 24 * 60 * MINUTE)
    bench.append(paid(0, "q", "r", 5))
    bench.clock.advance(-365 * 24 * 60 * MINUTE)
    loop = Loop(bench, bench.stage())
    for number in range(1, 20):
        bench.append(paid(number, f"s{number}", "hub", 100 + number))
    loop.drain()
    assert len(bench.alerts()) == 1


def test_holders_are_those_of_the_time(bench: Bench) -> None:
    account = AccountEvent(
        entity_id="hub", event_time=1, source="test", payload=Account(holders=("ana",))
    )
    bench.append(account)
    bench.append(*FAN_IN)
    loop = Loop(bench, bench.stage())
    loop.end()
    again = Loop(bench, bench.stage())
    bench.append(LATER)
    again.end()
    assert len(bench.alerts()) == 1


ACCOUNTS = st.sampled_from(["a", "b", "c", "d", "e", "f"])


@st.composite
def streams(draw: st.DrawFn) -> list[list[TransactionEvent]]:
    """Return appends of payments, in disorder of a few microseconds."""
    count = draw(st.integers(1, 40))
    events = [
        paid(number, draw(ACCOUNTS), draw(ACCOUNTS), 20 + number // 2 + draw(st.integers(-4, 4)))
        for number in range(count)
    ]
    cuts = sorted({*draw(st.lists(st.integers(0, count), max_size=8)), 0, count})
    return [events[one:two] for one, two in pairwise(cuts)]


@settings(max_examples=12, deadline=None)
@given(appends=streams(), data=st.data())
def test_kills_at_any_moment_end_in_the_same_alerts(
    appends: list[list[TransactionEvent]], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder, bench_in(Path(folder)) as bench:
        bench.checkpoint = data.draw(st.sampled_from([0.0, 1e9]))
        loop = Loop(bench, bench.stage())
        for events in appends:
            bench.append(*events)
            for step in data.draw(st.lists(st.integers(0, 3), max_size=5)):
                if step < 2:
                    loop.turn(step)
                elif step == 2:
                    loop.stage.rest()
                else:  # it is killed: another one starts from what is on disk
                    loop = Loop(bench, bench.stage())
        loop.end()
        assert bench.alerts() == of_a_calm_run(appends)
