"""A document's way from its bytes to a citation."""

import tomllib

import pytest

from catalystindex.documents.library import Submission
from catalystindex.documents.parse.media import detect_media_type
from catalystindex.model.document import DocumentStatus, Metadata
from catalystindex.model.errors import (
    DocumentNotFound,
    EmptyDocument,
    InvalidRequest,
    KnowledgeBaseNotFound,
    UnsupportedMedia,
)
from catalystindex.model.search import SearchRequest
from catalystindex.owner.assembly import Owner
from catalystindex.owner.checks import readiness
from support.documents import (
    SAMPLES,
    add,
    document_of,
    find,
    hand_in,
    lines,
    make_base,
    pdf_bytes,
    sample_bytes,
    settle,
    simple_docx,
    stored_files,
    submit,
    together,
)
from support.stores import ANA, BEA

MEMO = """\
# Structuring at the harbour branch

## Facts

Seven cash deposits of 9,500 USD were made in eight days.

## Assessment

The pattern evades the currency transaction report.
"""


def test_an_accepted_document_is_indexed_and_found_with_its_citation(
    owner: Owner, base: str
) -> None:
    wanted = Submission(base, MEMO.encode(), "structuring.md", key="memos/1")
    accepted = hand_in(owner, wanted)
    assert not accepted.unchanged
    waiting = owner.library.document(ANA, document_of(accepted))
    assert waiting.status in (DocumentStatus.QUEUED, DocumentStatus.PROCESSING)
    document = settle(owner, waiting.id)
    assert document.status is DocumentStatus.INDEXED
    assert (document.version, document.chunks, document.problem) == (1, 2, None)
    assert document.title == "Structuring at the harbour branch"
    hit = find(owner, "deposits in cash", base)[0]
    assert hit.citation.document_id == document.id
    assert hit.citation.heading_path == ["Structuring at the harbour branch", "Facts"]
    assert (hit.citation.filename, hit.citation.version) == ("structuring.md", 1)
    assert hit.citation.content_hash == document.content_hash
    assert [hit.text[span.start : span.end] for span in hit.highlights] == ["cash", "deposits"]


PAGES = pdf_bytes(
    together(lines("Cash limits", size=22), lines("Deposits above 10,000 are reported.", top=700)),
    lines("Branch staff were trained in spring."),
)


@pytest.mark.parametrize(
    ("filename", "data"),
    [
        ("memo.md", MEMO.encode()),
        ("memo.txt", "😀 first line\r\n\r\nCash deposits, 漢字\r\n".encode()),
        ("memo.html", b"<h1>Memo</h1><p>Cash deposits &amp; more"),
        ("memo.docx", simple_docx("Memo", "Cash deposits.")),
        ("memo.pdf", PAGES),
    ],
)
def test_the_span_of_every_hit_is_its_text(
    owner: Owner, base: str, filename: str, data: bytes
) -> None:
    document = add(owner, base, data, filename=filename)
    text = owner.library.text(ANA, document.id)
    hits = find(owner, "cash deposits", base)
    assert hits
    for hit in hits:
        span = hit.citation.span
        assert text[span.start : span.end] == hit.text
        for mark in hit.highlights:
            assert hit.text[mark.start : mark.end].strip()
    assert owner.library.raw(ANA, document.id)[1] == data


def test_pages_are_cited(owner: Owner, base: str) -> None:
    document = add(owner, base, PAGES, filename="memo.pdf")
    assert document.pages == 2
    hit = find(owner, "reported deposits", base)[0]
    assert hit.citation.pages is not None
    assert hit.citation.pages.first == 1


def test_chunks_are_listed_in_order_page_by_page(owner: Owner, base: str) -> None:
    document = add(owner, base, "\n\n".join(f"# Part {n}\n\nText {n}." for n in range(5)))
    seen: list[int] = []
    cursor = None
    while True:
        page = owner.library.chunks(ANA, document.id, cursor=cursor, limit=2)
        seen += [chunk.ordinal for chunk in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert seen == list(range(5))


def test_another_workspace_sees_nothing(owner: Owner, base: str) -> None:
    document = add(owner, base, MEMO)
    assert find(owner, "cash deposits", tenant=BEA) == []
    with pytest.raises(DocumentNotFound):
        owner.library.document(BEA, document.id)
    with pytest.raises(DocumentNotFound):
        owner.library.text(BEA, document.id)
    with pytest.raises(KnowledgeBaseNotFound):
        find(owner, "cash", base, tenant=BEA)


def test_the_same_bytes_in_two_workspaces_are_two_documents(owner: Owner, base: str) -> None:
    mine = add(owner, base, MEMO)
    other = add(owner, make_base(owner, "theirs", BEA), MEMO, tenant=BEA)
    assert mine.id != other.id
    (hit,) = find(owner, "currency transaction report", "theirs", limit=1, tenant=BEA)
    assert hit.citation.document_id == other.id


def test_metadata_narrows_a_search(owner: Owner, base: str) -> None:
    for year in (2024, 2025):
        add(owner, base, f"Cash memo of {year}", metadata={"year": year, "codes": ["F33", "F32"]})
    request = SearchRequest(
        query="cash memo", knowledge_bases=[base], filters={"year": 2025, "codes": ["F33", "X"]}
    )
    (hit,) = owner.searcher.search(ANA, request).hits
    assert hit.text == "Cash memo of 2025"


def test_the_trace_says_what_every_step_did(owner: Owner, base: str) -> None:
    add(owner, base, MEMO)
    request = SearchRequest(query=" cash  deposits", knowledge_bases=[base], debug=True)
    answer = owner.searcher.search(ANA, request)
    assert answer.query == "cash deposits"
    assert answer.trace is not None
    facts = {step.step: step.facts for step in answer.trace}
    assert list(facts) == [
        "plan", "embed", "weigh_terms", "retrieve", "fuse", "check_visible", "select", "cite"
    ]  # fmt: skip
    assert facts["plan"]["terms"] == 2
    assert facts["weigh_terms"] == {"chunks": 2, "terms_known": 2}
    assert facts["retrieve"]["dense"] == 2
    assert facts["cite"] == {"hits": len(answer.hits)}
    assert owner.searcher.search(ANA, request.model_copy(update={"debug": False})).trace is None


def test_a_blank_query_is_refused_and_an_empty_base_answers_nothing(
    owner: Owner, base: str
) -> None:
    with pytest.raises(InvalidRequest):
        find(owner, " \n ", base)
    assert find(owner, "cash", base) == []


def test_bytes_that_cannot_be_read_are_refused_at_the_door(owner: Owner, base: str) -> None:
    before = stored_files(owner)
    for data, error in ((b" \n", EmptyDocument), (b"GIF89a", UnsupportedMedia)):
        with pytest.raises(error):
            submit(owner, base, data)
    with pytest.raises(KnowledgeBaseNotFound):
        hand_in(owner, Submission("nowhere", b"text", "a.txt"))
    assert stored_files(owner) == before


def test_a_running_owner_is_ready(owner: Owner) -> None:
    assert readiness(owner).ready


QUESTIONS = tomllib.loads((SAMPLES / "questions.toml").read_text("utf-8"))["question"]
MANIFEST = tomllib.loads((SAMPLES / "manifest.toml").read_text("utf-8"))["document"]


@pytest.fixture(scope="module")
def samples(owner: Owner) -> dict[str, str]:
    """Ingest the samples; return document ids by path."""
    for name in ("bank", "clinic"):
        make_base(owner, name)
    accepted: dict[str, str] = {}
    for one in MANIFEST:
        path, metadata = one["path"], one["metadata"]
        checked: Metadata = dict(metadata)
        data = sample_bytes(path)
        assert detect_media_type(data, path, None)
        accepted[path] = submit(
            owner,
            one["knowledge_base"],
            data,
            key=path,
            filename=path.split("/")[-1],
            metadata=checked,
        )
    for document_id in accepted.values():
        assert settle(owner, document_id).status is DocumentStatus.INDEXED
    return accepted


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda one: str(one["expect"]))
def test_the_samples_answer_their_questions(
    owner: Owner, samples: dict[str, str], question: dict[str, object]
) -> None:
    request = SearchRequest.model_validate(
        {
            "query": question["ask"],
            "knowledge_bases": [question["knowledge_base"]],
            "filters": question.get("filters", {}),
            "limit": 3,
        }
    )
    hits = owner.searcher.search(ANA, request).hits
    answering = [
        hit.citation.document_id
        for hit in hits
        if str(question["says"]) in " ".join(hit.text.split())
    ]
    assert answering[:1] == [samples[str(question["expect"])]]
