"""Jobs, their documents, dead letters and workers."""

import time
from collections.abc import AsyncIterator, Sequence
from contextlib import aclosing

from pydantic import RootModel

from catalystindex.model.errors import JobNotEnded, Unavailable
from catalystindex.model.job import (
    ENDED_JOBS,
    ErrorClass,
    ItemState,
    Job,
    JobDocument,
    JobState,
    Retried,
    RetryRequest,
    WorkerInfo,
)
from catalystindex.model.paging import Page
from catalystindex.sdk.aio.following import Following
from catalystindex.sdk.aio.resources import Resource
from catalystindex.sdk.calls import Query, read, segment
from catalystindex.sdk.events import AsyncEventStream
from catalystindex.sdk.requests import validated

POLL = 2.0
"""Seconds between looks at a job whose event stream cannot be had."""


class WorkerList(RootModel[list[WorkerInfo]]):
    """A listing of workers."""


class Jobs(Resource):
    """What was submitted, and how far it is."""

    async def get(self, job_id: str) -> Job:
        """Return one. Raises `JobNotFound`."""
        return read(Job, await self._transport.call("GET", f"/jobs/{segment(job_id)}"))

    async def page(
        self,
        *,
        state: JobState | None = None,
        knowledge_base: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[Job]:
        """Return one page, newest first."""
        query: Query = {"state": state, "knowledge_base": knowledge_base}
        return await self._page("/jobs", Job, {**query, "cursor": cursor, "limit": limit})

    def all(
        self, *, state: JobState | None = None, knowledge_base: str | None = None
    ) -> AsyncIterator[Job]:
        """Yield every one, newest first."""
        return self._all("/jobs", Job, {"state": state, "knowledge_base": knowledge_base})

    def documents(
        self,
        job_id: str,
        *,
        state: ItemState | None = None,
        error_class: ErrorClass | None = None,
        code: str | None = None,
    ) -> AsyncIterator[JobDocument]:
        """Yield the documents of one, in the order they were submitted. Raises `JobNotFound`."""
        path = f"/jobs/{segment(job_id)}/documents"
        query: Query = {"state": state, "error_class": error_class, "code": code}
        return self._all(path, JobDocument, query)

    async def documents_page(
        self,
        job_id: str,
        *,
        state: ItemState | None = None,
        error_class: ErrorClass | None = None,
        code: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[JobDocument]:
        """Return one page of the documents of one. Raises `JobNotFound`."""
        path = f"/jobs/{segment(job_id)}/documents"
        query: Query = {"state": state, "error_class": error_class, "code": code}
        return await self._page(path, JobDocument, {**query, "cursor": cursor, "limit": limit})

    async def document(self, job_id: str, item_id: str) -> JobDocument:
        """Return one document of a job. Raises `JobNotFound`."""
        path = f"/jobs/{segment(job_id)}/documents/{segment(item_id)}"
        return read(JobDocument, await self._transport.call("GET", path))

    def watch(self, job_id: str, *, last_id: str = "") -> AsyncEventStream:
        """Yield what happens to a job as it happens, until it ends; the last event says ``end``.

        A stream that breaks is resumed by itself. ``last_id`` goes on after that event. Raises
        `JobNotFound`, and `Unavailable` when the server cannot be reached for half a minute.
        """
        return Following(self._transport, job_id, last_id).events()

    async def wait(
        self,
        job_id: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109  # one signature for both clients
        poll: float = POLL,
    ) -> Job:
        """Return a job when it has ended, whatever came of it.

        ``timeout`` in seconds, forever by default; ``poll`` are the seconds between looks when
        the event stream cannot be had. Raises `JobNotFound`, and `JobNotEnded` after ``timeout``:
        the job goes on and can be waited for again.
        """
        deadline = None if timeout is None else time.monotonic() + timeout
        last_id = ""
        while True:
            following = Following(self._transport, job_id, last_id, deadline)
            job = await self._ended(following) or await self.get(job_id)
            if job.state in ENDED_JOBS:
                return job
            left = poll if deadline is None else deadline - time.monotonic()
            if left <= 0:
                raise JobNotEnded(
                    f"Job {job.id} is {job.state} after {timeout} seconds.", job=job.id
                )
            last_id = following.last_id
            await self._transport.sleep(min(poll, left))

    async def cancel(self, job_id: str) -> Job:
        """Cancel what of a job has not ended; what has is kept. Raises `JobNotFound`."""
        path = f"/jobs/{segment(job_id)}/cancel"
        return read(Job, await self._transport.call("POST", path, safe=True))

    async def retry(self, job_id: str, documents: Sequence[str] = ()) -> Retried:
        """Put failed documents of a job back in line: those named, or all of them.

        Raises `JobNotFound`, and `JobNotRetryable` for one that has not failed.
        """
        wanted = validated(RetryRequest, {"documents": list(documents)})
        path = f"/jobs/{segment(job_id)}/retry"
        return read(Retried, await self._transport.call("POST", path, body=wanted.model_dump()))

    async def _ended(self, following: Following) -> Job | None:
        """Follow a job; return it when it has ended, None when that is not to be seen this way."""
        try:
            async with aclosing(following.events()) as events:
                async for event in events:
                    if event.kind == "end":
                        return event.payload
        except Unavailable:
            # The stream is one way to know. Whoever waits asks for the job itself next, and that
            # says why when it is not to be had either.
            return None
        return None


class DeadLetters(Resource):
    """Documents that failed and were not retried, of all jobs of the workspace."""

    async def page(
        self,
        *,
        knowledge_base: str | None = None,
        error_class: ErrorClass | None = None,
        code: str | None = None,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[JobDocument]:
        """Return one page."""
        query = _dead(knowledge_base, error_class, code)
        wanted = {**query, "cursor": cursor, "limit": limit}
        return await self._page("/dead-letters", JobDocument, wanted)

    def all(
        self,
        *,
        knowledge_base: str | None = None,
        error_class: ErrorClass | None = None,
        code: str | None = None,
    ) -> AsyncIterator[JobDocument]:
        """Yield every one."""
        return self._all("/dead-letters", JobDocument, _dead(knowledge_base, error_class, code))

    async def retry(
        self,
        documents: Sequence[str] = (),
        *,
        knowledge_base: str | None = None,
        error_class: ErrorClass | None = None,
        code: str | None = None,
    ) -> Retried:
        """Put them back in line: those named, or all that the filters leave."""
        wanted = validated(RetryRequest, {"documents": list(documents)})
        response = await self._transport.call(
            "POST",
            "/dead-letters/retry",
            query=_dead(knowledge_base, error_class, code),
            body=wanted.model_dump(),
        )
        return read(Retried, response)


class Workers(Resource):
    """The workers that were heard of."""

    async def all(self) -> list[WorkerInfo]:
        """Return every one."""
        return read(WorkerList, await self._transport.call("GET", "/workers")).root


def _dead(knowledge_base: str | None, error_class: ErrorClass | None, code: str | None) -> Query:
    return {"knowledge_base": knowledge_base, "error_class": error_class, "code": code}
