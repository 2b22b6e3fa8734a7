"""A thousand documents at once: how fast they are taken, and what searches notice of the work.

    python -m benchmarks.ingest [--documents N] [--seconds S]

Prints the time to submit them, documents a second, the share of the processors that was used, and
the 95th percentile of searches idle and meanwhile, whose ratio is what counts: machines differ.
Exits with 1 unless submitting took less than a second and the ratio is at most 3.
"""

import argparse
import os
import random
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.chaos.processes import ticks
from benchmarks.load_clients import percentile
from catalystindex.model.sources import InlineSource
from catalystindex.sdk import Client
from support.process import Server

BASE = "many"
SEED = 20_261_128
WORDS = 3_000
PARAGRAPHS, WORDS_IN_PARAGRAPH = 2, 120
WARM = 200
"""Documents that are there, and searched, before it begins."""
PAUSE = 0.02
"""Seconds between two searches of the one client."""
PATIENCE = 1_800.0
MAX_SUBMIT_SECONDS = 1.0
MAX_RATIO = 3.0
P95 = 95


@dataclass(frozen=True)
class Measured:
    """What one run came to; latencies in seconds."""

    documents: int
    submitted_in: float
    took: float
    processors: float
    idle: list[float]
    meanwhile: list[float]

    @property
    def ratio(self) -> float:
        """How much slower the slow searches were."""
        return percentile(self.meanwhile, P95) / percentile(self.idle, P95)


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=1_000, help="documents submitted at once")
    parser.add_argument("--seconds", type=float, default=15, help="seconds of searches when idle")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="catalystindex-ingest-") as folder:
        server = Server(Path(folder) / "data", CATALYST_LOGGING__LEVEL="warning")
        try:
            measured = measure(server, options.documents, options.seconds)
        finally:
            server.stop()
    print("\n".join(report(measured)))
    return int(measured.submitted_in >= MAX_SUBMIT_SECONDS or measured.ratio > MAX_RATIO)


def measure(server: Server, documents: int, seconds: float) -> Measured:
    """Fill a server, search it idle, then search it while it works."""
    texts = made_texts()
    with server.client() as client:
        client.knowledge_bases.create(BASE)
        submit(client, [next(texts) for _ in range(WARM)])
        idle = searched(client, until=after(seconds))
        used, began = processor_seconds(server), time.monotonic()
        meanwhile: list[float] = []
        done = threading.Event()
        searching = threading.Thread(
            target=lambda: meanwhile.extend(searched(client, until=done.is_set))
        )
        searching.start()
        submitted_in = submit(client, [next(texts) for _ in range(documents)])
        done.set()
        searching.join()
        took = time.monotonic() - began
        processors = (processor_seconds(server) - used) / took
    return Measured(documents, submitted_in, took, processors, idle, meanwhile)


def made_texts() -> Iterator[str]:
    """Yield documents of some passages each, no two alike, the same in every run."""
    chance = random.Random(SEED)  # noqa: S311  # a seeded stream of test data
    number = 0
    while True:
        number += 1
        paragraphs = (
            " ".join(f"w{chance.randrange(WORDS)}" for _ in range(WORDS_IN_PARAGRAPH))
            for _ in range(PARAGRAPHS)
        )
        yield f"# Memo {number}\n\n" + "\n\n".join(paragraphs)


def submit(client: Client, texts: list[str]) -> float:
    """Hand documents in and wait for their end; return the seconds that handing them in took."""
    sources = [InlineSource(content=text, filename="memo.md") for text in texts]
    began = time.monotonic()
    job = client.ingest_bulk(knowledge_base=BASE, documents=sources)
    submitted_in = time.monotonic() - began
    ended = client.jobs.wait(job.id, timeout=PATIENCE)
    if ended.counts.succeeded != len(texts):
        raise RuntimeError(f"job {ended.id} ended {ended.state}: {ended.counts}")
    return submitted_in


def searched(client: Client, until: Callable[[], bool]) -> list[float]:
    """Search without end until told; return the seconds of each search."""
    chance = random.Random(SEED)  # noqa: S311  # as above
    found = []
    while not until():
        words = " ".join(f"w{chance.randrange(WORDS)}" for _ in range(4))
        began = time.monotonic()
        client.search(words, knowledge_bases=[BASE])
        found.append(time.monotonic() - began)
        time.sleep(PAUSE)
    return found


def after(seconds: float) -> Callable[[], bool]:
    """Return what says when so many seconds have passed."""
    deadline = time.monotonic() + seconds
    return lambda: time.monotonic() >= deadline


def processor_seconds(server: Server) -> float:
    """Return the processor time of a server and its children so far, in seconds."""
    pids = [server.process.pid, *server.children()]
    return sum(ticks(pid) for pid in pids) / os.sysconf("SC_CLK_TCK")


def report(measured: Measured) -> Iterator[str]:
    """Yield the lines that are printed."""
    idle, meanwhile = (percentile(one, P95) * 1000 for one in (measured.idle, measured.meanwhile))
    yield f"submitted {measured.documents} documents in {measured.submitted_in:.2f} s"
    speed = measured.documents / measured.took
    used = f"{measured.processors:.2f} of {os.cpu_count()} processors"
    yield f"searchable in {measured.took:.0f} s: {speed:.1f} documents a second on {used}"
    yield (
        f"searches: p95 {idle:.1f} ms idle ({len(measured.idle)}), {meanwhile:.1f} ms meanwhile "
        f"({len(measured.meanwhile)}), ratio {measured.ratio:.2f}"
    )


if __name__ == "__main__":
    sys.exit(main())
