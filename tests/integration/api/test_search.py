"""Search: every hit can be traced to where it stands, and nothing else is shown."""

import threading

import httpx
import pytest

from support.server import (
    Json,
    LiveServer,
    ingest,
    make_base,
    pdf_bytes,
    problem_of,
    search,
    upload,
)

MANUAL = """# Cash manual

## Reporting

A currency transaction report is filed for cash over 10,000 USD in one day.

## Structuring

Deposits of 9,500 USD on seven days in a row are structuring, whatever the customer says.
"""
PAGES = (
    "The register of beneficial owners is kept in Vaduz.",
    "Larkspur Holding is owned by a trust of nine persons.",
    "The trustee signs for every transfer of the larkspur trust.",
)


@pytest.fixture(scope="module")
def caller(server: LiveServer) -> httpx.Client:
    """A workspace with two knowledge bases that only reads happen to."""
    caller = server.caller("searchers")
    make_base(caller, "bank")
    make_base(caller, "clinic")
    make_base(caller, "letters")
    ingest(
        caller,
        MANUAL,
        filename="manual.md",
        key="manual",
        metadata={"department": "compliance", "year": 2025, "open": True, "codes": ["A1", "B2"]},
    )
    made = upload(caller, pdf_bytes(*PAGES), "register.pdf", key="register", title="The register")
    assert made.status_code == 201
    ingest(
        caller,
        "The patient reports low mood; F33.1 is coded.",
        "clinic",
        key="note",
        metadata={"department": "psychiatry", "year": 2024, "open": False, "codes": ["F33.1"]},
    )
    ingest(
        caller,
        "The year is text here: 2025 patients.",
        "letters",
        key="odd",
        metadata={"year": "2025", "open": "true"},
    )
    return caller


def keys(caller: httpx.Client, hits: list[Json]) -> list[str]:
    found = {item["id"]: item["key"] for item in caller.get("/v1/documents").json()["items"]}
    return sorted({found[hit["citation"]["document_id"]] for hit in hits})


@pytest.mark.parametrize("path", ["/v1/search", "/search"])
def test_a_hit_is_cited_to_the_character(caller: httpx.Client, path: str) -> None:
    response = caller.post(path, json={"query": "structuring deposits", "limit": 1})
    answer = response.json()
    (hit,) = answer["hits"]
    cited = hit["citation"]
    assert (answer["query"], answer["mode"], answer["track"]) == (
        "structuring deposits", "economy", "text",
    )  # fmt: skip
    assert (hit["rank"], cited["filename"], cited["version"]) == (1, "manual.md", 1)
    assert (cited["knowledge_base"], cited["title"]) == ("bank", "Cash manual")
    assert cited["heading_path"] == ["Cash manual", "Structuring"]
    assert cited["pages"] is None
    document = caller.get(f"/v1/documents/{cited['document_id']}").json()
    assert cited["version_id"] == document["version_id"]
    assert cited["content_hash"] == document["content_hash"]


@pytest.mark.parametrize("query", ["structuring", "beneficial owners", "low mood", "larkspur"])
def test_every_hit_is_the_text_it_cites(caller: httpx.Client, query: str) -> None:
    hits = search(caller, query, limit=20)
    assert hits
    for hit in hits:
        cited = hit["citation"]
        text = caller.get(f"/v1/documents/{cited['document_id']}/text").text
        assert text[cited["span"]["start"] : cited["span"]["end"]] == hit["text"]


def test_a_hit_in_a_pdf_names_its_pages(caller: httpx.Client) -> None:
    hits = search(caller, "Who signs for transfers of the larkspur trust?", limit=20)
    pages = {
        (hit["citation"]["pages"]["first"], hit["citation"]["pages"]["last"]): hit["text"]
        for hit in hits
        if hit["citation"]["filename"] == "register.pdf"
    }
    assert pages
    for (first, last), text in pages.items():
        shown = [page for page in range(3) if PAGES[page] in " ".join(text.split())]
        assert 1 <= first <= last <= 3
        assert [page + 1 for page in shown] == list(range(first, last + 1))


def test_highlights_are_the_words_that_matched(caller: httpx.Client) -> None:
    (hit, *_) = search(caller, "deposit structured 9,500", filters={"department": "compliance"})
    words = [hit["text"][mark["start"] : mark["end"]] for mark in hit["highlights"]]
    assert words
    assert {"Deposits", "structuring"} <= set(words)
    assert all(word.lower().startswith(("deposit", "structur", "9", "500")) for word in words)
    ends = [0] + [mark["end"] for mark in hit["highlights"]]
    starts = [mark["start"] for mark in hit["highlights"]]
    assert all(end <= start for end, start in zip(ends, starts, strict=False))
    assert ends[-1] <= len(hit["text"])


def test_ranks_count_up_and_scores_go_down(caller: httpx.Client) -> None:
    hits = search(caller, "cash deposits and the trust", limit=20)
    scores = [hit["score"] for hit in hits]
    assert [hit["rank"] for hit in hits] == list(range(1, len(hits) + 1))
    assert scores == sorted(scores, reverse=True)
    assert all(0 <= score <= 1 for score in scores)
    assert all(hit["dense_score"] is not None or hit["sparse_score"] is not None for hit in hits)
    assert len({hit["citation"]["chunk_id"] for hit in hits}) == len(hits)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ({"department": "compliance"}, ["manual"]),
        ({"department": ["compliance", "psychiatry"]}, ["manual", "note"]),
        ({"year": 2025}, ["manual"]),
        ({"year": "2025"}, ["odd"]),
        ({"year": [2025, "2025"]}, ["manual", "odd"]),
        ({"open": True}, ["manual"]),
        ({"open": False}, ["note"]),
        ({"open": [True, False]}, ["manual", "note"]),
        ({"open": 1}, []),
        ({"open": "true"}, ["odd"]),
        ({"codes": "B2"}, ["manual"]),
        ({"codes": ["A1", "F33.1"]}, ["manual", "note"]),
        ({"codes": "F33"}, []),
        ({"department": "compliance", "year": 2024}, []),
        ({"department": "psychiatry", "year": 2024}, ["note"]),
        ({"department": "Compliance"}, []),
        ({"nobody_said": "x"}, []),
        ({"codes": {"prefix": "F33"}}, ["note"]),
        ({"year": {"gte": 2025}}, ["manual"]),
        ({"year": {"exists": True, "not": [2024, 2025]}}, ["odd"]),
        ({"or": [{"department": "compliance"}, {"year": {"lt": 2025}}]}, ["manual", "note"]),
        ({"media_type": "application/pdf"}, ["register"]),
        ({"media_type": ["text/markdown", "application/pdf"]}, ["manual", "register"]),
    ],
)
def test_filters_hold_for_every_hit(
    caller: httpx.Client, filters: Json, expected: list[str]
) -> None:
    assert keys(caller, search(caller, "report of the year", filters=filters, limit=50)) == expected


def test_a_filter_names_one_document(caller: httpx.Client) -> None:
    (manual,) = {
        hit["citation"]["document_id"] for hit in search(caller, "cash", filters={"year": 2025})
    }
    assert keys(caller, search(caller, "trust", filters={"document_id": manual})) == ["manual"]


@pytest.mark.parametrize(
    "filters",
    [
        {"Bad": "x"},
        {"a b": "x"},
        {"meta.year": 2025},
        {"year": []},
        {"year": 1.5},
        {"year": None},
        {"year": {"gte": "MMXX"}},
        {"year": {"like": 2020}},
        {"or": []},
        {"year": [[1]]},
        {"year": 2**60},
        {f"k{number}": 1 for number in range(65)},
        {"year": list(range(101))},
    ],
)
def test_a_filter_that_could_not_be_held_to_is_refused(caller: httpx.Client, filters: Json) -> None:
    response = caller.post("/v1/search", json={"query": "x", "filters": filters})
    problem = problem_of(response, 422, "request.invalid")
    assert all(error["field"].startswith("filters") for error in problem["errors"])


def test_a_malformed_filter_is_named_by_its_place(caller: httpx.Client) -> None:
    filters = {"or": [{"department": "x"}, {"amount": {"gte": "much"}}]}
    response = caller.post("/v1/search", json={"query": "x", "filters": filters})
    problem = problem_of(response, 422, "request.invalid")
    (error,) = problem["errors"]
    assert error["field"] == "filters.or[1].amount.gte"
    assert error["message"].startswith("not a number or date")
    assert problem["detail"] == "The request is not valid at: filters.or[1].amount.gte."


def test_the_trace_shows_the_filters(caller: httpx.Client) -> None:
    wanted = {"year": {"gte": 2024, "lt": 2030}, "department": {"not": "retail"}}
    body = {"query": "report", "filters": wanted, "debug": True}
    trace = caller.post("/v1/search", json=body).json()["trace"]
    assert trace[0]["facts"]["filters"] == wanted


def test_a_search_looks_only_where_it_is_told(caller: httpx.Client) -> None:
    clinic = caller.get("/v1/knowledge-bases/clinic").json()
    for word in ("clinic", clinic["id"]):
        hits = search(caller, "report", knowledge_bases=[word], limit=50)
        assert {hit["citation"]["knowledge_base"] for hit in hits} == {"clinic"}
    both = search(caller, "report", knowledge_bases=["clinic", "bank", clinic["id"]], limit=50)
    assert {hit["citation"]["knowledge_base"] for hit in both} == {"clinic", "bank"}
    assert len({hit["citation"]["chunk_id"] for hit in both}) == len(both)


def test_an_unknown_knowledge_base_is_never_left_out_quietly(caller: httpx.Client) -> None:
    body = {"query": "report", "knowledge_bases": ["bank", "nowhere"]}
    problem = problem_of(caller.post("/v1/search", json=body), 404, "knowledge_base.not_found")
    assert "nowhere" in problem["detail"]


def test_an_empty_workspace_and_an_empty_knowledge_base_have_no_hits(ana: httpx.Client) -> None:
    assert search(ana, "anything") == []
    make_base(ana)
    assert search(ana, "anything") == []
    assert search(ana, "anything", knowledge_bases=["bank"]) == []


@pytest.mark.parametrize("limit", [0, -1, 101, 1.5, "ten", 10**20])
def test_the_limit_is_bounded(caller: httpx.Client, limit: object) -> None:
    response = caller.post("/v1/search", json={"query": "x", "limit": limit})
    problem = problem_of(response, 422, "request.invalid")
    assert [error["field"] for error in problem["errors"]] == ["limit"]


def test_a_smaller_limit_is_the_head_of_a_larger_one(caller: httpx.Client) -> None:
    full = search(caller, "cash report of the trust", limit=100)
    assert len(full) > 2
    for limit in (1, 2):
        assert search(caller, "cash report of the trust", limit=limit) == full[:limit]


def test_the_trace_is_there_only_when_asked_for(caller: httpx.Client) -> None:
    plain = caller.post("/v1/search", json={"query": "cash"}).json()
    debug = caller.post("/v1/search", json={"query": "cash", "debug": True}).json()
    assert plain["trace"] is None
    assert debug["hits"] == plain["hits"]
    steps = [step["step"] for step in debug["trace"]]
    assert steps == [
        "plan",
        "embed",
        "weigh_terms",
        "retrieve",
        "fuse",
        "check_visible",
        "select",
        "cite",
    ]
    assert all(step["milliseconds"] >= 0 for step in debug["trace"])
    assert debug["trace"][-1]["facts"] == {"hits": len(plain["hits"])}


@pytest.mark.parametrize("query", ["  cash \n\t report ", "cash\x00report", "cash report\u0007"])
def test_control_characters_and_blanks_do_not_matter(caller: httpx.Client, query: str) -> None:
    assert search(caller, query) == search(caller, "cash report")


@pytest.mark.parametrize("query", [" ", "\n\t", "\x00\x01"])
def test_a_blank_query_is_refused(caller: httpx.Client, query: str) -> None:
    problem = problem_of(caller.post("/v1/search", json={"query": query}), 422, "request.invalid")
    assert problem["context"] == {"field": "query"}


@pytest.mark.parametrize(
    "query",
    ["?!", "the of and", "🦊", "日本語", "'; DROP TABLE documents; --", "x" * 4000, "%_*\\"],
)
def test_an_odd_query_is_a_query(caller: httpx.Client, query: str) -> None:
    for hit in search(caller, query):
        assert hit["text"]


def test_an_answer_is_the_same_every_time(caller: httpx.Client) -> None:
    body = {"query": "reports of cash and the larkspur trust", "limit": 50}
    answers = {caller.post("/v1/search", json=body).text for _ in range(5)}
    assert len(answers) == 1


def test_searches_go_on_while_documents_come_and_go(ana: httpx.Client) -> None:
    make_base(ana)
    kept = ingest(ana, "The larkspur trust owns the ship.", key="kept")
    stop = threading.Event()
    wrong: list[str] = []

    def look() -> None:
        while not stop.is_set():
            response = ana.post("/v1/search", json={"query": "larkspur trust", "limit": 50})
            found = {hit["citation"]["document_id"] for hit in response.json().get("hits", [])}
            if response.status_code != 200 or kept["id"] not in found:
                wrong.append(response.text)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(8):
            made = ingest(ana, f"Larkspur trust number {number} owns a car.", key="changing")
            if number % 3 == 2:
                ana.delete(f"/v1/documents/{made['id']}")
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    assert wrong == []


def test_a_search_shows_one_version_or_the_other_and_never_none(ana: httpx.Client) -> None:
    make_base(ana)
    ingest(ana, "The larkspur limit is 0.", key="policy")
    stop = threading.Event()
    seen: list[list[int]] = []

    def look() -> None:
        while not stop.is_set():
            seen.append([hit["citation"]["version"] for hit in search(ana, "larkspur limit")])

    thread = threading.Thread(target=look)
    thread.start()
    try:
        for number in range(1, 6):
            ingest(ana, f"The larkspur limit is {number}.", key="policy")
    finally:
        stop.set()
        thread.join()
    assert {len(versions) for versions in seen} == {1}
    newest = [versions[0] for versions in seen]
    assert newest == sorted(newest)


@pytest.mark.parametrize(
    "wrong", [{"context": 4}, {"context": -1}, {"per_document": 0}, {"per_document": 101}]
)
def test_context_and_cap_are_bounded(caller: httpx.Client, wrong: Json) -> None:
    problem_of(caller.post("/v1/search", json={"query": "cash"} | wrong), 422, "request.invalid")


def test_retrievers_are_no_part_of_the_api(caller: httpx.Client) -> None:
    asked = {"query": "cash", "retrievers": ["dense"]}
    problem_of(caller.post("/v1/search", json=asked), 422, "request.invalid")
