"""Following a job by its event stream, over as many connections as that takes."""

import time
from contextlib import aclosing

import httpx

from catalystindex.model.errors import CatalystError, Unavailable
from catalystindex.sdk.aio.transport import Transport
from catalystindex.sdk.calls import not_ours, segment
from catalystindex.sdk.events import AsyncChunks, AsyncEventStream, job_event
from catalystindex.sdk.retries import FIRST_PAUSE, RETRIED_STATUSES
from catalystindex.sdk.sse import MEDIA_TYPE, EventParser

SILENCE = 45.0
"""Seconds without a byte (events, or the comments that keep the connection) until it is broken."""

SHORTEST = 0.1
"""Seconds that a connection is listened to at least."""

SETTLED = 15.0
"""Seconds after which a connection that breaks is no sign of one that cannot be had."""

RECONNECTIONS = 8
"""Connections in a row that bring nothing until it is given up: about half a minute."""


class Following:
    """The events of one job. ``last_id`` is that of the last event that was given out.

    ``deadline`` (monotonic time) ends it without an error.
    """

    def __init__(
        self, transport: Transport, job_id: str, last_id: str, deadline: float | None = None
    ) -> None:
        self._transport, self._path = transport, f"/jobs/{segment(job_id)}/events"
        self.last_id = last_id
        self._deadline = deadline
        self._failures, self._first_pause = 0, FIRST_PAUSE
        self._renewing = False
        self._problem = Unavailable("The event stream was not opened.")

    async def events(self) -> AsyncEventStream:
        """Yield events up to the one that says ``end``.

        A broken stream is resumed after the last event. Raises what the server answers, and
        `Unavailable` when `RECONNECTIONS` in a row bring nothing.
        """
        while self._left() > 0:
            self._problem = Unavailable("The event stream ends before its job.")
            async with aclosing(self._tried()) as found:
                async for event in found:
                    self.last_id, self._failures = event.id or self.last_id, 0
                    yield event
                    if event.kind == "end":
                        return
            if self._left() > 0 and not self._renewing:
                await self._pause(self._problem)

    async def _tried(self) -> AsyncEventStream:
        """Yield the events of one connection, and note why it ended if that may pass."""
        try:
            async with aclosing(self._connection()) as found:
                async for event in found:
                    yield event
        except httpx.RequestError as error:
            self._problem = Unavailable(f"The event stream broke: {error!r}.")
        except CatalystError as error:
            if error.context.get("status") not in RETRIED_STATUSES:
                raise
            self._problem = Unavailable(f"The event stream is refused: {error.detail}")
            self._problem.context.update(error.context)

    async def _connection(self) -> AsyncEventStream:
        """Yield the events of one connection, until it ends or is to be renewed."""
        silence, parser = self._silence(), EventParser(self.last_id)
        self._renewing = False
        async with self._transport.stream(self._path, self.last_id, silence) as response:
            if not response.headers.get("content-type", "").startswith(MEDIA_TYPE):
                raise not_ours(response)
            async with aclosing(self._chunks(response, silence)) as chunks:
                async for chunk in chunks:
                    for found in parser.feed(chunk):
                        event = job_event(found)
                        if event is not None:
                            yield event
                    self._first_pause = parser.retry or self._first_pause

    async def _chunks(self, response: httpx.Response, silence: float) -> AsyncChunks:
        opened = time.monotonic()
        try:
            async for chunk in response.aiter_bytes():
                yield chunk
                if time.monotonic() - opened > SETTLED:
                    self._failures = 0
                left = self._left()
                self._renewing = left <= 0 or SHORTEST < left < silence
                if self._renewing:
                    return
        except httpx.ReadTimeout:
            self._renewing = silence < SILENCE
            if not self._renewing:
                raise

    def _left(self) -> float:
        """Return the seconds until the deadline."""
        return float("inf") if self._deadline is None else self._deadline - time.monotonic()

    def _silence(self) -> float:
        """Return how long to wait for a byte.

        Half of what is left, where that is shorter: a connection is renewed when less is left
        than it may be silent, so that the deadline is met however rarely something comes.
        """
        return min(SILENCE, max(self._left() / 2, SHORTEST))

    async def _pause(self, reason: CatalystError) -> None:
        """Wait before the next connection. Raises ``reason`` when there is to be none."""
        retrying = self._transport.retrying
        self._failures += 1
        if self._failures > (RECONNECTIONS if retrying.retries else 0):
            raise reason
        pause = retrying.backoff(self._failures, self._first_pause)
        await self._transport.sleep(min(pause, self._left()))
