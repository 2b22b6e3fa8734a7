"""Who works on the slices of a run."""

import pytest

from catalystindex.cli.detecting import _runner
from catalystindex.detection.batch import BatchPlan
from catalystindex.detection.crew import ProcessRunner
from catalystindex.detection.plan import FEWEST_ROWS, slice_count
from catalystindex.detection.runners import InlineRunner

FEW = 2 * FEWEST_ROWS - 1


def test_rows_that_are_a_single_slice_need_no_process() -> None:
    assert slice_count(FEW, 2) == 1
    assert slice_count(FEW + 1, 2) == 2
    assert isinstance(_runner(BatchPlan(processes=2), FEW), InlineRunner)
    assert isinstance(_runner(BatchPlan(processes=2), FEW + 1), ProcessRunner)


@pytest.mark.parametrize(("plan", "kind"), [
    (BatchPlan(processes=2, slices=1), ProcessRunner),
    (BatchPlan(processes=0, slices=4), InlineRunner),
])  # fmt: skip
def test_what_is_asked_for_is_done(plan: BatchPlan, kind: type) -> None:
    assert isinstance(_runner(plan, 10), kind)
