"""SIGKILL at random moments: nothing acknowledged is lost, nothing is half there.

Threads ingest and search without pause while the server is killed again and again. What counts is
what clients were told: a document that was acknowledged must be there and whole afterwards.
"""

import random
import threading
import time
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from catalystindex.model.document import DocumentStatus
from catalystindex.model.errors import CatalystError, Unavailable
from catalystindex.sdk import Client
from support.process import Server, is_alive

KILLS = 20
SEED = 20_260_221
PARAGRAPHS = 12
BASE = "killed"
SETTLE = 60.0


def text_of(number: int) -> str:
    """A document of several chunks, each naming the document and its place."""
    parts = [
        f"# Part {part}\n\nDocument {number:05d} part {part:02d}. "
        + f"Cash deposit of {9000 + part} USD at branch {part} by holder {number}. " * 12
        for part in range(PARAGRAPHS)
    ]
    return "\n\n".join(parts)


@dataclass
class Observed:
    """What the clients were told."""

    acknowledged: set[int] = field(default_factory=set)
    searches: int = 0
    broken: list[str] = field(default_factory=list)


def _hand_in(client: Client, number: int) -> None:
    """Ingest a document; every third request waits until it is searchable."""
    key, text = f"doc-{number:05d}", text_of(number)
    if number % 3 == 0:
        client.ingest(BASE, text, key=key, filename="d.md")
    else:
        client.ingest(BASE, text, key=key, filename="d.md", wait=False)


class Traffic:
    """Clients that never stop: they go on with whatever server there is."""

    def __init__(self) -> None:
        self.server: Server | None = None
        self.seen = Observed()
        self._next = iter(range(1_000_000))
        self._lock = threading.Lock()
        self._stop = threading.Event()
        jobs = (self._ingest, self._ingest, self._search)
        self._threads = [threading.Thread(target=job) for job in jobs]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _client(self) -> Client | None:
        server = self.server
        return server.client(timeout=10) if server is not None else None

    def _ingest(self) -> None:
        while not self._stop.is_set():
            with self._lock:
                number = next(self._next)
            client = self._client()
            if client is None:
                time.sleep(0.02)
                continue
            with client:
                try:
                    _hand_in(client, number)
                except Unavailable:
                    continue
                except CatalystError as error:
                    self.seen.broken.append(f"ingest {number}: {error}")
                    return
                self.seen.acknowledged.add(number)

    def _search(self) -> None:
        while not self._stop.is_set():
            client = self._client()
            if client is None:
                time.sleep(0.02)
                continue
            with client:
                try:
                    hits = client.search("cash deposit at branch", limit=20).hits
                except Unavailable:
                    continue
                except CatalystError as error:
                    self.seen.broken.append(f"search: {error}")
                    return
                self.seen.searches += 1
                if any(not hit.text or not hit.citation.document_id for hit in hits):
                    self.seen.broken.append("a hit without text or document")


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_twenty_kills_lose_nothing_and_leave_nothing_half_done(tmp_path: Path) -> None:
    moments = random.Random(SEED)
    data = tmp_path / "data"
    traffic = Traffic()
    server = Server(data)
    with server.client() as client:
        client.knowledge_bases.create(BASE)
    traffic.server = server
    traffic.start()
    try:
        for _ in range(KILLS):
            time.sleep(moments.uniform(0.05, 1.5))
            children = server.children()
            traffic.server = None
            server.kill()
            _wait_until_gone(children)
            server = Server(data)
            traffic.server = server
        time.sleep(1.0)
    finally:
        traffic.stop()
    try:
        _check(server, traffic.seen)
    finally:
        assert server.stop() == 0


def _wait_until_gone(pids: list[int]) -> None:
    deadline = time.monotonic() + 10
    while any(is_alive(pid) for pid in pids):
        assert time.monotonic() < deadline, "compute workers outlived their killed parent"
        time.sleep(0.01)


def _check(server: Server, seen: Observed) -> None:
    assert not seen.broken
    assert len(seen.acknowledged) > KILLS
    assert seen.searches > KILLS
    with server.client() as client:
        _wait_until_settled(client)
        documents = {d.key: d for d in client.documents.all(knowledge_base=BASE)}
        missing = [n for n in sorted(seen.acknowledged) if f"doc-{n:05d}" not in documents]
        assert not missing, f"acknowledged and lost: {missing}"
        for document in documents.values():
            assert document.status is DocumentStatus.INDEXED, document
            chunks = list(client.documents.chunks(document.id))
            assert len(chunks) == document.chunks == PARAGRAPHS
        _check_found_whole(client, sorted(seen.acknowledged))
        report = client.audit.verify()
        assert report.valid, report.problem
        indexed = [e.subject for e in client.audit.all() if e.action == "document.index"]
        assert sorted(indexed) == sorted(d.id for d in documents.values())


def _wait_until_settled(client: Client) -> None:
    deadline = time.monotonic() + SETTLE
    unfinished = (DocumentStatus.QUEUED, DocumentStatus.PROCESSING)
    while any(True for status in unfinished for _ in client.documents.all(status=status)):
        assert time.monotonic() < deadline, "documents stay queued"
        time.sleep(0.2)


def _check_found_whole(client: Client, numbers: list[int]) -> None:
    """Each acknowledged document answers a search with every one of its chunks, each once."""
    for number in numbers[:: max(1, len(numbers) // 25)]:
        document = next(
            d for d in client.documents.all(knowledge_base=BASE) if d.key == f"doc-{number:05d}"
        )
        filters = {"document_id": document.id}
        hits = client.search(f"document {number:05d}", filters=filters, limit=100).hits
        places: dict[str, int] = defaultdict(int)
        for hit in hits:
            places[hit.citation.chunk_id] += 1
            assert hit.citation.document_id == document.id
        assert len(places) == PARAGRAPHS
        assert set(places.values()) == {1}
