"""A batch detection run of the command line: events in, alerts out, with what it took."""

import json
import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from catalystindex.cli.context import server_part
from catalystindex.cli.output import progress
from catalystindex.model.errors import InvalidRequest
from catalystindex.model.instants import parse_instant

if TYPE_CHECKING:
    from catalystindex.cli.measuring import Measured
    from catalystindex.config.detection import DetectionSettings
    from catalystindex.detection.batch import BatchPlan, BatchResult
    from catalystindex.detection.contract import AnyDetector
    from catalystindex.detection.history import History
    from catalystindex.detection.sources import Reading
    from catalystindex.model.alert_record import AlertRecord
    from catalystindex.temporal.payments import Payments

MICROS_OF_MS = 1_000


@dataclass(slots=True)
class Run:
    """What a run came to."""

    result: "BatchResult"
    history: "History"
    reading: "Reading"
    payments: "Payments"
    reading_seconds: float
    detecting_seconds: float
    measured: "Measured | None" = None
    stored: int | None = None
    shown: "list[AlertRecord]" = field(default_factory=list)
    """Alerts of the least severity that was asked for, or a more urgent one."""

    @property
    def whole(self) -> bool:
        """Every row and event that was read is one."""
        return not self.reading.rejects and not self.history.unreadable


def detection_settings(
    settings: "DetectionSettings", names: Sequence[str], params: Sequence[str]
) -> "DetectionSettings":
    """Return settings with what the command line says.

    Raises `InvalidRequest` for a parameter that is not ``NAME.KEY=VALUE``.
    """
    parameters: dict[str, dict[str, Any]] = {
        name: dict(values) for name, values in settings.parameters.items()
    }
    for text in params:
        place, separator, value = text.partition("=")
        name, dot, key = place.strip().partition(".")
        if not (separator and dot and name and key):
            raise InvalidRequest(f"{text[:80]!r} is not of the form NAME.KEY=VALUE.", field="param")
        parameters.setdefault(name, {})[key] = _value(value.strip())
    changed: dict[str, Any] = {"parameters": parameters}
    if names:
        changed |= {"enabled": tuple(names), "disabled": ()}
    return settings.model_copy(update=changed)


def detectors_of(settings: "DetectionSettings") -> "tuple[AnyDetector, ...]":
    """Return the detectors that are to be run. Raises `InvalidRequest` if there are none."""
    registry = server_part("catalystindex.aml.registry")
    found: tuple[AnyDetector, ...] = registry.make_detectors(settings)
    if not found:
        raise InvalidRequest("No detector is to be run.", field="detector")
    return found


def moment(text: str | None, name: str, *, last: bool) -> int | None:
    """Return microseconds of an RFC 3339 date or date-time; of a date its end where it is last."""
    if text is None:
        return None
    found = parse_instant(text)
    if found is None:
        raise InvalidRequest(
            f"{text[:40]!r} is no date, nor a date-time with an offset (RFC 3339).", field=name
        )
    return (found.end if last else found.start) * MICROS_OF_MS


def run_detection(
    reading: "Reading",
    detectors: "Sequence[AnyDetector]",
    settings: "DetectionSettings",
    plan: "BatchPlan",
    began: float,
) -> Run:
    """Run detectors over what was read. Raises `DetectionFailed`."""
    batch = server_part("catalystindex.detection.batch")
    making = server_part("catalystindex.detection.making")
    plans = server_part("catalystindex.detection.plan")
    history = reading.history
    payments = history.payments()
    read = time.monotonic()
    work = plans.SliceWork(payments, history.codes, tuple(detectors))
    book = making.make_book(detectors, settings)
    with progress("Detecting", None) as bar:

        def tell(told: Any) -> None:  # noqa: ANN401  # a type of the optional extra
            said = f"{told.findings:,} findings; payments"
            bar.update(bar.task_ids[0], description=said, completed=told.rows_done, total=told.rows)

        result = batch.run_batch(work, book, _runner(plan, len(payments.time)), plan, tell)
    ended = time.monotonic()
    return Run(result, history, reading, payments, read - began, ended - read)


def cores() -> int:
    """Return how many processors this process may use."""
    return len(os.sched_getaffinity(0))


@contextmanager
def shown_reading(money: Any) -> "Iterator[Reading]":  # noqa: ANN401  # as above
    """Give what reads events, with a count on a terminal."""
    histories = server_part("catalystindex.detection.history")
    sources = server_part("catalystindex.detection.sources")
    with progress("Reading", None) as bar:

        def tell(events: int) -> None:
            bar.update(bar.task_ids[0], completed=events)

        yield sources.Reading(histories.History(money), tell)


def write_alerts(path: Path, alerts: "Sequence[AlertRecord]") -> None:
    """Write alerts as JSON lines with sorted keys: the same alerts are the same bytes.

    The file is there when all of it is. Raises `OSError`.
    """
    msgspec = server_part("msgspec")
    unfinished = path.with_name(f".{path.name}.unfinished")
    try:
        with unfinished.open("wb") as file:
            for one in alerts:
                file.write(msgspec.json.encode(one, order="sorted") + b"\n")
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def summary(run: Run) -> Mapping[str, object]:
    """Return what a run came to, for programs."""
    money = run.history.money
    return {
        "payments": run.result.rows,
        "accounts": len(run.history.codes.accounts),
        "findings": run.result.findings,
        "slices": run.result.slices,
        "alerts": len(run.result.alerts),
        "shown": len(run.shown),
        "stored": run.stored,
        "rejected": run.reading.rejects,
        "unreadable": dict(sorted(run.history.unreadable.items())),
        "unrated": dict(sorted(money.unrated.items())),
        "capped": money.capped,
        "reading_seconds": round(run.reading_seconds, 3),
        "detecting_seconds": round(run.detecting_seconds, 3),
        "payments_per_second": rate(run.result.rows, run.detecting_seconds),
    }


def rate(count: int, seconds: float) -> int:
    """Return how many of something there were in a second."""
    return round(count / seconds) if seconds > 0 else 0


def _runner(plan: "BatchPlan", rows: int) -> Any:  # noqa: ANN401  # as above
    """Return who works on the slices: this process, where so few rows are a single one.

    A process that is started for it takes longer to load everything than the rows take.
    """
    fewest = server_part("catalystindex.detection.plan").FEWEST_ROWS
    alone = plan.slices is None and rows < 2 * fewest
    if plan.processes == 0 or alone:
        return server_part("catalystindex.detection.runners").InlineRunner()
    return server_part("catalystindex.detection.crew").ProcessRunner(plan.processes)


def _value(text: str) -> object:
    """Return a value as JSON has it; what is no JSON is text."""
    try:
        value: object = json.loads(text)
    except (ValueError, RecursionError):  # what is nested that deep is no parameter of any
        return text
    return value
