"""Following a job as server-sent events (WHATWG HTML, section 9.2)."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence

from pydantic import BaseModel

from catalystindex.api.threads import on_watch_thread
from catalystindex.jobs.service import CHANGES, Changes, Jobs
from catalystindex.model.job import ENDED_JOBS, Job, JobDocument
from catalystindex.model.tenant import Tenant
from catalystindex.stores.records.job_documents import MAX_ORDINAL

MEDIA_TYPE = "text/event-stream"
LOOK_EVERY = 0.5
SHARE = 10
"""A look that takes long (the job is large, or many follow jobs) is made as much more seldom."""
SILENCE = 15.0
"""Seconds after which a comment is sent: proxies drop connections that say nothing."""


async def follow(
    jobs: Jobs, tenant: Tenant, changes: Changes, after: int, stopping: threading.Event
) -> AsyncIterator[str]:
    """Yield events from a first look on until the job has ended, or the server stops."""
    yield "retry: 1000\n\n"
    sent_job, silent, ordinal = -1, 0.0, MAX_ORDINAL
    seen, pause = after, LOOK_EVERY
    while not stopping.is_set():
        for document, complete in _marked(changes.documents):
            after, seen, ordinal = max(after, complete), document.sequence, document.ordinal
            yield event("document", after, document)
        if len(changes.documents) < CHANGES:
            if changes.job.state in ENDED_JOBS:
                yield event("end", changes.job.sequence, changes.job)
                return
            told = _told(changes.job, sent_job, after, silent)
            sent_job, silent = changes.job.sequence, pause + silent * (not told)
            yield told
            await asyncio.sleep(pause)
        began = time.monotonic()
        changes = await on_watch_thread(jobs.changes, tenant, changes.job.id, seen, ordinal)
        pause = pause_after(time.monotonic() - began)


def _told(job: Job, sent: int, after: int, silent: float) -> str:
    """Return what is said of a job at a look: that it changed, that we are here, or nothing."""
    if job.sequence != sent:
        return event("job", after, job)
    return ": still here\n\n" if silent >= SILENCE else ""


def pause_after(took: float) -> float:
    """Return the seconds until the next look, after one that took so many."""
    return min(max(LOOK_EVERY, SHARE * took), SILENCE)


def _marked(documents: Sequence[JobDocument]) -> Iterator[tuple[JobDocument, int]]:
    """Yield changes, each with the sequence that is sent completely when it is sent.

    Documents that were changed together have one sequence; a stream that goes on after it must
    have had all of them.
    """
    for place, document in enumerate(documents):
        if place + 1 < len(documents):
            more = documents[place + 1].sequence == document.sequence
        else:
            more = len(documents) == CHANGES
        yield document, document.sequence - more


def event(name: str, identifier: int, payload: BaseModel) -> str:
    """Return one event."""
    return f"event: {name}\nid: {identifier}\ndata: {payload.model_dump_json()}\n\n"
