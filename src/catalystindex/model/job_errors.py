"""Errors of jobs, their queue and their leases."""

from collections.abc import Mapping
from typing import ClassVar

from catalystindex.model.error_base import CatalystError, Conflict, NotFound, Unavailable


class QueueUnreachable(Unavailable):
    """The queue of wake-up calls does not answer; what was accepted is safe and waits."""

    code = "queue.unreachable"
    title = "The queue cannot be reached"


class QueueFull(CatalystError):
    """More documents wait than the settings allow: try again when some are done."""

    code = "queue.full"
    status = 429
    title = "Too many documents are waiting"
    exit_code = 75  # EX_TEMPFAIL
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "30"}
    transient = True


class TooManyStreams(CatalystError):
    """More event streams are open than a workspace, or the server, may have."""

    code = "job.too_many_streams"
    status = 429
    title = "Too many event streams are open"
    exit_code = 75  # EX_TEMPFAIL
    headers: ClassVar[Mapping[str, str]] = {"Retry-After": "30"}
    transient = True


class LeaseLost(CatalystError):
    """The work is in other hands by now: what this worker made of it is not taken."""

    code = "lease.lost"
    status = 409
    title = "The document is in other hands"


class WorkCancelled(CatalystError):
    """The job was cancelled while a worker had the document in hand."""

    code = "job.cancelled"
    status = 409
    title = "The job was cancelled"


class JobNotFound(NotFound):
    """No job, or no document of a job, of that id in this workspace."""

    code = "job.not_found"
    title = "There is no such job"


class JobNotEnded(CatalystError):
    """The job is still under way after the time that was given to wait; it goes on."""

    code = "job.not_ended"
    status = 504
    title = "The job has not ended yet"
    exit_code = 75  # EX_TEMPFAIL
    transient = True


class JobNotRetryable(Conflict):
    """The document has not failed, so there is nothing to try again."""

    code = "job.not_retryable"
    title = "There is nothing to try again"


class IdempotencyConflict(Conflict):
    """The idempotency key came before with another request."""

    code = "request.idempotency_conflict"
    status = 422
    title = "The idempotency key belongs to another request"
