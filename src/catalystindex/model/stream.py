"""The event stream as callers see it: what was taken, how far consumers are, what is dead."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

MAX_EDITED_CHARS = 2_097_152
"""Characters of an edited event: base64 of the largest one fits."""


class LetterState(StrEnum):
    """What became of a dead event."""

    OPEN = "open"
    REPLAYED = "replayed"
    DISCARDED = "discarded"


LetterShown = Literal["open", "replayed", "discarded", "all"]
"""Which dead events are listed: those of a state, or all."""


class ConsumerState(StrEnum):
    """How a consumer is. ``off``: it is known to the log, and nothing here follows it."""

    RUNNING = "running"
    WAITING = "waiting"
    """What it writes to, or the log, is away: it tries again by itself and skips nothing."""
    STOPPED = "stopped"
    """A defect: it waits for a person to start it again, and skips nothing."""
    OFF = "off"


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True)


class RejectedEvent(_Answer):
    """A line that is no event; the others are not touched by it."""

    line: int = Field(description="Number of the line in the request, from 1.")
    code: str = Field(description="Stable code of the error.")
    reason: str


class EventReceipt(_Answer):
    """Where an accepted event stands in the log."""

    line: int = Field(description="Number of the line in the request, from 1.")
    event_id: str
    partition: int
    offset: int
    duplicate: bool = Field(description="The log held it before, or an earlier line was the same.")


class SubmitResult(_Answer):
    """What became of each line: what was accepted is on disk."""

    accepted: int = Field(description="Events that are new in the log.")
    duplicates: int = Field(description="Events that the log holds already.")
    rejected: list[RejectedEvent]
    events: list[EventReceipt] = Field(description="In order of line.")


class PartitionLag(_Answer):
    """One partition, as a consumer sees it. Offsets count from 0."""

    partition: int
    start: int = Field(description="Oldest event that is kept.")
    end: int = Field(description="Offset after the newest event.")
    position: int = Field(description="Next event to be applied.")
    lag: int = Field(description="Events that wait.")
    behind_seconds: float = Field(description="Since when the oldest of them waits.")


class ConsumerStatus(_Answer):
    """A consumer group: how far it is and how it is."""

    group: str
    state: ConsumerState
    code: str | None = Field(description="Code of the error that it waits for or stopped at.")
    reason: str | None
    since: datetime | None = Field(description="Since when it waits or is stopped.")
    lag: int = Field(description="Events that wait, in all partitions and workspaces.")
    behind_seconds: float = Field(description="Of the partition that is most behind.")
    events_per_second: float = Field(description="Over the last minute.")
    open_letters: int = Field(description="Open dead events of this workspace.")
    partitions: list[PartitionLag]


class StreamStatus(_Answer):
    """The log and all that follows it."""

    partitions: int
    records: int = Field(description="Events that are kept, of all workspaces.")
    bytes: int = Field(description="Size of the log on disk.")
    consumers: list[ConsumerStatus] = Field(description="In order of name.")


class SeekRequest(BaseModel):
    """Where a consumer goes on: exactly one of these."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    to: Literal["start", "end"] | None = Field(
        default=None, description="The oldest event that is kept, or after the newest."
    )
    time: AwareDatetime | None = Field(
        default=None, description="The first event whose own time is at or after this."
    )
    positions: Mapping[int, int] | None = Field(
        default=None, description="Offsets by partition; those not named stay.", max_length=256
    )

    @model_validator(mode="after")
    def _one(self) -> Self:
        given = [one for one in (self.to, self.time, self.positions) if one is not None]
        if len(given) != 1:
            raise ValueError("give exactly one of to, time, positions")
        return self


class DeadEvent(_Answer):
    """An event that a consumer cannot apply: its bytes as they came, and what was tried."""

    id: str
    group: str
    partition: int
    offset: int
    entity_id: str
    event_id: str
    kind: str | None = Field(description="Where the bytes tell.")
    code: str
    reason: str
    attempts: int
    event_time: int = Field(description="Microseconds since 1970 in UTC.")
    created_at: datetime
    state: LetterState
    settled_at: datetime | None
    settled_by: str | None
    data: str = Field(description="The event: text, or base64 where it is not UTF-8.")
    data_encoding: Literal["text", "base64"]


class DeadEventQuery(BaseModel):
    """Which dead events: every field that is set must match."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    group: str | None = Field(default=None, max_length=64)
    kind: str | None = Field(default=None, max_length=64)
    code: str | None = Field(default=None, max_length=64)
    state: LetterState | None = Field(default=LetterState.OPEN, description="All if null.")


class ReplayRequest(BaseModel):
    """A dead event, mended; as it was where no data is given."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data: str | None = Field(default=None, max_length=MAX_EDITED_CHARS)
    data_encoding: Literal["text", "base64"] = "text"


class Replayed(_Answer):
    """A dead event's successor in the log."""

    id: str = Field(description="The dead event.")
    event_id: str = Field(description="Id of the message that replays it.")
    partition: int
    offset: int


class ReplayResult(_Answer):
    """What replaying several came to."""

    replayed: int
    settled: int = Field(description="Passed over: somebody else settled them meanwhile.")
    more: bool = Field(description="There are more that fit: ask again.")
