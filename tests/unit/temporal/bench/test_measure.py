"""What a measurement reports."""

from catalystindex.temporal.bench.measure import (
    BATCHES,
    Options,
    measure,
    run_once,
)
from catalystindex.temporal.bench.streams import Shape, synthetic
from catalystindex.temporal.features.registry import GROUPS
from catalystindex.temporal.features.settings import FeatureSettings


def test_every_group_and_all_of_them_are_measured() -> None:
    steps: list[str] = []
    options = Options(FeatureSettings(), threads=2, repeat=2)
    report = measure(synthetic(2000, Shape.ZIPF, 3), "mine", options, steps.append)
    assert [rate.group for rate in report.rates] == [
        "append", *(group.name for group in GROUPS), "all",
    ]  # fmt: skip
    assert all(rate.edges_per_second > 0 for rate in report.rates)
    assert [delay.batch for delay in report.delays] == list(BATCHES)
    assert all(0 < delay.p50_ms <= delay.p99_ms for delay in report.delays)
    assert report.machine.cores >= 1
    assert report.peak_bytes > report.window_bytes > 0
    assert steps[0] == "compiling"
    assert {group.name for group in GROUPS} <= set(steps)


def test_groups_that_are_not_wanted_are_not_measured() -> None:
    settings = FeatureSettings(layers=False)
    report = measure(synthetic(1000, Shape.PARETO), "mine", Options(settings))
    assert "layers" not in {rate.group for rate in report.rates}
    assert report.stream == "mine"


def test_bounds_that_bite_are_counted() -> None:
    stream = synthetic(3000, Shape.ZIPF)
    free = run_once(stream, Options(FeatureSettings(layers=False)), 512)
    bound = run_once(
        stream, Options(FeatureSettings(max_entries=2, pattern_entries=2, cycle_steps=2)), 512
    )
    assert free.capped == 0
    assert bound.capped_list > 0
    assert bound.capped_search > 0
    assert max(bound.capped_list, bound.capped_search) <= bound.capped <= len(stream.payments.time)
