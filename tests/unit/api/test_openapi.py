"""The description of the API says what the API does."""

import importlib
import importlib.util
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from catalystindex.api.access import PUBLIC, SCOPES, VERSION_PREFIX
from catalystindex.api.app import routed_app
from catalystindex.model.errors import all_error_types

SCHEMA = routed_app().openapi()
REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "openapi.json"
METHODS = ("get", "post", "put", "patch", "delete")
OPERATIONS = [
    pytest.param(method.upper(), path, operation, id=f"{method.upper()} {path}")
    for path, operations in SCHEMA["paths"].items()
    for method, operation in operations.items()
]


def nodes(value: object) -> Iterator[dict[str, Any]]:
    """Yield every object in a document."""
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from nodes(item)
    elif isinstance(value, list):
        for item in value:
            yield from nodes(item)


def ref_of(schema: dict[str, Any]) -> str:
    """Return what a body refers to; one that may be absent is that or null."""
    one_of = schema.get("anyOf", [schema])
    (found,) = [str(part["$ref"]) for part in one_of if "$ref" in part]
    return found


def test_it_is_an_openapi_3_1_document() -> None:
    assert SCHEMA["openapi"].startswith("3.1.")
    assert SCHEMA["info"]["title"]
    assert SCHEMA["info"]["version"]
    if importlib.util.find_spec("openapi_spec_validator"):
        importlib.import_module("openapi_spec_validator").validate(SCHEMA)


def test_every_reference_leads_somewhere_and_every_schema_is_used() -> None:
    used = {node["$ref"] for node in nodes(SCHEMA) if isinstance(node.get("$ref"), str)}
    made = {f"#/components/schemas/{name}" for name in SCHEMA["components"]["schemas"]}
    assert used == made


def test_operation_ids_are_unique() -> None:
    ids = [
        operation["operationId"]
        for operations in SCHEMA["paths"].values()
        for operation in operations.values()
    ]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_operation_says_what_it_does(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    assert operation["summary"]
    assert operation["description"]
    assert operation["tags"]
    assert method.lower() in METHODS
    for parameter in operation.get("parameters", []):
        assert parameter["name"] in path or parameter["in"] in ("query", "header")
        assert parameter["in"] == "path" or parameter.get("description"), parameter["name"]


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_path_parameter_is_declared(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    del method
    declared = {p["name"] for p in operation.get("parameters", []) if p["in"] == "path"}
    assert declared == set(re.findall(r"{(\w+)}", path))


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_operation_names_the_scope_it_needs(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    scope = SCOPES[method, path.removeprefix(VERSION_PREFIX)]
    wanted = None if scope is PUBLIC else [{"bearer": [scope.value]}]
    assert operation.get("security") == wanted
    assert SCHEMA["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_error_answer_is_a_problem(method: str, path: str, operation: dict[str, Any]) -> None:
    errors = {int(status) for status in operation["responses"] if int(status) >= 400}
    assert errors >= {422, 500}
    if SCOPES[method, path.removeprefix(VERSION_PREFIX)] is not PUBLIC:
        assert errors >= {401, 403}
    known = {kind.code: kind for kind in all_error_types()}
    for status in errors - {503}:
        answer = operation["responses"][str(status)]
        content = answer["content"]["application/problem+json"]
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
        example = content["example"]
        assert known[example["code"]].status == status == example["status"]
        assert answer["description"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("post", "/v1/knowledge-bases", 409),
        ("get", "/v1/knowledge-bases/{knowledge_base}", 404),
        ("delete", "/v1/knowledge-bases/{knowledge_base}", 404),
        ("get", "/v1/documents", 404),
        ("get", "/v1/documents/{document_id}/text", 404),
        ("post", "/v1/ingest", 404),
        ("post", "/v1/ingest", 413),
        ("post", "/v1/ingest", 415),
        ("post", "/v1/ingest", 429),
        ("post", "/v1/ingest/upload", 404),
        ("post", "/v1/ingest/upload", 413),
        ("post", "/v1/ingest/upload", 415),
        ("post", "/v1/ingest/upload", 429),
        ("post", "/v1/ingest/bulk", 202),
        ("post", "/v1/ingest/bulk", 404),
        ("post", "/v1/ingest/bulk", 413),
        ("post", "/v1/ingest/bulk", 429),
        ("get", "/v1/jobs", 404),
        ("get", "/v1/jobs/{job_id}/events", 404),
        ("post", "/v1/jobs/{job_id}/retry", 409),
        ("post", "/v1/dead-letters/retry", 409),
        ("post", "/v1/search", 404),
        ("post", "/v1/search", 413),
    ],
)
def test_an_answer_that_callers_meet_is_described(method: str, path: str, status: int) -> None:
    assert str(status) in SCHEMA["paths"][path][method]["responses"]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("post", "/v1/search", 409),
        ("post", "/v1/ingest", 409),
        ("post", "/v1/knowledge-bases", 404),
        ("get", "/v1/knowledge-bases", 404),
    ],
)
def test_an_answer_that_cannot_come_is_not_described(method: str, path: str, status: int) -> None:
    assert str(status) not in SCHEMA["paths"][path][method]["responses"]


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_request_body_has_an_example(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    del method, path
    for media in operation.get("requestBody", {}).get("content", {}).values():
        if "example" in media or "examples" in media:
            continue
        if "properties" in media["schema"]:  # a form that is described on the spot
            fields = [media["schema"]["properties"][name] for name in media["schema"]["required"]]
            assert all("examples" in field for field in fields if field["type"] == "string")
            continue
        name = ref_of(media["schema"]).rpartition("/")[2]
        schema = SCHEMA["components"]["schemas"][name]
        required = [schema["properties"][field] for field in schema.get("required", ())]
        assert "examples" in schema or all("examples" in field for field in required)


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS)
def test_every_answer_with_content_has_a_schema_or_a_media_type(
    method: str, path: str, operation: dict[str, Any]
) -> None:
    del path
    good = [code for code in operation["responses"] if code.startswith("2")]
    assert good
    for code in good:
        content = operation["responses"][code].get("content", {})
        assert bool(content) is (code != "204"), method


def test_nothing_of_the_framework_shows() -> None:
    assert not {"HTTPValidationError", "ValidationError"} & set(SCHEMA["components"]["schemas"])


def test_the_reference_page_is_this_document() -> None:
    canonical = json.dumps(SCHEMA, indent=2, sort_keys=True) + "\n"
    assert REFERENCE.read_text("utf-8") == canonical
