"""Texts of events over HTTP and the SDK: found, cited, read as they came, and nobody's to forge."""

import pytest

from catalystindex.model.errors import KnowledgeBaseReserved
from catalystindex.streaming.codec import encode
from support.event_texts import apply, message
from support.server import LiveServer, ingest, make_base, problem_of, search, tenant_of

EVENT = message("m-1", "Sell the gold before Friday.", subject="Quick", version=7)


@pytest.fixture
def workspace(server: LiveServer, workspace: str) -> str:
    apply(server.owner, EVENT, tenant=tenant_of(workspace))
    return workspace


def test_a_hit_cites_the_event_and_its_bytes_can_be_had(server: LiveServer, workspace: str) -> None:
    caller = server.caller(workspace)
    (hit,) = search(caller, "gold", filters={"kind": "communication", "sender": "p-1"})
    cited = hit["citation"]
    assert cited["event"] == {
        "event_id": EVENT.event_id,
        "kind": "communication",
        "entity_id": "m-1",
        "version": 7,
        "event_time": "2025-03-01T09:30:00Z",
        "source": "mail",
    }
    wanted = f"/v1/documents/{cited['document_id']}/raw"
    raw = caller.get(wanted, params={"version": cited["version_id"]})
    assert raw.content == encode(EVENT)


def test_the_sdk_tells_the_event(server: LiveServer, workspace: str) -> None:
    with server.sdk(workspace) as client:
        (hit,) = client.search("gold", knowledge_bases=["events"]).hits
        with pytest.raises(KnowledgeBaseReserved):
            client.knowledge_bases.create("events")
    assert hit.citation.event is not None
    assert hit.citation.event.event_id == EVENT.event_id


def test_another_workspace_sees_none_of_it(server: LiveServer, workspace: str) -> None:
    stranger = server.caller(f"{workspace}-stranger")
    make_base(stranger)
    assert search(stranger, "gold") == []
    (hit,) = search(server.caller(workspace), "gold")
    answer = stranger.get(f"/v1/documents/{hit['citation']['document_id']}/raw")
    problem_of(answer, 404, "document.not_found")


def test_documents_are_listed_without_texts_of_events(server: LiveServer, workspace: str) -> None:
    caller = server.caller(workspace)
    make_base(caller)
    memo = ingest(caller, "A memo.", key="memo")
    listed = caller.get("/v1/documents").json()["items"]
    assert [one["id"] for one in listed] == [memo["id"]]
    (text,) = caller.get("/v1/documents", params={"knowledge_base": "events"}).json()["items"]
    assert text["key"] == "communication/m-1"


def test_nobody_hands_documents_in_to_the_base_of_the_stream(
    server: LiveServer, workspace: str
) -> None:
    caller = server.caller(workspace)
    body = {"knowledge_base": "events", "content": "forged", "key": "communication/m-1"}
    problem_of(caller.post("/v1/ingest", json=body), 409, "knowledge_base.reserved")
    bulk = {
        "knowledge_base": "events",
        "documents": [{"source": {"kind": "inline", "content": "x"}, "key": "k"}],
    }
    problem_of(caller.post("/v1/ingest/bulk", json=bulk), 409, "knowledge_base.reserved")
