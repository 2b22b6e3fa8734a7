"""A batch run: payments of any length of time, in slices, to the alerts that hold at the end."""

from collections.abc import Callable
from dataclasses import dataclass, field

from catalystindex.detection.alerts import AlertBook
from catalystindex.detection.plan import SliceWork, rows_between, slice_count, slices_of
from catalystindex.detection.runners import Runner
from catalystindex.model.alert_record import AlertRecord


@dataclass(frozen=True, slots=True)
class BatchPlan:
    """Which part of the payments is looked at, and in how many slices."""

    since: int | None = None
    """Findings whose last event is at or after this time (microseconds) and before ``until``.
    Payments before it are looked back at."""
    until: int | None = None
    slices: int | None = None
    """How many; None for what suits ``processes``. What is found does not depend on it."""
    processes: int = 1


@dataclass(frozen=True, slots=True)
class BatchProgress:
    """How far a run is."""

    rows_done: int
    rows: int
    findings: int


Tell = Callable[[BatchProgress], object]


@dataclass(slots=True)
class BatchResult:
    """What a run came to."""

    alerts: list[AlertRecord] = field(default_factory=list)
    """At their last revision, by start and id."""
    rows: int = 0
    """Payments whose findings were wanted."""
    slices: int = 0
    findings: int = 0


def run_batch(
    work: SliceWork, book: AlertBook, runner: Runner, plan: BatchPlan, tell: Tell
) -> BatchResult:
    """Return the alerts of payments. ``book`` is one that has seen nothing.

    Raises `DetectionFailed` where a detector or a process failed: then there is no answer.
    """
    time = work.payments.time
    begin, end = rows_between(time, plan.since, plan.until)
    count = plan.slices or slice_count(end - begin, plan.processes)
    slices = slices_of(time, work.lookback, (begin, end), count)
    result = BatchResult(rows=end - begin, slices=len(slices))
    latest: dict[str, AlertRecord] = {}
    done = 0
    for part, found in zip(slices, runner.run(work, slices), strict=True):
        latest.update((one.alert_id, one) for one in book.fold(found.findings))
        book.forget(int(time[part.end - 1]) - work.lookback)
        result.findings += len(found.findings)
        done += found.rows
        tell(BatchProgress(done, result.rows, result.findings))
    result.alerts = sorted(latest.values(), key=lambda one: (one.start, one.alert_id))
    return result
