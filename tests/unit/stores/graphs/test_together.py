"""Questions are answered while events are applied, and each sees one state."""

import threading
from concurrent.futures import ThreadPoolExecutor

from catalystindex.model.errors import EntityNotFound
from catalystindex.stores.graphs.base import Bounds, GraphStore
from support.graphs import paid
from support.stores import ANA

BATCHES = 25


def test_a_question_sees_whole_batches(graphs: GraphStore) -> None:
    done = threading.Event()

    def write() -> None:
        try:
            for at in range(BATCHES):
                graphs.apply(ANA, [paid(f"t{at}-{n}", "hub", f"a{n}") for n in range(10)], 0, at)
        finally:
            done.set()

    def ask() -> list[int]:
        seen = []
        while not done.is_set():
            try:
                found = graphs.neighbourhood(ANA, "hub", Bounds(1, 1_000))
                profile = graphs.profile(ANA, "hub")
            except EntityNotFound:
                continue
            seen += [len(found.edges), profile.counts["sent.out"]]
        return seen

    with ThreadPoolExecutor(3) as pool:
        askers = [pool.submit(ask) for _ in range(2)]
        pool.submit(write).result()
        for asker in askers:
            seen = asker.result()
            assert seen == sorted(seen)
            assert all(count % 10 == 0 for count in seen)


def test_forgetting_waits_for_whoever_reads_or_writes(graphs: GraphStore) -> None:
    def use(number: int) -> None:
        graphs.apply(ANA, [paid(f"t{number}", "a", "b")], 0, number)
        assert graphs.position(ANA, 0) >= 0
        if number % 5 == 0:
            graphs.forget(ANA)

    with ThreadPoolExecutor(4) as pool:
        for future in [pool.submit(use, number) for number in range(30)]:
            future.result(timeout=60)
    graphs.apply(ANA, [paid("last", "a", "b")], 0, 99)
    assert graphs.position(ANA, 0) == 99
