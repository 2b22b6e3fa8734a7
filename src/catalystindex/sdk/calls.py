"""One call of the API: what is sent, what is told of it, and problems as the errors they were."""

import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from json import JSONDecodeError
from typing import Any, TypedDict, TypeVar
from uuid import uuid4

import httpx
from pydantic import BaseModel, ValidationError

from catalystindex.model.errors import (
    CatalystError,
    ContextValue,
    NotFound,
    Unavailable,
    error_from_code,
)

PROBLEM_MEDIA_TYPE = "application/problem+json"
API = "/v1"
REQUEST_ID = "X-Request-Id"
IDEMPOTENCY_KEY = "Idempotency-Key"
MAX_IDEMPOTENCY_KEY = 255
IDEMPOTENT = frozenset({"GET", "HEAD", "PUT", "DELETE", "OPTIONS"})
"""Methods whose repetition changes nothing more (RFC 9110 section 9.2.2)."""

Query = Mapping[str, str | int | bool | Sequence[str] | None]
"""Parameters; a sequence is one that is repeated, None one that is left out."""
Model = TypeVar("Model", bound=BaseModel)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True)
class CallInfo:
    """What is known of a call that has ended, for logs and for a question to the server's people.

    ``status`` is None when no answer came. ``attempts`` counts the first one; ``seconds`` is the
    time from the first to the end of the last, pauses included.
    """

    method: str
    path: str
    status: int | None
    attempts: int
    request_id: str
    idempotency_key: str | None
    seconds: float


OnCall = Callable[[CallInfo], None]


class CallOptions(TypedDict, total=False):
    """What a call may have beyond method and path; see `Call`."""

    query: Query
    body: object
    content: bytes
    form: Mapping[str, str]
    files: Sequence[tuple[str, tuple[str, bytes]]]
    accept: tuple[int, ...]
    idempotency_key: str
    safe: bool


@dataclass(frozen=True)
class Call:
    """A call as it is sent, and sent again.

    ``accept`` are statuses that are answers, not errors. ``safe``: repeating it changes nothing,
    whatever its method says.
    """

    method: str
    path: str
    query: Query | None = None
    body: object = None
    content: bytes | None = None
    form: Mapping[str, str] | None = None
    files: Sequence[tuple[str, tuple[str, bytes]]] | None = None
    accept: tuple[int, ...] = ()
    idempotency_key: str | None = None
    safe: bool = False

    @property
    def repeatable(self) -> bool:
        """Sending it twice does no more than sending it once."""
        return self.safe or self.method in IDEMPOTENT or self.idempotency_key is not None

    def request(self, client: httpx.Client | httpx.AsyncClient, request_id: str) -> httpx.Request:
        """Return the request of one attempt."""
        headers = {REQUEST_ID: request_id}
        if self.idempotency_key is not None:
            headers[IDEMPOTENCY_KEY] = self.idempotency_key
        return client.build_request(
            self.method,
            API + self.path,
            headers=headers,
            params=_parameters(self.query or {}),
            json=self.body,
            content=self.content,
            data=dict(self.form) if self.form is not None else None,
            files=list(self.files) if self.files is not None else None,
        )


def _parameters(query: Query) -> dict[str, str | int | bool | Sequence[str]]:
    return {name: value for name, value in query.items() if value is not None}


class UnderWay:
    """A call between its first attempt and its end."""

    def __init__(self, call: Call) -> None:
        self._call, self._began = call, time.monotonic()
        self.request_id, self.attempts = uuid4().hex, 0

    def info(self, result: httpx.Response | httpx.RequestError) -> CallInfo:
        """Return what is to be told of it once the last attempt came to ``result``."""
        answer = result if isinstance(result, httpx.Response) else None
        return CallInfo(
            method=self._call.method,
            path=API + self._call.path,
            status=answer.status_code if answer is not None else None,
            attempts=self.attempts,
            request_id=answered_id(answer) or self.request_id,
            idempotency_key=self._call.idempotency_key,
            seconds=time.monotonic() - self._began,
        )

    def ended(self, result: httpx.Response | httpx.RequestError) -> httpx.Response:
        """Return the answer. Raises the error that it is, or `Unavailable` when there is none."""
        if isinstance(result, httpx.RequestError):
            raise self._unanswered(result) from result
        if result.is_success or result.status_code in self._call.accept:
            return result
        error = error_of(result)
        error.context["attempts"] = self.attempts
        asked = retry_after(result)
        if asked is not None:
            error.context["retry_after"] = asked
        if error.context["request_id"] is None:
            error.context["request_id"] = self.request_id
        raise error

    def _unanswered(self, reason: httpx.RequestError) -> Unavailable:
        what = f"{self._call.method} {self._call.path}"
        sentence = (
            f"The server did not answer in time: {what}."
            if isinstance(reason, httpx.TimeoutException)
            else f"The server cannot be reached: {reason}."
        )
        return Unavailable(sentence, request_id=self.request_id, attempts=self.attempts)


def new_key() -> str:
    """Return an idempotency key that no call had before."""
    return uuid4().hex


def read(model: type[Model], response: httpx.Response) -> Model:
    """Return the typed body of a successful answer. Raises `CatalystError` for another's body."""
    try:
        return model.model_validate_json(response.content)
    except ValidationError as error:
        raise not_ours(response) from error


def not_ours(response: httpx.Response) -> CatalystError:
    """Return the error for a successful answer that this product did not give."""
    return CatalystError(
        f"What answered at {response.request.url.copy_with(query=None)} is not a "
        "CatalystIndex server of this version.",
        status=response.status_code,
        request_id=answered_id(response),
    )


def segment(name: str) -> str:
    """Return a name or id as one segment of a path. Raises `NotFound` for what can be neither.

    Servers decode paths before they route them, so no quoting keeps a slash or dots in place.
    """
    if not _NAME.fullmatch(name):
        raise NotFound(f"There is nothing named {name[:80]!r}.")
    return name


def answered_id(response: httpx.Response | None) -> str | None:
    """Return the id under which the server logged a request."""
    return response.headers.get(REQUEST_ID) if response is not None else None


def retry_after(response: httpx.Response) -> float | None:
    """Return the seconds an answer asks to wait (RFC 9110 section 10.2.3), None if it does not.

    A date counts from the answer's own ``Date``: the clocks of both ends may differ.
    """
    asked = response.headers.get("retry-after", "").strip()
    if asked.isascii() and asked.isdecimal():
        return float(asked[:10])
    try:
        until = parsedate_to_datetime(asked)
        sent = parsedate_to_datetime(response.headers.get("date", ""))
        return max(0.0, (until - sent).total_seconds())
    except (TypeError, ValueError):
        return None


def error_of(response: httpx.Response) -> CatalystError:
    """Return the error that an answer is: the server's own, or one that says what came instead."""
    facts: dict[str, ContextValue] = {
        "status": response.status_code,
        "request_id": answered_id(response),
    }
    problem = _problem(response)
    if problem is None:
        sentence = f"The server answered {response.status_code} without a problem document."
        return CatalystError(sentence, **facts)
    context = problem.get("context")
    scalars = context if isinstance(context, dict) else {}
    error = error_from_code(
        str(problem["code"]),
        str(problem["detail"]),
        {str(k): v for k, v in scalars.items() if isinstance(v, str | int | float | bool | None)},
    )
    error.context.update(facts)
    fields = problem.get("errors")
    for field in fields if isinstance(fields, list) else []:
        if isinstance(field, dict):
            error.context[f"field {field.get('field')}"] = str(field.get("message"))
    return error


def _problem(response: httpx.Response) -> dict[str, Any] | None:
    """Return our problem document, or None for an answer that is none of ours."""
    if not response.headers.get("content-type", "").startswith(PROBLEM_MEDIA_TYPE):
        return None
    try:
        problem = response.json()
    except (JSONDecodeError, UnicodeDecodeError):
        return None
    ours = isinstance(problem, dict) and "code" in problem and "detail" in problem
    return problem if ours else None
