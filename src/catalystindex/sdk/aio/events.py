"""Giving events to the server, and what events look like."""

from collections.abc import AsyncIterator, Iterable
from typing import Any

from catalystindex.model.errors import CatalystError, PayloadTooLarge
from catalystindex.model.event_kinds import EventKinds
from catalystindex.model.stream import SubmitResult
from catalystindex.sdk.aio.resources import Resource
from catalystindex.sdk.calls import not_ours, read
from catalystindex.sdk.event_lines import (
    BATCH_EVENTS,
    EventLike,
    LineBatch,
    Sum,
    batches,
    renumbered,
)


class Events(Resource):
    """Events on their way into the log.

    An event's id is a hash of its content, and the log takes an id once: whatever is sent again,
    by a call that is repeated or by a program that is, changes nothing more.
    """

    async def submit(
        self, events: Iterable[EventLike], *, batch: int = BATCH_EVENTS
    ) -> SubmitResult:
        """Send events, each a mapping or a line of JSON, and return what they came to.

        What was accepted is on the server's disk. A line that is no event is among ``rejected``
        and stops nothing; its number counts over everything that was given. Raises
        `EventBacklogFull` and `EventLogUnavailable` after the attempts of this client; what was
        sent before is safe, and sending all of it again does no harm.
        """
        total = Sum()
        async for result in self.submit_batches(events, batch=batch):
            total.add(result)
        return total.result()

    async def submit_batches(
        self, events: Iterable[EventLike], *, batch: int = BATCH_EVENTS, receipts: bool = False
    ) -> AsyncIterator[SubmitResult]:
        """Send events without end and yield what became of each ``batch``. Raises as `submit`.

        With ``receipts`` results name each accepted event's id and place in the log.
        """
        for one in batches(events, batch):
            async for result in self._sent(one, receipts=receipts):
                yield result

    async def submit_lines(self, body: bytes, *, receipts: bool = False) -> SubmitResult:
        """Send one request's body (NDJSON) as it is. Raises as `submit`, and `PayloadTooLarge`."""
        response = await self._transport.call(
            "POST", "/events", query={"receipts": receipts}, content=body, safe=True
        )
        return read(SubmitResult, response)

    async def schema(self) -> dict[str, Any]:
        """Return the JSON Schema of an event."""
        response = await self._transport.call("GET", "/events/schema")
        try:
            schema = response.json()
        except ValueError as error:
            raise not_ours(response) from error
        if not isinstance(schema, dict):
            raise not_ours(response)
        return schema

    async def kinds(self) -> EventKinds:
        """Return the kinds of events that the server knows."""
        return read(EventKinds, await self._transport.call("GET", "/events/kinds"))

    async def _sent(self, batch: LineBatch, *, receipts: bool) -> AsyncIterator[SubmitResult]:
        """Send a batch; in halves if it is more than this server takes at once."""
        todo = [batch]
        while todo:
            one = todo.pop()
            try:
                result = await self.submit_lines(one.body, receipts=receipts)
            except PayloadTooLarge as error:
                if len(one.lines) == 1:
                    yield refused(one, error)
                    continue
                todo += reversed(one.halves())
            else:
                yield renumbered(result, one.first)


def refused(batch: LineBatch, error: CatalystError) -> SubmitResult:
    """Return the result of a line that is larger than any request may be."""
    rejected = [{"line": batch.first, "code": error.code, "reason": error.detail}]
    return SubmitResult.model_validate(
        {"accepted": 0, "duplicates": 0, "rejected": rejected, "events": []}
    )
