"""Jobs, dead letters and workers, against a stand-in that speaks the contract."""

import asyncio
import threading
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from catalystindex.model.errors import (
    CatalystError,
    InvalidRequest,
    JobNotEnded,
    JobNotFound,
    NotFound,
    Unavailable,
)
from catalystindex.model.job import ErrorClass, ItemState, Job, JobState
from catalystindex.sdk import AsyncClient, Client, JobEvent
from catalystindex.sdk.sync import following
from support.http_stub import Reply, stub_server
from support.job_server import JobServer, job_server


@pytest.fixture
def server() -> Iterator[JobServer]:
    with job_server() as running:
        yield running


@pytest.fixture
def client(server: JobServer) -> Iterator[Client]:
    with Client(server.url, "token", sleep=lambda seconds: time.sleep(seconds / 20)) as made:
        yield made


def slow_job(client: Client, documents: int = 1) -> Job:
    return client.upload_bulk("bank", [(f"{n}.txt", b"slow") for n in range(documents)])


def later(server: JobServer, job: Job, state: ItemState = ItemState.SUCCEEDED) -> threading.Timer:
    timer = threading.Timer(0.2, server.finish, (job.id, state, job.total))
    timer.start()
    return timer


def told(events: list[JobEvent]) -> list[tuple[str, str]]:
    return [(event.kind, event.id) for event in events]


def test_a_job_is_read_with_its_documents(client: Client) -> None:
    made = client.upload_bulk("bank", [("a.txt", b"good"), ("b.txt", b"bad")], label="case 417")
    job = client.jobs.get(made.id)
    assert (job.state, job.label, job.total) == (JobState.PARTIAL, "case 417", 2)
    good, bad = client.jobs.documents(job.id)
    assert (good.key, good.state, good.problem) == ("a.txt", ItemState.SUCCEEDED, None)
    assert bad.problem is not None
    assert (bad.problem.code, bad.problem.error_class) == ("document.corrupt", "permanent")
    assert list(client.jobs.documents(job.id, state=ItemState.FAILED)) == [bad]
    assert client.jobs.document(job.id, bad.id) == bad
    assert client.jobs.documents_page(job.id).items == [good, bad]


def test_jobs_are_listed_newest_first(client: Client, server: JobServer) -> None:
    jobs = [client.ingest("bank", "x", wait=False) for _ in range(2)]
    assert list(client.jobs.all(state=JobState.SUCCEEDED, knowledge_base="bank")) == jobs[::-1]
    assert client.jobs.page(limit=10).items == jobs[::-1]
    asked, paged = server.asked("/jobs")
    assert (asked.query["state"], asked.query["knowledge_base"]) == ("succeeded", "bank")
    assert paged.query == {"limit": "10"}


def test_waiting_returns_the_job_when_it_has_ended(client: Client, server: JobServer) -> None:
    job = slow_job(client, 2)
    timer = later(server, job)
    ended = client.jobs.wait(job.id)
    timer.join()
    assert ended == client.jobs.get(job.id)
    assert ended.state is JobState.SUCCEEDED
    assert len(server.asked("/events")) == 1


def test_waiting_for_a_job_that_has_ended_returns_at_once(client: Client) -> None:
    job = client.ingest("bank", "bad", wait=False)
    assert client.jobs.wait(job.id).state is JobState.FAILED


@pytest.mark.parametrize("timeout", [0, 0.05, 0.6])
def test_waiting_longer_than_was_said_is_an_error_and_the_job_goes_on(
    client: Client, server: JobServer, timeout: float
) -> None:
    job = slow_job(client)
    began = time.monotonic()
    with pytest.raises(JobNotEnded) as caught:
        client.jobs.wait(job.id, timeout=timeout)
    assert timeout <= time.monotonic() - began < timeout + 0.5
    assert caught.value.context["job"] == job.id
    assert client.jobs.get(job.id).state is JobState.RUNNING
    assert len(server.asked("/events")) < 10


def test_waiting_works_without_a_stream(client: Client, server: JobServer) -> None:
    server.streams = False
    job = slow_job(client)
    timer = later(server, job)
    assert client.jobs.wait(job.id, poll=0.1).state is JobState.SUCCEEDED
    timer.join()
    assert server.asked(job.id)  # it was asked for itself


def test_waiting_for_no_job_is_an_error(client: Client) -> None:
    with pytest.raises(JobNotFound):
        client.jobs.wait("nothing")
    with pytest.raises(NotFound):
        client.jobs.wait("../health")
    with pytest.raises(JobNotFound) as caught:
        list(client.jobs.watch("nothing"))
    assert (caught.value.context["status"], caught.value.context["attempts"]) == (404, 1)
    assert caught.value.context["request_id"]


def test_waiting_for_a_server_that_is_gone_is_an_error(server: JobServer) -> None:
    with Client("http://127.0.0.1:1", None, sleep=lambda _: None) as client:
        with pytest.raises(Unavailable):
            client.jobs.wait("j1")
        with pytest.raises(Unavailable):
            list(client.jobs.watch("j1"))


def test_watching_tells_what_happens_and_ends_with_the_job(
    client: Client, server: JobServer
) -> None:
    job = slow_job(client, 2)
    timer = threading.Timer(0.1, server.finish, (job.id, ItemState.FAILED))
    timer.start()
    events = []
    with closing(client.jobs.watch(job.id)) as stream:
        for event in stream:
            events.append(event)
            if event.kind == "document" and event.payload.state is ItemState.FAILED:
                server.finish(job.id)
    timer.join()
    assert events[-1].kind == "end"
    assert isinstance(events[-1].payload, Job)
    assert events[-1].payload.state is JobState.PARTIAL
    failed = [e.payload for e in events if e.kind == "document" and e.payload.problem]
    assert [item.key for item in failed] == ["0.txt"]


def test_a_stream_that_breaks_goes_on_after_the_last_event(
    client: Client, server: JobServer
) -> None:
    server.cut_after = 2
    job = client.upload_bulk("bank", [(f"{n}", b"x") for n in range(5)])
    expected = [("document", str(n)) for n in range(1, 6)] + [("end", "5")]
    assert told(list(client.jobs.watch(job.id))) == expected
    resumed = [one.headers.get("Last-Event-ID") for one in server.asked("/events")]
    assert resumed == [None, "2", "4"]
    assert told(list(client.jobs.watch(job.id, last_id="3"))) == expected[3:]


def test_a_stream_that_never_comes_is_given_up(client: Client, server: JobServer) -> None:
    server.streams = False
    job = slow_job(client)
    with pytest.raises(Unavailable) as caught:
        list(client.jobs.watch(job.id))
    assert caught.value.context["status"] == 503
    assert len(server.asked("/events")) == following.RECONNECTIONS + 1


def test_without_retries_a_broken_stream_is_an_error(server: JobServer) -> None:
    server.cut_after = 1
    with Client(server.url, None, retries=0) as client:
        job = client.upload_bulk("bank", [("a", b"x"), ("b", b"x")])
        with pytest.raises(Unavailable):
            list(client.jobs.watch(job.id))


def test_what_answers_without_events_is_none_of_ours() -> None:
    with (
        stub_server(lambda _: Reply(200, {})) as other,
        Client(other.url, None) as client,
        pytest.raises(CatalystError, match="not a CatalystIndex server"),
    ):
        list(client.jobs.watch("j1"))


def test_a_job_is_cancelled(client: Client) -> None:
    job = slow_job(client, 3)
    assert client.jobs.cancel(job.id).state is JobState.CANCELLED
    assert client.jobs.wait(job.id).counts.cancelled == 3


def test_failed_documents_of_a_job_are_retried(client: Client, server: JobServer) -> None:
    job = client.upload_bulk("bank", [(name, b"bad") for name in "abc"])
    first, *_ = client.jobs.documents(job.id)
    assert client.jobs.retry(job.id, [first.id]).retried == 1
    assert client.jobs.retry(job.id).retried == 2
    assert [one.body for one in server.asked("/retry")] == [
        {"documents": [first.id]},
        {"documents": []},
    ]


def test_dead_letters_are_listed_and_retried(client: Client, server: JobServer) -> None:
    client.upload_bulk("bank", [("a", b"bad"), ("b", b"good")])
    client.upload_bulk("bank", [("c", b"bad")])
    dead = list(client.dead_letters.all(code="document.corrupt"))
    assert [one.key for one in dead] == ["a", "c"]
    assert client.dead_letters.page(error_class=ErrorClass.PERMANENT).items == dead
    assert client.dead_letters.retry(knowledge_base="bank", code="x").retried == 2
    listed, paged, retried = (one.query for one in server.seen[-3:])
    assert listed["code"] == "document.corrupt"
    assert paged["error_class"] == "permanent"
    assert retried == {"knowledge_base": "bank", "code": "x"}


def test_too_many_to_retry_at_once_is_seen_before_it_is_sent(client: Client) -> None:
    with pytest.raises(InvalidRequest):
        client.dead_letters.retry(["x"] * 10_001)


def test_workers_are_listed(client: Client) -> None:
    assert [(one.id, one.live) for one in client.workers.all()] == [("w1", True)]


def test_the_asynchronous_client_does_the_same(server: JobServer) -> None:
    async def work() -> tuple[Job, list[JobEvent], list[str | None], list[str]]:
        async with AsyncClient(server.url, "token") as client:
            job = await client.upload_bulk("bank", [("a", b"slow"), ("b", b"bad")])
            timer = later(server, job)
            waiting = client.jobs.wait(job.id, timeout=20)
            watching = [event async for event in client.jobs.watch(job.id)]
            ended = await waiting
            await asyncio.to_thread(timer.join)
            keys = [item.key async for item in client.jobs.documents(job.id)]
            dead = [item.place async for item in client.dead_letters.all()]
            return ended, watching, keys, dead

    server.cut_after = 1
    ended, events, keys, dead = asyncio.run(work())
    assert ended.state is JobState.PARTIAL
    assert events[-1].kind == "end"
    assert events[-1].payload == ended
    assert keys == ["a", "b"]
    assert dead == ["b"]


def test_leaving_an_asynchronous_wait_leaves_nothing_behind(server: JobServer) -> None:
    async def work() -> None:
        async with AsyncClient(server.url, None) as client:
            job = await client.upload_bulk("bank", [("a", b"slow")])
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await client.jobs.wait(job.id)
            assert (await client.jobs.get(job.id)).state is JobState.RUNNING

    asyncio.run(work())
