"""Jobs: what was submitted together, each of its documents, and how far they are.

A job ends when each of its documents has ended: ``succeeded``, ``failed`` or ``cancelled``. A
failed document is a dead letter until it is retried.
"""

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from catalystindex.model.document import DocumentKey, Metadata
from catalystindex.model.members import few_members
from catalystindex.model.sources import Source

MAX_BULK = 10_000
"""Documents in one submission; a listing may find more."""


class Stage(StrEnum):
    """What was done with a document, in order; each leaves an artifact a retry goes on from."""

    ACQUIRED = "acquired"
    PARSED = "parsed"
    CHUNKED = "chunked"
    EMBEDDED = "embedded"
    INDEXED = "indexed"


class ItemState(StrEnum):
    """Where a document of a job stands. ``retrying`` waits for its next attempt."""

    QUEUED = "queued"
    RUNNING = "running"
    RETRYING = "retrying"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED_ITEMS = (ItemState.SUCCEEDED, ItemState.FAILED, ItemState.CANCELLED)
OPEN_ITEMS = (ItemState.QUEUED, ItemState.RUNNING, ItemState.RETRYING)


class JobState(StrEnum):
    """Where a job stands. ``partial``: some of its documents succeeded, others failed."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    PARTIAL = "partial"
    FAILED = "failed"
    CANCELLED = "cancelled"


ENDED_JOBS = (JobState.SUCCEEDED, JobState.PARTIAL, JobState.FAILED, JobState.CANCELLED)


class Outcome(StrEnum):
    """What a document that succeeded came to."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REDONE = "redone"
    LISTED = "listed"
    """A listing whose documents were added to the job."""


class ErrorClass(StrEnum):
    """Whether trying again can help without anybody changing something."""

    PERMANENT = "permanent"
    TRANSIENT = "transient"


class BulkDocument(BaseModel):
    """One document, or one listing, of a submission."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    _members = model_validator(mode="before")(few_members)

    source: Source
    key: DocumentKey | None = Field(
        default=None, description="By default the place it comes from; the content for inline."
    )
    title: str | None = Field(default=None, max_length=500)
    metadata: Metadata = Field(
        default_factory=dict, description="Goes before the metadata of the whole submission."
    )
    policy: str | None = Field(default=None, max_length=64)


class BulkRequest(BaseModel):
    """Documents submitted together."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        json_schema_extra={
            "examples": [
                {
                    "knowledge_base": "cases",
                    "label": "case 417, second delivery",
                    "metadata": {"case": "417"},
                    "documents": [
                        {"source": {"kind": "s3_prefix", "uri": "s3://kyc-files/2025/"}},
                        {
                            "source": {"kind": "url", "url": "https://example.com/10-k.html"},
                            "key": "filings/10-k",
                            "metadata": {"year": 2025},
                        },
                    ],
                }
            ]
        },
    )

    _members = model_validator(mode="before")(few_members)

    knowledge_base: str = Field(max_length=64, description="Name or id.", examples=["cases"])
    documents: list[BulkDocument] = Field(min_length=1, max_length=MAX_BULK)
    metadata: Metadata = Field(default_factory=dict, description="Of every document.")
    policy: str | None = Field(default=None, max_length=64, description="Of every document.")
    force: bool = Field(default=False, description="Do unchanged documents again too.")
    label: str = Field(default="", max_length=200, examples=["case 417, second delivery"])


class ItemProblem(BaseModel):
    """Why the last attempt ended without success."""

    model_config = ConfigDict(frozen=True)

    code: str
    detail: str = Field(description="What happened, and what to do about it.")
    error_class: ErrorClass


class Counts(BaseModel):
    """Documents of a job by state."""

    model_config = ConfigDict(frozen=True)

    queued: int = 0
    running: int = 0
    retrying: int = 0
    succeeded: int = 0
    failed: int = 0
    cancelled: int = 0


class JobWarning(BaseModel):
    """Something that keeps an accepted job from going on now."""

    model_config = ConfigDict(frozen=True)

    code: str = Field(examples=["queue.unreachable", "workers.none_live"])
    detail: str


class Job(BaseModel):
    """A submission and how far it is."""

    model_config = ConfigDict(frozen=True)

    id: str
    url: str = Field(examples=["/v1/jobs/6f1c..."])
    state: JobState
    label: str
    knowledge_base_id: str
    created_by: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    total: int = Field(description="Documents and listings; grows while listings are open.")
    open_listings: int = Field(description="Listings that may still add documents.")
    counts: Counts
    stages: dict[Stage, int] = Field(description="Documents that have passed each stage.")
    outcomes: dict[Outcome, int]
    attempts: int = Field(description="Runs of stages so far, retries included.")
    percentage: float = Field(ge=0, le=100)
    eta_seconds: float | None = Field(description="Null until it can be told.")
    cancel_requested: bool
    sequence: int = Field(description="Rises with every change; ids of the event stream.")
    document_id: str | None = Field(description="Of a job of one document, once it is known.")
    warnings: list[JobWarning] = Field(default_factory=list)


class StageProgress(BaseModel):
    """Steps (pages) of the stage under way."""

    model_config = ConfigDict(frozen=True)

    done: int
    total: int


class JobDocument(BaseModel):
    """One document of a job."""

    model_config = ConfigDict(frozen=True)

    id: str
    job_id: str
    ordinal: int
    sequence: int = Field(description="The job's sequence when it last changed.")
    kind: str = Field(description="Kind of its source.", examples=["url"])
    place: str = Field(description="Where it comes from.")
    key: str | None
    document_id: str | None = Field(description="Null for listings, and until its key is known.")
    version_id: str | None = Field(description="Null until acquired.")
    state: ItemState
    stage: Stage | None = Field(description="The last one that was done.")
    progress: StageProgress | None
    outcome: Outcome | None
    attempts: int = Field(description="Of the stage it is at; this many failed or are under way.")
    total_attempts: int
    next_attempt_at: datetime | None = Field(description="When a retry is due.")
    problem: ItemProblem | None
    artifacts: dict[Stage, str] = Field(description="URI of what each stage left.")
    seconds: dict[Stage, float] = Field(description="How long each stage took.")
    worker: str | None = Field(description="Who has it in hand.")
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


class RetryRequest(BaseModel):
    """Which failed documents to try again; all of them if none is named."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    documents: list[Annotated[str, Field(max_length=32)]] = Field(
        default_factory=list, max_length=MAX_BULK, description="Ids of job documents."
    )


class Retried(BaseModel):
    """How many documents were put back in line."""

    model_config = ConfigDict(frozen=True)

    retried: int


class WorkerInfo(BaseModel):
    """A worker that was heard of."""

    model_config = ConfigDict(frozen=True)

    id: str
    host: str
    pid: int
    lane: str
    local: bool = Field(description="Supervised by the server itself.")
    live: bool = Field(description="Its last heartbeat is recent.")
    started_at: datetime
    heartbeat_at: datetime
    busy: bool = Field(description="It has a document in hand.")
