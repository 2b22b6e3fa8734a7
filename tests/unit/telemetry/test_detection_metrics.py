"""Detection is counted under the names of the detectors that run."""

from catalystindex.model.alert import Severity
from catalystindex.telemetry.metrics import Metrics


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"catalyst_detection_{name}", labels)


def watching() -> Metrics:
    metrics = Metrics()
    metrics.detection.watch({"fan_in": ["max_senders"], "cycle": ["max_paths", "max_length"]})
    return metrics


def test_series_of_what_runs_are_there_from_the_start() -> None:
    metrics = watching()
    assert value(metrics, "findings_total", detector="fan_in") == 0
    assert value(metrics, "alerts_total", detector="cycle", severity="critical") == 0
    assert value(metrics, "bounds_total", detector="cycle", bound="max_paths") == 0
    assert value(metrics, "bounds_total", detector="fan_in", bound="max_paths") is None


def test_findings_and_their_bounds_are_counted_by_detector() -> None:
    metrics = watching()
    metrics.detection.finding("cycle", ["max_paths"])
    metrics.detection.finding("cycle")
    assert value(metrics, "findings_total", detector="cycle") == 2
    assert value(metrics, "bounds_total", detector="cycle", bound="max_paths") == 1


def test_alerts_are_counted_by_detector_and_severity() -> None:
    metrics = watching()
    metrics.detection.alert("fan_in", Severity.HIGH)
    assert value(metrics, "alerts_total", detector="fan_in", severity="high") == 1


def test_what_was_not_named_counts_as_other() -> None:
    metrics = Metrics()
    metrics.detection.finding("unheard", ["of"])
    metrics.detection.alert("unheard", Severity.LOW)
    assert value(metrics, "findings_total", detector="other") == 1
    assert value(metrics, "bounds_total", detector="other", bound="other") == 1
    assert value(metrics, "alerts_total", detector="other", severity="low") == 1


def test_batches_and_late_payments_are_counted() -> None:
    metrics = watching()
    metrics.detection.batch(0.2, 128)
    metrics.detection.late("late", 3)
    metrics.detection.late("corrected", 1)
    assert value(metrics, "payments_total") == 128
    assert value(metrics, "batch_duration_seconds_sum") == 0.2
    assert value(metrics, "late_events_total", reason="late") == 3
    assert value(metrics, "late_events_total", reason="corrected") == 1


def test_payments_without_a_rate_are_counted_by_currency_and_cut_amounts() -> None:
    metrics = watching()
    assert value(metrics, "unrated_payments_total", currency="other") == 0
    assert value(metrics, "unrated_payments_total", currency="USD") is None
    metrics.detection.unrated("USD", 3)
    metrics.detection.unrated("ZZZ", 2)
    metrics.detection.capped(4)
    assert value(metrics, "unrated_payments_total", currency="USD") == 3
    assert value(metrics, "unrated_payments_total", currency="other") == 2
    assert value(metrics, "capped_amounts_total") == 4
