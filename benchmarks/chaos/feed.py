"""The client: submits job after job through every outage, and some of them twice."""

import threading
import time
from collections.abc import Sequence
from typing import Self

from benchmarks.chaos.plan import PlannedJob
from benchmarks.chaos.watch import Watch
from catalystindex.model.errors import Unavailable
from catalystindex.sdk import Client

BASE = "chaos"
BACKLOG_SHARE = 6
"""While this part of all documents waits, the next submission does too: work lasts to the end."""
TWICE = 3
"""One submission in so many is sent again under its idempotency key."""
PAUSE = 0.2


class Feed:
    """A thread that submits. It ends when everything was accepted, or ``patience`` is over."""

    def __init__(
        self, client: Client, jobs: Sequence[PlannedJob], watch: Watch, patience: float
    ) -> None:
        self._client, self._jobs, self._watch = client, jobs, watch
        self._deadline = time.monotonic() + patience
        self.accepted: list[str] = []
        self.refused = 0
        """Calls that the SDK gave up after its own retries, because nobody answered."""
        self.repeats = 0
        self.problems: list[str] = []
        self._thread = threading.Thread(target=self._run, name="feed")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, *exc: object) -> None:
        if kind is not None:  # nobody is there any more to submit to
            self._deadline = time.monotonic()
        self._thread.join()

    @property
    def done(self) -> bool:
        """Whether everything was accepted, or never will be."""
        return not self._thread.is_alive()

    def _run(self) -> None:
        for job in self._jobs:
            while (
                self._watch.open > self._watch.total // BACKLOG_SHARE
                and time.monotonic() < self._deadline
            ):
                time.sleep(PAUSE)
            job_id = self._submit(job)
            if job_id is None:
                self.problems.append(f"job {job.number} was not accepted")
                return
            self.accepted.append(job_id)
            if job.number % TWICE == 0:
                self._repeat(job, job_id)

    def _repeat(self, job: PlannedJob, job_id: str) -> None:
        self.repeats += 1
        if self._submit(job) != job_id:
            self.problems.append(f"job {job.number} sent twice became two")

    def _submit(self, job: PlannedJob) -> str | None:
        while time.monotonic() < self._deadline:
            try:
                return self._client.ingest_bulk(
                    knowledge_base=BASE,
                    documents=job.documents,
                    label=f"job {job.number}",
                    idempotency_key=f"chaos-{job.number}",
                ).id
            except Unavailable:
                self.refused += 1
                time.sleep(PAUSE)
        return None
