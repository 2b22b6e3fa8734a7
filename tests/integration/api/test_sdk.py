"""The SDK against the real server: typed results, typed errors, and nobody led astray."""

import asyncio
from collections.abc import Callable

import httpx
import pytest

from catalystindex.model.audit import AuditEntry
from catalystindex.model.document import Document, DocumentStatus
from catalystindex.model.errors import (
    CatalystError,
    CorruptDocument,
    DocumentNotFound,
    EmptyDocument,
    Forbidden,
    IdempotencyConflict,
    InvalidRequest,
    InvalidToken,
    KnowledgeBaseExists,
    KnowledgeBaseNotFound,
    NotFound,
    PayloadTooLarge,
    Unauthenticated,
    UnsupportedMedia,
)
from catalystindex.model.health import CheckState
from catalystindex.model.job import BulkDocument, BulkRequest, ItemState, Job, JobState
from catalystindex.model.paging import MAX_PAGE
from catalystindex.model.sources import InlineSource
from catalystindex.sdk import AsyncClient, Client
from catalystindex.security.scopes import Scope
from support.server import LiveServer, pdf_bytes

ODD_WORDS = [
    "",
    ".",
    "..",
    "../documents",
    "../documents/{id}",
    "{id}/../../knowledge-bases/bank",
    "../knowledge-bases/bank",
    "../../health",
    "../health",
    "../audit/verify",
    "%2e%2e",
    "%2e%2e/health",
    "{id}/text",
    "{id}/chunks",
    "{id}?x=1",
    "{id}#x",
    "{id}/",
    "bank?x=1",
    "bank#x",
    "bank/",
    "bank/x",
    "?",
    "#",
    "/",
    "//",
    "a b",
    "%",
    "ä",
    "\n",
    "\x00",
    "x" * 10_000,
]


@pytest.fixture
def client(server: LiveServer, workspace: str) -> Client:
    return server.sdk(workspace)


@pytest.fixture
def document(client: Client) -> Document:
    client.knowledge_bases.create("bank")
    return client.ingest("bank", "The larkspur sings.", key="song", filename="song.txt")


def test_results_are_typed_and_complete(client: Client) -> None:
    base = client.knowledge_bases.create("bank", "KYC files")
    made = client.upload(
        "bank",
        pdf_bytes("The larkspur sings."),
        "song.pdf",
        key="song",
        title="Song",
        metadata={"year": 2025, "codes": ["a", "b"], "open": True},
    )
    filled = client.knowledge_bases.get("bank")
    assert (filled.id, filled.name, filled.description) == (base.id, "bank", "KYC files")
    assert (base.documents, filled.documents) == (0, 1)
    assert (made.status, made.pages, made.title) == (DocumentStatus.INDEXED, 1, "Song")
    assert made.metadata == {"year": 2025, "codes": ["a", "b"], "open": True}
    assert client.documents.get(made.id) == made
    text = client.documents.text(made.id)
    (chunk,) = client.documents.chunks(made.id)
    assert text[chunk.span.start : chunk.span.end] == chunk.text
    assert client.documents.raw(made.id).startswith(b"%PDF-")
    found = client.search("larkspur", filters={"codes": ["b"], "open": True}, debug=True)
    assert [hit.citation.chunk_id for hit in found.hits] == [chunk.id]
    assert found.trace
    assert client.audit.verify().valid
    assert [type(entry) for entry in client.audit.all()] == [AuditEntry] * 3


def test_health_and_readiness_are_typed(client: Client) -> None:
    assert client.health().status is CheckState.OK
    assert client.ready().ready


def test_walking_a_listing_goes_through_every_page(client: Client, ana: httpx.Client) -> None:
    # More than a page of the largest size, cheaply: knowledge bases without documents.
    names = [f"kb-{number:03}" for number in range(MAX_PAGE + 3)]
    for name in names:
        ana.post("/v1/knowledge-bases", json={"name": name})
    assert [base.name for base in client.knowledge_bases.all()] == names
    first = client.knowledge_bases.page(limit=2)
    second = client.knowledge_bases.page(first.next_cursor, limit=2)
    assert [base.name for base in (*first.items, *second.items)] == names[:4]
    assert len(list(client.audit.all())) == len(names)


def test_documents_are_walked_with_their_filters(client: Client, document: Document) -> None:
    client.knowledge_bases.create("clinic")
    other = client.ingest("clinic", "Other.")
    assert list(client.documents.all()) == [document, other]
    assert list(client.documents.all(knowledge_base="clinic")) == [other]
    assert list(client.documents.all(status=DocumentStatus.FAILED)) == []
    page = client.documents.page(limit=1)
    assert client.documents.page(cursor=page.next_cursor).items == [other]


def test_not_waiting_gives_the_job(client: Client) -> None:
    client.knowledge_bases.create("bank")
    job = client.ingest("bank", "Later.", wait=False)
    assert job.total == 1
    ended = client.jobs.wait(job.id, timeout=60)
    assert ended.state is JobState.SUCCEEDED
    assert ended.document_id is not None
    assert client.documents.get(ended.document_id).status is DocumentStatus.INDEXED


def test_many_documents_are_followed_to_their_end(client: Client) -> None:
    client.knowledge_bases.create("bank")
    files = [("a/one.txt", b"The larkspur sings."), ("two.pdf", b"%PDF-cut"), ("three.md", b"# M")]
    job = client.upload_bulk("bank", files, label="second delivery")
    events = list(client.jobs.watch(job.id))
    assert events[-1].kind == "end"
    ended = client.jobs.get(job.id)
    assert events[-1].payload == ended
    assert (ended.state, ended.label) == (JobState.PARTIAL, "second delivery")
    one, two, three = client.jobs.documents(job.id)
    assert [item.key for item in (one, two, three)] == [name for name, _ in files]
    assert client.jobs.document(job.id, two.id) == two
    assert two.problem is not None
    assert list(client.dead_letters.all(code=two.problem.code)) == [two]
    assert one.document_id is not None
    assert client.documents.get(one.document_id).filename == "one.txt"
    told = [e.payload.state for e in events if e.kind == "document" and e.payload.id == two.id]
    assert told[-1] is ItemState.FAILED
    resumed = list(client.jobs.watch(job.id, last_id=str(ended.sequence)))
    assert [event.kind for event in resumed] == ["end"]
    assert client.jobs.retry(job.id).retried == 1
    assert client.jobs.wait(job.id, timeout=60).counts.failed == 1


def test_the_same_key_is_the_same_job(client: Client) -> None:
    client.knowledge_bases.create("bank")
    document = BulkDocument(source=InlineSource(content="x"))
    request = BulkRequest(knowledge_base="bank", documents=[document])
    first = client.ingest_bulk(request, idempotency_key="delivery-2")
    assert client.ingest_bulk(request, idempotency_key="delivery-2").id == first.id
    with pytest.raises(IdempotencyConflict):
        client.ingest("bank", "x", idempotency_key="delivery-2")
    assert client.jobs.page().items[0].id == first.id


def test_the_asynchronous_client_does_the_same(server: LiveServer, workspace: str) -> None:
    async def work() -> tuple[Document, Job, list[str]]:
        socket = str(server.socket)
        async with AsyncClient("http://x", server.token(workspace), socket=socket) as client:
            await client.knowledge_bases.create("bank")
            document = await client.ingest("bank", "The larkspur sings.", key="song")
            job = await client.upload_bulk("bank", [("a.txt", b"One."), ("b.txt", b"Two.")])
            ended = await client.jobs.wait(job.id, timeout=60)
            found = await client.search("larkspur", knowledge_bases=["bank"], limit=1)
            keys = [one.key async for one in client.documents.all(knowledge_base="bank")]
            assert found.hits[0].citation.document_id == document.id
            return document, ended, keys

    document, ended, keys = asyncio.run(work())
    assert document.searchable
    assert ended.state is JobState.SUCCEEDED
    assert sorted(keys) == ["a.txt", "b.txt", "song"]


def test_deleting_is_felt_at_once(client: Client, document: Document) -> None:
    client.documents.delete(document.id)
    with pytest.raises(DocumentNotFound):
        client.documents.get(document.id)
    client.knowledge_bases.delete("bank")
    with pytest.raises(KnowledgeBaseNotFound):
        client.knowledge_bases.get("bank")


ERRORS: list[tuple[type[CatalystError], Callable[[Client], object]]] = [
    (KnowledgeBaseExists, lambda c: c.knowledge_bases.create("bank")),
    (KnowledgeBaseNotFound, lambda c: c.knowledge_bases.get("nowhere")),
    (KnowledgeBaseNotFound, lambda c: c.knowledge_bases.delete("nowhere")),
    (KnowledgeBaseNotFound, lambda c: c.ingest("nowhere", "x")),
    (KnowledgeBaseNotFound, lambda c: c.search("x", knowledge_bases=["nowhere"])),
    (DocumentNotFound, lambda c: c.documents.get("nothing")),
    (DocumentNotFound, lambda c: c.documents.text("nothing")),
    (DocumentNotFound, lambda c: c.documents.raw("nothing")),
    (DocumentNotFound, lambda c: list(c.documents.chunks("nothing"))),
    (DocumentNotFound, lambda c: c.documents.delete("nothing")),
    (EmptyDocument, lambda c: c.upload("bank", b" ", "a.txt")),
    (CorruptDocument, lambda c: c.upload("bank", b"%PDF-x", "a.pdf")),
    (UnsupportedMedia, lambda c: c.upload("bank", b"\x00\x01", "a.bin")),
    (PayloadTooLarge, lambda c: c.upload("bank", b"x" * 300_000, "a.txt")),
    (InvalidRequest, lambda c: c.ingest("bank", "x", metadata={"a": 1.5})),
    (InvalidRequest, lambda c: c.ingest("bank", "")),
    (InvalidRequest, lambda c: c.documents.page(limit=0)),
    (InvalidRequest, lambda c: c.search(" ")),
    (InvalidRequest, lambda c: c.knowledge_bases.page("not-a-cursor")),
]


@pytest.mark.parametrize(
    ("kind", "call"), ERRORS, ids=[f"{n}-{kind.__name__}" for n, (kind, _) in enumerate(ERRORS)]
)
def test_an_error_of_the_server_is_the_same_class_here(
    client: Client,
    document: Document,
    kind: type[CatalystError],
    call: Callable[[Client], object],
) -> None:
    assert document.searchable
    with pytest.raises(CatalystError) as caught:
        call(client)
    assert type(caught.value) is kind
    assert caught.value.context["status"] == kind.status
    assert caught.value.context["request_id"]


@pytest.mark.parametrize(
    "call",
    [
        lambda c: c.knowledge_bases.create("Not A Name"),
        lambda c: c.knowledge_bases.create("bank", "x" * 2001),
        lambda c: c.search(""),
        lambda c: c.search("x", limit=0),
        lambda c: c.search("x", limit=101),
        lambda c: c.search("x", filters={"Bad": "x"}),
        lambda c: c.search("x", knowledge_bases=[""]),
    ],
)
def test_a_mistake_seen_before_sending_is_the_error_the_server_would_give(
    client: Client, call: Callable[[Client], object]
) -> None:
    with pytest.raises(InvalidRequest):
        call(client)


def test_a_mistake_names_its_field(client: Client) -> None:
    client.knowledge_bases.create("bank")
    with pytest.raises(InvalidRequest) as caught:
        client.ingest("bank", "x", title="x" * 501)
    assert "field title" in caught.value.context


def test_who_may_not_is_told_so(server: LiveServer, workspace: str) -> None:
    socket = str(server.socket)
    with Client("http://x", None, socket=socket) as client, pytest.raises(Unauthenticated):
        client.search("x")
    with Client("http://x", "not-a-token", socket=socket) as client, pytest.raises(InvalidToken):
        client.search("x")
    reader = server.token(workspace, frozenset({Scope.SEARCH}))
    with Client("http://x", reader, socket=socket) as client, pytest.raises(Forbidden) as caught:
        list(client.documents.all())
    assert caught.value.context["scope"] == "documents:read"


def words(document: Document) -> list[str]:
    return [word.replace("{id}", document.id) for word in ODD_WORDS]


def test_an_odd_document_id_reaches_no_other_route(client: Client, document: Document) -> None:
    calls: list[Callable[[str], object]] = [
        client.documents.get,
        client.documents.text,
        client.documents.raw,
        lambda word: list(client.documents.chunks(word)),
        client.documents.delete,
    ]
    astray: list[str] = []
    for word in words(document):
        for number, call in enumerate(calls):
            try:
                call(word)
            except NotFound:
                continue
            except Exception as error:  # noqa: BLE001  # whatever it is, it is reported
                astray.append(f"{word[:60]!r} call {number}: {type(error).__name__}: {error!s:.80}")
            else:
                astray.append(f"{word[:60]!r} call {number}: succeeded")
    assert "\n".join(astray) == ""
    assert client.documents.get(document.id) == document
    assert client.knowledge_bases.get("bank").documents == 1


def test_an_odd_knowledge_base_name_reaches_no_other_route(
    client: Client, document: Document
) -> None:
    calls: list[Callable[[str], object]] = [
        client.knowledge_bases.get,
        client.knowledge_bases.delete,
    ]
    astray: list[str] = []
    for word in words(document):
        for number, call in enumerate(calls):
            try:
                call(word)
            except NotFound:
                continue
            except Exception as error:  # noqa: BLE001  # whatever it is, it is reported
                astray.append(f"{word[:60]!r} call {number}: {type(error).__name__}: {error!s:.80}")
            else:
                astray.append(f"{word[:60]!r} call {number}: succeeded")
    assert "\n".join(astray) == ""
    assert client.documents.get(document.id) == document
    assert client.knowledge_bases.get("bank").documents == 1


def test_deleting_an_odd_document_never_deletes_a_knowledge_base(
    client: Client, document: Document
) -> None:
    for word in ("../knowledge-bases/bank", "..%2Fknowledge-bases%2Fbank", "x/../../documents"):
        with pytest.raises(CatalystError):
            client.documents.delete(word)
    assert client.knowledge_bases.get("bank").documents == 1
    assert client.documents.get(document.id) == document


def test_deleting_an_odd_knowledge_base_never_deletes_a_document(
    client: Client, document: Document
) -> None:
    for word in (f"../documents/{document.id}", f"x/../../documents/{document.id}"):
        with pytest.raises(CatalystError):
            client.knowledge_bases.delete(word)
    assert client.documents.get(document.id) == document


def test_odd_filters_of_a_listing_stay_filters(client: Client, document: Document) -> None:
    for word in ("bank&status=failed", "bank#x", "../bank", "bank?x", "ä"):
        with pytest.raises(KnowledgeBaseNotFound):
            list(client.documents.all(knowledge_base=word))
    assert document.searchable
