"""Jobs over HTTP: listed, shown, followed, cancelled, retried; dead letters; workers elsewhere."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest

from catalystindex.jobs.desk import Ticket
from catalystindex.jobs.messages import BeatCall, ClaimCall, HelloCall, Kept, Welcome
from catalystindex.security.scopes import Scope
from support.jobs import until
from support.server import LiveServer, live_server, make_base, pages_of, problem_of

Json = dict[str, Any]


def inline(text: str, key: str) -> Json:
    return {"source": {"kind": "inline", "content": text}, "key": key}


def submit(caller: httpx.Client, *texts: str, base: str = "bank") -> Json:
    documents = [inline(text, f"d{place}") for place, text in enumerate(texts)]
    body = {"knowledge_base": base, "documents": documents}
    response = caller.post("/v1/ingest/bulk", json=body)
    assert response.status_code == 202, response.text
    job: Json = response.json()
    return job


def ended(caller: httpx.Client, job: Json) -> Json:
    until(lambda: caller.get(job["url"]).json()["finished_at"] is not None)
    found: Json = caller.get(job["url"]).json()
    return found


@dataclass(frozen=True)
class Event:
    name: str
    id: int
    data: Json


def events_of(
    caller: httpx.Client, job: Json, after: int | None = None, most: int = 10_000
) -> list[Event]:
    """Follow a job to its end, or to ``most`` events."""
    headers = {} if after is None else {"Last-Event-ID": str(after)}
    found: list[Event] = []
    with caller.stream("GET", f"{job['url']}/events", headers=headers) as response:
        assert response.status_code == 200
        assert response.headers["content-type"].startswith("text/event-stream")
        for event in parsed(response.iter_lines()):
            found.append(event)
            if len(found) == most:
                break
    return found


def parsed(lines: Iterator[str]) -> Iterator[Event]:
    fields: dict[str, str] = {}
    for line in lines:
        if line:
            name, _, value = line.partition(": ")
            fields[name] = value
        elif "event" in fields:
            yield Event(fields["event"], int(fields["id"]), json.loads(fields["data"]))
            fields = {}


class TestFollowing:
    def test_every_document_and_the_end_are_told_with_rising_ids(self, ana: httpx.Client) -> None:
        make_base(ana)
        job = submit(ana, "Cash.", " ", "Gold.")
        events = events_of(ana, job)
        assert [one.name for one in events].count("end") == 1
        assert events[-1].name == "end"
        assert events[-1].data["state"] == "partial"
        assert {one.name for one in events} >= {"document", "end"}
        ids = [one.id for one in events]
        assert ids == sorted(ids)
        last = {one.data["ordinal"]: one.data for one in events if one.name == "document"}
        assert {place: one["state"] for place, one in last.items()} == {
            0: "succeeded", 1: "failed", 2: "succeeded",
        }  # fmt: skip
        assert last[1]["problem"]["code"] == "document.empty"

    def test_a_stream_that_broke_goes_on_after_the_last_event(self, ana: httpx.Client) -> None:
        make_base(ana)
        job = ended(ana, submit(ana, *(f"Cash {n}." for n in range(5))))
        whole = events_of(ana, job)
        for most in (1, 3):
            some = events_of(ana, job, most=most)
            rest = events_of(ana, job, after=some[-1].id)
            assert [(one.id, one.name) for one in some + rest] == [
                (one.id, one.name) for one in whole
            ]
        at_the_end = events_of(ana, job, after=whole[-1].id)
        assert [one.name for one in at_the_end] == ["end"]

    def test_documents_that_changed_together_are_all_told(
        self, ana: httpx.Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("catalystindex.api.events.CHANGES", 7)
        monkeypatch.setattr("catalystindex.jobs.service.CHANGES", 7)
        make_base(ana)
        texts = [f"Cash deposit {n} at the branch." for n in range(60)]
        job = submit(ana, *texts)
        ana.post(f"{job['url']}/cancel")  # most of them in one change
        ended(ana, job)
        events = events_of(ana, job)
        last = {one.data["ordinal"]: one.data for one in events if one.name == "document"}
        assert sorted(last) == list(range(60))
        assert {one["state"] for one in last.values()} <= {"succeeded", "cancelled"}
        ids = [one.id for one in events]
        assert ids == sorted(ids)
        for most in (3, 10, 30):  # wherever it broke, nothing is left out
            some = events_of(ana, job, most=most)
            rest = events_of(ana, job, after=some[-1].id)
            told = {one.data["ordinal"] for one in some + rest if one.name == "document"}
            assert told == set(range(60))

    def test_a_job_of_another_workspace_is_not_found_before_anything_is_sent(
        self, server: LiveServer, ana: httpx.Client, new_workspace: Callable[[], str]
    ) -> None:
        make_base(ana)
        job = submit(ana, "Cash.")
        stranger = server.caller(new_workspace())
        problem_of(stranger.get(f"{job['url']}/events"), 404, "job.not_found")
        problem_of(ana.get("/v1/jobs/none/events"), 404, "job.not_found")

    @pytest.mark.parametrize("last", ["x", "-1", "9" * 30])
    def test_an_event_id_that_is_none_is_refused(self, ana: httpx.Client, last: str) -> None:
        make_base(ana)
        job = submit(ana, "Cash.")
        response = ana.get(f"{job['url']}/events", headers={"Last-Event-ID": last})
        problem_of(response, 422, "request.invalid")

    def test_a_stream_ends_when_the_server_stops(self, tmp_path: Path) -> None:
        began, over = threading.Event(), threading.Event()

        def follow(caller: httpx.Client, url: str) -> None:
            try:
                with caller.stream("GET", f"{url}/events") as response:
                    for _ in response.iter_lines():
                        began.set()
            except httpx.TransportError:
                pass
            over.set()

        with live_server(tmp_path / "data") as running:
            ana = running.caller("w")
            make_base(ana)
            job = submit(ana, *("\n\n".join(f"# P{m}\n\nCash {n} {m}." * 3 for m in range(60))
                                for n in range(12)))  # fmt: skip
            thread = threading.Thread(target=follow, args=(running.caller("w"), job["url"]))
            thread.start()
            assert began.wait(10)
            stopped = time.monotonic()
        assert over.wait(10)
        thread.join()
        assert time.monotonic() - stopped < 15


class TestListings:
    def test_jobs_are_listed_newest_first_by_state_and_knowledge_base(
        self, ana: httpx.Client
    ) -> None:
        make_base(ana)
        make_base(ana, "other")
        jobs = [submit(ana, f"Cash {n}.") for n in range(3)]
        failed = submit(ana, " ", base="other")
        for job in (*jobs, failed):
            ended(ana, job)
        newest = [failed["id"], *(job["id"] for job in reversed(jobs))]
        assert [one["id"] for one in pages_of(ana, "/v1/jobs", limit=1)] == newest
        by_base = ana.get("/v1/jobs", params={"knowledge_base": "other"}).json()["items"]
        assert [one["id"] for one in by_base] == [failed["id"]]
        by_state = ana.get("/v1/jobs", params={"state": "failed"}).json()["items"]
        assert [one["id"] for one in by_state] == [failed["id"]]
        problem_of(ana.get("/v1/jobs", params={"state": "x"}), 422, "request.invalid")
        problem_of(ana.get("/v1/jobs", params={"cursor": "x"}), 422, "request.invalid")
        missing = ana.get("/v1/jobs", params={"knowledge_base": "none"})
        problem_of(missing, 404, "knowledge_base.not_found")

    def test_documents_of_a_job_are_listed_and_shown(self, ana: httpx.Client) -> None:
        make_base(ana)
        job = ended(ana, submit(ana, "Cash.", " ", "Gold.", " "))
        path = f"{job['url']}/documents"
        assert [one["ordinal"] for one in pages_of(ana, path, limit=1)] == [0, 1, 2, 3]
        failed = pages_of(ana, path, state="failed", error_class="permanent", limit=1)
        assert [one["ordinal"] for one in failed] == [1, 3]
        assert pages_of(ana, path, code="document.corrupt") == []
        shown = ana.get(f"{path}/{failed[0]['id']}").json()
        assert shown == failed[0]
        problem_of(ana.get(f"{path}/none"), 404, "job.not_found")
        other = ended(ana, submit(ana, "Silver."))
        problem_of(ana.get(f"{other['url']}/documents/{failed[0]['id']}"), 404, "job.not_found")
        for cursor in ("WyJ4Il0", "WyI5OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5Il0"):
            problem_of(ana.get(path, params={"cursor": cursor}), 422, "request.invalid")


class TestSteering:
    def test_failed_documents_are_dead_letters_until_they_are_retried(
        self, ana: httpx.Client
    ) -> None:
        make_base(ana)
        make_base(ana, "other")
        first = ended(ana, submit(ana, " ", "Cash.", " "))
        second = ended(ana, submit(ana, " ", base="other"))
        letters = pages_of(ana, "/v1/dead-letters", limit=2)
        assert [one["job_id"] for one in letters].count(first["id"]) == 2
        assert letters[0]["job_id"] == second["id"]
        query = {"knowledge_base": "other", "code": "document.empty", "error_class": "permanent"}
        assert len(pages_of(ana, "/v1/dead-letters", **query)) == 1
        one = {"documents": [next(x["id"] for x in letters if x["job_id"] == first["id"])]}
        assert ana.post(f"{first['url']}/retry", json=one).json() == {"retried": 1}
        ended(ana, first)
        assert ana.post(f"{first['url']}/retry").json() == {"retried": 2}
        ended(ana, first)
        assert ana.post("/v1/dead-letters/retry", params=query).json() == {"retried": 1}
        ended(ana, second)
        assert ana.post("/v1/dead-letters/retry").json() == {"retried": 3}
        good = ended(ana, submit(ana, "Cash."))
        problem_of(ana.post(f"{good['url']}/retry"), 409, "job.not_retryable")
        problem_of(ana.post("/v1/jobs/none/retry"), 404, "job.not_found")

    def test_a_cancelled_job_says_so_and_an_ended_one_stays(self, ana: httpx.Client) -> None:
        make_base(ana)
        job = submit(ana, *(f"Cash {n}." for n in range(50)))
        cancelled = ana.post(f"{job['url']}/cancel").json()
        assert cancelled["cancel_requested"] or cancelled["state"] == "cancelled"
        assert ended(ana, job)["state"] == "cancelled"
        done = ended(ana, submit(ana, "Gold."))
        assert ana.post(f"{done['url']}/cancel").json()["state"] == "succeeded"

    def test_nothing_of_it_is_another_workspaces(
        self, server: LiveServer, ana: httpx.Client, new_workspace: Callable[[], str]
    ) -> None:
        make_base(ana)
        job = ended(ana, submit(ana, " "))
        item = ana.get(f"{job['url']}/documents").json()["items"][0]["id"]
        stranger = server.caller(new_workspace())
        assert stranger.get("/v1/jobs").json()["items"] == []
        assert stranger.get("/v1/dead-letters").json()["items"] == []
        for method, path in (
            ("GET", ""), ("GET", "/documents"), ("GET", f"/documents/{item}"),
            ("POST", "/cancel"), ("POST", "/retry"),
        ):  # fmt: skip
            problem_of(stranger.request(method, job["url"] + path), 404, "job.not_found")
        named = stranger.post("/v1/dead-letters/retry", json={"documents": [item]})
        problem_of(named, 409, "job.not_retryable")

    @pytest.mark.parametrize(
        ("method", "path", "scope"),
        [
            ("GET", "/v1/jobs", Scope.JOBS_WRITE),
            ("GET", "/v1/dead-letters", Scope.JOBS_WRITE),
            ("GET", "/v1/workers", Scope.JOBS_WRITE),
            ("POST", "/v1/jobs/x/cancel", Scope.JOBS_READ),
            ("POST", "/v1/jobs/x/retry", Scope.JOBS_READ),
            ("POST", "/v1/dead-letters/retry", Scope.JOBS_READ),
            ("POST", "/v1/ingest/bulk", Scope.DOCUMENTS_READ),
        ],
    )
    def test_each_route_wants_its_scope(
        self, server: LiveServer, workspace: str, method: str, path: str, scope: Scope
    ) -> None:
        caller = server.caller(workspace, scope)
        assert caller.request(method, path).status_code == 403


class TestWorkers:
    def test_the_servers_own_workers_are_listed(self, ana: httpx.Client) -> None:
        until(lambda: len(ana.get("/v1/workers").json()) >= 2)
        found = ana.get("/v1/workers").json()
        assert {one["lane"] for one in found} == {"acquire", "compute"}
        assert all(one["local"] and one["live"] for one in found)

    @pytest.mark.parametrize(
        "path", ["hello", "goodbye", "claim", "beat", "report", "give-up", "put-back"]
    )
    def test_work_is_for_tokens_of_its_scope_and_for_messages_of_its_form(
        self, server: LiveServer, ana: httpx.Client, workspace: str, path: str
    ) -> None:
        assert ana.post(f"/v1/work/{path}", content=b"\x80").status_code == 403
        worker = server.caller(workspace, Scope.WORK)
        ticket = {"item_id": "i", "job_id": "j", "token": 2**63, "document_id": "d",
                  "version_id": "v"}  # fmt: skip
        shapes: list[object] = [
            {},
            [],
            {"worker": "local-compute-0"},
            {"worker": "remote-" + "x" * 99},
            {"ticket": {}, "progress": None},
            {"ticket": {**ticket, "token": "1"}},
        ]
        for body in (b"", b"\xc1", b"{}", *map(msgspec.msgpack.encode, shapes)):
            response = worker.post(f"/v1/work/{path}", content=body)
            problem_of(response, 422, "request.invalid")
        assert worker.get("/v1/jobs").status_code == 403

    def test_numbers_out_of_bounds_are_no_messages(
        self, server: LiveServer, workspace: str
    ) -> None:
        worker = server.caller(workspace, Scope.WORK)
        ticket = {"item_id": "i", "job_id": "j", "token": 2**63, "document_id": "d",
                  "version_id": "v"}  # fmt: skip
        hello = {"worker": "remote-1", "host": "h", "pid": 2**40, "started_at": datetime.now(UTC)}
        progress = {"ticket": {**ticket, "token": 1}, "progress": [1, 2**40]}
        for path, body in (
            ("beat", {"ticket": ticket, "progress": None}),
            ("put-back", {"ticket": ticket}),
            ("hello", hello),
            ("hello", {**hello, "pid": 1, "started_at": "2026-03-01T12:00:00"}),
            ("beat", progress),
        ):
            response = worker.post(f"/v1/work/{path}", content=msgspec.msgpack.encode(body))
            problem_of(response, 422, "request.invalid")

    def test_a_worker_elsewhere_is_welcomed_listed_and_forgotten(
        self, server: LiveServer, ana: httpx.Client, workspace: str
    ) -> None:
        worker = server.caller(workspace, Scope.WORK)

        def call(path: str, message: object) -> httpx.Response:
            return worker.post(f"/v1/work/{path}", content=msgspec.msgpack.encode(message))

        hello = HelloCall("remote-box-1", "box", 77, datetime.now(UTC))
        welcome = msgspec.msgpack.decode(call("hello", hello).content, type=Welcome)
        assert welcome.lease == server.owner.settings.jobs.lease
        assert "artifact_folder" in welcome.setup
        found = {one["id"]: one for one in ana.get("/v1/workers").json()}
        assert found["remote-box-1"]["pid"] == 77
        assert not found["remote-box-1"]["local"]
        stale = BeatCall(Ticket("none", "none", 1, "d", "v"), None)
        kept = msgspec.msgpack.decode(call("beat", stale).content, type=Kept)
        assert not kept.wanted
        assert call("goodbye", ClaimCall("remote-box-1")).status_code == 204
        assert "remote-box-1" not in {one["id"] for one in ana.get("/v1/workers").json()}
