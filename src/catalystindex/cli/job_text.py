"""Jobs and their documents in words."""

from collections.abc import Iterable, Sequence

from catalystindex.cli.exit_codes import CANCELLED, SOME_FAILED
from catalystindex.cli.output import counted
from catalystindex.model.job import ENDED_ITEMS, ENDED_JOBS, Job, JobDocument, JobState

JOB_COLUMNS = ("STATE", "DONE", "FAILED", "PROGRESS", "LABEL", "CREATED", "ID")
DOCUMENT_COLUMNS = ("STATE", "STAGE", "PLACE", "ATTEMPTS", "PROBLEM", "ID")
_UNITS = ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second"))


def exit_code(jobs: Iterable[Job]) -> int:
    """Return what a command that followed jobs to their end leaves with; 0 if all succeeded."""
    ended = list(jobs)
    if any(job.counts.failed for job in ended):
        return SOME_FAILED
    return CANCELLED if any(job.state is JobState.CANCELLED for job in ended) else 0


def done(job: Job) -> int:
    """Return how many documents of a job have ended, whatever came of them."""
    return sum(getattr(job.counts, state.value) for state in ENDED_ITEMS)


def job_row(job: Job) -> tuple[object, ...]:
    """Return a job as a row of `JOB_COLUMNS`."""
    created = job.created_at.strftime("%Y-%m-%d %H:%M")
    progress = f"{job.percentage:.0f}%"
    place = f"{done(job)}/{job.total}{'+' if job.open_listings else ''}"
    return job.state.value, place, job.counts.failed, progress, job.label, created, job.id


def document_row(item: JobDocument) -> tuple[object, ...]:
    """Return a document of a job as a row of `DOCUMENT_COLUMNS`."""
    problem = "" if item.problem is None else f"{item.problem.detail} [{item.problem.code}]"
    stage = "" if item.stage is None else item.stage.value
    return item.state.value, stage, item.key or item.place, item.total_attempts, problem, item.id


def job_lines(job: Job) -> list[str]:
    """Return everything about a job that a person asks for, a line each."""
    listing = f", {counted(job.open_listings, 'listing')} open" if job.open_listings else ""
    facts: dict[str, object] = {
        "id": job.id,
        "state": job.state.value + (" (cancelling)" if _is_cancelling(job) else ""),
        "label": job.label or None,
        "knowledge base": job.knowledge_base_id,
        "created": f"{job.created_at.isoformat(timespec='seconds')} by {job.created_by}",
        "finished": job.finished_at and job.finished_at.isoformat(timespec="seconds"),
        "progress": f"{job.percentage:.0f}%, {done(job)} of "
        f"{counted(job.total, 'document')}{listing}",
        "documents": counts_text(job) or None,
        "stages": stages_text([job]) or None,
        "outcomes": _numbers(job.outcomes.items()) or None,
        "attempts": job.attempts,
        "left": None if job.eta_seconds is None else f"about {duration(job.eta_seconds)}",
        "document": job.document_id,
    }
    lines = [f"{name:<15} {value}" for name, value in facts.items() if value is not None]
    return [*lines, *(f"{'warning':<15} {one.detail} [{one.code}]" for one in job.warnings)]


def counts_text(*jobs: Job) -> str:
    """Return how many documents are in each state; states without any are left out."""
    numbers: dict[str, int] = {}
    for job in jobs:
        for state, number in job.counts.model_dump().items():
            numbers[state] = numbers.get(state, 0) + number
    return _numbers(numbers.items())


def stages_text(jobs: Sequence[Job]) -> str:
    """Return how many documents have passed each stage."""
    numbers: dict[str, int] = {}
    for job in jobs:
        for stage, number in job.stages.items():
            numbers[stage.value] = numbers.get(stage.value, 0) + number
    return _numbers(numbers.items())


def failure_text(item: JobDocument) -> str:
    """Return a document that failed, and why."""
    reason = "" if item.problem is None else f": {item.problem.detail} [{item.problem.code}]"
    return f"{item.key or item.place}{reason}"


def duration(seconds: float) -> str:
    """Return a length of time in its largest unit that fits, rounded."""
    for size, name in _UNITS:
        if seconds >= size:
            return counted(round(seconds / size), name)
    return "a second"


def _is_cancelling(job: Job) -> bool:
    return job.cancel_requested and job.state not in ENDED_JOBS


def _numbers(numbers: Iterable[tuple[str, int]]) -> str:
    return ", ".join(f"{number} {name}" for name, number in numbers if number)
