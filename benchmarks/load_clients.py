"""The load: clients in a closed loop, each with a connection of its own, for a bounded time."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice

import numpy as np

from benchmarks.load_answers import same_answer
from benchmarks.load_server import Server, search_body

OK = 200
SEARCH = "/v1/search"
P50, P95 = 50, 95


@dataclass(frozen=True)
class Load:
    """What clients measured together. Latencies are in milliseconds."""

    clients: int
    seconds: float
    latencies: Sequence[float]
    errors: int
    different: int = 0
    """Answers that were not those expected."""

    @property
    def per_second(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    @property
    def p50(self) -> float:
        """The median latency."""
        return percentile(self.latencies, P50)

    @property
    def p95(self) -> float:
        """The latency that 95 of 100 answers stay below."""
        return percentile(self.latencies, P95)


@dataclass
class _Seen:
    latencies: list[float] = field(default_factory=list)
    errors: int = 0
    others: Counter[tuple[bytes, bytes]] = field(default_factory=Counter)
    """Expected and given answers that were not equal byte for byte, and how often."""

    def different(self) -> int:
        """Return how many answers were not those expected; compared after the measurement."""
        return sum(n for (one, two), n in self.others.items() if not same_answer(one, two))


def percentile(values: Sequence[float], share: float) -> float:
    """Return a percentile, linearly interpolated; infinite when nothing was measured."""
    return float(np.percentile(values, share)) if len(values) else float("inf")


def search_load(
    server: Server,
    workspace: str,
    queries: Sequence[str],
    clients: int,
    until: Callable[[], bool],
    expected: Sequence[bytes] | None = None,
) -> Load:
    """Search with so many clients until told to stop; compare each answer with the expected one.

    A connection that breaks is an error and ends its client.
    """
    seen = [_Seen() for _ in range(clients)]
    threads = [
        threading.Thread(
            target=_client,
            args=(
                server,
                workspace,
                _turn(queries, expected, number, clients),
                until,
                seen[number],
            ),
        )
        for number in range(clients)
    ]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Load(
        clients=clients,
        seconds=time.perf_counter() - began,
        latencies=[one for own in seen for one in own.latencies],
        errors=sum(own.errors for own in seen),
        different=sum(own.different() for own in seen),
    )


def joined(loads: Sequence[Load]) -> Load:
    """Return several loads of as many clients as one."""
    return Load(
        clients=loads[0].clients,
        seconds=sum(load.seconds for load in loads),
        latencies=[one for load in loads for one in load.latencies],
        errors=sum(load.errors for load in loads),
        different=sum(load.different for load in loads),
    )


def for_seconds(seconds: float) -> Callable[[], bool]:
    """Return what tells, from now on, whether so many seconds are over."""
    end = time.monotonic() + seconds
    return lambda: time.monotonic() >= end


Question = tuple[bytes, bytes | None]


def _turn(
    queries: Sequence[str], expected: Sequence[bytes] | None, number: int, clients: int
) -> list[Question]:
    """Return all questions with their answers, from another one on for each client."""
    answers: Sequence[bytes | None] = expected or [None] * len(queries)
    pairs = [(search_body(q), a) for q, a in zip(queries, answers, strict=True)]
    start = number * len(pairs) // clients
    return list(islice(cycle(pairs), start, start + len(pairs)))


def _client(
    server: Server,
    workspace: str,
    questions: Sequence[Question],
    until: Callable[[], bool],
    seen: _Seen,
) -> None:
    caller = server.connect(workspace)
    try:
        for body, expected in cycle(questions):
            if until():
                return
            began = time.perf_counter()
            status, answer = caller.post(SEARCH, body)
            seen.latencies.append((time.perf_counter() - began) * 1000)
            seen.errors += status != OK
            if expected is not None and status == OK and answer != expected:
                seen.others[expected, answer] += 1
    except OSError:
        seen.errors += 1
    finally:
        caller.close()
