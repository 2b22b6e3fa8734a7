"""What the event stream counts and shows. Each label has a closed list of values.

Counters are raised where things happen. Gauges show what the log said last; the thread that trims
the log keeps them.
"""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from catalystindex.model.events.envelope import KINDS
from catalystindex.model.stream import ConsumerState
from catalystindex.telemetry.bounded import Bounded

UNKNOWN = "unknown"
"""Kind of bytes that are no event."""

OTHER = "other"
"""Group that is not of this release."""

KINDS_OR_UNKNOWN = (*KINDS, UNKNOWN)
GROUPS = ("detect", "graph", "vectors", OTHER)
APPENDED = ("fresh", "duplicate", "failed")
OUTCOMES = ("applied", "stale", "ignored", "refused")
ERROR_CLASSES = ("transient", "permanent", "unexpected")
STATES = tuple(ConsumerState)
SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
EVENTS = (1, 10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000)


class StreamMetrics:
    """Metrics of the event log, its producers and its consumers.

    Every method raises `ValueError` for a kind or outcome that is not in the lists above; a group
    that is not counts as `OTHER`. Threads share it.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._make_log()
        self._make_consumers()
        self._make_gauges()

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"catalyst_{name}", text, labels, registry=self._registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"catalyst_{name}", text, labels, registry=self._registry)

    def _histogram(
        self, name: str, text: str, buckets: tuple[float, ...], *labels: str
    ) -> Histogram:
        return Histogram(f"catalyst_{name}", text, labels, buckets=buckets, registry=self._registry)

    def _make_log(self) -> None:
        self._appended = Bounded(
            self._counter(
                "events_appended",
                "Events handed to the log, by what came of it.",
                "kind",
                "outcome",
            ),
            {"kind": KINDS_OR_UNKNOWN, "outcome": APPENDED},
        )
        self._rejected = self._counter("events_rejected", "Lines handed in that are no events.")
        self._append_seconds = self._histogram(
            "eventlog_append_duration_seconds", "Time of a producer's durable append.", SECONDS
        )
        self._append_events = self._histogram(
            "eventlog_append_events", "Events in a producer's append.", EVENTS
        )
        self._trimmed = self._counter("eventlog_trimmed", "Events that retention has dropped.")

    def _make_consumers(self) -> None:
        group = {"group": GROUPS}
        self._events = Bounded(
            self._counter(
                "stream_events", "Events that consumers are done with.", "group", "kind", "outcome"
            ),
            {**group, "kind": KINDS_OR_UNKNOWN, "outcome": OUTCOMES},
        )
        self._batch_seconds = Bounded(
            self._histogram(
                "stream_batch_duration_seconds",
                "Time from reading a batch to its committed position.",
                SECONDS,
                "group",
            ),
            group,
        )
        self._batch_events = Bounded(
            self._histogram("stream_batch_events", "Events in a batch.", EVENTS, "group"), group
        )
        self._errors = Bounded(
            self._counter("stream_errors", "Errors of consumers.", "group", "error_class"),
            {**group, "error_class": ERROR_CLASSES},
        )

    def _make_gauges(self) -> None:
        where = {"group": GROUPS, "partition": tuple(map(str, range(256)))}
        self._lag = Bounded(
            self._gauge("stream_lag_events", "Events that wait.", "group", "partition"), where, []
        )
        self._behind = Bounded(
            self._gauge(
                "stream_behind_seconds",
                "Since when the oldest waiting event waits.",
                "group",
                "partition",
            ),
            where,
            [],
        )
        self._consumer = Bounded(
            self._gauge(
                "stream_consumer", "1 for the state that a consumer is in.", "group", "state"
            ),
            {"group": GROUPS, "state": STATES},
        )
        self._letters = Bounded(
            self._gauge("stream_dead_letters", "Open dead events.", "group"), {"group": GROUPS}
        )
        self._waiting = self._gauge("events_waiting", "Events that producers hold.")
        self._records = self._gauge("eventlog_records", "Events that the log keeps.")
        self._bytes = self._gauge("eventlog_bytes", "Size of the log on disk.")
        self._looks = self._counter("stream_looks", "Times the gauges were read from the log.")

    def appended(self, kind: str, outcome: str, events: int = 1) -> None:
        """Count events handed to the log: ``fresh``, ``duplicate`` or ``failed``."""
        self._appended.at(_kind(kind), outcome).inc(events)

    def rejected(self, lines: int) -> None:
        """Count lines that are no events."""
        self._rejected.inc(lines)

    def append_took(self, seconds: float, events: int) -> None:
        """Count a producer's append."""
        self._append_seconds.observe(seconds)
        self._append_events.observe(events)

    def waiting(self, events: int) -> None:
        """Show how many events producers hold more (or fewer, if negative) than before."""
        self._waiting.inc(events)

    def trimmed(self, events: int) -> None:
        """Count events that retention has dropped."""
        self._trimmed.inc(events)

    def batch(self, group: str, seconds: float, outcomes: Mapping[tuple[str, str], int]) -> None:
        """Count a batch that is committed: its events by (kind, outcome)."""
        known = _group(group)
        for (kind, outcome), events in outcomes.items():
            self._events.at(known, _kind(kind), outcome).inc(events)
        self._batch_seconds.at(known).observe(seconds)
        self._batch_events.at(known).observe(sum(outcomes.values()))

    def error(self, group: str, error_class: str) -> None:
        """Count an error of a consumer: ``transient``, ``permanent`` or ``unexpected``."""
        self._errors.at(_group(group), error_class).inc()

    def show_lag(self, group: str, partition: int, events: int, seconds: float) -> None:
        """Show how much waits for a group in a partition, and since when."""
        self._lag.at(_group(group), str(partition)).set(events)
        self._behind.at(_group(group), str(partition)).set(seconds)

    def show_consumer(self, group: str, state: ConsumerState, letters: int) -> None:
        """Show the state of a consumer and how many of its dead events are open."""
        for one in STATES:
            self._consumer.at(_group(group), one).set(int(one is state))
        self._letters.at(_group(group)).set(letters)

    def show_log(self, records: int, size: int) -> None:
        """Show how much the log keeps. Counts a look, by which it is seen that this is kept."""
        self._records.set(records)
        self._bytes.set(size)
        self._looks.inc()


def _group(group: str) -> str:
    return group if group in GROUPS else OTHER


def _kind(kind: str) -> str:
    return kind if kind in KINDS_OR_UNKNOWN else UNKNOWN
