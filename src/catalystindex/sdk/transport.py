"""One HTTP call: send, check, and turn problems back into the errors they were."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import httpx

from catalystindex.model.errors import CatalystError, NotFound, Unavailable, error_from_code

PROBLEM_MEDIA_TYPE = "application/problem+json"
API = "/v1"

Query = Mapping[str, str | int | bool | None]


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


def segment(name: str) -> str:
    """Return a name as one segment of a path. Raises `NotFound` for what can be no name.

    Dots alone would be taken for a step up by every HTTP library, whatever their quoting.
    """
    if name in ("", ".", ".."):
        raise NotFound(f"There is nothing named {name!r}.", name=name)
    return quote(name, safe="")


def _error(response: httpx.Response) -> CatalystError:
    request_id = response.headers.get("x-request-id")
    if not response.headers.get("content-type", "").startswith(PROBLEM_MEDIA_TYPE):
        return CatalystError(
            f"The server answered {response.status_code} without a problem document.",
            status=response.status_code,
            request_id=request_id,
        )
    problem: dict[str, Any] = response.json()
    error = error_from_code(problem["code"], problem["detail"], problem.get("context", {}))
    error.context.update(status=response.status_code, request_id=request_id)
    for field in problem.get("errors", []):
        error.context[f"field {field['field']}"] = field["message"]
    return error
