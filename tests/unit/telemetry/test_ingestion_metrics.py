"""Ingestion is counted under closed lists of label values."""

import math
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from prometheus_client.parser import text_string_to_metric_families

from catalystindex.model.job import ErrorClass, ItemState, Outcome, Stage
from catalystindex.telemetry.ingestion_metrics import IngestionMetrics
from catalystindex.telemetry.metrics import Metrics


def samples(metrics: Metrics) -> dict[str, float]:
    """Return every sample, named as in the text: ``name{label="value",...}`` by label name."""
    found = {}
    for family in text_string_to_metric_families(metrics.render().decode()):
        for sample in family.samples:
            labels = ",".join(f'{key}="{value}"' for key, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_every_event_raises_its_own_counter_by_one() -> None:
    events: dict[str, Callable[[IngestionMetrics], None]] = {
        'catalyst_ingest_documents_total{error_class="none",outcome="created"}': (
            lambda counts: counts.ended(Outcome.CREATED)
        ),
        'catalyst_ingest_documents_total{error_class="transient",outcome="failed"}': (
            lambda counts: counts.ended(ItemState.FAILED, ErrorClass.TRANSIENT)
        ),
        'catalyst_ingest_attempts_total{result="lost",stage="parsed"}': (
            lambda counts: counts.attempt(Stage.PARSED, "lost")
        ),
        'catalyst_ingest_retries_total{stage="acquired"}': lambda counts: counts.retry("acquired"),
        'catalyst_submissions_total{answer="full",route="bulk"}': (
            lambda counts: counts.submission("bulk", "full")
        ),
        "catalyst_leases_expired_total": lambda counts: counts.lease_expired(),
        "catalyst_commits_refused_total": lambda counts: counts.commit_refused(),
        'catalyst_dependency_failures_total{dependency="s3"}': (
            lambda counts: counts.dependency_failed("s3")
        ),
        'catalyst_queue_wake_failures_total{lane="compute"}': (
            lambda counts: counts.wake_failed("compute")
        ),
    }
    for name, event in events.items():
        metrics = Metrics()
        before = samples(metrics)
        event(metrics.ingestion)
        after = samples(metrics)
        assert {key for key in after if after[key] != before[key]} == {name}, name
        assert (before[name], after[name]) == (0, 1), name


@pytest.mark.parametrize(
    "refused",
    [
        pytest.param(lambda counts: counts.ended("lost"), id="outcome"),
        pytest.param(lambda counts: counts.ended("failed", "fatal"), id="error class"),
        pytest.param(lambda counts: counts.attempt("none", "ok"), id="stage of an attempt"),
        pytest.param(lambda counts: counts.attempt("parsed", "failed"), id="result"),
        pytest.param(lambda counts: counts.retry("parse"), id="stage of a retry"),
        pytest.param(lambda counts: counts.submission("/v1/ingest", "full"), id="route"),
        pytest.param(lambda counts: counts.submission("text", "202"), id="answer"),
        pytest.param(lambda counts: counts.dependency_failed("example.org"), id="dependency"),
        pytest.param(lambda counts: counts.wake_failed("index"), id="lane of a call"),
        pytest.param(lambda counts: counts.show_lane("bulk", 1, 1.0, 1), id="lane"),
        pytest.param(
            lambda counts: counts.show_open({("failed", "none"): 1}, 1), id="state that ended"
        ),
        pytest.param(
            lambda counts: counts.show_open({("queued", "indexed"): 1}, 1), id="last stage"
        ),
        pytest.param(lambda counts: counts.show_workers({("host-7", "live"): 1}), id="kind"),
        pytest.param(lambda counts: counts.show_workers({("local", "dead"): 1}), id="state"),
    ],
)
def test_a_value_that_is_in_no_list_is_refused_and_leaves_no_trace(
    refused: Callable[[IngestionMetrics], None],
) -> None:
    metrics = Metrics()
    metrics.ingestion.show_workers({("local", "live"): 2})
    before = samples(metrics)
    with pytest.raises(ValueError, match="is no value of the label"):
        refused(metrics.ingestion)
    assert samples(metrics) == before


def test_a_stage_is_timed_under_its_name_only() -> None:
    metrics = Metrics()
    metrics.stage_took(Stage.PARSED, 200.0)
    found = samples(metrics)
    assert found['catalyst_stage_duration_seconds_bucket{le="120.0",stage="parsed"}'] == 0
    assert found['catalyst_stage_duration_seconds_bucket{le="300.0",stage="parsed"}'] == 1
    assert found['catalyst_stage_duration_seconds_count{stage="indexed"}'] == 0
    with pytest.raises(ValueError, match="'parse' is no value of the label stage"):
        metrics.stage_took("parse", 1.0)


def test_unfinished_documents_show_the_last_look_alone() -> None:
    metrics = Metrics()
    metrics.ingestion.show_open({("queued", "none"): 5, ("running", "parsed"): 2}, 3)
    metrics.ingestion.show_open({("running", "embedded"): 1}, 1)
    found = samples(metrics)
    shown = {
        name: value
        for name, value in found.items()
        if name.startswith("catalyst_ingest_documents_open")
    }
    assert len(shown) == 15
    assert shown.pop('catalyst_ingest_documents_open{stage="embedded",state="running"}') == 1
    assert not any(shown.values())
    assert found["catalyst_jobs_open"] == 1
    assert found["catalyst_ingest_looks_total"] == 2


def test_workers_that_are_gone_are_no_longer_shown() -> None:
    metrics = Metrics()
    metrics.ingestion.show_workers({("local", "live"): 2, ("remote", "busy"): 1})
    metrics.ingestion.show_workers({("remote", "stale"): 1})
    found = samples(metrics)
    assert found['catalyst_workers{kind="local",state="live"}'] == 0
    assert found['catalyst_workers{kind="remote",state="busy"}'] == 0
    assert found['catalyst_workers{kind="remote",state="stale"}'] == 1


def test_lanes_and_dead_letters_show_what_was_told() -> None:
    metrics = Metrics()
    metrics.ingestion.show_lane("compute", due=7, oldest_wait=12.5, calls=2)
    metrics.ingestion.show_dead_letters(permanent=3, transient=1)
    found = samples(metrics)
    assert found['catalyst_queue_due_documents{lane="compute"}'] == 7
    assert found['catalyst_queue_oldest_wait_seconds{lane="compute"}'] == 12.5
    assert found['catalyst_queue_calls{lane="compute"}'] == 2
    assert found['catalyst_queue_due_documents{lane="acquire"}'] == 0
    assert found['catalyst_ingest_dead_letters{error_class="permanent"}'] == 3
    assert found['catalyst_ingest_dead_letters{error_class="transient"}'] == 1


def test_calls_that_could_not_be_counted_are_not_shown_as_none() -> None:
    metrics = Metrics()
    metrics.ingestion.show_lane("acquire", due=1, oldest_wait=3.0, calls=None)
    assert math.isnan(samples(metrics)['catalyst_queue_calls{lane="acquire"}'])


def test_an_outage_is_counted_once_however_often_the_queue_is_asked() -> None:
    metrics = Metrics()
    seen = []
    for up in (True, False, False, True, False):
        metrics.ingestion.queue_answered(up)
        found = samples(metrics)
        seen.append((found["catalyst_queue_up"], found["catalyst_queue_outages_total"]))
    assert seen == [(1, 0), (0, 1), (0, 1), (1, 1), (0, 2)]


def test_a_queue_that_never_answered_is_an_outage() -> None:
    metrics = Metrics()
    assert samples(metrics)["catalyst_queue_up"] == 0
    metrics.ingestion.queue_answered(False)
    assert samples(metrics)["catalyst_queue_outages_total"] == 1


def test_an_outage_seen_by_many_threads_at_once_is_one() -> None:
    metrics = Metrics()
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(metrics.ingestion.queue_answered, [False] * 200))
    assert samples(metrics)["catalyst_queue_outages_total"] == 1


def test_two_owners_in_one_process_show_their_own_ingestion() -> None:
    one, other = Metrics(), Metrics()
    one.ingestion.ended("updated")
    name = 'catalyst_ingest_documents_total{error_class="none",outcome="updated"}'
    assert (samples(one)[name], samples(other)[name]) == (1, 0)
