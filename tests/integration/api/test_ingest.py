"""Documents go in as text or as files, and come out as they were."""

import json
import threading
from urllib.parse import unquote

import httpx
import pytest

from support.server import (
    WAIT,
    Json,
    docx_bytes,
    ended_job,
    ingest,
    job_of,
    make_base,
    pages_of,
    pdf_bytes,
    problem_of,
    search,
    submit,
    upload,
)

HTML = (
    b"<html><head><title>Notice</title></head><body><h1>Freeze</h1>"
    b"<p>All larkspur accounts are frozen.</p></body></html>"
)
FORMATS = {
    "memo.txt": (b"All larkspur accounts are frozen.", "text/plain"),
    "memo.md": (b"# Freeze\n\nAll larkspur accounts are frozen.", "text/markdown"),
    "memo.html": (HTML, "text/html"),
    "memo.docx": (
        docx_bytes("Freeze", "All larkspur accounts are frozen."),
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ),
    "memo.pdf": (pdf_bytes("All larkspur accounts are frozen."), "application/pdf"),
}


@pytest.fixture(autouse=True)
def bank(ana: httpx.Client) -> Json:
    return make_base(ana, "bank")


@pytest.mark.parametrize("filename", FORMATS)
def test_a_file_of_every_kind_is_searchable_when_the_answer_comes(
    ana: httpx.Client, filename: str
) -> None:
    data, media_type = FORMATS[filename]
    response = upload(ana, data, filename)
    document = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"/v1/documents/{document['id']}"
    assert (document["status"], document["searchable"]) == ("indexed", True)
    assert (document["filename"], document["media_type"]) == (filename, media_type)
    assert (document["version"], document["size_bytes"]) == (1, len(data))
    assert document["chunks"] >= 1
    assert document["pages"] == (1 if filename.endswith("pdf") else None)
    assert ana.get(response.headers["location"]).json() == document
    assert [hit["citation"]["document_id"] for hit in search(ana, "larkspur frozen")] == [
        document["id"]
    ]


@pytest.mark.parametrize("filename", FORMATS)
def test_a_file_is_given_back_as_it_came_and_only_as_a_download(
    ana: httpx.Client, filename: str
) -> None:
    data, _ = FORMATS[filename]
    document = upload(ana, data, filename).json()
    response = ana.get(f"/v1/documents/{document['id']}/raw")
    assert response.content == data
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["content-disposition"].startswith("attachment")
    assert filename in response.headers["content-disposition"]
    assert response.headers["etag"] == f'"{document["content_hash"]}"'


@pytest.mark.parametrize("filename", FORMATS)
def test_chunks_are_spans_of_the_text(ana: httpx.Client, filename: str) -> None:
    data, _ = FORMATS[filename]
    document = upload(ana, data, filename).json()
    response = ana.get(f"/v1/documents/{document['id']}/text")
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
    assert "All larkspur accounts are frozen." in response.text
    chunks = pages_of(ana, f"/v1/documents/{document['id']}/chunks")
    assert len(chunks) == document["chunks"]
    for chunk in chunks:
        start, end = chunk["span"]["start"], chunk["span"]["end"]
        assert response.text[start:end] == chunk["text"]
        assert chunk["document_id"] == document["id"]
        assert chunk["version_id"] == document["version_id"]


def test_text_is_never_served_as_something_a_browser_runs(ana: httpx.Client) -> None:
    document = ingest(ana, "<script>alert(1)</script> larkspur", filename="a.txt")
    response = ana.get(f"/v1/documents/{document['id']}/text")
    assert response.headers["content-type"].startswith("text/plain")
    assert response.headers.get("x-content-type-options") == "nosniff"


def test_text_in_json_is_ingested_with_all_that_is_said_about_it(ana: httpx.Client) -> None:
    body = {
        "knowledge_base": "bank",
        "content": "# Structuring\n\nSeven deposits of 9,500 USD.",
        "filename": "structuring.md",
        "key": "memos/structuring",
        "title": "A  memo\n on structuring ",
        "metadata": {"department": "compliance"},
    }
    response = ana.post("/v1/ingest", json=body, params=WAIT)
    document = response.json()
    assert response.status_code == 201
    assert response.headers["location"] == f"/v1/documents/{document['id']}"
    assert document["key"] == "memos/structuring"
    assert document["title"] == "A memo on structuring"
    assert document["media_type"] == "text/markdown"
    assert document["metadata"] == {"department": "compliance"}


def test_a_knowledge_base_is_named_by_id_as_well(ana: httpx.Client, bank: Json) -> None:
    assert ingest(ana, "by id", bank["id"])["knowledge_base_id"] == bank["id"]


def test_an_unknown_knowledge_base_takes_nothing(ana: httpx.Client) -> None:
    response = ana.post("/v1/ingest", json={"knowledge_base": "nowhere", "content": "x"})
    problem_of(response, 404, "knowledge_base.not_found")
    problem_of(upload(ana, b"x", "a.txt", "nowhere"), 404, "knowledge_base.not_found")


def test_without_waiting_a_document_is_accepted_and_comes_to_its_end(ana: httpx.Client) -> None:
    body = {"knowledge_base": "bank", "content": "The larkspur sings."}
    for query in ("", "?wait=false"):
        body["key"] = f"song {query}"
        job = job_of(ana.post(f"/v1/ingest{query}", json=body))
        assert job["state"] in ("queued", "running", "succeeded")
        assert job["total"] == 1
        ended = ended_job(ana, job["id"])
        assert (ended["state"], ended["outcomes"]) == ("succeeded", {"created": 1})
        final = ana.get(f"/v1/documents/{job['document_id']}").json()
        assert (final["status"], final["searchable"]) == ("indexed", True)
    assert len(search(ana, "larkspur")) == 2


def test_an_upload_need_not_wait_either(ana: httpx.Client) -> None:
    job = job_of(upload(ana, b"The larkspur sings.", "a.txt", wait=False))
    assert ended_job(ana, job["id"])["state"] == "succeeded"
    assert ana.get(f"/v1/documents/{job['document_id']}").json()["status"] == "indexed"
    assert search(ana, "larkspur")


def test_unchanged_content_is_recognised(ana: httpx.Client) -> None:
    body = {"knowledge_base": "bank", "content": "The larkspur sings.", "key": "song"}
    first = ana.post("/v1/ingest", json=body, params=WAIT)
    again = ana.post("/v1/ingest", json=body, params=WAIT)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert again.headers["location"] == first.headers["location"]
    job = ended_job(ana, job_of(ana.post("/v1/ingest", json=body))["id"])
    assert (job["outcomes"], job["document_id"]) == ({"unchanged": 1}, first.json()["id"])
    assert ana.get(first.headers["location"]).json() == first.json()
    assert len(ana.get("/v1/documents").json()["items"]) == 1


def test_without_a_key_content_is_identity(ana: httpx.Client) -> None:
    first, second = ingest(ana, "One larkspur."), ingest(ana, "Two larkspurs.")
    assert first["id"] != second["id"]
    assert ingest(ana, "One larkspur.")["id"] == first["id"]
    renamed = ingest(ana, "One larkspur.", filename="other.txt")
    assert (renamed["id"], renamed["version"]) == (first["id"], 2)


def test_a_key_makes_versions_and_only_the_newest_answers(ana: httpx.Client) -> None:
    first = ingest(ana, "The limit is four thousand marigolds.", key="policy")
    second = ingest(ana, "The limit is nine thousand larkspurs.", key="policy")
    assert (first["version"], second["version"]) == (1, 2)
    assert first["id"] == second["id"]
    assert first["version_id"] != second["version_id"]
    hits = search(ana, "marigolds larkspurs limit")
    assert [hit["citation"]["version"] for hit in hits] == [2]
    assert "larkspurs" in hits[0]["text"]
    assert ana.get(f"/v1/documents/{first['id']}/text").text == second_text(ana, second)
    assert len(ana.get("/v1/documents").json()["items"]) == 1


def second_text(caller: httpx.Client, document: Json) -> str:
    text = caller.get(f"/v1/documents/{document['id']}/text").text
    assert "nine thousand larkspurs" in text
    return text


def test_an_older_content_comes_back_as_the_newest_version(ana: httpx.Client) -> None:
    ingest(ana, "The limit is four.", key="policy")
    ingest(ana, "The limit is nine.", key="policy")
    document = ingest(ana, "The limit is four.", key="policy")
    assert document["searchable"]
    hits = search(ana, "limit")
    assert [hit["text"] for hit in hits] == ["The limit is four."]
    assert hits[0]["citation"]["version_id"] == document["version_id"]


def test_changed_metadata_is_a_new_version(ana: httpx.Client) -> None:
    ingest(ana, "Same text.", key="memo", metadata={"state": "draft"})
    changed = ingest(ana, "Same text.", key="memo", metadata={"state": "final"})
    assert changed["version"] == 2
    assert search(ana, "same text", filters={"state": "draft"}) == []
    assert len(search(ana, "same text", filters={"state": "final"})) == 1


def test_the_same_key_in_two_knowledge_bases_is_two_documents(ana: httpx.Client) -> None:
    make_base(ana, "clinic")
    first = ingest(ana, "Same.", key="memo")
    assert ingest(ana, "Same.", "clinic", key="memo")["id"] != first["id"]


METADATA: Json = {
    "department": "compliance",
    "year": 2025,
    "negative": -(2**53),
    "largest": 2**53,
    "reviewed": True,
    "closed": False,
    "empty": "",
    "icd_codes": ["F32.1", "F33.0"],
    "mixed": ["one", "1", "True"],
    "none": [],
    "text": 'Ünïcode 日本 "quotes" \\ and \n lines',
}


def test_metadata_comes_back_as_it_went_in(ana: httpx.Client) -> None:
    document = ingest(ana, "In JSON.", metadata=METADATA)
    uploaded = upload(ana, b"In a form.", "a.txt", metadata=json.dumps(METADATA)).json()
    for identifier in (document["id"], uploaded["id"]):
        found = ana.get(f"/v1/documents/{identifier}").json()["metadata"]
        assert json.dumps(found, sort_keys=True) == json.dumps(METADATA, sort_keys=True)


@pytest.mark.parametrize(
    "metadata",
    [
        {"Case": "x"},
        {"": "x"},
        {"a" * 65: "x"},
        {"a.b": "x"},
        {"1a": "x"},
        {"amount": 1.5},
        {"amount": 2**53 + 1},
        {"when": None},
        {"nested": {"a": 1}},
        {"nested": [["a"]]},
        {"long": "x" * 1001},
        {"many": ["x"] * 201},
    ],
)
def test_bad_metadata_names_the_place(ana: httpx.Client, metadata: Json) -> None:
    (key,) = metadata
    body = {"knowledge_base": "bank", "content": "x", "metadata": metadata}
    problem = problem_of(ana.post("/v1/ingest", json=body), 422, "request.invalid")
    assert all(error["field"].startswith(f"metadata.{key}") for error in problem["errors"])
    form = upload(ana, b"x", "a.txt", metadata=json.dumps(metadata))
    problem = problem_of(form, 422, "request.invalid")
    assert problem["context"] == {"field": f"metadata.{key}"}
    assert problem["detail"].startswith(f"metadata.{key}: ")


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '"x"', "[" * 5000, '{"a": NaN}'])
def test_metadata_in_a_form_must_be_an_object(ana: httpx.Client, text: str) -> None:
    problem = problem_of(upload(ana, b"x", "a.txt", metadata=text or " "), 422, "request.invalid")
    assert problem["context"]["field"].startswith("metadata")


def test_too_many_metadata_keys_are_refused(ana: httpx.Client) -> None:
    body = {
        "knowledge_base": "bank",
        "content": "x",
        "metadata": {f"k{number}": number for number in range(65)},
    }
    problem_of(ana.post("/v1/ingest", json=body), 422, "request.invalid")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7 this was cut off", "document.corrupt"),
        (FORMATS["memo.pdf"][0][:200], "document.truncated"),
        (pdf_bytes(""), "document.no_text"),
        (b"<html><body><script>x()</script></body></html>", "document.empty"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_is_listed_as_failed(
    ana: httpx.Client, data: bytes, code: str
) -> None:
    problem = problem_of(upload(ana, data, "damaged", key="bad"), 422, code)
    listed = ana.get("/v1/documents", params={"status": "failed"}).json()["items"]
    assert [document["id"] for document in listed] == [problem["context"]["document"]]
    assert listed[0]["problem"] == {"code": code, "detail": problem["detail"]}
    assert not listed[0]["searchable"]
    assert ana.get(f"/v1/documents/{listed[0]['id']}/raw").content == data
    problem_of(ana.get(f"/v1/documents/{listed[0]['id']}/text"), 422, "document.no_text")
    assert ana.get(f"/v1/documents/{listed[0]['id']}/chunks").json()["items"] == []


def test_a_failed_document_is_mended_by_good_content(ana: httpx.Client) -> None:
    upload(ana, b"%PDF-1.7 cut off", "memo.pdf", key="memo")
    mended = upload(ana, FORMATS["memo.pdf"][0], "memo.pdf", key="memo")
    assert mended.status_code == 201
    assert mended.json()["problem"] is None
    assert ana.get("/v1/documents", params={"status": "failed"}).json()["items"] == []


def test_a_bad_version_leaves_the_good_one_searchable(ana: httpx.Client) -> None:
    ingest(ana, "The larkspur sings.", key="memo")
    problem_of(upload(ana, b"%PDF-1.7 cut", "memo.pdf", key="memo"), 422, "document.corrupt")
    (document,) = ana.get("/v1/documents").json()["items"]
    assert (document["status"], document["searchable"]) == ("failed", True)
    assert [hit["citation"]["version"] for hit in search(ana, "larkspur")] == [1]


@pytest.mark.parametrize("data", [b"", b" \n\t ", b"\r\n"])
def test_an_empty_file_is_refused_at_once(ana: httpx.Client, data: bytes) -> None:
    problem_of(upload(ana, data, "empty.txt"), 422, "document.empty")
    assert ana.get("/v1/documents").json()["items"] == []


def test_an_archive_that_was_cut_off_is_refused_at_once(ana: httpx.Client) -> None:
    data = FORMATS["memo.docx"][0]
    problem_of(upload(ana, data[: len(data) // 2], "memo.docx"), 422, "document.truncated")
    assert ana.get("/v1/documents").json()["items"] == []


def test_a_damaged_archive_is_refused_at_once(ana: httpx.Client) -> None:
    data = bytearray(FORMATS["memo.docx"][0])
    place = data.index(b"PK\x01\x02")  # the first of the list of files
    data[place : place + 4] = b"PK\x77\x77"
    problem_of(upload(ana, bytes(data), "memo.docx"), 422, "document.corrupt")
    assert ana.get("/v1/documents").json()["items"] == []


def test_a_file_that_is_not_what_its_name_says_is_refused_at_once(ana: httpx.Client) -> None:
    response = upload(ana, b"<html><body>Please sign in.</body></html>", "statement.pdf")
    problem = problem_of(response, 415, "document.wrong_extension")
    assert problem["context"] == {"filename": "statement.pdf", "found": "text/html"}
    assert ana.get("/v1/documents").json()["items"] == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("memo.txt", "memo.txt"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\windows\\system.ini", "system.ini"),
        ("C:\\memo.txt", "memo.txt"),
        ("a\x00b\x07c\n.txt", "abc.txt"),
        ("invoice\u202efdp.exe", "invoicefdp.exe"),
        ("Größe 日本.txt", "Größe 日本.txt"),
        ('a"b;c.txt', 'a"b;c.txt'),
        ("\x00\x01", "document"),
        ("/", "document"),
        ("..", "document"),
        ("a/..", "document"),
        (".", "document"),
    ],
)
def test_a_file_name_is_only_a_visible_name(ana: httpx.Client, given: str, kept: str) -> None:
    document = ingest(ana, "Some text.", filename=given)
    assert document["filename"] == kept
    disposition = ana.get(f"/v1/documents/{document['id']}/raw").headers["content-disposition"]
    assert unquote(disposition.partition("''")[2]) == kept
    assert all(char not in disposition for char in '"\r\n\\/')


def test_a_long_file_name_keeps_its_ending(ana: httpx.Client) -> None:
    response = upload(ana, b"Some text.", "x" * 400 + ".md")
    assert len(response.json()["filename"]) == 255
    assert response.json()["filename"].endswith(".md")


def test_a_key_is_any_text_that_can_be_seen_or_not(ana: httpx.Client) -> None:
    for key in ("a/b?c#d", "../..", "ключ", "x" * 512, " ", "tab\there"):
        assert ingest(ana, "Some text.", key=key)["key"] == key
    body = {"knowledge_base": "bank", "content": "x", "key": "x" * 513}
    problem_of(ana.post("/v1/ingest", json=body), 422, "request.invalid")


def test_documents_are_listed_by_knowledge_base_and_status(ana: httpx.Client, bank: Json) -> None:
    make_base(ana, "clinic")
    first, second = ingest(ana, "one"), ingest(ana, "two")
    third = ingest(ana, "three", "clinic")
    failed = problem_of(upload(ana, b"%PDF-x", "b.pdf"), 422, "document.corrupt")

    def listed(**filters: str) -> list[str]:
        return [item["id"] for item in pages_of(ana, "/v1/documents", limit=1, **filters)]

    bad = failed["context"]["document"]
    assert listed() == [first["id"], second["id"], third["id"], bad]
    assert listed(knowledge_base="bank") == [first["id"], second["id"], bad]
    assert listed(knowledge_base=bank["id"], status="indexed") == [first["id"], second["id"]]
    assert listed(status="failed") == [bad]
    assert listed(status="queued") == []
    assert listed(knowledge_base="clinic", status="failed") == []
    unknown = ana.get("/v1/documents", params={"knowledge_base": "nowhere"})
    problem_of(unknown, 404, "knowledge_base.not_found")


def test_chunks_are_paged_in_the_order_of_the_document(ana: httpx.Client) -> None:
    parts = [f"## Part {n}\n\n" + f"Deposit number {n} was made in cash. " * 30 for n in range(9)]
    document = ingest(ana, "# All\n\n" + "\n\n".join(parts), filename="long.md")
    assert document["chunks"] > 5
    chunks = pages_of(ana, f"/v1/documents/{document['id']}/chunks", limit=2)
    assert [chunk["ordinal"] for chunk in chunks] == list(range(document["chunks"]))
    assert len({chunk["id"] for chunk in chunks}) == document["chunks"]
    starts = [chunk["span"]["start"] for chunk in chunks]
    assert starts == sorted(starts)


def test_a_deleted_document_is_gone_from_every_read_at_once(ana: httpx.Client) -> None:
    document = ingest(ana, "The larkspur sings.", key="song")
    kept = ingest(ana, "The larkspur sleeps.", key="sleep")
    response = ana.delete(f"/v1/documents/{document['id']}")
    assert (response.status_code, response.content) == (204, b"")
    for part in ("", "/chunks", "/text", "/raw"):
        problem_of(ana.get(f"/v1/documents/{document['id']}{part}"), 404, "document.not_found")
    problem_of(ana.delete(f"/v1/documents/{document['id']}"), 404, "document.not_found")
    assert [item["id"] for item in ana.get("/v1/documents").json()["items"]] == [kept["id"]]
    assert [hit["citation"]["document_id"] for hit in search(ana, "larkspur")] == [kept["id"]]
    assert search(ana, "larkspur", filters={"document_id": document["id"]}) == []
    assert ana.get("/v1/knowledge-bases/bank").json()["documents"] == 1
    assert ingest(ana, "The larkspur sings.", key="song")["version"] == 1


def test_a_document_deleted_while_it_is_awaited_is_a_plain_not_found(ana: httpx.Client) -> None:
    for number in range(4):
        job = submit(ana, f"The larkspur sings {number}.")
        document = f"/v1/documents/{job['document_id']}"
        assert ana.delete(document).status_code == 204
        problem_of(ana.get(document), 404, "document.not_found")
        assert ended_job(ana, job["id"])["state"] in ("cancelled", "succeeded")
        (forgotten,) = pages_of(ana, f"/v1/jobs/{job['id']}/documents")
        assert (forgotten["place"], forgotten["key"]) == ("(deleted)", None)
    assert search(ana, "larkspur") == []
    assert ingest(ana, "The worker still works.")["status"] == "indexed"


def test_the_same_document_sent_by_many_at_once_is_one_document(ana: httpx.Client) -> None:
    answers: list[httpx.Response] = []

    def send() -> None:
        body = {"knowledge_base": "bank", "content": "The larkspur sings.", "key": "song"}
        answers.append(ana.post("/v1/ingest", json=body, params=WAIT))

    threads = [threading.Thread(target=send) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in answers} <= {200, 201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert {answer.json()["version"] for answer in answers} == {1}
    assert len(search(ana, "larkspur")) == 1


@pytest.mark.parametrize(
    "content",
    [
        "Emoji 🦊 and \N{MATHEMATICAL FRAKTUR CAPITAL F}raktur larkspur",
        "e\u0301 larkspur",
        "larkspur\u2028line",
        "\ufefflarkspur",
    ],
)
def test_any_text_is_found_and_cited_by_code_points(ana: httpx.Client, content: str) -> None:
    document = ingest(ana, content)
    text = ana.get(f"/v1/documents/{document['id']}/text").text
    (hit,) = search(ana, "larkspur")
    span = hit["citation"]["span"]
    assert text[span["start"] : span["end"]] == hit["text"]
    (mark,) = hit["highlights"]
    assert hit["text"][mark["start"] : mark["end"]] == "larkspur"
