"""A defect in one workspace: the others go on, it is told, and nothing is skipped."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from catalystindex.config.streams import ConsumersSettings, EventsSettings
from catalystindex.detection.live import stage as stages
from catalystindex.detection.live.following import Following
from catalystindex.detection.live.stage import GROUP
from catalystindex.model.alert_record import AlertRecord
from catalystindex.model.errors import DetectionFailed
from catalystindex.model.stream import ConsumerState
from catalystindex.streaming.runner import StreamRunner
from support.detectors import Breaking
from support.eventlog import message
from support.following import Bench, Loop, bench_in, paid
from support.stores import ANA, BEA

FAN_IN = [paid(number, f"s{number}", "hub", 10 + number) for number in range(4)]
POISON = paid(Breaking.RAISES - 100, "x", "y", 12)
LATER = [paid(10 + number, f"s{number}", "other", 40 + number) for number in range(4)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    with bench_in(tmp_path) as made:
        yield made


@pytest.fixture
def mended(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """What a new release would do: the same detector, without the defect."""
    with monkeypatch.context() as patch:
        yield patch


def mend(patch: pytest.MonkeyPatch) -> None:
    patch.setattr(Breaking, "RAISES", -1)


def turned(loop: Loop) -> None:
    """Do all that is there, until nothing late is waited for, without leaving."""
    loop.drain()
    loop.wait()
    loop.stage.rest()
    loop.drain()


def test_other_workspaces_go_on_and_nothing_is_committed(bench: Bench) -> None:
    bench.checkpoint = 1e9
    bench.append(*FAN_IN, POISON)
    bench.append(*FAN_IN, tenant=BEA)
    loop = Loop(bench, bench.stage(detectors=[Breaking()]))
    with capture_logs() as lines:
        turned(loop)
        bench.append(*LATER)
        bench.append(*LATER, tenant=BEA)
        turned(loop)
    assert bench.alerts() == {}
    assert len(bench.alerts(BEA)) == 2
    bench.clock.advance(timedelta(days=20_000))
    loop.drain()
    assert bench.committed() == dict.fromkeys(bench.committed(), 0)
    trouble = loop.stage.trouble
    assert trouble is not None
    assert (trouble.state, trouble.code) == (ConsumerState.STOPPED, "internal")
    assert "ZeroDivisionError in one workspace" in str(trouble.reason)
    assert ANA.key not in str(trouble.reason)
    assert trouble.since is not None
    said = [one for one in lines if one["event"] == "detection_stopped"]
    assert [one["workspace"] for one in said] == [ANA.key]


def test_all_workspaces_with_a_defect_are_counted(bench: Bench) -> None:
    bench.append(POISON)
    bench.append(POISON, tenant=BEA)
    loop = Loop(bench, bench.stage(detectors=[Breaking()]))
    turned(loop)
    trouble = loop.stage.trouble
    assert trouble is not None
    assert "in 2 workspaces" in str(trouble.reason)


@pytest.mark.parametrize("left", [True, False])
def test_a_restart_after_the_cause_is_mended_misses_nothing(
    bench: Bench, mended: pytest.MonkeyPatch, left: bool
) -> None:
    bench.append(*FAN_IN[:2])
    Loop(bench, bench.stage(detectors=[Breaking()])).end()
    bench.checkpoint = 1e9
    before = bench.committed()
    bench.append(*FAN_IN[2:], POISON)
    bench.append(*FAN_IN, tenant=BEA)
    broken = Loop(bench, bench.stage(detectors=[Breaking()]))
    turned(broken)
    if left:
        broken.stage.leave()
    assert bench.committed() == before
    mend(mended)
    Loop(bench, bench.stage(detectors=[Breaking()])).end()
    (alert,) = bench.alerts().values()
    assert len(alert.event_ids) == 4
    assert len(bench.alerts(BEA)) == 1
    assert bench.committed() == bench.log.ends()


def test_a_payment_that_waits_in_a_checkpoint_is_not_lost_either(
    bench: Bench, mended: pytest.MonkeyPatch
) -> None:
    """It was committed before detection looked at it, and failed."""
    bench.append(*FAN_IN, POISON)
    loop = Loop(bench, bench.stage(detectors=[Breaking()]))
    loop.drain()
    assert bench.committed() == bench.log.ends()
    turned(loop)
    assert loop.stage.trouble is not None
    mend(mended)
    Loop(bench, bench.stage(detectors=[Breaking()])).end()
    assert len(bench.alerts()) == 1


def test_a_restart_before_it_is_mended_stops_again(bench: Bench) -> None:
    bench.checkpoint = 1e9
    bench.append(POISON)
    for _ in range(2):
        loop = Loop(bench, bench.stage(detectors=[Breaking()]))
        turned(loop)
        assert loop.stage.trouble is not None
        loop.stage.leave()
        assert loop.stage.trouble is None
    assert bench.committed() == dict.fromkeys(bench.committed(), 0)


def test_half_a_step_is_done_again(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    for event in FAN_IN:
        bench.append(event)
    loop = Loop(bench, bench.stage())
    take = Following.take

    def broken(self: Following, groups: object) -> list[AlertRecord]:
        take(self, groups)  # type: ignore[arg-type]
        raise RuntimeError("a defect, after half of the work")

    monkeypatch.setattr(Following, "take", broken)
    turned(loop)
    assert loop.stage.trouble is not None
    loop.stage.leave()
    monkeypatch.setattr(Following, "take", take)
    loop.positions = bench.committed()
    loop.end()
    (alert,) = bench.alerts().values()
    assert len(alert.event_ids) == 4


def test_no_memory_is_the_trouble_of_all(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Following, groups: object) -> list[AlertRecord]:
        raise MemoryError

    monkeypatch.setattr(Following, "take", full)
    bench.append(*FAN_IN)
    with pytest.raises(MemoryError):
        Loop(bench, bench.stage()).drain()


def test_dead_letters_do_not_pile_up_without_end(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stages, "MAX_LETTERS", 5)
    bench.append(POISON)
    loop = Loop(bench, bench.stage(detectors=[Breaking()]))
    turned(loop)
    bench.log.append(BEA, [message(f"broken-{number}", data=b"{") for number in range(20)])
    with pytest.raises(DetectionFailed):
        loop.drain()


def test_the_consumer_is_told_as_stopped_and_starts_again(
    bench: Bench, mended: pytest.MonkeyPatch
) -> None:
    bench.checkpoint = 1e9
    stage = bench.stage(detectors=[Breaking()])
    runner = StreamRunner(
        bench.log, [], EventsSettings(), ConsumersSettings(poll=0.05), bench.clock,
        bench.metrics.stream, stages=[lambda _pause, _on_error: stage],
    )  # fmt: skip
    bench.append(paid(1, "a", "b", 1), POISON)
    bench.append(*FAN_IN, tenant=BEA)
    for number in range(3):  # they close the time of the others
        bench.append(paid(90 + number, "a", "b", 100 * (number + 1)))
    runner.start()
    try:
        assert not runner.caught_up(20)
        found = runner.condition(GROUP)
        assert (found.state, found.code) == (ConsumerState.STOPPED, "internal")
        runner.look()
        metric = bench.metrics.registry.get_sample_value
        assert metric("catalyst_stream_consumer", {"group": GROUP, "state": "stopped"}) == 1
        mend(mended)
        runner.restart(GROUP)
        deadline = time.monotonic() + 20
        while not runner.caught_up(0.1) and time.monotonic() < deadline:
            bench.clock.advance(timedelta(seconds=3))
        assert runner.caught_up(0.1)
        assert runner.condition(GROUP).state is ConsumerState.RUNNING
    finally:
        runner.stop()
    assert bench.committed() == bench.log.ends()
