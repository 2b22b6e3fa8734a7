"""Prometheus metrics, named after the OpenTelemetry and Prometheus conventions (base units)."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from catalystindex.telemetry.bounded import Bounded
from catalystindex.telemetry.detection_metrics import DetectionMetrics
from catalystindex.telemetry.ingestion_metrics import STAGES, IngestionMetrics
from catalystindex.telemetry.stream_metrics import StreamMetrics

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)
STAGE_BUCKETS = (*LATENCY_BUCKETS, 300.0, 900.0, 3600.0)
"""Seconds. Recognising a scan of some hundred pages takes minutes."""


class Metrics:
    """The metrics of one owner process; each owner has a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "catalyst_http_requests",
            "HTTP requests by route template, method and status.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self.request_seconds = Histogram(
            "catalyst_http_request_duration_seconds",
            "Time to answer an HTTP request.",
            ("route",),
            buckets=LATENCY_BUCKETS,
            registry=self.registry,
        )
        self.documents = Counter(
            "catalyst_documents",
            "Documents that reached a final status.",
            ("status",),
            registry=self.registry,
        )
        self.stage_seconds = Histogram(
            "catalyst_stage_duration_seconds",
            "Time a document spent in a stage.",
            ("stage",),
            buckets=STAGE_BUCKETS,
            registry=self.registry,
        )
        self.worker_restarts = Counter(
            "catalyst_worker_restarts",
            "Compute workers replaced after they died or ran out of time.",
            registry=self.registry,
        )
        self.documents_waiting = Gauge(
            "catalyst_documents_waiting",
            "Accepted documents that are not final yet.",
            registry=self.registry,
        )
        self.index_rebuilds = Counter(
            "catalyst_index_rebuilds",
            "Index generations built, by outcome.",
            ("outcome",),
            registry=self.registry,
        )
        self.ingestion = IngestionMetrics(self.registry)
        self.stream = StreamMetrics(self.registry)
        self.detection = DetectionMetrics(self.registry)
        self._stages = Bounded(self.stage_seconds, {"stage": STAGES})

    def stage_took(self, stage: str, seconds: float) -> None:
        """Count the time a document spent in a stage; `ValueError` if there is no such stage."""
        self._stages.at(stage).observe(seconds)

    def render(self) -> bytes:
        """Return the Prometheus text exposition."""
        return generate_latest(self.registry)
