"""One HTTP call: send, check, and turn problems back into the errors they were."""

import re
from collections.abc import Mapping
from json import JSONDecodeError
from typing import Any, TypeVar

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

Query = Mapping[str, str | int | bool | None]
Model = TypeVar("Model", bound=BaseModel)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


class Transport:
    """Calls the API under `/v1` with a token."""

    def __init__(self, client: httpx.Client) -> None:
        self._client = client

    def call(
        self,
        method: str,
        path: str,
        *,
        query: Query | None = None,
        body: object = None,
        content: bytes | None = None,
        form: Mapping[str, str] | None = None,
        file: tuple[str, bytes] | None = None,
        accept: tuple[int, ...] = (),
    ) -> httpx.Response:
        """Return the response of a successful call, or of a status in ``accept``.

        Raises the typed error that the server answered, and `Unavailable` when it cannot be
        reached or does not answer in time.
        """
        given = {key: value for key, value in (query or {}).items() if value is not None}
        try:
            response = self._client.request(
                method,
                API + path,
                params=given,
                json=body,
                content=content,
                data=dict(form) if form is not None else None,
                files={"file": file} if file is not None else None,
            )
        except httpx.TimeoutException as error:
            raise Unavailable(f"The server did not answer in time: {method} {path}.") from error
        except httpx.TransportError as error:
            raise Unavailable(f"The server cannot be reached: {error}.") from error
        if response.is_success or response.status_code in accept:
            return response
        raise _error(response)


def read(model: type[Model], response: httpx.Response) -> Model:
    """Return the typed body of a successful answer. Raises `CatalystError` for another's body."""
    try:
        return model.model_validate_json(response.content)
    except ValidationError as error:
        raise CatalystError(
            f"What answered at {response.request.url.copy_with(query=None)} is not a "
            "CatalystIndex server of this version.",
            status=response.status_code,
        ) from error


def segment(name: str) -> str:
    """Return a name or id as one segment of a path. Raises `NotFound` for what can be neither.

    Servers decode paths before they route them, so no quoting keeps a slash or dots in place.
    """
    if not _NAME.fullmatch(name):
        raise NotFound(f"There is nothing named {name[:80]!r}.")
    return name


def _error(response: httpx.Response) -> CatalystError:
    facts: dict[str, ContextValue] = {
        "status": response.status_code,
        "request_id": response.headers.get("x-request-id"),
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
