"""Knowledge bases over HTTP."""

import httpx
import pytest

from support.server import ingest, make_base, pages_of, problem_of, search


def test_a_knowledge_base_is_made_and_shown_by_name_and_id(ana: httpx.Client) -> None:
    response = ana.post("/v1/knowledge-bases", json={"name": "bank", "description": "KYC files"})
    made = response.json()
    assert response.status_code == 201
    assert (made["name"], made["description"], made["documents"]) == ("bank", "KYC files", 0)
    assert ana.get(response.headers["location"]).json() == made
    for word in ("bank", made["id"]):
        assert ana.get(f"/v1/knowledge-bases/{word}").json() == made
        assert ana.get(f"/knowledge-bases/{word}").json() == made


def test_a_name_is_taken_once(ana: httpx.Client) -> None:
    make_base(ana, "bank")
    response = ana.post("/v1/knowledge-bases", json={"name": "bank", "description": "again"})
    problem = problem_of(response, 409, "knowledge_base.exists")
    assert problem["context"] == {"name": "bank"}
    assert ana.get("/v1/knowledge-bases/bank").json()["description"] == ""


@pytest.mark.parametrize("name", ["a", "0", "bank", "a.b_c-d", "x" * 64])
def test_a_good_name_is_taken(ana: httpx.Client, name: str) -> None:
    assert make_base(ana, name)["name"] == name


@pytest.mark.parametrize(
    "name",
    ["", " ", "Bank", "-a", ".a", "_a", "a b", "a/b", "..", "a\n", "ä", "x" * 65, "a?", "%2e"],
)
def test_a_bad_name_is_refused(ana: httpx.Client, name: str) -> None:
    response = ana.post("/v1/knowledge-bases", json={"name": name})
    problem = problem_of(response, 422, "request.invalid")
    assert [error["field"] for error in problem["errors"]] == ["name"]


@pytest.mark.parametrize("limit", [1, 3, 7, 200])
def test_pages_show_everything_once_in_the_order_of_names(ana: httpx.Client, limit: int) -> None:
    names = [f"kb-{number:02}" for number in range(7)]
    for name in reversed(names):
        make_base(ana, name)
    listed = pages_of(ana, "/v1/knowledge-bases", limit=limit)
    assert [base["name"] for base in listed] == names


def test_a_listing_is_stable_while_others_insert(ana: httpx.Client) -> None:
    for name in ("b", "d", "f"):
        make_base(ana, name)
    first = ana.get("/v1/knowledge-bases?limit=2").json()
    make_base(ana, "a")
    make_base(ana, "e")
    after = {"cursor": first["next_cursor"]}
    second = ana.get("/v1/knowledge-bases", params=after).json()
    assert [base["name"] for base in first["items"]] == ["b", "d"]
    assert [base["name"] for base in second["items"]] == ["e", "f"]
    assert second["next_cursor"] is None


def test_an_empty_workspace_has_an_empty_page(ana: httpx.Client) -> None:
    assert ana.get("/v1/knowledge-bases").json() == {"items": [], "next_cursor": None}


@pytest.mark.parametrize("word", ["name", "id"])
def test_a_deleted_knowledge_base_is_gone_with_all_in_it(ana: httpx.Client, word: str) -> None:
    made = make_base(ana, "bank")
    document = ingest(ana, "Seven cash deposits of 9,500 USD.")
    assert search(ana, "cash deposits")
    response = ana.delete(f"/v1/knowledge-bases/{made[word]}")
    assert (response.status_code, response.content) == (204, b"")
    for method in ("GET", "DELETE"):
        for name in ("bank", made["id"]):
            gone = ana.request(method, f"/v1/knowledge-bases/{name}")
            problem_of(gone, 404, "knowledge_base.not_found")
    for part in ("", "/chunks", "/text", "/raw"):
        problem_of(ana.get(f"/v1/documents/{document['id']}{part}"), 404, "document.not_found")
    assert search(ana, "cash deposits") == []
    assert ana.get("/v1/documents").json()["items"] == []
    unknown = ana.post("/v1/search", json={"query": "cash", "knowledge_bases": ["bank"]})
    problem_of(unknown, 404, "knowledge_base.not_found")


def test_a_name_can_be_used_again_after_deleting_and_starts_empty(ana: httpx.Client) -> None:
    make_base(ana, "bank")
    first = ingest(ana, "Seven cash deposits of 9,500 USD.", key="memo")
    assert ana.delete("/v1/knowledge-bases/bank").status_code == 204
    assert make_base(ana, "bank")["documents"] == 0
    assert ana.get("/v1/documents").json()["items"] == []
    assert search(ana, "cash deposits") == []
    again = ingest(ana, "Seven cash deposits of 9,500 USD.", key="memo")
    assert again["version"] == 1
    assert again["id"] == first["id"], "content is identity"
    assert len(search(ana, "cash deposits")) == 1


def test_deleting_one_leaves_the_others(ana: httpx.Client) -> None:
    for name in ("bank", "clinic"):
        make_base(ana, name)
        ingest(ana, f"The {name} keeps a register of visitors.", name)
    assert ana.delete("/v1/knowledge-bases/bank").status_code == 204
    assert [hit["citation"]["knowledge_base"] for hit in search(ana, "visitors")] == ["clinic"]


def test_documents_are_counted_whatever_their_status(ana: httpx.Client) -> None:
    make_base(ana, "bank")
    ingest(ana, "one")
    ingest(ana, "two")
    assert ana.get("/v1/knowledge-bases/bank").json()["documents"] == 2
