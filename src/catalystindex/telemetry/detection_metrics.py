"""What detection counts. Detectors and bounds are named when they are known (`watch`)."""

from collections.abc import Iterable, Mapping
from typing import Final, Literal

from prometheus_client import CollectorRegistry, Counter, Histogram

from catalystindex.model.alert import Severity
from catalystindex.model.currency import EXPONENTS
from catalystindex.telemetry.bounded import Bounded

OTHER = "other"
"""Detector, bound or currency that was not named."""

LateReason = Literal["late", "corrected"]
LATE_REASONS: Final[tuple[LateReason, ...]] = ("late", "corrected")

SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class DetectionMetrics:
    """Metrics of detectors and alerts. Threads share it."""

    def __init__(self, registry: CollectorRegistry) -> None:
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"catalyst_detection_{name}", text, labels, registry=registry)

        self._findings_counter = counter("findings", "Patterns that were found.", "detector")
        self._alerts_counter = counter(
            "alerts", "Alerts opened or changed, by their severity then.", "detector", "severity"
        )
        self._bounds_counter = counter(
            "bounds", "Findings that a bound of the work cut short.", "detector", "bound"
        )
        self._payments = counter("payments", "Payments that detectors looked at.")
        late = counter(
            "late_events",
            "Events about payments that came too late, and wait for the next batch run.",
            "reason",
        )
        self._late = Bounded(late, {"reason": LATE_REASONS})
        unrated = counter(
            "unrated_payments",
            "Payments in a currency without a rate, which were taken at par.",
            "currency",
        )
        # Over a hundred series that say nothing are not shown: any that is there says what to do.
        self._unrated = Bounded(unrated, {"currency": (*EXPONENTS, OTHER)}, [(OTHER,)])
        self._capped = counter("capped_amounts", "Amounts above all bounds, which were cut.")
        self._batch_seconds = Histogram(
            "catalyst_detection_batch_duration_seconds",
            "Time from payments to alerts, of a batch.",
            buckets=SECONDS,
            registry=registry,
        )
        self.watch({})

    def watch(self, bounds_of: Mapping[str, Iterable[str]]) -> None:
        """Name the detectors that run, and of each the bounds that its findings may name."""
        names = (*bounds_of, OTHER)
        bounds = sorted({bound for some in bounds_of.values() for bound in some})
        shown = [(name, bound) for name, some in bounds_of.items() for bound in sorted(some)]
        self._known = frozenset(names)
        self._known_bounds = frozenset(bounds)
        self._findings = Bounded(self._findings_counter, {"detector": names})
        self._alerts = Bounded(
            self._alerts_counter, {"detector": names, "severity": tuple(Severity)}
        )
        self._bounds = Bounded(
            self._bounds_counter,
            {"detector": names, "bound": (*bounds, OTHER)},
            [*shown, (OTHER, OTHER)],
        )

    def finding(self, detector: str, bounds: Iterable[str] = ()) -> None:
        """Count a finding, and the bounds it names."""
        name = self._name(detector)
        self._findings.at(name).inc()
        for bound in bounds:
            self._bounds.at(name, bound if bound in self._known_bounds else OTHER).inc()

    def alert(self, detector: str, severity: Severity) -> None:
        """Count an alert that is new or changed."""
        self._alerts.at(self._name(detector), severity).inc()

    def late(self, reason: LateReason, events: int) -> None:
        """Count events that came after their time was closed, or correct what was looked at."""
        self._late.at(reason).inc(events)

    def unrated(self, currency: str, payments: int) -> None:
        """Count payments in a currency that has no rate."""
        self._unrated.at(currency if currency in EXPONENTS else OTHER).inc(payments)

    def capped(self, amounts: int) -> None:
        """Count amounts that were cut."""
        self._capped.inc(amounts)

    def batch(self, seconds: float, payments: int) -> None:
        """Count a batch of payments whose alerts are kept."""
        self._batch_seconds.observe(seconds)
        self._payments.inc(payments)

    def _name(self, detector: str) -> str:
        return detector if detector in self._known else OTHER
