"""What is sent again, how often, when; and what a caller learns of it."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

import httpx
import pytest

from catalystindex.model.errors import CatalystError, QueueFull, Unavailable
from catalystindex.model.sources import UrlSource
from catalystindex.sdk import AsyncClient, CallInfo, Client
from catalystindex.sdk.calls import Call, retry_after
from catalystindex.sdk.retries import FIRST_PAUSE, MAX_PAUSE, Retrying
from support.http_stub import Reply, Request, StubServer, closed_url, stub_server

HEALTH = Reply(200, {"status": "ok", "version": "1"})
BUSY = Reply(503, "busy")


class Scripted:
    """Answers one after the other; the last one for ever."""

    def __init__(self, *replies: Reply) -> None:
        self.replies = list(replies)

    def __call__(self, _: Request) -> Reply:
        return self.replies.pop(0) if len(self.replies) > 1 else self.replies[0]


@pytest.fixture
def server() -> Iterator[StubServer]:
    with stub_server(Scripted(HEALTH)) as running:
        yield running


@pytest.fixture
def pauses() -> list[float]:
    return []


def client_of(server: StubServer, pauses: list[float], **options: Any) -> Client:  # noqa: ANN401
    return Client(server.url, "token", sleep=pauses.append, jitter=Random(1), **options)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_busy_server_is_asked_again(server: StubServer, pauses: list[float], status: int) -> None:
    server.answer = Scripted(Reply(status, "busy"), Reply(status, "busy"), HEALTH)
    with client_of(server, pauses) as client:
        client.health()
    assert len(server.requests) == 3
    assert FIRST_PAUSE / 2 <= pauses[0] <= FIRST_PAUSE
    assert FIRST_PAUSE <= pauses[1] <= 2 * FIRST_PAUSE


def test_a_connection_that_breaks_is_made_again(server: StubServer, pauses: list[float]) -> None:
    server.answer = Scripted(Reply(hangs_up=True), HEALTH)
    with client_of(server, pauses) as client:
        client.health()
    assert len(server.requests) == 2


def test_after_the_last_attempt_the_error_comes_and_says_how_many(
    server: StubServer, pauses: list[float]
) -> None:
    server.answer = Scripted(BUSY)
    with client_of(server, pauses, retries=2) as client, pytest.raises(CatalystError) as caught:
        client.health()
    assert len(server.requests) == 3
    assert caught.value.context["attempts"] == 3
    assert caught.value.context["request_id"] == server.requests[0].headers["X-Request-Id"]


def test_no_retries_means_one_attempt(server: StubServer, pauses: list[float]) -> None:
    server.answer = Scripted(BUSY)
    with client_of(server, pauses, retries=0) as client, pytest.raises(CatalystError):
        client.health()
    assert (len(server.requests), pauses) == (1, [])


@pytest.mark.parametrize("status", [400, 404, 409, 422, 500, 501])
def test_an_answer_that_would_be_the_same_again_is_not_asked_for_twice(
    server: StubServer, pauses: list[float], status: int
) -> None:
    server.answer = Scripted(Reply(status, "no"))
    with client_of(server, pauses) as client, pytest.raises(CatalystError):
        client.health()
    assert len(server.requests) == 1


def test_an_answer_that_is_late_is_not_asked_for_again(
    server: StubServer, pauses: list[float]
) -> None:
    server.answer = Scripted(Reply(200, {}, delay=30))
    with (
        client_of(server, pauses, timeout=0.1) as client,
        pytest.raises(Unavailable, match="in time"),
    ):
        client.health()
    assert len(server.requests) == 1


ONCE: dict[str, Callable[[Client], object]] = {
    "create": lambda client: client.knowledge_bases.create("bank"),
    "reindex": lambda client: client.index.reindex(),
    "retry": lambda client: client.jobs.retry("j1"),
}
AGAIN: dict[str, Callable[[Client], object]] = {
    "search": lambda client: client.search("x"),
    "delete": lambda client: client.documents.delete("d"),
    "put": lambda client: client.policies.put("p", b"{}"),
    "cancel": lambda client: client.jobs.cancel("j1"),
    "ingest": lambda client: client.ingest("bank", "x"),
    "bulk": lambda client: client.ingest_bulk(
        knowledge_base="bank", documents=[UrlSource(url="http://example.com/")]
    ),
}


@pytest.mark.parametrize("call", ONCE)
def test_what_may_not_be_done_twice_is_sent_once(
    server: StubServer, pauses: list[float], call: str
) -> None:
    server.answer = Scripted(BUSY)
    with client_of(server, pauses) as client, pytest.raises(CatalystError):
        ONCE[call](client)
    assert len(server.requests) == 1


@pytest.mark.parametrize("call", AGAIN)
def test_what_may_be_done_twice_is_sent_again(
    server: StubServer, pauses: list[float], call: str
) -> None:
    server.answer = Scripted(BUSY)
    with client_of(server, pauses) as client, pytest.raises(CatalystError):
        AGAIN[call](client)
    assert len(server.requests) == 4


def test_a_submission_sent_again_is_known_as_the_same(
    server: StubServer, pauses: list[float]
) -> None:
    server.answer = Scripted(BUSY)
    with client_of(server, pauses) as client:
        for _ in range(2):
            with pytest.raises(CatalystError):
                client.ingest("bank", "x")
        with pytest.raises(CatalystError):
            client.ingest("bank", "x", idempotency_key="mine")
    keys = [request.headers["Idempotency-Key"] for request in server.requests]
    assert len(set(keys[:4])) == len(set(keys[4:8])) == 1
    assert keys[0] != keys[4]
    assert set(keys[8:]) == {"mine"}


def test_the_server_says_how_long_to_wait(server: StubServer, pauses: list[float]) -> None:
    server.answer = Scripted(Reply(429, "full", headers={"Retry-After": "7"}), HEALTH)
    with client_of(server, pauses) as client:
        client.health()
    assert pauses == [7.0]


def test_a_wait_beyond_the_bound_is_left_to_the_caller(
    server: StubServer, pauses: list[float]
) -> None:
    problem = {"code": "queue.full", "detail": "Full.", "context": {}, "errors": []}
    kind = {"Content-Type": "application/problem+json", "Retry-After": "3600"}
    server.answer = Scripted(Reply(429, problem, headers=kind))
    with client_of(server, pauses) as client, pytest.raises(QueueFull) as caught:
        client.health()
    assert (len(server.requests), pauses) == (1, [])
    assert caught.value.context["retry_after"] == 3600


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "0"}, 0.0),
        ({"Retry-After": " 12 "}, 12.0),
        ({}, None),
        ({"Retry-After": "soon"}, None),
        ({"Retry-After": "-1"}, None),
        ({"Retry-After": "٣"}, None),
        (
            {
                "Retry-After": "Sat, 01 Mar 2025 12:00:30 GMT",
                "Date": "Sat, 01 Mar 2025 12:00:10 GMT",
            },
            20.0,
        ),
        (
            {
                "Retry-After": "Sat, 01 Mar 2025 12:00:00 GMT",
                "Date": "Sat, 01 Mar 2025 12:00:10 GMT",
            },
            0.0,
        ),
        ({"Retry-After": "Sat, 01 Mar 2025 12:00:30 GMT"}, None),
    ],
)
def test_the_wait_is_read_in_both_forms(headers: dict[str, str], seconds: float | None) -> None:
    encoded = [(name.encode(), value.encode()) for name, value in headers.items()]
    assert retry_after(httpx.Response(503, headers=encoded)) == seconds


def test_pauses_double_are_bounded_and_repeat_with_their_seed() -> None:
    pauses = [Retrying(20, Random(7)).backoff(n) for n in range(1, 20)]
    assert pauses == [Retrying(20, Random(7)).backoff(n) for n in range(1, 20)]
    assert max(pauses) <= MAX_PAUSE
    assert min(pauses[6:]) >= MAX_PAUSE / 2


def test_a_status_that_is_an_answer_is_no_reason_to_ask_again() -> None:
    answer = httpx.Response(503)
    assert Retrying(3).pause(Call("GET", "/ready", accept=(503,)), 1, answer) is None


def test_the_last_call_is_told(server: StubServer, pauses: list[float]) -> None:
    heard: list[CallInfo] = []
    server.answer = Scripted(BUSY, Reply(200, HEALTH.body, headers={"X-Request-Id": "abc"}))
    with client_of(server, pauses, on_call=heard.append) as client:
        assert client.last_call is None
        client.health()
        last = client.last_call
    assert last is not None
    assert heard == [last]
    assert (last.method, last.path, last.status) == ("GET", "/v1/health", 200)
    assert (last.attempts, last.request_id, last.idempotency_key) == (2, "abc", None)
    assert last.seconds > 0


def test_a_call_without_an_answer_is_told_too(pauses: list[float]) -> None:
    with Client(closed_url(), None, sleep=pauses.append) as client:
        with pytest.raises(Unavailable) as caught:
            client.health()
        last = client.last_call
    assert last is not None
    assert (last.status, last.attempts) == (None, 4)
    assert caught.value.context == {"request_id": last.request_id, "attempts": 4}


def test_each_thread_and_each_client_has_its_own_last_call(server: StubServer) -> None:
    with Client(server.url, None) as one, Client(server.url, None) as two:
        one.health()
        assert two.last_call is None
        seen: list[CallInfo | None] = []
        thread = threading.Thread(target=lambda: seen.append(one.last_call))
        thread.start()
        thread.join()
        assert seen == [None]
        two.health()
        assert one.last_call is not None
        assert one.last_call != two.last_call


def test_each_task_has_its_own_last_call(server: StubServer) -> None:
    async def both() -> list[str | None]:
        async with AsyncClient(server.url, None, retries=0) as client:
            first = asyncio.create_task(_path_after(client))
            return [await first, client.last_call.path if client.last_call else None]

    async def _path_after(client: AsyncClient) -> str | None:
        await client.health()
        return client.last_call.path if client.last_call else None

    assert asyncio.run(both()) == ["/v1/health", None]


def test_the_asynchronous_client_asks_again_as_well(server: StubServer) -> None:
    pauses: list[float] = []

    async def pause(seconds: float) -> None:
        pauses.append(seconds)

    async def call() -> None:
        async with AsyncClient(server.url, None, sleep=pause) as client:
            await client.health()

    server.answer = Scripted(BUSY, Reply(hangs_up=True), HEALTH)
    asyncio.run(call())
    assert (len(server.requests), len(pauses)) == (3, 2)


def test_no_secret_is_in_what_is_told(server: StubServer) -> None:
    heard: list[CallInfo] = []
    with Client(server.url, "very-secret", on_call=heard.append) as client:
        client.health()
    assert "very-secret" not in repr(heard)
