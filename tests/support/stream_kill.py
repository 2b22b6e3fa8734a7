"""A process that appends and consumes, and is killed at random points: see the test of the name.

Run as ``python -m support.stream_kill FOLDER KILLS SEED``. Children are forked from a process that
has imported everything, so that they are killed while they work, and not while they start.
"""

import os
import random
import signal
import sqlite3
import sys
import time
from collections.abc import Sequence
from itertools import count
from pathlib import Path

from catalystindex.config.streams import ConsumersSettings, EventsSettings
from catalystindex.model.clock import SystemClock
from catalystindex.stores.eventlog.sqlite import SqliteEventLog
from catalystindex.streaming.backoff import Backoff
from catalystindex.streaming.producer import Producer
from catalystindex.streaming.runner import StreamRunner
from catalystindex.streaming.sink import APPLIED, STALE, Batch, Verdict
from catalystindex.telemetry.metrics import Metrics
from support.eventlog import person
from support.stores import ANA

ACKNOWLEDGED, EFFECTS = "acknowledged", "effects.sqlite"
WAITS = Backoff(lambda: 0.5, 0.01, 0.05)
PER_ROUND = 1_000_000


class CountingSink:
    """Counts each event, which repeating would spoil, and keeps the position with the counts."""

    group = "graph"

    def __init__(self, path: Path) -> None:
        self._file = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._file.execute("PRAGMA journal_mode=WAL")
        self._file.execute("CREATE TABLE IF NOT EXISTS done (event TEXT, partition INTEGER)")
        self._file.execute(
            "CREATE TABLE IF NOT EXISTS at (partition INTEGER PRIMARY KEY, position INTEGER)"
        )

    def apply(self, batch: Batch) -> Sequence[Verdict]:
        self._file.execute("BEGIN IMMEDIATE")
        row = self._file.execute(
            "SELECT position FROM at WHERE partition = ?", (batch.partition,)
        ).fetchone()
        position = 0 if row is None else row[0]
        verdicts = []
        for event, record in batch.deliveries:
            is_new = record.offset >= position
            verdicts.append(APPLIED if is_new else STALE)
            if is_new:
                self._file.execute(
                    "INSERT INTO done VALUES (?, ?)", (event.event_id, batch.partition)
                )
        self._file.execute(
            "INSERT OR REPLACE INTO at VALUES (?, ?)",
            (batch.partition, max(position, batch.position)),
        )
        self._file.execute("COMMIT")
        return verdicts


def opened(folder: Path) -> tuple[SqliteEventLog, StreamRunner, Metrics]:
    metrics, clock = Metrics(), SystemClock()
    log = SqliteEventLog(folder, 3, clock)
    sink = CountingSink(folder / EFFECTS)
    runner = StreamRunner(
        log, [(sink, 40)], EventsSettings(), ConsumersSettings(), clock, metrics.stream, WAITS
    )
    runner.start()
    return log, runner, metrics


def work(folder: Path, number: int) -> None:
    """Send for ever, some of it for the second time; write down what was acknowledged."""
    log, _, metrics = opened(folder)
    told = os.open(folder / ACKNOWLEDGED, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    settings = EventsSettings(batch=25, linger=0.001, max_waiting=100)
    sender = Producer(log, ANA, settings, metrics.stream, WAITS)
    for step in count():
        first = number * PER_ROUND + step * 50
        numbers = [*range(first, first + 50), *range(first - PER_ROUND, first - PER_ROUND + 10)]
        sent = [sender.send(person(one)) for one in numbers]
        for one, delivery in zip(numbers, sent, strict=True):
            delivery.result(30)
            os.write(told, f"{one}\n".encode())


def _until_it_works(told: Path) -> None:
    """Wait for an acknowledgement: on a busy machine that takes a while."""
    before = told.stat().st_size if told.exists() else 0
    deadline = time.monotonic() + 20
    while not told.exists() or told.stat().st_size == before:
        if time.monotonic() > deadline:
            raise TimeoutError("nothing is acknowledged")
        time.sleep(0.005)


def main() -> None:
    folder, kills, seed = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    chance = random.Random(seed)
    for number in range(1, kills + 1):
        child = os.fork()
        if not child:
            work(folder, number)
        if chance.random() < 0.75:  # the others are killed while they open what was left
            _until_it_works(folder / ACKNOWLEDGED)
        time.sleep(chance.uniform(0.0, 0.2))
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
    log, runner, _ = opened(folder)
    caught_up = runner.caught_up(60)
    runner.stop()
    log.close()
    sys.exit(0 if caught_up else 1)


if __name__ == "__main__":
    main()
