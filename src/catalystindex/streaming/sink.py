"""What a consumer group does with events: the seam between the stream and a store.

The loop (`streaming.consumer`) reads a partition, decodes, hands a batch to a sink, and commits the
position with what the sink refused. A sink is called again with the same events after a crash, so
it must be idempotent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from catalystindex.model.errors import CatalystError
from catalystindex.model.events.envelope import Event
from catalystindex.model.tenant import Tenant
from catalystindex.stores.eventlog.base import Record


class Delivery(NamedTuple):
    """An event and the record it came from."""

    event: Event
    record: Record


class Outcome(StrEnum):
    """What became of an event in one group."""

    APPLIED = "applied"
    STALE = "stale"
    """A newer version had been applied: it came late, or twice."""
    IGNORED = "ignored"
    """Not of this group's concern."""
    REFUSED = "refused"
    """It can never be applied: it becomes a dead letter."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An outcome; a refusal has its error."""

    outcome: Outcome
    error: CatalystError | None = None


APPLIED = Verdict(Outcome.APPLIED)
STALE = Verdict(Outcome.STALE)
IGNORED = Verdict(Outcome.IGNORED)


@dataclass(frozen=True, slots=True)
class Batch:
    """Events of one tenant from one partition, in order of offset.

    ``position`` is the offset after everything that was read with them, also what did not decode.
    """

    tenant: Tenant
    partition: int
    position: int
    deliveries: Sequence[Delivery]


class Sink(Protocol):
    """Applies events to one store, for one consumer group."""

    @property
    def group(self) -> str:
        """The group's name, which its positions are kept under."""
        ...

    def apply(self, batch: Batch) -> Sequence[Verdict]:
        """Apply a batch and return one verdict per delivery, in order.

        Raises a `CatalystError` that is ``transient`` when the store is away: nothing is skipped,
        the loop waits and hands in the same events again. Any other `CatalystError` is about the
        whole batch: the loop halves it until the event that causes it stands alone.
        """
        ...
