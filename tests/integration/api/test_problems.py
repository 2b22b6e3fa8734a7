"""Every error is a problem document that a program can read and a person can act on."""

import base64
import json
import re
from collections.abc import Iterator

import httpx
import pytest

from catalystindex.api.middleware import REQUEST_BYTES
from catalystindex.api.problems import MAX_LISTED
from support.server import (
    BODY_LIMIT,
    LiveServer,
    ingest,
    make_base,
    problem_of,
    upload,
)

REQUEST_ID = re.compile(r"[0-9a-f]{32}")


@pytest.mark.parametrize("path", ["/", "/v1", "/v2/documents", "/docs", "/redoc", "/v1/../etc"])
def test_an_unknown_route_is_a_problem(ana: httpx.Client, path: str) -> None:
    problem_of(ana.get(path), 404, "http.not_found")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("PUT", "/v1/documents", {"GET"}),
        ("PATCH", "/v1/documents/x", {"GET", "DELETE"}),
        ("GET", "/v1/search", {"POST"}),
        ("DELETE", "/v1/audit", {"GET"}),
    ],
)
def test_a_wrong_method_is_a_problem_that_names_the_right_ones(
    ana: httpx.Client, method: str, path: str, allowed: set[str]
) -> None:
    response = ana.request(method, path)
    problem_of(response, 405, "http.method_not_allowed")
    assert {name.strip() for name in response.headers["allow"].split(",")} & allowed


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/v1/knowledge-bases", {}, "name"),
        ("/v1/knowledge-bases", {"name": 7}, "name"),
        ("/v1/knowledge-bases", {"name": "bank", "colour": "red"}, "colour"),
        ("/v1/knowledge-bases", {"name": "bank", "description": "x" * 2001}, "description"),
        ("/v1/ingest", {"knowledge_base": "bank"}, "content"),
        ("/v1/ingest", {"knowledge_base": "bank", "content": ""}, "content"),
        ("/v1/ingest", {"knowledge_base": "bank", "content": "x", "key": ""}, "key"),
        ("/v1/ingest", {"knowledge_base": "b", "content": "x", "title": "\ud800"}, "title"),
        ("/v1/search", {}, "query"),
        ("/v1/search", {"query": ""}, "query"),
        ("/v1/search", {"query": "x" * 4001}, "query"),
        ("/v1/search", {"query": "\udfff"}, "query"),
        ("/v1/search", {"query": "x", "mode": "premium"}, "mode"),
        ("/v1/search", {"query": "x", "track": "vision"}, "track"),
    ],
)
def test_a_mistake_in_a_body_is_named_by_its_field(
    ana: httpx.Client, path: str, body: dict[str, object], field: str
) -> None:
    response = ana.post(
        path, content=json.dumps(body), headers={"Content-Type": "application/json"}
    )
    problem = problem_of(response, 422, "request.invalid")
    assert field in [error["field"] for error in problem["errors"]]
    assert field in problem["detail"]
    assert all(error["message"] for error in problem["errors"])


@pytest.mark.parametrize(
    ("path", "parameter", "value"),
    [
        ("/v1/documents", "limit", "0"),
        ("/v1/documents", "limit", "201"),
        ("/v1/documents", "limit", "many"),
        ("/v1/documents", "limit", "9" * 400),
        ("/v1/documents", "status", "lost"),
        ("/v1/documents", "cursor", "x" * 2049),
        ("/v1/documents", "knowledge_base", "x" * 65),
        ("/v1/knowledge-bases", "limit", "-1"),
        ("/v1/audit", "after", "-1"),
        ("/v1/audit", "after", "first"),
        ("/v1/audit", "after", str(2**63)),
        ("/v1/audit", "after", str(10**30)),
    ],
)
def test_a_mistake_in_a_parameter_is_named_by_it(
    ana: httpx.Client, path: str, parameter: str, value: str
) -> None:
    problem = problem_of(ana.get(path, params={parameter: value}), 422, "request.invalid")
    assert [error["field"] for error in problem["errors"]] == [parameter]


@pytest.mark.parametrize("path", ["/v1/knowledge-bases", "/v1/documents"])
@pytest.mark.parametrize(
    "key",
    [
        b"",
        b"null",
        b"[]",
        b'["a", "b", "c"]',
        b'[1, "a"]',
        b'{"name": "a"}',
        b"\xff\xfe",
        b'["\\ud800"]',
        b'["\\ud800", "\\ud800"]',
        b"[" * 1400,
    ],
)
def test_a_cursor_that_we_did_not_make_is_refused(ana: httpx.Client, path: str, key: bytes) -> None:
    cursor = base64.urlsafe_b64encode(key).decode().rstrip("=") or "="
    problem = problem_of(ana.get(path, params={"cursor": cursor}), 422, "request.invalid")
    assert problem["context"] == {"field": "cursor"}


@pytest.mark.parametrize("path", ["/v1/knowledge-bases", "/v1/documents"])
@pytest.mark.parametrize("cursor", ["!", "päge", "a" * 2047])
def test_a_cursor_in_another_alphabet_is_refused(ana: httpx.Client, path: str, cursor: str) -> None:
    problem_of(ana.get(path, params={"cursor": cursor}), 422, "request.invalid")


@pytest.mark.parametrize("body", [b'{"name": ', b"", b"\x00", b'{"name": "a"}}', b"\xff\xfe{}"])
def test_a_body_that_is_no_json_is_a_problem(ana: httpx.Client, body: bytes) -> None:
    response = ana.post(
        "/v1/knowledge-bases", content=body, headers={"Content-Type": "application/json"}
    )
    assert response.status_code in (400, 422)
    code = {400: "http.bad_request", 422: "request.invalid"}[response.status_code]
    problem_of(response, response.status_code, code)


def test_a_deeply_nested_body_is_a_problem(ana: httpx.Client) -> None:
    response = ana.post(
        "/v1/search", content=b"[" * 100_000, headers={"Content-Type": "application/json"}
    )
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_json_under_another_content_type_is_not_taken(ana: httpx.Client, kind: str) -> None:
    response = ana.post(
        "/v1/knowledge-bases", content=b'{"name": "bank"}', headers={"Content-Type": kind}
    )
    problem_of(response, 422, "request.invalid")
    assert ana.get("/v1/knowledge-bases").json()["items"] == []


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=other", "application/json"]
)
def test_a_malformed_form_is_a_problem(ana: httpx.Client, kind: str) -> None:
    response = ana.post(
        "/v1/ingest/upload", content=b"--x\r\nbroken", headers={"Content-Type": kind}
    )
    assert response.status_code in (400, 422)
    assert response.headers["content-type"] == "application/problem+json"


def test_a_body_over_the_limit_is_refused_by_its_length(ana: httpx.Client) -> None:
    make_base(ana)
    body = {"knowledge_base": "bank", "content": "x" * BODY_LIMIT}
    problem = problem_of(ana.post("/v1/ingest", json=body), 413, "request.too_large")
    assert problem["context"] == {"limit": BODY_LIMIT}
    assert ana.get("/v1/documents").json()["items"] == []


def test_a_body_over_the_limit_is_refused_as_it_arrives(ana: httpx.Client) -> None:
    def endless() -> Iterator[bytes]:
        yield b'{"knowledge_base": "bank", "content": "'
        for _ in range(2 * BODY_LIMIT // 8192):
            yield b"x" * 8192
        yield b'"}'

    response = ana.post(
        "/v1/ingest", content=endless(), headers={"Content-Type": "application/json"}
    )
    problem_of(response, 413, "request.too_large")


def test_an_upload_over_the_limit_is_refused(ana: httpx.Client) -> None:
    make_base(ana)
    problem_of(upload(ana, b"x" * BODY_LIMIT, "big.txt"), 413, "request.too_large")


def test_a_body_just_under_the_limit_is_taken(ana: httpx.Client) -> None:
    make_base(ana)
    sent = json.dumps({"name": "a", "description": ""}) + " " * (REQUEST_BYTES - 100)
    response = ana.post(
        "/v1/knowledge-bases", content=sent, headers={"Content-Type": "application/json"}
    )
    assert response.status_code == 201


@pytest.mark.parametrize("data", [b"\x00\x01\x02binary", b"GIF89a gif", b"\x1f\x8b\x08gzip"])
def test_a_kind_that_no_parser_reads_is_unsupported(ana: httpx.Client, data: bytes) -> None:
    make_base(ana)
    response = upload(ana, data, "picture.txt", media_type="text/plain")
    problem_of(response, 415, "document.unsupported_media")
    assert ana.get("/v1/documents").json()["items"] == []


def test_the_number_of_mistakes_told_is_bounded(ana: httpx.Client) -> None:
    body = {"name": "bank", **{f"extra{i}": i for i in range(5000)}}
    response = ana.post("/v1/knowledge-bases", json=body)
    problem = problem_of(response, 422, "request.invalid")
    assert len(problem["errors"]) == MAX_LISTED
    assert len(response.content) < 10_000


def test_a_mistake_does_not_come_back_at_full_length(ana: httpx.Client) -> None:
    name = "extra" * 10_000
    response = ana.post("/v1/knowledge-bases", json={"name": "bank", name: 1})
    problem_of(response, 422, "request.invalid")
    assert len(response.content) < 10_000


def test_the_values_of_a_mistake_are_not_told_back(ana: httpx.Client) -> None:
    response = ana.post("/v1/search", json={"query": "x", "limit": "AT61 1904 3002"})
    problem_of(response, 422, "request.invalid")
    assert "1904" not in response.text


def test_an_unforeseen_error_shows_nothing_of_the_inside(
    server: LiveServer, ana: httpx.Client
) -> None:
    make_base(ana)
    document = ingest(ana, "A text that will be damaged on disk.")
    artifacts = server.owner.settings.data_dir / "artifacts"
    (parsed,) = (
        path for path in artifacts.rglob("parsed.json") if document["version_id"] in str(path)
    )
    parsed.write_bytes(b"\xc1 damaged")
    response = ana.get(f"/v1/documents/{document['id']}/text")
    problem = problem_of(response, 500, "internal")
    assert problem["detail"] == "Something went wrong on our side"
    assert "damaged" not in response.text
    assert "Traceback" not in response.text
    assert str(artifacts) not in response.text
    assert ana.get("/v1/health").status_code == 200


@pytest.mark.parametrize("given", ["abcdefgh", "Trace-1_2.3-xyz", "a" * 64])
def test_a_sane_request_id_is_kept(nobody: httpx.Client, given: str) -> None:
    response = nobody.get("/v1/health", headers={"X-Request-Id": given})
    assert response.headers["x-request-id"] == given
    refused = nobody.get("/v1/documents", headers={"X-Request-Id": given})
    assert problem_of(refused, 401, "auth.unauthenticated")["instance"].endswith(f":{given}")


@pytest.mark.parametrize("given", ["short", "a" * 65, "with space", "<script>alert", "ünicode-id"])
def test_an_odd_request_id_is_replaced(nobody: httpx.Client, given: str) -> None:
    response = nobody.get("/v1/health", headers={b"X-Request-Id": given.encode()})
    assert REQUEST_ID.fullmatch(response.headers["x-request-id"])


def test_every_request_gets_an_id_of_its_own(nobody: httpx.Client) -> None:
    made = {nobody.get("/v1/health").headers["x-request-id"] for _ in range(5)}
    assert len(made) == 5


def test_a_trailing_slash_never_loses_the_version_or_the_host(ana: httpx.Client) -> None:
    response = ana.get("/v1/documents/")
    if response.is_redirect:
        assert response.headers["location"].rstrip("/").endswith("/v1/documents")
    else:
        assert response.headers["content-type"] == "application/problem+json"
