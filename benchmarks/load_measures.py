"""The measurements of the load bench, one function each; every one is bounded in time."""

import json
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from benchmarks.load_answers import same_answer
from benchmarks.load_clients import (
    OK,
    SEARCH,
    Load,
    for_seconds,
    joined,
    percentile,
    search_load,
)
from benchmarks.load_corpus import Text
from benchmarks.load_floor import Floor
from benchmarks.load_folder import KNOWLEDGE_BASE
from benchmarks.load_server import Caller, Server, search_body

BLOCK = 20
"""Questions asked of one side before it is the other's turn."""
TURN = 2.0
"""Seconds of one side before it is the other's turn."""
STEPS = (1, 2, 4, 8, 16)
CREATED = (200, 201)
ACCEPTED = 202
REBUILD_SECONDS = 1800.0
POLL_SECONDS = 0.1
ADOPTED = 'catalyst_index_rebuilds_total{outcome="adopted"}'


@dataclass(frozen=True)
class Paired:
    """HTTP and floor latencies (milliseconds) of the same questions, taken in turns."""

    http: Sequence[float]
    floor: Sequence[float]
    errors: int

    def ratio(self, share: float) -> float:
        """Return HTTP over floor at a percentile."""
        return percentile(self.http, share) / percentile(self.floor, share)


@dataclass(frozen=True)
class Step:
    """Searches of so many clients, beside what as many threads get out of the floor."""

    http: Load
    floor_per_second: float


@dataclass(frozen=True)
class Ingested:
    """Searches while documents are ingested."""

    searches: Load
    documents: int
    chunks: int
    seconds: float
    failed: int


@dataclass(frozen=True)
class Rebuilt:
    """Searches during one complete rebuild, beside those of an idle server."""

    idle: Load
    during: Load
    seconds: float


@dataclass(frozen=True)
class Isolated:
    """What changing one workspace's documents did to the other's answers."""

    answers: int
    different: int
    added: int
    deleted: int
    changed_there: int
    """Answers of the workspace that was changed that are others now: the change was real."""


def answers_of(server: Server, workspace: str, queries: Sequence[str]) -> list[bytes]:
    """Return the answer to each query. Raises `RuntimeError` for an error."""
    caller = server.connect(workspace)
    try:
        found = [caller.post(SEARCH, search_body(query)) for query in queries]
    finally:
        caller.close()
    for status, body in found:
        if status != OK:
            raise RuntimeError(f"status {status}: {body[:500]!r}")
    return [body for _, body in found]


def unequal(http: Sequence[bytes], inside: Sequence[bytes]) -> int:
    """Return how many answers differ in anything: a passage, a score, the order, a place."""
    pairs = zip(http, inside, strict=True)
    return sum(not same_answer(one, other) for one, other in pairs)


def paired(
    server: Server, floor: Floor, workspace: str, queries: Sequence[str], rounds: int
) -> Paired:
    """Ask every question of both sides, ``rounds`` times, in turns of `BLOCK`."""
    caller = server.connect(workspace)
    bodies = [search_body(query) for query in queries]
    http: list[float] = []
    inside: list[float] = []
    errors = 0
    try:
        for _ in range(rounds):
            for start in range(0, len(bodies), BLOCK):
                places = list(range(start, min(start + BLOCK, len(bodies))))
                inside += floor.latencies(places)
                for place in places:
                    began = time.perf_counter()
                    status, _ = caller.post(SEARCH, bodies[place])
                    http.append((time.perf_counter() - began) * 1000)
                    errors += status != OK
    finally:
        caller.close()
    return Paired(http, inside, errors)


def concurrent(
    server: Server, floor: Floor, workspace: str, queries: Sequence[str], seconds: float
) -> list[Step]:
    """Measure throughput at every number of clients, floor and HTTP in turns of `TURN`."""
    turns = max(1, round(seconds / TURN))
    steps = []
    for clients in STEPS:
        http: list[Load] = []
        inside: list[float] = []
        for _ in range(turns):
            over = for_seconds(seconds / turns)
            http.append(search_load(server, workspace, queries, clients, over))
            inside.append(floor.per_second(clients, seconds / turns))
        steps.append(Step(joined(http), sum(inside) / turns))
    return steps


def ingesting(
    server: Server,
    workspace: str,
    other: str,
    queries: Sequence[str],
    texts: Iterator[Text],
    seconds: float,
) -> Ingested:
    """Search one workspace while one client ingests into another, each document to its end."""
    caller = server.connect(other)
    ensure_base(caller)
    over = for_seconds(seconds)
    documents = chunks = failed = 0
    began = time.perf_counter()
    with _background(lambda: search_load(server, workspace, queries, 1, over)) as searches:
        while not over():
            status, body = caller.post("/v1/ingest?wait=true", _document(next(texts)))
            made = json.loads(body)
            failed += status not in CREATED or made.get("status") != "indexed"
            documents += 1
            chunks += int(made.get("chunks", 0))
        took = time.perf_counter() - began
    caller.close()
    return Ingested(searches(), documents, chunks, took, failed)


def rebuilding(
    server: Server,
    workspace: str,
    other: str,
    queries: Sequence[str],
    clients: int,
    seconds: float,
) -> Rebuilt:
    """Search an idle server, then during one complete rebuild; compare every answer.

    The rebuild is a new generation of everything, as `catalystctl reindex` makes one. Raises
    `TimeoutError` when it is not swapped in in time.
    """
    expected = answers_of(server, workspace, queries)
    idle = search_load(server, workspace, queries, clients, for_seconds(seconds), expected)
    caller = server.connect(other)
    ensure_base(caller)
    before = _adopted(caller)
    ended = threading.Event()
    with _background(
        lambda: search_load(server, workspace, queries, clients, ended.is_set, expected)
    ) as during:
        began = time.perf_counter()
        try:
            _start_rebuild(caller)
            _wait_for(lambda: _adopted(caller) > before)
        finally:
            ended.set()
        took = time.perf_counter() - began
    caller.close()
    return Rebuilt(idle, during(), took)


def isolated(
    server: Server,
    workspace: str,
    other: str,
    queries: Sequence[str],
    texts: Iterator[Text],
    n: int,
) -> Isolated:
    """Add and delete ``n`` documents of one workspace; compare the answers of both."""
    own, others = (answers_of(server, name, queries) for name in (workspace, other))
    caller = server.connect(other)
    try:
        page = json.loads(caller.get(f"/v1/documents?limit={n}")[1])["items"]
        for document in page:
            caller.delete(f"/v1/documents/{document['id']}")
        for _ in range(n):
            status, body = caller.post("/v1/ingest?wait=true", _document(next(texts)))
            if status not in CREATED:
                raise RuntimeError(f"status {status}: {body[:500]!r}")
    finally:
        caller.close()
    after, others_after = (answers_of(server, name, queries) for name in (workspace, other))
    different = sum(one != two for one, two in zip(own, after, strict=True))
    changed = sum(one != two for one, two in zip(others, others_after, strict=True))
    return Isolated(len(own), different, n, len(page), changed)


def ensure_base(caller: Caller) -> None:
    """Make the knowledge base of a workspace, if it is not there."""
    caller.post("/v1/knowledge-bases", json.dumps({"name": KNOWLEDGE_BASE}).encode())


def _document(text: Text) -> bytes:
    body = {
        "knowledge_base": KNOWLEDGE_BASE,
        "key": f"load-{text.key}",
        "content": text.body,
        "title": text.title[:500],
    }
    return json.dumps(body).encode()


def _start_rebuild(caller: Caller) -> None:
    status, answer = caller.post("/v1/index/reindex", b"{}")
    if status != ACCEPTED:
        raise RuntimeError(f"status {status}: {answer[:500]!r}")


def _adopted(caller: Caller) -> float:
    return _metric(caller, ADOPTED)


def _metric(caller: Caller, name: str) -> float:
    lines = caller.get("/v1/metrics")[1].decode().splitlines()
    return next((float(line.split()[-1]) for line in lines if line.startswith(name)), 0.0)


def _wait_for(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + REBUILD_SECONDS
    while not condition():
        if time.monotonic() >= end:
            raise TimeoutError("the rebuild did not end in time")
        time.sleep(POLL_SECONDS)


@contextmanager
def _background(work: Callable[[], Load]) -> Iterator[Callable[[], Load]]:
    """Run ``work`` in a thread; what is given returns its result once the block has ended."""
    found: list[Load] = []
    thread = threading.Thread(target=lambda: found.append(work()))
    thread.start()
    try:
        yield lambda: found[0]
    finally:
        thread.join()
