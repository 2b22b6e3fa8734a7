"""What the services of the stream ask of who runs its consumers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from catalystindex.model.stream import ConsumerState


@dataclass(frozen=True, slots=True)
class Condition:
    """How a consumer is; ``since`` tells since when it waits or is stopped."""

    state: ConsumerState
    code: str | None = None
    reason: str | None = None
    since: datetime | None = None
    events_per_second: float = 0.0


OFF = Condition(ConsumerState.OFF)
"""Of a group that nobody here follows."""


class Followers(Protocol):
    """Runs the consumers of one owner (`streaming.runner`)."""

    def condition(self, group: str) -> Condition:
        """Return how a group's consumer is; `OFF` if there is none."""
        ...

    def move(self, group: str, positions: Mapping[int, int]) -> None:
        """Move a group between two of its batches. Raises as `EventLog.seek` does."""
        ...

    def restart(self, group: str) -> None:
        """Start a stopped consumer again; one that runs goes on. Raises `ConsumerUnknown`."""
        ...

    def caught_up(self, timeout: float) -> bool:
        """Wait up to ``timeout`` seconds; tell whether every consumer did what is in the log."""
        ...
