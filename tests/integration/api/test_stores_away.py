"""What callers are told when the event log or the graph is away: never that there is nothing."""

import asyncio
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from catalystindex.api.app import create_app
from catalystindex.owner.assembly import Owner
from catalystindex.stores.eventlog.sqlite import SqliteEventLog
from catalystindex.stores.graphs.ladybug import LadybugGraphs
from catalystindex.streaming.dead_letters import DeadEvents
from catalystindex.streaming.service import Events
from support.event_bodies import ndjson, person
from support.server import URL, LiveServer, problem_of

MISSING = "0" * 32


def asked(owner: Owner, token: str, method: str, path: str, body: bytes = b"") -> httpx.Response:
    """Return the answer of an application that serves this owner."""

    async def ask() -> httpx.Response:
        transport = httpx.ASGITransport(create_app(owner))
        headers = {"Authorization": f"Bearer {token}"}
        async with httpx.AsyncClient(transport=transport, base_url=URL, headers=headers) as caller:
            return await caller.request(method, path, content=body)

    return asyncio.run(ask())


@pytest.fixture
def without_log(server: LiveServer, tmp_path: Path) -> Owner:
    owner = server.owner
    log = SqliteEventLog(tmp_path, 1, owner.clock)
    log.close()
    events = Events(
        log, owner.records, owner.settings.events, owner.stream.runner, owner.metrics.stream
    )
    dead = DeadEvents(log, owner.records)
    return replace(owner, stream=replace(owner.stream, log=log, events=events, dead_events=dead))


@pytest.fixture
def without_graph(server: LiveServer, tmp_path: Path) -> Owner:
    graphs = LadybugGraphs(tmp_path, server.owner.settings.graph)
    graphs.close()
    return replace(server.owner, graphs=graphs)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/v1/events"),
        ("GET", "/v1/streams"),
        ("GET", "/v1/streams/graph"),
        ("GET", "/v1/streams/dead-letters"),
        ("GET", f"/v1/streams/dead-letters/{MISSING}"),
        ("POST", "/v1/streams/dead-letters/replay"),
        ("POST", f"/v1/streams/dead-letters/{MISSING}/replay"),
    ],
)
def test_a_log_that_is_away_is_said_to_be_so(
    server: LiveServer, without_log: Owner, workspace: str, method: str, path: str
) -> None:
    body = ndjson([person("P1")]) if path == "/v1/events" else b""
    response = asked(without_log, server.token(workspace), method, path, body)
    problem_of(response, 503, "eventlog.unavailable")
    assert response.headers["retry-after"] == "2"


@pytest.mark.parametrize(
    "path",
    [
        "/v1/graph",
        "/v1/graph/profile?entity=P1",
        "/v1/graph/neighbourhood?entity=P1",
        "/v1/graph/paths?source=P1&target=P2",
        "/v1/graph/ownership?entity=P1",
        "/v1/graph/shared?entity=P1",
    ],
)
def test_a_graph_that_is_away_is_not_an_empty_one(
    server: LiveServer, without_graph: Owner, workspace: str, path: str
) -> None:
    response = asked(without_graph, server.token(workspace), "GET", path)
    problem_of(response, 503, "graph.unavailable")
