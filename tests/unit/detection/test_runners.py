"""What becomes of a run whose detectors or processes fail, and of its processes when it is left."""

import os
import signal
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from catalystindex.config.detection import DetectionSettings
from catalystindex.detection.batch import BatchPlan, BatchProgress, run_batch
from catalystindex.detection.crew import Crew, ProcessRunner
from catalystindex.detection.making import make_book
from catalystindex.detection.plan import Slice, SliceWork, slices_of
from catalystindex.detection.runners import InlineRunner, Runner
from catalystindex.detection.shared import read_work, write_work
from catalystindex.model.errors import DetectionFailed
from catalystindex.temporal.codes import Codebook
from catalystindex.temporal.payments import plain
from support.detectors import Breaking, SmallFanIn

ROWS = 60


def work(odd: int | None = None, at: int = 30) -> SliceWork:
    """Return work whose detector does something at one row."""
    number = np.arange(ROWS)
    amount = np.full(ROWS, 100)
    if odd is not None:
        amount[at] = odd
    codes = Codebook([f"a{one}" for one in range(8)])
    return SliceWork(plain(number % 7, np.full(ROWS, 7), number, amount), codes, (Breaking(),))


def slices(of: SliceWork, count: int = 6) -> list[Slice]:
    return slices_of(of.payments.time, of.lookback, (0, ROWS), count)


def children() -> set[str]:
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


@pytest.mark.parametrize("runner", [InlineRunner(), ProcessRunner(1)])
def test_a_detector_that_raises_ends_the_run_with_its_reason(runner: Runner) -> None:
    broken = work(Breaking.RAISES)
    with pytest.raises(DetectionFailed, match=r"slice 3 .*ZeroDivisionError: a detector is broken"):
        list(runner.run(broken, slices(broken)))


def test_what_was_found_before_a_failure_is_given_out_in_order() -> None:
    broken = work(Breaking.RAISES)
    found = []
    with pytest.raises(DetectionFailed):
        found += [one.number for one in InlineRunner().run(broken, slices(broken))]
    results = InlineRunner().run(broken, slices(broken))
    assert [next(results).number for _ in range(3)] == [0, 1, 2]


def test_a_process_that_is_killed_ends_the_run() -> None:
    dying = work(Breaking.KILLS)
    before = children()
    with pytest.raises(DetectionFailed, match=r"slice 3 has died \(signal 9\)"):
        list(ProcessRunner(1).run(dying, slices(dying)))
    assert children() <= before


def test_processes_that_cannot_begin_end_the_run(tmp_path: Path) -> None:
    with (
        Crew(1, tmp_path / "empty") as crew,
        pytest.raises(DetectionFailed, match="A process cannot work: FileNotFoundError"),
    ):
        list(crew.results(slices(work())))


def test_a_detector_that_cannot_be_handed_to_a_process_is_said() -> None:
    class Local(SmallFanIn):
        """A class that another process cannot find."""

    whole = work()._replace(detectors=(Local(),))
    with pytest.raises(DetectionFailed, match="cannot be handed to other processes"):
        list(ProcessRunner(1).run(whole, slices(whole)))


def test_a_run_that_is_left_leaves_no_process_and_no_file(tmp_path: Path) -> None:
    """Not even one that is busy for long."""
    whole = work(Breaking.SLEEPS, at=15)
    before = children()
    results = ProcessRunner(1, tmp_path).run(whole, slices(whole))
    assert next(results).number == 0
    assert len(children() - before) >= 1
    assert list(tmp_path.iterdir())
    results.close()  # type: ignore[attr-defined]  # what an exception in its user comes to
    assert children() <= before
    assert not list(tmp_path.iterdir())


def test_ctrl_c_ends_it_at_once() -> None:
    whole = work()
    before = children()

    def interrupt(_: BatchProgress) -> None:
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(1)

    book = make_book(whole.detectors, DetectionSettings())
    # Who starts the tests in the background may have had them ignore the signal.
    held = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            run_batch(whole, book, ProcessRunner(1), BatchPlan(slices=6), interrupt)
    finally:
        signal.signal(signal.SIGINT, held)
    assert children() <= before


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    whole = work()
    with pytest.raises(DetectionFailed, match="cannot be written"):
        list(ProcessRunner(1, tmp_path / "nowhere").run(whole, slices(whole)))


def test_no_processes_are_refused() -> None:
    with pytest.raises(ValueError, match="cannot work"):
        ProcessRunner(0)


def test_work_is_read_as_it_was_written(tmp_path: Path) -> None:
    whole = work()
    write_work(whole, tmp_path)
    again = read_work(tmp_path)
    pairs: Any = zip(again.payments, whole.payments, strict=True)
    assert all(np.array_equal(one, two) for one, two in pairs)
    assert list(again.codes.accounts.names) == list(whole.codes.accounts.names)
    assert [type(one) for one in again.detectors] == [Breaking]
    assert again.detectors[0].params == whole.detectors[0].params


def test_progress_is_told_and_only_the_range_is_looked_at() -> None:
    whole = work()._replace(detectors=(SmallFanIn(),))
    told: list[BatchProgress] = []
    book = make_book(whole.detectors, DetectionSettings())
    plan = BatchPlan(since=20, until=40, slices=4)
    result = run_batch(whole, book, InlineRunner(), plan, told.append)
    assert [one.rows_done for one in told] == [5, 10, 15, 20]
    assert (result.rows, result.slices, result.findings) == (20, 4, 20)
    (alert,) = result.alerts
    assert (alert.start, alert.end) == (10, 39)


def test_nothing_to_look_at_is_no_failure() -> None:
    whole = work()
    book = make_book(whole.detectors, DetectionSettings())
    plan = BatchPlan(since=10**9)
    for runner in (InlineRunner(), ProcessRunner(2)):
        result = run_batch(whole, book, runner, plan, lambda _: None)
        assert (result.rows, result.alerts) == (0, [])
