"""Statuses of HTTP as the errors they are: permanent, or worth another try."""

from catalystindex.documents.acquire.headers import retry_after
from catalystindex.documents.acquire.wire import Answer
from catalystindex.model.clock import Clock
from catalystindex.model.errors import (
    AcquisitionError,
    ContextValue,
    SourceForbidden,
    SourceNotFound,
    SourceRateLimited,
    SourceRejected,
    SourceUnavailable,
)

TRY_AGAIN = frozenset({408, 425})
"""4xx that are about the moment, not about the request (RFC 9110, RFC 8470)."""


def error_of(answer: Answer, place: str, clock: Clock) -> AcquisitionError:
    """Return the error that a status other than success stands for; ``place`` is shown."""
    wait = retry_after(answer.headers.get("retry-after"), clock.now())
    return error_of_status(answer.status, place, wait)


def error_of_status(status: int, place: str, wait: float | None = None) -> AcquisitionError:
    """Return the error that a status stands for; ``wait`` in seconds goes into its context."""
    facts: dict[str, ContextValue] = {"place": place, "http_status": status}
    if wait is not None:
        facts["retry_after"] = wait
    if status == 429 or (status == 503 and wait is not None):
        return SourceRateLimited(f"{place} asks to be called less often ({status}).", **facts)
    if status in TRY_AGAIN or status >= 500:
        return SourceUnavailable(f"{place} answers {status}: it may work later.", **facts)
    if status in (404, 410):
        return SourceNotFound(f"There is nothing at {place} ({status}).", **facts)
    if status in (401, 403):
        return SourceForbidden(
            f"{place} refuses access ({status}): only what anyone may read is fetched.", **facts
        )
    return SourceRejected(f"{place} answers {status}, which is no document.", **facts)
