"""What a compute worker is given and gives back, wherever it runs.

The owner's desk works on the records; a worker elsewhere has one that speaks HTTP to it.
"""

from typing import Annotated, Protocol

import msgspec

from catalystindex.documents.tasks import (
    ChunkTask,
    Crashed,
    Done,
    EmbedTask,
    ParseTask,
    Refused,
    StageTask,
    as_error,
    refusal,
)
from catalystindex.model.errors import CatalystError, ProcessingFailed
from catalystindex.model.job import Stage

Ident = Annotated[str, msgspec.Meta(max_length=64)]

STAGES: dict[type, Stage] = {
    ParseTask: Stage.PARSED,
    ChunkTask: Stage.CHUNKED,
    EmbedTask: Stage.EMBEDDED,
}
"""What a task brings a document to."""


class Ticket(msgspec.Struct, frozen=True):
    """The lease on a document, as a worker carries it."""

    item_id: Ident
    job_id: Ident
    token: Annotated[int, msgspec.Meta(ge=0, le=2**62)]
    document_id: Ident
    version_id: Ident


class Assignment(msgspec.Struct, frozen=True):
    """A document in a worker's hands, and the first thing to do with it."""

    ticket: Ticket
    task: StageTask


class Report(msgspec.Struct, frozen=True):
    """What came of a stage, and how long it took (seconds)."""

    stage: Stage
    done: Done
    seconds: Annotated[float, msgspec.Meta(ge=0, le=1e9)]


Failure = Refused | Crashed
"""A typed error, or the loss of the worker."""


class Desk(Protocol):
    """Where work is fetched and brought back. Raises `Unavailable` when it cannot be reached."""

    def claim(self, worker: str) -> Assignment | None:
        """Return a document that is due, leased to the worker; None if there is none."""
        ...

    def beat(self, ticket: Ticket, progress: tuple[int, int] | None) -> bool:
        """Say that the work goes on; False if it is not wanted any more."""
        ...

    def report(self, ticket: Ticket, report: Report) -> StageTask | None:
        """Commit a stage; return the next one, None when the document is done with.

        Raises `LeaseLost`.
        """
        ...

    def give_up(self, ticket: Ticket, failure: Failure) -> None:
        """Say that a stage failed. Raises `LeaseLost`."""
        ...

    def put_back(self, ticket: Ticket) -> None:
        """Give a document back untouched: the worker stops. Raises `LeaseLost`."""
        ...


def failure_of(error: CatalystError) -> Failure:
    """Return a typed error as a failure."""
    return refusal(error)


def error_of(failure: Failure) -> CatalystError:
    """Return the error that a failure stands for; the loss of a worker is transient."""
    if isinstance(failure, Refused):
        return as_error(failure)
    return ProcessingFailed(f"The worker was lost: {failure.detail}.")
