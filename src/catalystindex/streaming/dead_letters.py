"""Dead events as their workspace sees and settles them: list, show, replay, discard.

Log and records are two stores. As in `streaming.service` the audit entry is written first, once it
is known that the letter is open: what it tells of may have failed after all, and then the letter
is open still; nothing is settled without an entry.
"""

import binascii
from base64 import b64decode, b64encode
from dataclasses import dataclass
from typing import Literal

from msgspec import structs

from catalystindex.audit.chain import action
from catalystindex.model.errors import (
    InvalidRequest,
    StreamLetterNotFound,
    StreamLetterNotOpen,
)
from catalystindex.model.ids import content_hash, content_id
from catalystindex.model.paging import DEFAULT_PAGE, MAX_PAGE, Page
from catalystindex.model.stream import (
    DeadEvent,
    DeadEventQuery,
    LetterState,
    Replayed,
    ReplayRequest,
    ReplayResult,
)
from catalystindex.model.tenant import Tenant
from catalystindex.stores.eventlog.base import (
    LETTERS_BYTES,
    EventLog,
    Letter,
    LetterFilter,
    Message,
)
from catalystindex.stores.eventlog.instant import moment
from catalystindex.stores.records.cursors import decode_cursor, encode_cursor
from catalystindex.stores.records.engine import Records
from catalystindex.streaming.codec import decode, reseal

AT_ONCE = 1_000
"""Dead events that one call replays at the most."""
STEP = 100
"""Letters read at a time: each has the bytes of its event."""


@dataclass(frozen=True)
class _Mended:
    """What is appended for a letter."""

    key: str
    event_time: int
    data: bytes


class DeadEvents:
    """The dead events of all workspaces, each seen by its own tenant only."""

    def __init__(self, log: EventLog, records: Records) -> None:
        self._log, self._records = log, records

    def page(
        self,
        tenant: Tenant,
        query: DeadEventQuery,
        *,
        limit: int = DEFAULT_PAGE,
        cursor: str | None = None,
    ) -> Page[DeadEvent]:
        """Return a page in order of id, a shorter one where events are large.

        Raises `InvalidRequest` for a foreign cursor.
        """
        if not 1 <= limit <= MAX_PAGE:
            raise InvalidRequest(f"limit is 1 to {MAX_PAGE}", field="limit")
        after = None if cursor is None else decode_cursor(cursor, 1)[0]
        found = self._log.letters(tenant, _filter(query), limit + 1, after)
        shown = found[:limit]
        cut = sum(len(one.data) for one in found) >= LETTERS_BYTES
        more = encode_cursor(shown[-1].letter_id) if len(found) > limit or cut else None
        return Page(items=[_dead_event(one) for one in shown], next_cursor=more)

    def show(self, tenant: Tenant, letter_id: str) -> DeadEvent:
        """Return one. Raises `StreamLetterNotFound`."""
        return _dead_event(self._log.letter(tenant, letter_id))

    def replay(
        self, tenant: Tenant, letter_id: str, request: ReplayRequest | None = None
    ) -> Replayed:
        """Append an event again, mended or as it was, for the consumer that refused it.

        Mended bytes must be an event, and may carry the id that it had. Raises as
        `codec.decode_submitted` does, `StreamLetterNotFound` and `StreamLetterNotOpen`.
        """
        letter = self._open(tenant, letter_id)
        data = None if request is None else _bytes_of(request)
        mended = _mended(letter, data)
        done = action(
            "dead_event.replay",
            letter_id,
            group=letter.group,
            edited=data is not None,
            hash=content_hash(mended.data),
        )
        with self._records.change(tenant, done):
            pass
        return self._replay(tenant, letter, mended)

    def replay_all(self, tenant: Tenant, query: DeadEventQuery) -> ReplayResult:
        """Append open dead events that fit as they were, `AT_ONCE` at the most.

        One entry in the audit log tells which were asked for. Only open ones are looked at,
        whatever state the query names.
        """
        where = _filter(query.model_copy(update={"state": LetterState.OPEN}))
        if not self._log.letters(tenant, where, 1):
            return ReplayResult(replayed=0, settled=0, more=False)
        fits = {"group": query.group, "kind": query.kind, "code": query.code}
        done = action("dead_event.replay_all", query.group or "all", at_most=AT_ONCE, **fits)
        with self._records.change(tenant, done):
            pass
        return self._replay_found(tenant, where)

    def discard(self, tenant: Tenant, letter_id: str) -> DeadEvent:
        """Settle a dead event without replaying it; its bytes stay to be looked at.

        Raises `StreamLetterNotFound` and `StreamLetterNotOpen`.
        """
        letter = self._open(tenant, letter_id)
        with self._records.change(
            tenant, action("dead_event.discard", letter_id, group=letter.group)
        ):
            pass
        self._log.settle(tenant, letter_id, LetterState.DISCARDED)
        return self.show(tenant, letter_id)

    def _replay_found(self, tenant: Tenant, where: LetterFilter) -> ReplayResult:
        replayed = settled = 0
        after: str | None = None
        while replayed + settled < AT_ONCE:
            step = min(STEP, AT_ONCE - replayed - settled)
            letters = self._log.letters(tenant, where, step, after)
            if not letters:
                break
            for letter in letters:
                if self._replay_one(tenant, letter):
                    replayed += 1
                else:
                    settled += 1
            after = letters[-1].letter_id
        more = bool(self._log.letters(tenant, where, 1, after))
        return ReplayResult(replayed=replayed, settled=settled, more=more)

    def _replay_one(self, tenant: Tenant, letter: Letter) -> bool:
        """Tell whether it was replayed; somebody else may have settled it meanwhile."""
        try:
            self._replay(tenant, letter, _mended(letter, None))
        except (StreamLetterNotOpen, StreamLetterNotFound):
            return False
        return True

    def _replay(self, tenant: Tenant, letter: Letter, mended: _Mended) -> Replayed:
        message = Message(
            key=mended.key,
            message_id=content_id("replay", letter.letter_id, content_hash(mended.data)),
            event_time=mended.event_time,
            data=mended.data,
            only=letter.group,
            origin=letter.letter_id,
        )
        where = self._log.replay(tenant, letter.letter_id, message)
        return Replayed(
            id=letter.letter_id,
            event_id=message.message_id,
            partition=where.partition,
            offset=where.offset,
        )

    def _open(self, tenant: Tenant, letter_id: str) -> Letter:
        letter = self._log.letter(tenant, letter_id)
        if letter.state is not LetterState.OPEN:
            raise StreamLetterNotOpen(f"{letter_id} is {letter.state}")
        return letter


def _filter(query: DeadEventQuery) -> LetterFilter:
    return LetterFilter(query.group, query.kind, query.code, query.state)


def _bytes_of(request: ReplayRequest) -> bytes | None:
    if request.data is None:
        return None
    if request.data_encoding == "text":
        return request.data.encode()
    try:
        return b64decode(request.data, validate=True)
    except (binascii.Error, ValueError):
        raise InvalidRequest("This is no base64.", field="data") from None


def _mended(letter: Letter, data: bytes | None) -> _Mended:
    if data is None:
        return _Mended(letter.key, letter.event_time, letter.data)
    event = decode(data)
    if event.event_id and event.event_id.encode() in letter.data:
        # Whoever mends an event seldom takes out its id, which is another one now.
        event = structs.replace(event, event_id="")
    return _Mended(event.entity_id, event.event_time, reseal(event).data)


def _dead_event(letter: Letter) -> DeadEvent:
    data, encoding = _readable(letter.data)
    settled = None if letter.settled_at is None else moment(letter.settled_at)
    return DeadEvent(
        id=letter.letter_id,
        group=letter.group,
        partition=letter.partition,
        offset=letter.offset,
        entity_id=letter.key,
        event_id=letter.message_id,
        kind=letter.kind,
        code=letter.code,
        reason=letter.reason,
        attempts=letter.attempts,
        event_time=letter.event_time,
        created_at=moment(letter.created_at),
        state=letter.state,
        settled_at=settled,
        settled_by=letter.settled_by,
        data=data,
        data_encoding=encoding,
    )


def _readable(data: bytes) -> tuple[str, Literal["text", "base64"]]:
    try:
        return data.decode(), "text"
    except UnicodeDecodeError:
        return b64encode(data).decode(), "base64"
