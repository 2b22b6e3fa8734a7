"""The OpenAPI description: scopes from the access table, problems on every operation."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from catalystindex.api.access import PUBLIC, SCOPES, VERSION_PREFIX
from catalystindex.api.problems import MEDIA_TYPE, Problem
from catalystindex.model.errors import PROBLEM_TYPE_PREFIX, all_error_types
from catalystindex.model.job import BulkRequest

BEARER = "bearer"
ALWAYS = (422, 500)
GUARDED = (401, 403)
OF_ROUTE = {
    ("POST", "/knowledge-bases"): (409,),
    ("GET", "/documents"): (404,),
    ("POST", "/ingest"): (404, 415, 429),
    ("POST", "/ingest/upload"): (404, 415, 429),
    ("POST", "/ingest/bulk"): (404, 429),
    ("GET", "/jobs"): (404,),
    ("GET", "/dead-letters"): (404,),
    ("POST", "/jobs/{job_id}/retry"): (409,),
    ("POST", "/dead-letters/retry"): (404, 409),
    ("POST", "/search"): (404,),
    ("POST", "/events"): (429, 503),
    ("GET", "/streams"): (503,),
    ("GET", "/streams/dead-letters"): (503,),
    ("POST", "/streams/dead-letters/replay"): (503,),
    ("POST", "/streams/dead-letters/{letter_id}/replay"): (409, 503),
    ("POST", "/streams/dead-letters/{letter_id}/discard"): (409, 503),
    ("POST", "/streams/{group}/seek"): (409, 503),
    ("GET", "/graph"): (503,),
    ("GET", "/graph/profile"): (404, 413, 503, 504),
    ("GET", "/graph/neighbourhood"): (404, 413, 503, 504),
    ("GET", "/graph/paths"): (404, 413, 503, 504),
    ("GET", "/graph/ownership"): (404, 413, 503, 504),
    ("GET", "/graph/shared"): (404, 413, 503, 504),
}
"""Statuses that a route answers besides those that follow from its form."""
METHODS = ("get", "post", "put", "patch", "delete")

DESCRIPTION = """For investigators: documents and events in; cited passages and an entity graph out.

Every error is an RFC 9457 problem with a stable `code`. Listings are paged by cursor. The tenant
comes from the access token alone. The unversioned path of each operation is an alias of `/v1`.
"""


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document of the application."""
    schema = get_openapi(
        title=app.title, version=app.version, description=DESCRIPTION, routes=app.routes
    )
    parts = schema.setdefault("components", {})
    parts["securitySchemes"] = {BEARER: {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    schemas = parts.setdefault("schemas", {})
    for model in (Problem, BulkRequest):  # no route has them as a parameter or an answer
        described = model.model_json_schema(ref_template="#/components/schemas/{model}")
        schemas.update(described.pop("$defs", {}))
        schemas[model.__name__] = described
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    for path, operations in schema["paths"].items():
        for method in METHODS:
            if method in operations:
                _complete(operations[method], method.upper(), path)
    return schema


def _complete(operation: dict[str, Any], method: str, path: str) -> None:
    scope = SCOPES[method, path.removeprefix(VERSION_PREFIX)]
    if scope is not PUBLIC:
        operation["security"] = [{BEARER: [scope.value]}]
    statuses = {*ALWAYS, *(GUARDED if scope is not PUBLIC else ())}
    statuses |= {*OF_ROUTE.get((method, path.removeprefix(VERSION_PREFIX)), ())}
    if "{" in path:
        statuses.add(404)
    if method == "POST":
        statuses.add(413)
    operation["responses"].pop("422", None)
    for status in sorted(statuses):
        operation["responses"].setdefault(str(status), _problem(status))


def _problem(status: int) -> dict[str, Any]:
    kinds = [kind for kind in all_error_types() if kind.status == status]
    example = {
        "type": PROBLEM_TYPE_PREFIX + kinds[0].code,
        "title": kinds[0].title,
        "status": status,
        "detail": kinds[0].title + ".",
        "instance": "urn:catalystindex:request:6b1f0c2e9d8a4f7e",
        "code": kinds[0].code,
        "context": {},
        "errors": [],
    }
    return {
        "description": "; ".join(f"`{kind.code}`" for kind in kinds),
        "content": {
            MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}, "example": example}
        },
    }
