"""The stream is counted under closed lists of label values."""

import pytest

from catalystindex.model.stream import ConsumerState
from catalystindex.telemetry.metrics import Metrics


def value(metrics: Metrics, name: str, **labels: str) -> float | None:
    return metrics.registry.get_sample_value(f"catalyst_{name}", labels)


def test_counters_are_there_from_the_start() -> None:
    metrics = Metrics()
    for name, labels in (
        ("events_appended_total", {"kind": "person", "outcome": "failed"}),
        ("stream_events_total", {"group": "graph", "kind": "trade", "outcome": "refused"}),
        ("stream_errors_total", {"group": "vectors", "error_class": "unexpected"}),
        ("stream_consumer", {"group": "graph", "state": "stopped"}),
        ("stream_dead_letters", {"group": "other"}),
    ):
        assert value(metrics, name, **labels) == 0


def test_a_batch_is_counted_by_kind_and_outcome() -> None:
    metrics = Metrics()
    metrics.stream.batch("graph", 0.2, {("person", "applied"): 7, ("unheard", "refused"): 2})
    events = {"group": "graph"}
    assert value(metrics, "stream_events_total", kind="person", outcome="applied", **events) == 7
    assert value(metrics, "stream_events_total", kind="unknown", outcome="refused", **events) == 2
    assert value(metrics, "stream_batch_events_sum", **events) == 9
    assert value(metrics, "stream_batch_duration_seconds_sum", **events) == 0.2


def test_a_consumer_is_in_one_state() -> None:
    metrics = Metrics()
    for state in ConsumerState:
        metrics.stream.show_consumer("graph", state, 3)
        shown = {
            one: value(metrics, "stream_consumer", group="graph", state=one)
            for one in ConsumerState
        }
        assert shown == {one: float(one is state) for one in ConsumerState}
    assert value(metrics, "stream_dead_letters", group="graph") == 3


def test_groups_of_others_are_counted_together() -> None:
    metrics = Metrics()
    metrics.stream.error("mine", "transient")
    metrics.stream.error("yours", "transient")
    assert value(metrics, "stream_errors_total", group="other", error_class="transient") == 2


def test_other_values_are_refused() -> None:
    stream = Metrics().stream
    refused = pytest.raises(ValueError, match="is no value of the label")
    with refused:
        stream.appended("person", "lost")
    with refused:
        stream.batch("graph", 1, {("person", "lost"): 1})
    with refused:
        stream.error("graph", "odd")
    with refused:
        stream.show_lag("graph", 256, 1, 1)


def test_what_producers_hold_adds_up() -> None:
    metrics = Metrics()
    metrics.stream.waiting(5)
    metrics.stream.waiting(-2)
    metrics.stream.append_took(0.1, 3)
    metrics.stream.rejected(2)
    metrics.stream.trimmed(9)
    metrics.stream.show_log(10, 2_000)
    assert value(metrics, "events_waiting") == 3
    assert value(metrics, "eventlog_append_events_sum") == 3
    assert value(metrics, "events_rejected_total") == 2
    assert value(metrics, "eventlog_trimmed_total") == 9
    assert value(metrics, "eventlog_records") == 10
    assert value(metrics, "eventlog_bytes") == 2_000
    assert value(metrics, "stream_looks_total") == 1
