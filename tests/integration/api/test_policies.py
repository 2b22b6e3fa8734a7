"""Policies over HTTP: stored by a workspace, named at ingest, seen by nobody else."""

import httpx
import pytest

from support.server import LiveServer, ingest, make_base, problem_of

MINE = """
name: mine
description: Short passages and windows.
max_tokens: 64
tiers:
  - tier: semantic
  - {tier: window, sentences: 2, overlap: 1}
"""
TEXT = "# Memo\n\n" + " ".join(f"Deposit {n} was made in cash." for n in range(6))


def put(caller: httpx.Client, name: str, text: str) -> httpx.Response:
    return caller.put(f"/v1/policies/{name}", content=text.encode())


def test_a_policy_is_stored_shown_listed_and_deleted(ana: httpx.Client) -> None:
    stored = put(ana, "mine", MINE).json()
    assert (stored["name"], stored["revision"], stored["builtin"]) == ("mine", 1, False)
    assert ana.get("/v1/policies/mine").json() == stored
    names = [policy["name"] for policy in ana.get("/v1/policies").json()["items"]]
    assert names[0] == "default"
    assert names[-1] == "mine"
    assert ana.delete("/v1/policies/mine").status_code == 204
    problem_of(ana.get("/v1/policies/mine"), 404, "policy.not_found")
    problem_of(ana.delete("/v1/policies/mine"), 404, "policy.not_found")


def test_a_change_is_a_new_revision_and_no_change_is_none(ana: httpx.Client) -> None:
    first = put(ana, "mine", MINE).json()
    assert put(ana, "mine", MINE).json() == first
    assert put(ana, "mine", MINE.replace("64", "96")).json()["revision"] == 2
    assert put(ana, "mine", MINE).json()["revision"] == 3


def test_a_deleted_name_may_be_used_again(ana: httpx.Client) -> None:
    put(ana, "mine", MINE)
    ana.delete("/v1/policies/mine")
    assert put(ana, "mine", MINE).json()["revision"] == 1


def test_names_of_the_product_are_reserved(ana: httpx.Client) -> None:
    named = MINE.replace("name: mine", "name: default")
    problem_of(put(ana, "default", named), 409, "policy.reserved")
    problem_of(ana.delete("/v1/policies/default"), 409, "policy.reserved")


def test_mistakes_are_named_and_nothing_is_stored(ana: httpx.Client) -> None:
    wrong = MINE.replace("max_tokens", "max_token")
    for response in (
        put(ana, "mine", wrong),
        ana.post("/v1/policies/validate", content=wrong.encode()),
    ):
        problem = problem_of(response, 422, "policy.invalid")
        assert "did you mean 'max_tokens'?" in problem["detail"]
        assert "line 4" in problem["detail"]
    problem_of(put(ana, "other", MINE), 422, "policy.invalid")
    problem_of(ana.get("/v1/policies/mine"), 404, "policy.not_found")


def test_json_is_taken_too(ana: httpx.Client) -> None:
    body = {"name": "mine", "description": "x", "tiers": [{"tier": "semantic"}]}
    checked = ana.post("/v1/policies/validate", json=body)
    assert checked.json()["body"]["max_tokens"] == "encoder"


def test_a_document_is_cut_by_the_policy_it_names(ana: httpx.Client) -> None:
    make_base(ana, "bank")
    put(ana, "mine", MINE)
    document = ingest(ana, TEXT, "bank", key="memo", filename="memo.md", policy="mine")
    assert document["policy"] == "mine"
    chunks = ana.get(f"/v1/documents/{document['id']}/chunks").json()["items"]
    windows = [chunk for chunk in chunks if chunk["tier"] == "window"]
    assert len(windows) == 5
    assert chunks[0]["tier"] == "semantic"
    assert all(chunk["tokens"] <= 64 for chunk in chunks)
    assert [w["next_id"] for w in windows] == [*(w["id"] for w in windows[1:]), None]


def test_an_unknown_policy_says_what_is_near(ana: httpx.Client) -> None:
    make_base(ana, "bank")
    body = {"knowledge_base": "bank", "content": TEXT, "policy": "policy_manuel"}
    problem = problem_of(ana.post("/v1/ingest", json=body), 404, "policy.not_found")
    assert "policy_manual" in problem["detail"]


@pytest.mark.parametrize("organisation", ["acme", "rival"])
def test_another_workspace_sees_none_of_it(
    server: LiveServer, ana: httpx.Client, organisation: str
) -> None:
    put(ana, "mine", MINE)
    stranger = server.caller("strangers", organisation=organisation)
    problem_of(stranger.get("/v1/policies/mine"), 404, "policy.not_found")
    problem_of(stranger.delete("/v1/policies/mine"), 404, "policy.not_found")
    assert all(policy["builtin"] for policy in stranger.get("/v1/policies").json()["items"])
    assert ana.get("/v1/policies/mine").status_code == 200
