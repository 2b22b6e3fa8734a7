"""The audit log over HTTP: everything that was done, and nothing of what it was about."""

import json
from itertools import pairwise

import httpx
import pytest

from support.server import (
    LiveServer,
    ingest,
    make_base,
    pages_of,
    problem_of,
    upload,
)

SECRET = "larkspur"


@pytest.fixture(scope="module")
def caller(server: LiveServer) -> httpx.Client:
    """A workspace in which each kind of thing happened, full of a word that must not show."""
    caller = server.caller("audited")
    make_base(caller, f"{SECRET}-bank")
    first = ingest(
        caller,
        f"The {SECRET} sings.",
        f"{SECRET}-bank",
        key=f"{SECRET}/memo",
        title=f"On {SECRET}",
        filename=f"{SECRET}.txt",
        metadata={SECRET: SECRET},
    )
    upload(caller, b"%PDF-cut " + SECRET.encode(), f"{SECRET}.pdf", f"{SECRET}-bank", key="bad")
    assert caller.delete(f"/v1/documents/{first['id']}").status_code == 204
    assert caller.delete(f"/v1/knowledge-bases/{SECRET}-bank").status_code == 204
    return caller


def test_every_action_left_its_entry_in_order(caller: httpx.Client) -> None:
    entries = pages_of(caller, "/v1/audit", "after")
    assert [entry["action"] for entry in entries] == [
        "knowledge_base.create",
        "document.accept",
        "document.index",
        "document.accept",
        "document.fail",
        "document.delete",
        "knowledge_base.delete",
    ]
    assert [entry["sequence"] for entry in entries] == list(range(1, 8))
    assert {entry["actor"] for entry in entries} == {"ana"}


def test_an_entry_holds_ids_and_counts_and_never_words_of_a_document(caller: httpx.Client) -> None:
    assert SECRET not in json.dumps(pages_of(caller, "/v1/audit", "after"))


@pytest.mark.parametrize("limit", [1, 2, 3, 200])
def test_pages_show_every_entry_once(caller: httpx.Client, limit: int) -> None:
    entries = pages_of(caller, "/v1/audit", "after", limit=limit)
    assert [entry["sequence"] for entry in entries] == list(range(1, 8))


def test_each_entry_is_bound_to_the_one_before_it(caller: httpx.Client) -> None:
    entries = pages_of(caller, "/v1/audit", "after")
    assert entries[0]["previous_hash"] == "0" * 64
    for before, after in pairwise(entries):
        assert after["previous_hash"] == before["hash"]


def test_the_chain_verifies(caller: httpx.Client) -> None:
    entries = pages_of(caller, "/v1/audit", "after")
    assert caller.get("/v1/audit/verify").json() == {
        "tenant": "acme/audited",
        "valid": True,
        "entries": len(entries),
        "head": entries[-1]["hash"],
        "problem": None,
    }


def test_an_empty_chain_is_valid(ana: httpx.Client) -> None:
    report = ana.get("/v1/audit/verify").json()
    assert (report["valid"], report["entries"], report["head"]) == (True, 0, "0" * 64)
    assert ana.get("/v1/audit").json() == {"items": [], "next_cursor": None}


def test_beyond_the_end_there_is_nothing(caller: httpx.Client) -> None:
    page = caller.get("/v1/audit", params={"after": 2**31}).json()
    assert page == {"items": [], "next_cursor": None}


def test_what_was_refused_leaves_no_entry(ana: httpx.Client) -> None:
    make_base(ana)
    ana.post("/v1/knowledge-bases", json={"name": "bank"})
    ana.post("/v1/knowledge-bases", json={"name": "Not A Name"})
    ana.post("/v1/ingest", json={"knowledge_base": "nowhere", "content": "x"})
    problem_of(upload(ana, b"", "empty.txt"), 422, "document.empty")
    ana.delete("/v1/documents/nothing")
    ana.delete("/v1/knowledge-bases/nothing")
    actions = [entry["action"] for entry in pages_of(ana, "/v1/audit", "after")]
    assert actions == ["knowledge_base.create"]


def test_an_unchanged_document_leaves_no_entry_but_that_it_came(ana: httpx.Client) -> None:
    make_base(ana)
    ingest(ana, "same", key="memo")
    before = pages_of(ana, "/v1/audit", "after")
    ingest(ana, "same", key="memo")
    after = pages_of(ana, "/v1/audit", "after")
    assert after[: len(before)] == before
    assert [entry["action"] for entry in after[len(before) :]] == ["job.submit"]
    assert ana.get("/v1/audit/verify").json()["valid"]
