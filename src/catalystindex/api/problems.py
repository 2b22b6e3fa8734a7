"""Errors as RFC 9457 problem details, whatever raised them."""

import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from catalystindex.model.errors import PROBLEM_TYPE_PREFIX, CatalystError, InvalidRequest
from catalystindex.model.filter_schema import MALFORMED
from catalystindex.telemetry.logs import logger

MEDIA_TYPE = "application/problem+json"
MAX_PLACE = 200
_BRANCH = re.compile(r"(?:bool|constrained-(?:int|str)|list\[.*)$")
"""The library's names for the kinds a metadata or filter value may be of."""
VALUE_KINDS = "must be text, a whole number, true or false, or a list of these"
MAX_LISTED = 20
"""Validation errors shown: a body of a million mistakes gets an answer of bounded size."""

log = logger(__name__)


class InvalidField(BaseModel):
    """One mistake in a request."""

    field: str = Field(description="Where: a dotted path into the body, or a parameter's name.")
    message: str


class Problem(BaseModel):
    """RFC 9457 problem details with our extension members."""

    type: str = Field(examples=["urn:catalystindex:problem:document.not_found"])
    title: str
    status: int
    detail: str
    instance: str = Field(description="The request, as the log knows it.")
    code: str = Field(description="Stable; switch on this.", examples=["document.not_found"])
    context: dict[str, str | int | float | bool | None] = Field(default_factory=dict)
    errors: list[InvalidField] = Field(default_factory=list)


def install_problem_handlers(app: FastAPI) -> None:
    """Answer every error of the application with a problem."""
    app.add_exception_handler(CatalystError, _on_catalyst_error)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_exception)


def problem_response(
    request: Request,
    error: CatalystError,
    *,
    status: int | None = None,
    headers: Mapping[str, str] | None = None,
    errors: Sequence[InvalidField] = (),
) -> JSONResponse:
    """Return the answer for a typed error."""
    problem = Problem(
        type=error.type_uri,
        title=error.title,
        status=status or error.status,
        detail=error.detail,
        instance=f"urn:catalystindex:request:{request_id(request)}",
        code=error.code,
        context=error.context,
        errors=list(errors),
    )
    return _response(problem, {**error.headers, **(headers or {})})


def request_id(request: Request) -> str:
    """Return the id under which the request is logged."""
    return str(request.scope.get("state", {}).get("request_id", "unknown"))


async def _on_catalyst_error(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, CatalystError):
        raise error
    return problem_response(request, error)


async def _on_invalid_request(request: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    found = [_invalid_field(item) for item in error.errors()]
    fields = list({field.field: field for field in found}.values())[:MAX_LISTED]
    places = ", ".join(dict.fromkeys(field.field for field in fields))
    invalid = InvalidRequest(f"The request is not valid at: {places}.")
    return problem_response(request, invalid, errors=fields)


async def _on_http_exception(request: Request, error: Exception) -> JSONResponse:
    """Answer what the framework itself refuses: no such route, wrong method, unreadable body."""
    if not isinstance(error, HTTPException):
        raise error
    if isinstance(error.__cause__, CatalystError):
        return problem_response(request, error.__cause__)
    phrase = HTTPStatus(error.status_code).phrase
    code = f"http.{phrase.lower().replace(' ', '_').replace('-', '_')}"
    problem = Problem(
        type=PROBLEM_TYPE_PREFIX + code,
        title=phrase,
        status=error.status_code,
        detail=f"{request.method} {request.url.path}: {error.detail}",
        instance=f"urn:catalystindex:request:{request_id(request)}",
        code=code,
    )
    return _response(problem, error.headers or {})


class UnforeseenErrors:
    """Answers what no handler foresaw with a problem that shows nothing of the inside.

    The framework's own last resort raises the error again once it has answered, and the server
    then drops the connection under the client's next request.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        started = False

        async def watched(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as error:
            if started or scope["type"] != "http":
                raise
            request = Request(scope)
            log.error("request_crashed", exc_info=error, request_id=request_id(request))
            await problem_response(request, CatalystError())(scope, receive, send)


def _response(problem: Problem, headers: Mapping[str, str]) -> JSONResponse:
    return JSONResponse(
        problem.model_dump(mode="json"),
        status_code=problem.status,
        headers=dict(headers),
        media_type=MEDIA_TYPE,
    )


def _invalid_field(item: Mapping[str, Any]) -> InvalidField:
    if item["type"] == MALFORMED:
        return InvalidField(field=item["ctx"]["place"][:MAX_PLACE], message=item["ctx"]["reason"])
    place = [str(part) for part in item["loc"]]
    if place and place[0] in ("body", "query", "path", "header") and len(place) > 1:
        place = place[1:]
    branch = next((i for i, part in enumerate(place) if _BRANCH.match(part)), None)
    message = str(item["msg"]).removeprefix("Value error, ") if branch is None else VALUE_KINDS
    return InvalidField(field=".".join(place[:branch])[:MAX_PLACE], message=message[:MAX_PLACE])
