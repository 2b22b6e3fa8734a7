"""The floor: query embedding and engine call, in a process of its own on the same data."""

import multiprocessing
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from benchmarks.load_folder import workspace
from catalystindex.config.sections import LoggingSettings
from catalystindex.config.settings import Settings
from catalystindex.embedding.sparse import Bm25Encoder, query_weights
from catalystindex.model.search import SearchRequest
from catalystindex.model.tenant import Tenant
from catalystindex.owner.assembly import Owner, open_owner
from catalystindex.search.plan import CANDIDATES, clean_query
from catalystindex.stores.records import knowledge_bases, terms
from catalystindex.stores.vectors.base import SparseTerms, VectorQuery
from catalystindex.telemetry.logs import configure_logs

START_SECONDS = 300.0
JOIN_SECONDS = 60.0


class Floor:
    """The process as the bench sees it."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe

    def latencies(self, places: Sequence[int]) -> list[float]:
        """Return the milliseconds of each query, asked one after the other."""
        found: list[float] = self._ask("latencies", list(places))
        return found

    def per_second(self, threads: int, seconds: float) -> float:
        """Return how many queries a second so many threads get through."""
        found: float = self._ask("per_second", (threads, seconds))
        return found

    def answers(self) -> list[bytes]:
        """Return the in-process answer to each query, as JSON."""
        found: list[bytes] = self._ask("answers", None)
        return found

    def _ask(self, name: str, value: object) -> Any:  # noqa: ANN401  # as the call answers
        self._pipe.send((name, value))
        return self._pipe.recv()


@contextmanager
def floor_process(data: Path, name: str, queries: Sequence[str]) -> Iterator[Floor]:
    """Run the floor on a folder that no server has open."""
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_serve, args=(theirs, data, name, list(queries)))
    process.start()
    theirs.close()
    try:
        if not ours.poll(START_SECONDS) or ours.recv() != "ready":
            raise RuntimeError("the floor did not start")
        yield Floor(ours)
    finally:
        ours.close()
        process.join(JOIN_SECONDS)
        if process.is_alive():
            process.kill()


def _serve(pipe: Connection, data: Path, name: str, queries: list[str]) -> None:
    configure_logs("error", "json")
    owner = open_owner(Settings(data_dir=data, logging=LoggingSettings(level="error")), "floor")
    try:
        calls = _Calls(owner, workspace(name), queries)
        pipe.send("ready")
        while True:
            command, value = pipe.recv()
            pipe.send(getattr(calls, command)(value))
    except EOFError:
        return
    finally:
        owner.close()


class _Calls:
    """What the process does. The weights of the terms are known beforehand: the floor's favour."""

    def __init__(self, owner: Owner, tenant: Tenant, queries: Sequence[str]) -> None:
        self._owner, self._tenant = owner, tenant
        self._texts = list(queries)
        self._queries = [clean_query(query) for query in queries]
        self._wanted = [self._weighed(query) for query in self._queries]

    def latencies(self, places: list[int]) -> list[float]:
        """Time each query."""
        found: list[float] = []
        for place in places:
            began = time.perf_counter()
            self._call(place)
            found.append((time.perf_counter() - began) * 1000)
        return found

    def per_second(self, how: tuple[int, float]) -> float:
        """Count what threads get through."""
        threads, seconds = how
        done = [0] * threads
        end = time.monotonic() + seconds

        def run(number: int) -> None:
            places = range(len(self._queries))
            for place in islice(cycle(places), number * 17 % len(places), None):
                if time.monotonic() >= end:
                    return
                self._call(place)
                done[number] += 1

        began = time.perf_counter()
        running = [threading.Thread(target=run, args=(number,)) for number in range(threads)]
        for thread in running:
            thread.start()
        for thread in running:
            thread.join()
        return sum(done) / (time.perf_counter() - began)

    def answers(self, _: object) -> list[bytes]:
        """Return what the product's search answers without HTTP."""
        return [
            self._owner.searcher.search(self._tenant, SearchRequest(query=query))
            .model_dump_json()
            .encode()
            for query in self._texts
        ]

    def _call(self, place: int) -> None:
        dense = self._owner.index.current().encoder.encode([self._queries[place]])[0]
        bases, sparse = self._wanted[place]
        self._owner.vectors.query(
            self._tenant,
            VectorQuery(knowledge_base_ids=bases, limit=CANDIDATES, dense=dense, sparse=sparse),
        )

    def _weighed(self, query: str) -> tuple[list[str], SparseTerms]:
        asked = Bm25Encoder().query_terms(query)
        with self._owner.records.read() as connection:
            bases = list(knowledge_bases.names(connection, self._tenant))
            sparse = query_weights(asked, terms.statistics(connection, bases, asked))
        return bases, sparse
