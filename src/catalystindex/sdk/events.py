"""What a job's event stream tells, typed."""

from collections.abc import AsyncGenerator, Generator
from dataclasses import dataclass
from typing import Literal

from pydantic import ValidationError

from catalystindex.model.errors import CatalystError
from catalystindex.model.job import Job, JobDocument
from catalystindex.sdk.sse import ServerSentEvent


@dataclass(frozen=True)
class JobChanged:
    """How far the job is; ``end`` when it has ended, which is the last event."""

    kind: Literal["job", "end"]
    id: str
    payload: Job


@dataclass(frozen=True)
class DocumentChanged:
    """One of its documents went on, failed, or ended."""

    kind: Literal["document"]
    id: str
    payload: JobDocument


JobEvent = JobChanged | DocumentChanged
"""``id`` resumes the stream after the event; ``kind`` tells the type of ``payload``."""


EventStream = Generator[JobEvent, None, None]
AsyncEventStream = AsyncGenerator[JobEvent, None]
Chunks = Generator[bytes, None, None]
AsyncChunks = AsyncGenerator[bytes, None]


def job_event(event: ServerSentEvent) -> JobEvent | None:
    """Return the typed event, None for a kind that only a newer server knows.

    Raises `CatalystError` for data that is not of its kind.
    """
    try:
        if event.kind == "document":
            document = JobDocument.model_validate_json(event.data)
            return DocumentChanged("document", event.id, document)
        if event.kind == "job":
            return JobChanged("job", event.id, Job.model_validate_json(event.data))
        if event.kind == "end":
            return JobChanged("end", event.id, Job.model_validate_json(event.data))
    except ValidationError as error:
        raise CatalystError(
            f"An event `{event.kind}` is not one of a CatalystIndex server of this version."
        ) from error
    return None
