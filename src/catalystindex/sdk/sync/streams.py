# Made of sdk/aio/streams.py by tools/unasync.py. Change that one, then run `make sync`.
"""The event stream: its consumers, and the events that they could not apply."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Literal

from catalystindex.model.paging import Page
from catalystindex.model.stream import (
    ConsumerStatus,
    DeadEvent,
    DeadEventQuery,
    LetterState,
    Replayed,
    ReplayRequest,
    ReplayResult,
    SeekRequest,
    StreamStatus,
)
from catalystindex.sdk.calls import Query, read, segment
from catalystindex.sdk.requests import validated
from catalystindex.sdk.sync.resources import Resource
from catalystindex.sdk.sync.transport import Transport


class Streams(Resource):
    """The log and what follows it. Its numbers are those of all workspaces together."""

    def __init__(self, transport: Transport) -> None:
        super().__init__(transport)
        self.dead_letters = DeadEvents(transport)

    def status(self) -> StreamStatus:
        """Return the log and every consumer."""
        return read(StreamStatus, self._transport.call("GET", "/streams"))

    def consumer(self, group: str) -> ConsumerStatus:
        """Return one consumer. Raises `ConsumerUnknown`."""
        response = self._transport.call("GET", f"/streams/{segment(group)}")
        return read(ConsumerStatus, response)

    def seek(
        self,
        group: str,
        *,
        to: Literal["start", "end"] | None = None,
        time: datetime | str | None = None,
        positions: Mapping[int, int] | None = None,
    ) -> ConsumerStatus:
        """Move a consumer, for all workspaces: needs a token of the scope ``streams:operate``.

        Give exactly one: an end of the log, the time of events from which on to apply them, or
        offsets by partition. Going back is harmless, as events apply once; going forward skips.
        Raises `ConsumerUnknown`, `PositionExpired`, `InvalidRequest`.
        """
        wanted = validated(SeekRequest, {"to": to, "time": time, "positions": positions})
        response = self._transport.call(
            "POST",
            f"/streams/{segment(group)}/seek",
            body=wanted.model_dump(mode="json", exclude_none=True),
            safe=True,
        )
        return read(ConsumerStatus, response)

    def restart(self, group: str) -> ConsumerStatus:
        """Start a stopped consumer again, for all workspaces: needs ``streams:operate``.

        Raises `ConsumerUnknown`.
        """
        path = f"/streams/{segment(group)}/restart"
        return read(ConsumerStatus, self._transport.call("POST", path, safe=True))

    def forget(self, group: str) -> None:
        """Forget a consumer that is switched off, for all workspaces: needs ``streams:operate``.

        Retention waits for it no longer. Raises `ConsumerUnknown`, and `Conflict` while it runs.
        """
        self._transport.call("POST", f"/streams/{segment(group)}/forget")


class DeadEvents(Resource):
    """Events of the workspace that a consumer could not apply, with their bytes and the reason."""

    def page(
        self,
        *,
        group: str | None = None,
        kind: str | None = None,
        code: str | None = None,
        state: LetterState | None = LetterState.OPEN,
        cursor: str | None = None,
        limit: int = 50,
    ) -> Page[DeadEvent]:
        """Return one page; ``state`` None is any."""
        query = _query(group, kind, code, state)
        wanted: Query = {**query, "cursor": cursor, "limit": limit}
        return self._page("/streams/dead-letters", DeadEvent, wanted)

    def all(
        self,
        *,
        group: str | None = None,
        kind: str | None = None,
        code: str | None = None,
        state: LetterState | None = LetterState.OPEN,
    ) -> Iterator[DeadEvent]:
        """Yield every one; ``state`` None is any."""
        return self._all("/streams/dead-letters", DeadEvent, _query(group, kind, code, state))

    def get(self, letter_id: str) -> DeadEvent:
        """Return one. Raises `StreamLetterNotFound`."""
        path = f"/streams/dead-letters/{segment(letter_id)}"
        return read(DeadEvent, self._transport.call("GET", path))

    def replay(self, letter_id: str, data: str | None = None) -> Replayed:
        """Hand one in again, for the consumer that refused it: mended if ``data`` is given.

        Raises `StreamLetterNotFound`, `StreamLetterNotOpen`, and `EventInvalid` for data that is
        no event.
        """
        wanted = validated(ReplayRequest, {"data": data})
        path = f"/streams/dead-letters/{segment(letter_id)}/replay"
        return read(Replayed, self._transport.call("POST", path, body=wanted.model_dump()))

    def replay_all(
        self, *, group: str | None = None, kind: str | None = None, code: str | None = None
    ) -> ReplayResult:
        """Hand in again, as they are, open ones that fit; ``more`` says to ask again."""
        wanted = validated(DeadEventQuery, {"group": group, "kind": kind, "code": code})
        response = self._transport.call(
            "POST", "/streams/dead-letters/replay", body=wanted.model_dump(mode="json")
        )
        return read(ReplayResult, response)

    def discard(self, letter_id: str) -> DeadEvent:
        """Settle one for good: it is not applied. Raises as `replay`."""
        path = f"/streams/dead-letters/{segment(letter_id)}/discard"
        return read(DeadEvent, self._transport.call("POST", path))


def _query(
    group: str | None, kind: str | None, code: str | None, state: LetterState | None
) -> Query:
    shown = "all" if state is None else state.value
    return {"group": group, "kind": kind, "code": code, "state": shown}
