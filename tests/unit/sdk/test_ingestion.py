"""Giving documents to the server, against a stand-in that speaks the contract."""

import asyncio
import json
import threading
import time
from collections.abc import Iterator

import pytest

from catalystindex.model.document import Document
from catalystindex.model.errors import (
    CorruptDocument,
    InvalidRequest,
    KnowledgeBaseNotFound,
    WorkCancelled,
)
from catalystindex.model.job import BulkDocument, BulkRequest, ItemState, Job, JobState
from catalystindex.model.sources import FolderSource, InlineSource, UploadSource, UrlSource
from catalystindex.sdk import AsyncClient, Client
from support.job_server import JobServer, job_server


@pytest.fixture
def server() -> Iterator[JobServer]:
    with job_server() as running:
        yield running


@pytest.fixture
def client(server: JobServer) -> Iterator[Client]:
    with Client(server.url, "token") as made:
        yield made


def test_waiting_gives_the_document(client: Client, server: JobServer) -> None:
    text: Document = client.ingest("bank", "x", key="memo")
    file: Document = client.upload("bank", b"x", "a.txt", key="file", metadata={"case": 417})
    assert (text.key, file.key) == ("memo", "file")
    first, second = server.seen
    assert first.query == second.query == {"wait": "true"}
    assert second.files == [("a.txt", b"x")]
    assert json.loads(second.body["metadata"]) == {"case": 417}


def test_not_waiting_gives_the_job(client: Client, server: JobServer) -> None:
    text: Job = client.ingest("bank", "slow", wait=False, force=True)
    file: Job = client.upload("bank", b"slow", "a.txt", wait=False)
    assert [text.state, file.state] == [JobState.RUNNING] * 2
    first, second = server.seen
    assert first.query == second.query == {"wait": "false"}
    assert (first.body["force"], second.body["force"]) == (True, "false")


@pytest.mark.parametrize("waits", [True, False])
def test_a_document_that_cannot_be_used_is_the_error_that_says_why(
    client: Client, server: JobServer, waits: bool
) -> None:
    server.waits = waits  # without: its job is answered, as for one that takes long
    with pytest.raises(CorruptDocument) as caught:
        client.ingest("bank", "bad")
    assert caught.value.detail == "It is damaged."


def test_a_document_that_takes_longer_than_a_request_may_is_waited_for(
    client: Client, server: JobServer
) -> None:
    server.waits = False
    assert client.upload("bank", b"x", "a.txt", key="file").key == "file"
    assert server.asked("/events")


def test_a_document_that_is_cancelled_while_it_is_waited_for_says_so(
    client: Client, server: JobServer
) -> None:
    def cancel() -> None:
        while not server.asked("/events"):
            time.sleep(0.01)
        server.finish(next(iter(server.jobs)), ItemState.CANCELLED)

    thread = threading.Thread(target=cancel)
    thread.start()
    with pytest.raises(WorkCancelled):
        client.ingest("bank", "slow")
    thread.join()


def test_many_sources_are_one_job(client: Client, server: JobServer) -> None:
    job = client.ingest_bulk(
        knowledge_base="bank",
        documents=[
            UrlSource(url="https://example.com/a"),
            FolderSource(path="/srv/cases", include=["**/*.pdf"]),
            BulkDocument(source=InlineSource(content="x"), key="memo", metadata={"page": 1}),
        ],
        metadata={"case": 417},
        label="second delivery",
    )
    assert (job.total, job.label) == (3, "second delivery")
    (sent,) = server.seen
    request = BulkRequest.model_validate(sent.body)
    assert [one.source.kind for one in request.documents] == ["url", "folder", "inline"]
    assert request.documents[2].key == "memo"
    assert request.metadata == {"case": 417}


def test_a_submission_may_be_given_as_a_whole(client: Client, server: JobServer) -> None:
    document = BulkDocument(source=UrlSource(url="https://example.com/a"))
    request = BulkRequest(knowledge_base="bank", documents=[document], force=True)
    client.ingest_bulk(request)
    assert BulkRequest.model_validate(server.seen[0].body) == request
    with pytest.raises(InvalidRequest):
        client.ingest_bulk(request, force=True)  # type: ignore[call-overload]


def test_mistakes_are_seen_before_anything_is_sent(client: Client, server: JobServer) -> None:
    with pytest.raises(InvalidRequest):
        client.ingest_bulk(knowledge_base="bank", documents=[])
    with pytest.raises(InvalidRequest):
        client.ingest_bulk(knowledge_base="bank", documents=[_url("x")], metadata={"A": 1})
    for key in ("", "a b", "ä", "x" * 256, "a\n"):
        with pytest.raises(InvalidRequest):
            client.ingest("bank", "x", idempotency_key=key)
    assert server.seen == []


def _url(name: str) -> UrlSource:
    return UrlSource(url=f"https://example.com/{name}")


def test_files_are_one_job(client: Client, server: JobServer) -> None:
    files = [("kyc/a.txt", b"one"), ("b \u00fc.txt", b"two\r\n\x00")]
    job = client.upload_bulk("bank", files, metadata={"case": 417})
    assert [item.key for item in client.jobs.documents(job.id)] == [name for name, _ in files]
    assert server.seen[0].files == [("a.txt", b"one"), ("b \u00fc.txt", b"two\r\n\x00")]
    request = BulkRequest.model_validate_json(server.seen[0].body["request"])
    assert [one.source for one in request.documents] == [
        UploadSource(file=0),
        UploadSource(file=1),
    ]


def test_files_may_be_described(client: Client, server: JobServer) -> None:
    described = [
        BulkDocument(source=UploadSource(file=0), key="k", title="T", metadata={"page": 1}),
        BulkDocument(source=_url("x")),
    ]
    job = client.upload_bulk("bank", [("a.txt", b"x")], documents=described)
    assert job.total == 2
    request = BulkRequest.model_validate_json(server.seen[0].body["request"])
    assert request.documents == described


def test_the_same_key_is_the_same_job(client: Client) -> None:
    first = client.upload_bulk("bank", [("a", b"x")], idempotency_key="delivery-2")
    again = client.upload_bulk("bank", [("a", b"x")], idempotency_key="delivery-2")
    other = client.upload_bulk("bank", [("a", b"x")])
    assert first.id == again.id != other.id
    assert client.last_call is not None
    assert client.last_call.idempotency_key


def test_the_servers_error_comes_back(client: Client) -> None:
    with pytest.raises(KnowledgeBaseNotFound):
        client.upload_bulk("nowhere", [("a", b"x")])


def test_the_asynchronous_client_does_the_same(server: JobServer) -> None:
    async def work() -> tuple[Document, Job, Job]:
        async with AsyncClient(server.url, "token") as client:
            document = await client.ingest("bank", "x", key="memo")
            job = await client.ingest("bank", "x", wait=False)
            bulk = await client.ingest_bulk(knowledge_base="bank", documents=[_url("x")])
            return document, job, bulk

    document, job, bulk = asyncio.run(work())
    assert (document.key, job.state, bulk.total) == ("memo", JobState.SUCCEEDED, 1)
