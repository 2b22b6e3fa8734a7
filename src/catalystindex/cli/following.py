"""Following jobs to their end: a live view on a terminal, lines of text elsewhere."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from rich.console import Group, RenderableType
from rich.live import Live
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from catalystindex.cli import output
from catalystindex.cli.context import program
from catalystindex.cli.job_text import counts_text, done, duration, failure_text, stages_text
from catalystindex.cli.output import counted, print_lines, print_notes, visible
from catalystindex.model.job import ENDED_JOBS, ItemState, Job, JobDocument
from catalystindex.sdk import Client, JobEvent

SHOWN_FAILURES = 5
BAR_WIDTH = 40
LINE_EVERY = 10.0
"""Seconds between lines of progress where there is no terminal."""

Notice = Callable[["Progress", JobEvent], None]


class Progress:
    """What is known of jobs that are followed together."""

    def __init__(self, jobs: Sequence[Job]) -> None:
        self.jobs = {job.id: job for job in jobs}
        self.failures: dict[str, JobDocument] = {}

    def take(self, event: JobEvent) -> None:
        """Note what an event tells."""
        if event.kind != "document":
            self.jobs[event.payload.id] = event.payload
            return
        self.failures.pop(event.payload.id, None)
        if event.payload.state is ItemState.FAILED:
            self.failures[event.payload.id] = event.payload

    @property
    def percentage(self) -> float:
        """How much of all jobs together is done."""
        total = sum(job.total for job in self.jobs.values())
        weighted = sum(job.percentage * job.total for job in self.jobs.values())
        return weighted / total if total else 0.0

    @property
    def left(self) -> str:
        """How long it takes yet, in words; empty while that cannot be told."""
        times = [job.eta_seconds for job in self.jobs.values() if job.state not in ENDED_JOBS]
        known = [one for one in times if one is not None]
        return f"about {duration(sum(known))} left" if known and len(known) == len(times) else ""

    def line(self) -> str:
        """Return all of it in one line."""
        jobs = self.jobs.values()
        total = sum(job.total for job in jobs)
        ended = sum(done(job) for job in jobs)
        how_far = f"{self.percentage:3.0f}%  {ended} of {counted(total, 'document')}"
        parts = (how_far, counts_text(*jobs), self.left)
        return "; ".join(part for part in parts if part)

    def __rich__(self) -> RenderableType:
        """Return the live view."""
        bar = Table.grid(padding=(0, 1))
        bar.add_row(
            ProgressBar(total=100, completed=self.percentage, width=BAR_WIDTH),
            Text(f"{self.percentage:.0f}%"),
            Text(self.left, style="dim"),
        )
        jobs = list(self.jobs.values())
        last = list(self.failures.values())[-SHOWN_FAILURES:]
        lines = [
            Text(counts_text(*jobs) or "nothing yet"),
            Text(f"passed: {stages_text(jobs) or 'no stage yet'}", style="dim"),
            *(Text(visible(f"failed  {failure_text(item)}"), style="red") for item in last),
        ]
        return Group(bar, *lines)


def follow(client: Client, jobs: Sequence[Job], *, alone: bool, talks: bool = False) -> list[Job]:
    """Return jobs when all of them have ended.

    On a terminal a live view shows how far they are; elsewhere lines do if it ``talks``.
    ``alone``: this process does the work itself, so it stops when the command does.
    """
    progress = Progress(jobs)
    with _left_running(progress, alone=alone), _shown(progress, talks=talks) as notice:
        for job in jobs:
            if job.state in ENDED_JOBS:
                continue
            for event in client.jobs.watch(job.id):
                progress.take(event)
                notice(progress, event)
    return [progress.jobs[job.id] for job in jobs]


def print_warnings(jobs: Sequence[Job]) -> None:
    """Say on standard error what keeps jobs from going on now, each thing once."""
    found = dict.fromkeys((one.code, one.detail) for job in jobs for one in job.warnings)
    print_notes(*(f"warning: {detail} [{code}]" for code, detail in found))


@contextmanager
def _shown(progress: Progress, *, talks: bool) -> Iterator[Notice]:
    if output.err.is_terminal:
        with Live(progress, console=output.err, transient=True, refresh_per_second=8):
            yield _say_nothing
    else:
        yield _Lines() if talks else _say_nothing


class _Lines:
    """Prints a line for each failure, and one for the whole now and then."""

    def __init__(self) -> None:
        self._next = 0.0
        self._failed: set[str] = set()

    def __call__(self, progress: Progress, event: JobEvent) -> None:
        if event.kind == "document":
            item = event.payload
            if item.state is ItemState.FAILED and item.id not in self._failed:
                self._failed.add(item.id)
                print_lines(f"failed  {failure_text(item)}")
        elif event.kind == "end" or time.monotonic() >= self._next:
            self._next = time.monotonic() + LINE_EVERY
            print_lines(progress.line())


def _say_nothing(progress: Progress, event: JobEvent) -> None:
    """Leave it to the live view, or to the report that follows."""


@contextmanager
def _left_running(progress: Progress, *, alone: bool) -> Iterator[None]:
    try:
        yield
    except KeyboardInterrupt:
        open_jobs = [job.id for job in progress.jobs.values() if job.state not in ENDED_JOBS]
        goes_on = (
            "Stopped. The work goes on with the next server on this data folder. Come back with:"
            if alone
            else "No longer watching; the work goes on. Come back with:"
        )
        print_notes(goes_on, *(f"  {program()} jobs watch {one}" for one in open_jobs))
        raise
