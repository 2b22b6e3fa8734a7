"""How fast the event log takes events and gives them back, and how that changes as it grows.

    python -m benchmarks.eventlog --events 3000000 --batch 1000 --folder /var/tmp/bench

Each line is a stretch of the curve. Appends are durable and look for repeated ids; the last line
appends what is there already.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from catalystindex.model.clock import SystemClock
from catalystindex.security.tenants import make_tenant
from catalystindex.stores.eventlog.base import Message
from catalystindex.stores.eventlog.sqlite import SqliteEventLog

TENANT = make_tenant("bench", "bench", "bench")
STRETCHES = 10
BODY = b'{"kind":"transaction","payload":{"amount":123456,"currency":"EUR"' + b" " * 265 + b"}}"
"""As long as a transaction is, as a rule: 330 bytes."""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=2_000_000)
    parser.add_argument("--batch", type=int, default=1_000)
    parser.add_argument("--partitions", type=int, default=4)
    parser.add_argument("--folder", type=Path, default=None)
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=told.folder) as folder:
        log = SqliteEventLog(Path(folder), told.partitions, SystemClock())
        _append(log, told.events, told.batch)
        _read(log)
        log.close()
        began = time.perf_counter()
        log = SqliteEventLog(Path(folder), told.partitions, SystemClock())
        log.append(TENANT, _messages(0, told.batch, told.batch))
        print(f"opened, first append answered: {time.perf_counter() - began:.2f} s")
        print(f"repeated: {_timed(log, 0, told.events // STRETCHES, told.batch)}")
        size = log.size()
        print(f"{size.bytes / size.records:.0f} bytes an event on disk, of {len(BODY)}")
        log.close()


def _append(log: SqliteEventLog, events: int, batch: int) -> None:
    stretch = events // STRETCHES
    for number in range(STRETCHES):
        rate = _timed(log, number * stretch, stretch, batch)
        print(f"append at {(number + 1) * stretch:>10,}: {rate}", flush=True)


def _timed(log: SqliteEventLog, first: int, events: int, batch: int) -> str:
    """Append events; return the rate, and that of the processor: without waits for the disk."""
    seconds = used = 0.0
    for start in range(first, first + events, batch):
        messages = _messages(start, batch, batch)
        began, worked = time.perf_counter(), time.process_time()
        log.append(TENANT, messages)
        seconds += time.perf_counter() - began
        used += time.process_time() - worked
    return f"{events / seconds:>10,.0f} events/s, {events / used:>10,.0f} of processor time"


def _messages(start: int, count: int, seed: int) -> list[Message]:
    ids = random.Random(f"{seed}:{start}")  # noqa: S311  # ids of a benchmark
    return [
        Message(f"acct-{(start + i) % 50_021}", ids.randbytes(16).hex(), 1_700_000_000 + i, BODY)
        for i in range(count)
    ]


def _read(log: SqliteEventLog) -> None:
    began = time.perf_counter()
    events = sum(1 for partition in range(log.partitions) for _ in _records(log, partition))
    print(f"read: {events / (time.perf_counter() - began):,.0f} events/s")


def _records(log: SqliteEventLog, partition: int) -> Iterator[int]:
    position = 0
    while records := log.read(partition, position, 1_000):
        position = records[-1].offset + 1
        for record in records:
            yield record.offset


if __name__ == "__main__":
    main()
