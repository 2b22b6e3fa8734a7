"""A job as callers see it: its row and the tallies of its documents, added up."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime

from catalystindex.model.job import (
    ENDED_ITEMS,
    ENDED_JOBS,
    Counts,
    ItemState,
    Job,
    JobState,
    JobWarning,
    Outcome,
    Stage,
)
from catalystindex.stores.records.jobs import StoredJob, Tally

WEIGHTS = {
    None: 0.0,
    Stage.ACQUIRED: 0.1,
    Stage.PARSED: 0.4,
    Stage.CHUNKED: 0.45,
    Stage.EMBEDDED: 0.95,
    Stage.INDEXED: 1.0,
}
"""The share of a document's work that is behind it, by its last stage: measured on small files."""

ALMOST = 99.9
"""The most a job shows while something of it is not done."""


def job_of(
    stored: StoredJob, tallies: Sequence[Tally], now: datetime, warnings: Sequence[JobWarning]
) -> Job:
    """Return a job with its counts; ``warnings`` are shown while it has not ended."""
    total = sum(tally.documents for tally in tallies)
    ids = [tally.document_id for tally in tallies]
    ended = stored.state in ENDED_JOBS
    return Job(
        id=stored.id,
        url=f"/v1/jobs/{stored.id}",
        state=stored.state,
        label=stored.label,
        knowledge_base_id=stored.knowledge_base_id,
        created_by=stored.created_by,
        created_at=datetime.fromisoformat(stored.created_at),
        started_at=_moment(stored.started_at),
        finished_at=_moment(stored.finished_at),
        total=total,
        open_listings=_sum(t for t in tallies if t.listing and t.state not in ENDED_ITEMS),
        counts=_counts(tallies),
        stages={stage: _passed(tallies, stage) for stage in Stage},
        outcomes=_outcomes(tallies),
        attempts=sum(tally.attempts for tally in tallies),
        percentage=_percentage(tallies, total),
        eta_seconds=None if ended else _eta(stored, tallies, now),
        cancel_requested=stored.cancel_requested,
        sequence=stored.sequence,
        document_id=ids[0] if total == 1 else None,
        warnings=[] if ended else list(warnings),
    )


def _moment(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def _sum(tallies: Iterable[Tally]) -> int:
    return sum(tally.documents for tally in tallies)


def _counts(tallies: Sequence[Tally]) -> Counts:
    counted: Counter[str] = Counter()
    for tally in tallies:
        again = tally.state is ItemState.QUEUED and tally.retrying
        counted[ItemState.RETRYING if again else tally.state] += tally.documents
    return Counts(**counted)


def _passed(tallies: Sequence[Tally], stage: Stage) -> int:
    """Count documents that have passed a stage; unchanged ones have passed them all."""
    order = list(Stage)
    return _sum(
        tally
        for tally in tallies
        if tally.outcome == Outcome.UNCHANGED
        or (tally.stage is not None and order.index(Stage(tally.stage)) >= order.index(stage))
    )


def _outcomes(tallies: Sequence[Tally]) -> dict[Outcome, int]:
    counted: Counter[Outcome] = Counter()
    for tally in tallies:
        if tally.outcome is not None:
            counted[Outcome(tally.outcome)] += tally.documents
    return {outcome: counted[outcome] for outcome in Outcome if counted[outcome]}


def _percentage(tallies: Sequence[Tally], total: int) -> float:
    done = sum(_share(tally) * tally.documents for tally in tallies)
    if not total:
        return 0.0
    return 100.0 if done >= total else min(round(100 * done / total, 1), ALMOST)


def _share(tally: Tally) -> float:
    if tally.state in ENDED_ITEMS:
        return 1.0
    return WEIGHTS[None if tally.stage is None else Stage(tally.stage)]


def _eta(stored: StoredJob, tallies: Sequence[Tally], now: datetime) -> float | None:
    """Return the seconds left if work goes on as it went since the job was started."""
    if stored.started_at is None or stored.state is not JobState.RUNNING:
        return None
    total = _sum(tallies)
    done = sum(_share(tally) * tally.documents for tally in tallies)
    elapsed = (now - datetime.fromisoformat(stored.started_at)).total_seconds()
    if done <= 0 or elapsed <= 0:
        return None
    return round(elapsed * (total - done) / done, 1)
