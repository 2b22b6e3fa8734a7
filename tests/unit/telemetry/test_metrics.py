"""Metrics render as a Prometheus scrape."""

from prometheus_client.parser import text_string_to_metric_families

from catalystindex.telemetry.metrics import Metrics


def samples(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    families = text_string_to_metric_families(metrics.render().decode())
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


def test_what_was_counted_is_rendered() -> None:
    metrics = Metrics()
    metrics.requests.labels(route="/v1/search", method="POST", status="200").inc(2)
    metrics.request_seconds.labels(route="/v1/search").observe(0.02)
    metrics.documents.labels(status="indexed").inc()
    metrics.stage_seconds.labels(stage="parsed").observe(1.5)
    metrics.worker_restarts.inc()
    metrics.documents_waiting.set(4)
    metrics.index_rebuilds.labels(outcome="adopted").inc()
    found = samples(metrics)
    route = ("route", "/v1/search")
    asked = (("method", "POST"), route, ("status", "200"))
    assert found["catalyst_http_requests_total", asked] == 2
    assert found["catalyst_http_request_duration_seconds_count", (route,)] == 1
    bucket = "catalyst_http_request_duration_seconds_bucket"
    assert found[bucket, (("le", "0.01"), route)] == 0
    assert found[bucket, (("le", "0.025"), route)] == 1
    assert found["catalyst_documents_total", (("status", "indexed"),)] == 1
    assert found["catalyst_stage_duration_seconds_sum", (("stage", "parsed"),)] == 1.5
    assert found["catalyst_worker_restarts_total", ()] == 1
    assert found["catalyst_documents_waiting", ()] == 4
    assert found["catalyst_index_rebuilds_total", (("outcome", "adopted"),)] == 1


def test_two_owners_in_one_process_count_apart() -> None:
    one, other = Metrics(), Metrics()
    one.worker_restarts.inc()
    assert samples(other)["catalyst_worker_restarts_total", ()] == 0


def test_every_metric_of_ours_carries_the_prefix_and_an_explanation() -> None:
    for family in text_string_to_metric_families(Metrics().render().decode()):
        assert family.name.startswith("catalyst_")
        assert family.documentation
