"""Calls to a Qdrant server: retried within a bound, and every failure one of our errors.

A call that did not work is never an empty answer. All our calls may be repeated: points are
replaced by id, removals are by filter, indexes and collections are made only where they lack.
"""

import time
from collections.abc import Callable
from json import JSONDecodeError
from typing import TypeVar

import httpx
from qdrant_client.common.client_exceptions import ResourceExhaustedResponse
from qdrant_client.http.exceptions import ResponseHandlingException, UnexpectedResponse
from qdrant_client.http.models import UpdateResult, UpdateStatus

from catalystindex.model.errors import CatalystError, ConfigurationError, Unavailable
from catalystindex.telemetry.logs import logger

Answer = TypeVar("Answer")

DEPENDENCY = "qdrant"
PAUSES = (0.1, 0.5)
"""Seconds before the second and the third try; a call that ran out of time is not repeated."""

PASSING = frozenset({429, 500, 502, 503, 504})
"""Answers of a server or proxy that may be different a moment later. Qdrant says 500 when a shard
has no live replica."""

REFUSED = frozenset({401, 403})

FAILURES = (
    UnexpectedResponse,
    ResponseHandlingException,
    ResourceExhaustedResponse,
    JSONDecodeError,  # the client lets it through for an answer that is not JSON
    AssertionError,  # and asserts that an answer has a result
)

log = logger(__name__)


def answer_of(call: Callable[[], Answer], pause: Callable[[float], None] = time.sleep) -> Answer:
    """Return what ``call`` to a server returns, after up to three tries.

    Raises `Unavailable` with ``dependency`` and ``reason`` in its context (``unreachable``,
    ``timeout``, ``refused``, ``missing``, ``busy``, ``failed``), and `CatalystError` for an answer
    that trying again cannot change.
    """
    for seconds in PAUSES:
        try:
            return call()
        except FAILURES as error:
            if not _may_pass(error):
                raise _explained(error) from error
            log.warning("qdrant_retried", reason=type(error).__name__, status=_status(error))
            pause(seconds)
    try:
        return call()
    except FAILURES as error:
        raise _explained(error) from error


def answer_at_start(call: Callable[[], Answer]) -> Answer:
    """Return what ``call`` returns; a refused key is a `ConfigurationError`: nothing runs yet."""
    try:
        return answer_of(call)
    except Unavailable as error:
        if error.context.get("reason") != "refused":
            raise
        raise ConfigurationError(
            "Qdrant does not accept the key in 'vectors.api_key', or it needs one.",
            key="vectors.api_key",
        ) from error


def written(call: Callable[[], UpdateResult]) -> None:
    """Make a write; return when it is applied (`Unavailable` if the server only took note)."""
    result = answer_of(call)
    if result.status != UpdateStatus.COMPLETED:
        raise _unavailable("Qdrant took a write and did not apply it in time.", "timeout")


def _may_pass(error: Exception) -> bool:
    if isinstance(error, ResponseHandlingException):
        source = error.source
        return isinstance(source, httpx.TransportError) and not isinstance(
            source, httpx.TimeoutException
        )
    return _status(error) in PASSING


def _status(error: Exception) -> int | None:
    if isinstance(error, UnexpectedResponse):
        return error.status_code
    return 429 if isinstance(error, ResourceExhaustedResponse) else None


def _explained(error: Exception) -> CatalystError:
    """Return our error for one of the client's; a server's own words may quote points, so none."""
    status = _status(error)
    if status is None:
        return _of_transport(
            error.source if isinstance(error, ResponseHandlingException) else error
        )
    if status in REFUSED:
        return _unavailable("Qdrant does not accept our key.", "refused", status)
    if status == 404:
        return _unavailable("Qdrant does not have the collection of the index.", "missing", status)
    if status == 429:
        return _unavailable("Qdrant takes no more requests for now.", "busy", status)
    if status < 500:
        return CatalystError(
            f"Qdrant refused a request of ours ({status}).", dependency=DEPENDENCY, status=status
        )
    return _unavailable(f"Qdrant failed to answer ({status}).", "failed", status)


def _of_transport(source: Exception) -> CatalystError:
    if isinstance(source, httpx.TimeoutException):
        return _unavailable("Qdrant did not answer in time.", "timeout")
    if isinstance(source, httpx.TransportError):
        return _unavailable("Qdrant cannot be reached.", "unreachable")
    return CatalystError(
        "What answered does not speak Qdrant's protocol, or is of a version this one cannot read.",
        dependency=DEPENDENCY,
    )


def _unavailable(detail: str, reason: str, status: int | None = None) -> Unavailable:
    return Unavailable(detail, dependency=DEPENDENCY, reason=reason, status=status)
