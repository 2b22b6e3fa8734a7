"""What ingestion counts and shows. Each label has a closed list of values; others are refused.

Counters are raised where things happen. Gauges show what the records and the queue said last;
the reconciler keeps them.
"""

import math
from collections.abc import Mapping
from threading import Lock

from prometheus_client import CollectorRegistry, Counter, Gauge

from catalystindex.model.job import OPEN_ITEMS, ErrorClass, ItemState, Outcome, Stage
from catalystindex.telemetry.bounded import Bounded, set_all

NONE = "none"
"""Error class of what did not fail, and the stage of what has passed none."""

STAGES = tuple(Stage)
STAGES_OF_OPEN = (NONE, *(stage for stage in Stage if stage is not Stage.INDEXED))
ERROR_CLASSES = tuple(ErrorClass)
ENDINGS = (*Outcome, ItemState.FAILED, ItemState.CANCELLED)
RESULTS = ("ok", "permanent", "transient", "lost", "cancelled", "refused")
LANES = ("acquire", "compute")
WORKER_KINDS = ("local", "remote")
WORKER_STATES = ("live", "stale", "busy")
DEPENDENCIES = ("queue", "http", "s3", "firecrawl", "files", "records", "vectors", "embedding")
ROUTES = ("bulk", "upload", "text")
ANSWERS = ("accepted", "unchanged", "refused", "full")


class IngestionMetrics:
    """Metrics of jobs, their documents, the queue, workers and what they depend on.

    Every method raises `ValueError` for a label value that is not in the lists above. Threads
    share it.
    """

    def __init__(self, registry: CollectorRegistry) -> None:
        self._registry = registry
        self._make_documents()
        self._make_attempts()
        self._make_queue()
        self._make_work()
        self._queue_lock = Lock()
        self._queue_failed = False

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(f"catalyst_{name}", text, labels, registry=self._registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(f"catalyst_{name}", text, labels, registry=self._registry)

    def _make_documents(self) -> None:
        self._ended = Bounded(
            self._counter(
                "ingest_documents",
                "Documents of jobs that ended, by outcome and class of the error.",
                "outcome",
                "error_class",
            ),
            {"outcome": ENDINGS, "error_class": (NONE, *ERROR_CLASSES)},
            shown=[
                *((ending, NONE) for ending in ENDINGS if ending is not ItemState.FAILED),
                *((ItemState.FAILED, error_class) for error_class in ERROR_CLASSES),
            ],
        )
        self._open = Bounded(
            self._gauge(
                "ingest_documents_open",
                "Unfinished documents of jobs, by state and the last stage they passed.",
                "state",
                "stage",
            ),
            {"state": OPEN_ITEMS, "stage": STAGES_OF_OPEN},
        )
        self._looks = self._counter(
            "ingest_looks", "Times the gauges of ingestion were read from the records."
        )
        self._jobs_open = self._gauge("jobs_open", "Jobs that have not ended.")
        self._submissions = Bounded(
            self._counter("submissions", "Submissions by route and answer.", "route", "answer"),
            {"route": ROUTES, "answer": ANSWERS},
        )

    def _make_attempts(self) -> None:
        self._attempts = Bounded(
            self._counter("ingest_attempts", "Attempts at a stage that ended.", "stage", "result"),
            {"stage": STAGES, "result": RESULTS},
        )
        self._retries = Bounded(
            self._counter("ingest_retries", "Attempts put off for another try.", "stage"),
            {"stage": STAGES},
        )
        self._dead_letters = Bounded(
            self._gauge(
                "ingest_dead_letters",
                "Failed documents that nobody has retried.",
                "error_class",
            ),
            {"error_class": ERROR_CLASSES},
        )

    def _make_queue(self) -> None:
        lane = {"lane": LANES}
        self._due = Bounded(
            self._gauge("queue_due_documents", "Documents due in the records.", "lane"), lane
        )
        self._oldest_wait = Bounded(
            self._gauge(
                "queue_oldest_wait_seconds", "How long the oldest document is due.", "lane"
            ),
            lane,
        )
        self._calls = Bounded(
            self._gauge("queue_calls", "Wake-up calls nobody took yet; NaN if unknown.", "lane"),
            lane,
        )
        self._queue_up = self._gauge("queue_up", "1 if the queue answered when last asked.")
        self._outages = self._counter("queue_outages", "Times the queue became unreachable.")
        self._wake_failures = Bounded(
            self._counter("queue_wake_failures", "Wake-up calls that could not be left.", "lane"),
            lane,
        )

    def _make_work(self) -> None:
        self._workers = Bounded(
            self._gauge(
                "workers",
                "Compute workers heard of; busy ones are live as well.",
                "kind",
                "state",
            ),
            {"kind": WORKER_KINDS, "state": WORKER_STATES},
        )
        self._leases_expired = self._counter("leases_expired", "Leases that ran out.")
        self._commits_refused = self._counter(
            "commits_refused", "Results refused since a newer lease holds the document."
        )
        self._dependency_failures = Bounded(
            self._counter(
                "dependency_failures",
                "Calls that failed because of something outside the process.",
                "dependency",
            ),
            {"dependency": DEPENDENCIES},
        )

    def ended(self, outcome: str, error_class: str = NONE) -> None:
        """Count a document that ended: its outcome, or ``failed`` or ``cancelled``."""
        self._ended.at(outcome, error_class).inc()

    def attempt(self, stage: str, result: str) -> None:
        """Count an attempt that ended, by the stage that was attempted."""
        self._attempts.at(stage, result).inc()

    def retry(self, stage: str) -> None:
        """Count a document that waits for another attempt at ``stage``."""
        self._retries.at(stage).inc()

    def submission(self, route: str, answer: str) -> None:
        """Count a submission by what it was answered."""
        self._submissions.at(route, answer).inc()

    def lease_expired(self, leases: int = 1) -> None:
        """Count leases that were ended because they ran out."""
        self._leases_expired.inc(leases)

    def commit_refused(self) -> None:
        """Count a result that came too late: its fencing token was not the newest."""
        self._commits_refused.inc()

    def dependency_failed(self, dependency: str) -> None:
        """Count a call that failed because of ``dependency``."""
        self._dependency_failures.at(dependency).inc()

    def wake_failed(self, lane: str) -> None:
        """Count a wake-up call that could not be left."""
        self._wake_failures.at(lane).inc()

    def queue_answered(self, up: bool) -> None:
        """Show whether the queue answered; count it if it did not and had done so before."""
        with self._queue_lock:
            if not up and not self._queue_failed:
                self._outages.inc()
            self._queue_failed = not up
            self._queue_up.set(int(up))

    def show_open(self, documents: Mapping[tuple[str, str], int], jobs: int) -> None:
        """Show unfinished documents by (state, last stage passed) and unfinished jobs.

        What is not named is 0. Counts a look, by which it is seen that the gauges are kept.
        """
        set_all(self._open, documents)
        self._jobs_open.set(jobs)
        self._looks.inc()

    def show_dead_letters(self, permanent: int, transient: int) -> None:
        """Show failed documents by class of their error."""
        self._dead_letters.at(ErrorClass.PERMANENT).set(permanent)
        self._dead_letters.at(ErrorClass.TRANSIENT).set(transient)

    def show_lane(self, lane: str, due: int, oldest_wait: float, calls: int | None) -> None:
        """Show what is due in a lane, the seconds the oldest waits, and calls in the queue.

        ``oldest_wait`` is 0 when nothing is due; ``calls`` is None when the queue did not say.
        """
        self._due.at(lane).set(due)
        self._oldest_wait.at(lane).set(oldest_wait)
        self._calls.at(lane).set(math.nan if calls is None else calls)

    def show_workers(self, workers: Mapping[tuple[str, str], int]) -> None:
        """Show compute workers by (kind, state); what is not named is 0."""
        set_all(self._workers, workers)
