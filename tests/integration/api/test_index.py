"""The index over HTTP: who may rebuild it, what is answered, and what others see of it."""

import time

import httpx
import pytest

from catalystindex.security.scopes import Scope
from support.server import LiveServer, ingest, make_base, problem_of, search


def ended(caller: httpx.Client, location: str) -> dict[str, object]:
    deadline = time.monotonic() + 60
    while True:
        found: dict[str, object] = caller.get(location).json()
        if found["state"] != "building":
            return found
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("path", ["reindex", "rollback", "cancel", "retire"])
def test_changing_the_index_needs_its_scope(server: LiveServer, path: str) -> None:
    caller = server.caller("w", Scope.INDEX_READ)
    problem_of(caller.post(f"/v1/index/{path}", json={}), 403, "auth.forbidden")


def test_reading_generations_needs_its_scope(server: LiveServer) -> None:
    caller = server.caller("w", Scope.SEARCH)
    problem_of(caller.get("/v1/index/generations"), 403, "auth.forbidden")


def test_a_rebuild_is_accepted_followed_rolled_back_and_retired(ana: httpx.Client) -> None:
    make_base(ana)
    ingest(ana, "Gold came.")
    started = ana.post("/v1/index/reindex", json={})
    assert started.status_code == 202
    number = started.json()["number"]
    assert started.headers["Location"] == f"/v1/index/generations/{number}"
    assert ended(ana, started.headers["Location"])["state"] == "active"
    back = ana.post("/v1/index/rollback")
    assert (back.status_code, back.json()["number"]) == (202, number - 1)
    assert ended(ana, back.headers["Location"])["state"] == "active"
    assert search(ana, "gold")
    assert ana.post("/v1/index/retire").json()["state"] == "retired"
    for path in ("retire", "rollback", "cancel"):
        problem_of(ana.post(f"/v1/index/{path}"), 404, "generation.not_found")


def test_what_one_workspace_chunks_anew_is_not_shown_to_another(
    server: LiveServer, ana: httpx.Client
) -> None:
    base = make_base(ana)
    ingest(ana, "Gold came. " * 20)
    body = {"policy": "policy_manual", "knowledge_bases": ["bank"]}
    started = ana.post("/v1/index/reindex", json=body)
    assert started.json()["knowledge_bases"] == [base["id"]]
    ended(ana, started.headers["Location"])
    theirs = server.caller("elsewhere").get(started.headers["Location"]).json()
    assert (theirs["policy"], theirs["knowledge_bases"]) == (None, [])


def test_mistakes_are_problems(ana: httpx.Client) -> None:
    problem_of(ana.get("/v1/index/generations/999"), 404, "generation.not_found")
    for body, status, code in (
        ({"knowledge_bases": ["bank"]}, 422, "request.invalid"),
        ({"policy": "no-such"}, 404, "policy.not_found"),
    ):
        problem_of(ana.post("/v1/index/reindex", json=body), status, code)
