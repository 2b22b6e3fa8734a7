"""Many documents in one request: named in JSON, or sent along in a form."""

import json
import time
from base64 import b64encode
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from support.jobs import until
from support.server import LiveServer, make_base, problem_of, search

Json = dict[str, Any]


def inline(text: str, key: str | None = None, **more: object) -> Json:
    return {"source": {"kind": "inline", "content": text}, "key": key, **more}


def submit(caller: httpx.Client, *documents: Json, **more: object) -> httpx.Response:
    body = {"knowledge_base": "bank", "documents": list(documents), **more}
    return caller.post("/v1/ingest/bulk", json=body)


def form(
    caller: httpx.Client, request: object, *files: tuple[str, bytes], **headers: str
) -> httpx.Response:
    return caller.post(
        "/v1/ingest/bulk",
        data={"request": request if isinstance(request, str) else json.dumps(request)},
        files=[("files", (name, data, "text/plain")) for name, data in files],
        headers=headers,
    )


def ended(caller: httpx.Client, response: httpx.Response) -> Json:
    """Return the job of an accepted request once it has ended."""
    assert response.status_code == 202, response.text
    url = response.json()["url"]
    assert response.headers["location"] == url
    until(lambda: caller.get(url).json()["finished_at"] is not None)
    found: Json = caller.get(url).json()
    return found


def documents_of(caller: httpx.Client, job: Json) -> list[Json]:
    found: list[Json] = caller.get(f"{job['url']}/documents").json()["items"]
    return found


class TestJson:
    def test_documents_are_accepted_at_once_and_searchable_when_the_job_ends(
        self, ana: httpx.Client
    ) -> None:
        make_base(ana)
        encoded = {"kind": "inline", "content_base64": b64encode(b"# Gold\n\nGold bars.").decode()}
        response = submit(
            ana,
            inline("Cash deposits.", "memos/1", title="Cash"),
            {"source": {**encoded, "filename": "gold.md"}, "key": "memos/2"},
            metadata={"year": 2026},
            label="two memos",
        )
        assert response.status_code == 202
        accepted = response.json()
        assert (accepted["total"], accepted["label"]) == (2, "two memos")
        assert accepted["state"] in ("queued", "running", "succeeded")
        job = ended(ana, response)
        assert (job["state"], job["percentage"], job["outcomes"]) == (
            "succeeded", 100, {"created": 2},
        )  # fmt: skip
        assert {hit["citation"]["title"] for hit in search(ana, "cash gold")} == {"Cash", "Gold"}
        document = ana.get(f"/v1/documents/{documents_of(ana, job)[0]['document_id']}").json()
        assert document["metadata"] == {"year": 2026}

    def test_text_without_a_key_is_known_by_its_content(self, ana: httpx.Client) -> None:
        make_base(ana)
        job = ended(ana, submit(ana, inline("Cash."), inline("Gold."), inline("Cash.")))
        assert job["outcomes"] == {"created": 2, "unchanged": 1}

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"documents": []}, "documents"),
            ({"documents": [{"source": {"kind": "packed"}}]}, "documents.0.source"),
            ({"documents": [{"source": {"kind": "inline"}}]}, "documents.0.source.inline"),
            ({"documents": [inline("a"), {"source": {"kind": "url", "url": "ftp://x"}}]},
             "documents.1.source.url.url"),
            ({"documents": [inline("a", key="")]}, "documents.0.key"),
            ({"documents": [inline("a")], "unknown": 1}, "unknown"),
            ({"documents": [inline("a")], "label": "x" * 201}, "label"),
        ],
    )  # fmt: skip
    def test_a_mistake_in_the_request_is_named_by_its_place(
        self, ana: httpx.Client, change: Json, field: str
    ) -> None:
        make_base(ana)
        response = ana.post("/v1/ingest/bulk", json={"knowledge_base": "bank", **change})
        problem = problem_of(response, 422, "request.invalid")
        assert any(str(one["field"]).endswith(field) for one in problem["errors"]), problem

    @pytest.mark.parametrize(
        ("document", "field"),
        [
            ({"source": {"kind": "upload", "file": 0}}, "documents.1.source"),
            ({"source": {"kind": "inline", "content_base64": "!"}},
             "documents.1.source.content_base64"),
        ],
    )  # fmt: skip
    def test_bytes_that_are_not_there_are_named_by_their_place(
        self, ana: httpx.Client, document: Json, field: str
    ) -> None:
        make_base(ana)
        response = submit(ana, inline("a"), document)
        assert problem_of(response, 422, "request.invalid")["context"]["field"] == field
        assert ana.get("/v1/jobs").json()["items"] == []

    def test_what_is_no_json_and_what_is_not_there_is_refused(self, ana: httpx.Client) -> None:
        response = ana.post("/v1/ingest/bulk", content=b"{", headers={"content-type": "text/plain"})
        problem_of(response, 422, "request.invalid")
        problem_of(submit(ana, inline("a")), 404, "knowledge_base.not_found")
        make_base(ana)
        problem_of(submit(ana, inline("a"), policy="none"), 404, "policy.not_found")

    def test_a_thousand_documents_are_accepted_in_a_moment(self, ana: httpx.Client) -> None:
        make_base(ana)
        documents = [inline(f"Cash deposit {n}.", f"d{n}") for n in range(1000)]
        began = time.perf_counter()
        response = submit(ana, *documents)
        seconds = time.perf_counter() - began
        print(f"1,000 inline documents accepted in {seconds:.2f} s")  # noqa: T201  # for people
        assert response.status_code == 202, response.text
        assert response.json()["total"] == 1000
        assert seconds < 3
        cancelled = ana.post(f"{response.json()['url']}/cancel").json()
        assert cancelled["total"] == 1000


class TestForm:
    def test_every_file_is_a_document_known_by_its_name(self, ana: httpx.Client) -> None:
        make_base(ana)
        files = (("memos/cash.md", b"Cash."), ("memos/gold.md", b"Gold."))
        job = ended(ana, form(ana, {"knowledge_base": "bank", "metadata": {"a": 1}}, *files))
        assert job["outcomes"] == {"created": 2}
        assert [one["key"] for one in documents_of(ana, job)] == ["memos/cash.md", "memos/gold.md"]
        again = ended(ana, form(ana, {"knowledge_base": "bank", "metadata": {"a": 1}}, *files))
        assert again["outcomes"] == {"unchanged": 2}

    def test_names_of_files_may_be_anything(self, ana: httpx.Client) -> None:
        make_base(ana)
        request = {
            "knowledge_base": "bank",
            "documents": [{"source": {"kind": "upload", "file": n}} for n in range(2)],
        }
        files = (("n" * 300 + ".txt", b"Long."), ("../../etc/passwd.txt", b"Up."))
        job = ended(ana, form(ana, request, *files))
        assert job["outcomes"] == {"created": 2}
        names = [
            ana.get(f"/v1/documents/{one['document_id']}").json()["filename"]
            for one in documents_of(ana, job)
        ]
        assert names == ["n" * 251 + ".txt", "passwd.txt"]

    def test_documents_name_their_files_in_any_order(self, ana: httpx.Client) -> None:
        make_base(ana)
        request = {
            "knowledge_base": "bank",
            "documents": [
                {"source": {"kind": "upload", "file": 1}, "key": "second"},
                {"source": {"kind": "upload", "file": 0}, "key": "first"},
                inline("Silver.", "third"),
            ],
        }
        job = ended(ana, form(ana, request, ("a.txt", b"File a."), ("b.txt", b"File b.")))
        raw = [
            ana.get(f"/v1/documents/{one['document_id']}/raw").content
            for one in documents_of(ana, job)
        ]
        assert raw == [b"File b.", b"File a.", b"Silver."]

    def test_mistakes_of_a_form_are_named(self, ana: httpx.Client) -> None:
        make_base(ana)
        wanted = {"knowledge_base": "bank"}
        file = ("a.txt", b"x")
        response = ana.post("/v1/ingest/bulk", files=[("files", (*file, "text/plain"))])
        assert problem_of(response, 422, "request.invalid")["context"]["field"] == "request"
        problem_of(form(ana, "{", file), 422, "request.invalid")
        problem_of(form(ana, {**wanted, "documents": []}, file), 422, "request.invalid")
        response = ana.post(
            "/v1/ingest/bulk",
            files=[("request", (None, json.dumps(wanted))), ("files", (None, "text"))],
        )
        assert problem_of(response, 422, "request.invalid")["context"]["field"] == "files"
        upload = {**wanted, "documents": [{"source": {"kind": "upload", "file": 1}}]}
        response = form(ana, upload, file)
        field = problem_of(response, 422, "request.invalid")["context"]["field"]
        assert field == "documents.0.source"


class TestIdempotency:
    @pytest.mark.parametrize("route", ["bulk", "text", "upload"])
    def test_the_same_key_makes_one_job_and_refuses_another_request(
        self, ana: httpx.Client, route: str
    ) -> None:
        make_base(ana)

        def send(text: str) -> httpx.Response:
            headers = {"Idempotency-Key": "delivery-417"}
            if route == "bulk":
                body = {"knowledge_base": "bank", "documents": [inline(text, "a")]}
                return ana.post("/v1/ingest/bulk", json=body, headers=headers)
            if route == "text":
                body = {"knowledge_base": "bank", "content": text, "key": "a"}
                return ana.post("/v1/ingest", json=body, headers=headers)
            return ana.post(
                "/v1/ingest/upload", data={"knowledge_base": "bank", "key": "a"},
                files={"file": ("a.txt", text.encode())}, headers=headers,
            )  # fmt: skip

        first, again = send("Cash."), send("Cash.")
        assert first.status_code == again.status_code == 202, again.text
        assert first.json()["id"] == again.json()["id"]
        conflict = problem_of(send("Gold."), 422, "request.idempotency_conflict")
        assert conflict["context"]["job"] == first.json()["id"]
        assert len(ana.get("/v1/jobs").json()["items"]) == 1
        ended(ana, first)
        assert send("Cash.").json()["state"] == "succeeded"

    def test_keys_of_another_workspace_are_its_own(
        self, server: LiveServer, new_workspace: Callable[[], str]
    ) -> None:
        ids = set()
        for _ in range(2):
            caller = server.caller(new_workspace())
            make_base(caller)
            headers = {"Idempotency-Key": "same"}
            body = {"knowledge_base": "bank", "content": "Cash."}
            ids.add(caller.post("/v1/ingest", json=body, headers=headers).json()["id"])
        assert len(ids) == 2

    @pytest.mark.parametrize("key", ["", "with space", "x" * 256, "ü"])
    def test_a_key_that_is_none_is_refused(self, ana: httpx.Client, key: str) -> None:
        make_base(ana)
        body = {"knowledge_base": "bank", "documents": [inline("a")]}
        response = ana.post(
            "/v1/ingest/bulk", json=body, headers=[(b"Idempotency-Key", key.encode("latin-1"))]
        )
        problem_of(response, 422, "request.invalid")
