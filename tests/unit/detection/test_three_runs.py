"""One detector, three ways to run it, one answer: alerts do not depend on batches and slices."""

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalystindex.aml.registry import DETECTORS
from catalystindex.config.detection import DetectionSettings
from catalystindex.detection.batch import BatchPlan, run_batch
from catalystindex.detection.contract import AnyDetector
from catalystindex.detection.crew import ProcessRunner
from catalystindex.detection.engine import Engine
from catalystindex.detection.making import make_book
from catalystindex.detection.plan import SliceWork
from catalystindex.detection.runners import InlineRunner, Runner
from catalystindex.model.alert_record import AlertRecord
from catalystindex.stores.array_file import read_packed, write_packed
from catalystindex.temporal.codes import Codebook
from catalystindex.temporal.layout import NOBODY
from catalystindex.temporal.payments import FEE, Payments, ordered, plain, taken
from catalystindex.temporal.window import Window
from support.detectors import SmallFanIn, Wakening

Row = tuple[int, int, int, int]
"""Source, target, time step, amount; an account of -1 is cash."""

Alerts = dict[str, AlertRecord]

DAY = 86_400_000_000
SETTINGS = DetectionSettings()


def ours() -> tuple[AnyDetector, ...]:
    """Detectors with windows of a few steps, one of which looks at what is remembered alone."""
    return SmallFanIn(), Wakening()


def products() -> tuple[AnyDetector, ...]:
    """Those that come with the product, with their defaults."""
    return tuple(kind() for kind in DETECTORS)


SETS = [pytest.param(ours, 1, id="small")]
if DETECTORS:
    SETS.append(pytest.param(products, DAY // 4, id="product"))
"""What makes detectors, and how long a step of time is for them."""


def payments_of(rows: Sequence[Row], step: int) -> Payments:
    """Return payments in order; ids are a hash of their numbers, so that ties have an order."""
    table = np.array(rows, np.int64).reshape(-1, 4)
    number = np.arange(len(table), dtype=np.uint64)
    made = plain(table[:, 0], table[:, 1], table[:, 2] * step, table[:, 3])
    method = np.where(table[:, 3] % 11 == 0, FEE, 0).astype(np.int8)
    scattered = number * np.uint64(0x9E3779B97F4A7C15)
    return ordered(made._replace(id_high=scattered, entity=number, method=method))


def work_of(
    rows: Sequence[Row], detectors: Callable[[], tuple[AnyDetector, ...]], step: int
) -> SliceWork:
    codes = Codebook([f"account-{number}" for number in range(12)])
    return SliceWork(payments_of(rows, step), codes, detectors())


def in_batches(work: SliceWork, cuts: Sequence[int]) -> Alerts:
    """Return the alerts of a stream that is cut into batches at these rows."""
    codes = Codebook(list(work.codes.accounts.names)[::-1])  # other codes, the same names
    book = make_book(work.detectors, SETTINGS)
    engine = Engine(work.detectors)
    engine.window.codes = codes
    last = len(codes.accounts) - 1
    found: Alerts = {}
    rows = len(work.payments.time)
    places = [0, *sorted(min(cut, rows) for cut in cuts), rows]
    for begin, end in itertools.pairwise(places):
        part = taken(work.payments, slice(begin, end))
        part = part._replace(
            source=np.where(part.source == NOBODY, NOBODY, last - part.source),
            target=np.where(part.target == NOBODY, NOBODY, last - part.target),
        )
        changed = book.fold(engine.advance(part))
        found.update((alert.alert_id, alert) for alert in changed)
    return found


def restarted(work: SliceWork, at: int, path: Path) -> Alerts:
    """Return the alerts of a stream that is stopped after some rows, and goes on from its state."""
    book, engine = make_book(work.detectors, SETTINGS), Engine(work.detectors)
    engine.window.codes = work.codes
    rows = len(work.payments.time)
    before = book.fold(engine.advance(taken(work.payments, slice(0, at))))
    write_packed(path, engine.window.packed())
    state, book = book.state(), make_book(work.detectors, SETTINGS)
    book.restore(state)
    engine = Engine(work.detectors, Window.unpacked(read_packed(path)))
    after = book.fold(engine.advance(taken(work.payments, slice(at, rows))))
    return {alert.alert_id: alert for alert in (*before, *after)}


def in_slices(work: SliceWork, count: int, runner: Runner) -> Alerts:
    book = make_book(work.detectors, SETTINGS)
    result = run_batch(work, book, runner, BatchPlan(slices=count), lambda _: None)
    assert result.rows == len(work.payments.time)
    return {alert.alert_id: alert for alert in result.alerts}


ROWS = st.lists(
    st.tuples(st.integers(-1, 7), st.integers(-1, 7), st.integers(0, 60), st.integers(1, 10**6)),
    max_size=60,
)  # fmt: skip
CUTS = st.lists(st.integers(0, 60), max_size=8)


@pytest.mark.parametrize(("detectors", "step"), SETS)
@settings(max_examples=60, deadline=None)
@given(rows=ROWS, cuts=CUTS, slices=st.integers(1, 12))
def test_batches_and_slices_give_the_alerts_of_one_batch(
    detectors: Callable[[], tuple[AnyDetector, ...]],
    step: int,
    rows: list[Row],
    cuts: list[int],
    slices: int,
) -> None:
    work = work_of(rows, detectors, step)
    whole = in_batches(work, [])
    assert in_batches(work, cuts) == whole
    assert in_batches(work, list(range(len(rows)))) == whole
    assert in_slices(work, slices, InlineRunner()) == whole
    assert list(in_slices(work, 1, InlineRunner())) == list(in_slices(work, 50, InlineRunner()))


def random_rows(seed: int, count: int) -> list[Row]:
    random = np.random.default_rng(seed)
    columns = (
        random.integers(-1, 10, count),
        random.integers(-1, 10, count),
        random.integers(0, count, count),
        random.integers(1, 10**6, count),
    )
    return [tuple(row) for row in np.stack(columns, axis=1).tolist()]


@pytest.mark.parametrize(("detectors", "step"), SETS)
def test_processes_give_the_alerts_of_one_batch(
    detectors: Callable[[], tuple[AnyDetector, ...]], step: int
) -> None:
    work = work_of(random_rows(3, 400), detectors, step)
    whole = in_batches(work, [])
    assert in_slices(work, 7, ProcessRunner(2)) == whole
    assert whole
    assert {alert.detector for alert in whole.values()} <= {one.name for one in work.detectors}


@pytest.mark.parametrize(("detectors", "step"), SETS)
def test_a_restart_in_the_middle_changes_nothing(
    detectors: Callable[[], tuple[AnyDetector, ...]], step: int, tmp_path: Path
) -> None:
    for seed in range(5):
        work = work_of(random_rows(seed, 120), detectors, step)
        whole = in_batches(work, [])
        for at in (1, 40, 119):
            assert restarted(work, at, tmp_path / f"{seed}-{at}") == whole


def test_the_order_of_equal_times_does_not_matter() -> None:
    rows = random_rows(5, 200)
    work = work_of(rows, ours, 1)
    shuffled = np.random.default_rng(1).permutation(len(rows))
    again = work._replace(payments=ordered(taken(work.payments, shuffled)))
    assert in_batches(again, []) == in_batches(work, [])


def test_many_random_streams_in_many_slices() -> None:
    found = 0
    for seed in range(40):
        work = work_of(random_rows(seed, 80), ours, 1)
        whole = in_batches(work, [])
        assert in_slices(work, 1 + seed % 9, InlineRunner()) == whole
        found += len(whole)
    assert found > 40
