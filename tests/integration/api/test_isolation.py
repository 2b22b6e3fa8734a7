"""Two workspaces of one organisation, and one of the same name elsewhere: strangers all."""

from collections.abc import Callable
from dataclasses import dataclass

import httpx
import pytest

from support.server import (
    Json,
    LiveServer,
    ended_job,
    ingest,
    job_of,
    make_base,
    pages_of,
    problem_of,
    search,
    submit,
)

MISSING = "0123456789abcdef0123456789abcdef"
NOT_FOUND = ("document.not_found", "job.not_found", "knowledge_base.not_found")
SECRET = "The Larkspur trust moved eleven million through Vaduz."


@dataclass(frozen=True)
class Theirs:
    """What another workspace holds."""

    caller: httpx.Client
    base: Json
    document: Json
    job: Json
    item: Json


@pytest.fixture(scope="module")
def theirs(server: LiveServer) -> Theirs:
    caller = server.caller("victims")
    base = make_base(caller, "larkspur")
    document = ingest(caller, SECRET, "larkspur", key="memo", metadata={"case": "A-1"})
    make_base(caller, "delivery")
    refused = submit(caller, "%PDF-1.7 cut off", "delivery", key=SECRET, filename="bad.pdf")
    job = ended_job(caller, refused["id"])
    (item,) = pages_of(caller, f"/v1/jobs/{job['id']}/documents")
    assert item["state"] == "failed"
    return Theirs(caller, base, document, job, item)


@pytest.fixture(params=["neighbour", "namesake"])
def stranger(request: pytest.FixtureRequest, server: LiveServer) -> httpx.Client:
    """Another workspace of the organisation; the workspace of the same name in another one."""
    if request.param == "neighbour":
        return server.caller("neighbours")
    return server.caller("victims", organisation="rival")


def same_answer(found: httpx.Response, missing: httpx.Response, theirs: str) -> None:
    """The answer for another's id is the answer for one that never was, but for the id itself."""
    code = missing.json()["code"]
    assert code in NOT_FOUND
    one, other = problem_of(found, 404, code), problem_of(missing, 404, code)
    for problem in (one, other):
        problem.pop("instance")
    plain = {key: str(value).replace(theirs, MISSING) for key, value in one.items()}
    assert plain == {key: str(value) for key, value in other.items()}
    assert set(found.headers) == set(missing.headers)


@pytest.mark.parametrize("part", ["", "/chunks", "/text", "/raw"])
def test_another_tenants_document_does_not_exist(
    theirs: Theirs, stranger: httpx.Client, part: str
) -> None:
    identifier = theirs.document["id"]
    found = stranger.get(f"/v1/documents/{identifier}{part}")
    same_answer(found, stranger.get(f"/v1/documents/{MISSING}{part}"), identifier)


def test_another_tenants_document_cannot_be_deleted(theirs: Theirs, stranger: httpx.Client) -> None:
    identifier = theirs.document["id"]
    found = stranger.delete(f"/v1/documents/{identifier}")
    same_answer(found, stranger.delete(f"/v1/documents/{MISSING}"), identifier)
    assert theirs.caller.get(f"/v1/documents/{identifier}").status_code == 200


@pytest.mark.parametrize("field", ["id", "name"])
@pytest.mark.parametrize("method", ["GET", "DELETE"])
def test_another_tenants_knowledge_base_does_not_exist(
    theirs: Theirs, stranger: httpx.Client, method: str, field: str
) -> None:
    word = theirs.base[field]
    found = stranger.request(method, f"/v1/knowledge-bases/{word}")
    same_answer(found, stranger.request(method, f"/v1/knowledge-bases/{MISSING}"), word)
    assert theirs.caller.get(f"/v1/knowledge-bases/{word}").json()["documents"] == 1


@pytest.mark.parametrize("field", ["id", "name"])
def test_documents_of_another_tenants_knowledge_base_are_not_listed(
    theirs: Theirs, stranger: httpx.Client, field: str
) -> None:
    word = theirs.base[field]
    found = stranger.get("/v1/documents", params={"knowledge_base": word})
    missing = stranger.get("/v1/documents", params={"knowledge_base": MISSING})
    same_answer(found, missing, word)


@pytest.mark.parametrize("field", ["id", "name"])
def test_another_tenants_knowledge_base_cannot_be_searched(
    theirs: Theirs, stranger: httpx.Client, field: str
) -> None:
    word = theirs.base[field]
    body = {"query": "Larkspur Vaduz", "knowledge_bases": [word]}
    missing = stranger.post("/v1/search", json={**body, "knowledge_bases": [MISSING]})
    same_answer(stranger.post("/v1/search", json=body), missing, word)


@pytest.mark.parametrize("field", ["id", "name"])
def test_nothing_is_ingested_into_another_tenants_knowledge_base(
    theirs: Theirs, stranger: httpx.Client, field: str
) -> None:
    word = theirs.base[field]
    body = {"knowledge_base": word, "content": "planted", "key": "memo"}
    missing = stranger.post("/v1/ingest", json={**body, "knowledge_base": MISSING})
    same_answer(stranger.post("/v1/ingest", json=body), missing, word)
    assert theirs.caller.get(f"/v1/knowledge-bases/{word}").json()["documents"] == 1


@pytest.mark.parametrize("field", ["id", "name"])
def test_nothing_is_submitted_in_bulk_to_another_tenants_knowledge_base(
    theirs: Theirs, stranger: httpx.Client, field: str
) -> None:
    word = theirs.base[field]
    documents = [{"source": {"kind": "inline", "content": "planted"}, "key": "memo"}]
    body = {"knowledge_base": word, "documents": documents}
    missing = stranger.post("/v1/ingest/bulk", json={**body, "knowledge_base": MISSING})
    same_answer(stranger.post("/v1/ingest/bulk", json=body), missing, word)
    assert theirs.caller.get(f"/v1/knowledge-bases/{word}").json()["documents"] == 1


@pytest.mark.parametrize(
    ("method", "part"),
    [
        ("GET", ""),
        ("GET", "/documents"),
        ("GET", "/documents/{item}"),
        ("GET", "/events"),
        ("POST", "/cancel"),
        ("POST", "/retry"),
    ],
)
def test_another_tenants_job_does_not_exist(
    theirs: Theirs, stranger: httpx.Client, method: str, part: str
) -> None:
    identifier, below = theirs.job["id"], part.format(item=theirs.item["id"])
    found = stranger.request(method, f"/v1/jobs/{identifier}{below}")
    same_answer(found, stranger.request(method, f"/v1/jobs/{MISSING}{below}"), identifier)
    unchanged = theirs.caller.get(f"/v1/jobs/{identifier}").json()
    assert unchanged == theirs.job


def test_another_tenants_document_of_a_job_is_in_no_job_of_ones_own(
    theirs: Theirs, stranger: httpx.Client
) -> None:
    stranger.post("/v1/knowledge-bases", json={"name": "own"})
    own, identifier = submit(stranger, "Our own text.", "own")["id"], theirs.item["id"]
    found = stranger.get(f"/v1/jobs/{own}/documents/{identifier}")
    same_answer(found, stranger.get(f"/v1/jobs/{own}/documents/{MISSING}"), identifier)
    named = stranger.post(f"/v1/jobs/{own}/retry", json={"documents": [identifier]})
    missing = stranger.post(f"/v1/jobs/{own}/retry", json={"documents": [MISSING]})
    same_answer(named, missing, identifier)
    assert ended_job(stranger, own)["state"] == "succeeded"
    assert stranger.delete("/v1/knowledge-bases/own").status_code == 204


@pytest.mark.parametrize("path", ["/v1/jobs", "/v1/dead-letters"])
def test_another_tenants_jobs_and_dead_letters_are_not_listed(
    theirs: Theirs, stranger: httpx.Client, path: str
) -> None:
    ids = {theirs.job["id"], theirs.item["id"]}
    assert ids & {one["id"] for one in pages_of(theirs.caller, path)}
    assert not ids & {one["id"] for one in pages_of(stranger, path)}
    base = theirs.job["knowledge_base_id"]
    found = stranger.get(path, params={"knowledge_base": base})
    same_answer(found, stranger.get(path, params={"knowledge_base": MISSING}), base)


@pytest.mark.parametrize("named", [True, False])
def test_another_tenants_dead_letters_are_not_retried(
    theirs: Theirs, stranger: httpx.Client, named: bool
) -> None:
    body = {"documents": [theirs.item["id"]]} if named else {}
    problem_of(stranger.post("/v1/dead-letters/retry", json=body), 409, "job.not_retryable")
    path = f"/v1/jobs/{theirs.job['id']}/documents/{theirs.item['id']}"
    assert theirs.caller.get(path).json() == theirs.item


def test_an_idempotency_key_is_a_workspaces_own(theirs: Theirs, stranger: httpx.Client) -> None:
    make_base(theirs.caller, "keyed")
    stranger.post("/v1/knowledge-bases", json={"name": "keyed"})
    body = {"knowledge_base": "keyed", "content": "One delivery."}
    headers = {"Idempotency-Key": "delivery-1"}
    first = job_of(theirs.caller.post("/v1/ingest", json=body, headers=headers))
    other = job_of(stranger.post("/v1/ingest", json=body, headers=headers))
    again = job_of(theirs.caller.post("/v1/ingest", json=body, headers=headers))
    assert again["id"] == first["id"] != other["id"]
    for caller in (theirs.caller, stranger):
        assert caller.delete("/v1/knowledge-bases/keyed").status_code == 204


@pytest.mark.parametrize("call", ["hello", "claim", "beat", "report", "give-up", "put-back"])
def test_a_token_of_a_workspace_makes_nobody_a_worker(stranger: httpx.Client, call: str) -> None:
    """Workers see the documents of every workspace: none of its own scopes is enough."""
    problem = problem_of(stranger.post(f"/v1/work/{call}", content=b""), 403, "auth.forbidden")
    assert problem["context"] == {"scope": "work"}


def test_a_search_never_finds_another_tenants_text(theirs: Theirs, stranger: httpx.Client) -> None:
    ours = stranger.post("/v1/knowledge-bases", json={"name": "larkspur"})
    assert ours.status_code in (201, 409)
    assert stranger.get("/v1/knowledge-bases/larkspur").json()["id"] != theirs.base["id"]
    for filters in (
        {},
        {"document_id": theirs.document["id"]},
        {"document_id": [theirs.document["id"], MISSING]},
        {"case": "A-1"},
    ):
        assert search(stranger, SECRET, filters=filters) == []
    assert search(theirs.caller, SECRET, filters={"document_id": theirs.document["id"]})


def test_the_same_content_in_two_workspaces_is_two_documents(
    theirs: Theirs, stranger: httpx.Client
) -> None:
    stranger.post("/v1/knowledge-bases", json={"name": "copy"})
    copy = ingest(stranger, SECRET, "copy", key="memo", metadata={"case": "A-1"})
    assert copy["id"] != theirs.document["id"]
    assert copy["version_id"] != theirs.document["version_id"]
    assert copy["content_hash"] == theirs.document["content_hash"]
    hits = search(stranger, SECRET)
    assert {hit["citation"]["document_id"] for hit in hits} == {copy["id"]}
    assert stranger.delete(f"/v1/documents/{copy['id']}").status_code == 204
    assert search(theirs.caller, SECRET), "deleting ours took theirs away"


def test_a_workspace_has_an_audit_log_of_its_own(theirs: Theirs, stranger: httpx.Client) -> None:
    subjects = {entry["subject"] for entry in pages_of(stranger, "/v1/audit", "after")}
    assert theirs.base["id"] not in subjects
    assert theirs.document["id"] not in subjects
    assert stranger.get("/v1/audit/verify").json()["valid"]


def test_a_cursor_of_another_tenant_opens_nothing(theirs: Theirs, stranger: httpx.Client) -> None:
    make_base(theirs.caller, "second")
    cursor = theirs.caller.get("/v1/knowledge-bases?limit=1").json()["next_cursor"]
    page = stranger.get("/v1/knowledge-bases", params={"cursor": cursor}).json()
    assert "second" not in {base["name"] for base in page["items"]}
    assert theirs.caller.delete("/v1/knowledge-bases/second").status_code == 204


def test_answers_do_not_change_with_another_workspaces_documents(
    server: LiveServer, new_workspace: Callable[[], str]
) -> None:
    """Neither rank nor score: term statistics are a knowledge base's own."""
    own, other = server.caller(new_workspace()), server.caller(new_workspace())
    for caller in (own, other):
        make_base(caller)
        for number in range(6):
            ingest(caller, f"Deposit {number} of cash below the threshold.", key=f"d{number}")
    ask = {"query": "cash deposit threshold"}
    before = own.post("/v1/search", json=ask).content
    before_other = other.post("/v1/search", json=ask).content
    for number in range(6, 12):  # rare terms become common, and common ones rare
        ingest(other, f"Letter {number} on cash cash cash and no threshold.", key=f"d{number}")
    gone = pages_of(other, "/v1/documents")[0]["id"]
    assert other.delete(f"/v1/documents/{gone}").status_code == 204
    assert own.post("/v1/search", json=ask).content == before
    assert other.post("/v1/search", json=ask).content != before_other
