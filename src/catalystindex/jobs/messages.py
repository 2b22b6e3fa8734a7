"""What workers elsewhere and the owner say to each other, in MessagePack over HTTP."""

from datetime import datetime
from typing import Annotated

import msgspec

from catalystindex.jobs.desk import Failure, Report, Ticket

Number = Annotated[int, msgspec.Meta(ge=0, le=2**31 - 1)]
WorkerName = Annotated[str, msgspec.Meta(pattern=r"^remote-[A-Za-z0-9-]{1,50}$")]


class HelloCall(msgspec.Struct, frozen=True):
    """A worker lives. Repeated while it does."""

    worker: WorkerName
    host: Annotated[str, msgspec.Meta(max_length=255)]
    pid: Number
    started_at: Annotated[datetime, msgspec.Meta(tz=True)]


class Welcome(msgspec.Struct, frozen=True):
    """What a worker needs: its setup (JSON), seconds of a lease, where the queue is."""

    setup: str
    lease: float
    queue: str | None


class ClaimCall(msgspec.Struct, frozen=True):
    """A worker asks for a document."""

    worker: WorkerName


class BeatCall(msgspec.Struct, frozen=True):
    """The work goes on; steps done and in all, where they are known."""

    ticket: Ticket
    progress: tuple[Number, Number] | None


class Kept(msgspec.Struct, frozen=True):
    """Whether the work is still wanted."""

    wanted: bool


class ReportCall(msgspec.Struct, frozen=True):
    """A stage is done."""

    ticket: Ticket
    report: Report


class GiveUpCall(msgspec.Struct, frozen=True):
    """A stage failed."""

    ticket: Ticket
    failure: Failure


class PutBackCall(msgspec.Struct, frozen=True):
    """The worker stops; the document is as it was."""

    ticket: Ticket
