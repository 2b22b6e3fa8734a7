"""Who works: heartbeats of workers here and elsewhere, and whether anybody lives."""

import os
import socket
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from catalystindex.audit.chain import timestamp
from catalystindex.model.clock import Clock
from catalystindex.model.job import JobWarning, WorkerInfo
from catalystindex.stores.queue.base import Lane
from catalystindex.stores.records import due, leases, workers
from catalystindex.stores.records.engine import Records
from catalystindex.stores.records.workers import StoredWorker

FORGOTTEN_AFTER = timedelta(hours=1)
MAX_HOST = 255


class Roster:
    """Keeps the list of workers in the records."""

    def __init__(self, records: Records, lease_seconds: float) -> None:
        self._records = records
        self._silence = timedelta(seconds=2 * lease_seconds)
        self._started: dict[str, datetime] = {}

    def hear(self, names: Sequence[str], lane: Lane) -> None:
        """Note that these threads of the owner live."""
        now = self._records.clock.now()
        with self._records.bookkeeping() as connection:
            for name in names:
                started = self._started.setdefault(name, now)
                workers.hear(
                    connection,
                    StoredWorker(
                        id=name,
                        host=socket.gethostname()[:MAX_HOST],
                        pid=os.getpid(),
                        lane=lane,
                        local=True,
                        started_at=timestamp(started),
                        heartbeat_at=timestamp(now),
                    ),
                )

    def hear_remote(self, worker: StoredWorker) -> None:
        """Note a sign of life from elsewhere."""
        with self._records.bookkeeping() as connection:
            workers.hear(connection, worker)

    def say_goodbye(self, names: Sequence[str]) -> None:
        """Forget workers that end."""
        with self._records.bookkeeping() as connection:
            workers.forget(connection, names)

    def start_anew(self) -> None:
        """Forget the workers of the owner before, and end their leases: they died with it."""
        now = timestamp(self._records.clock.now())
        with self._records.bookkeeping() as connection:
            workers.forget_local(connection)
            leases.end_local(connection, now)

    def everyone(self) -> list[WorkerInfo]:
        """Return all workers that were heard of lately."""
        with self._records.read() as connection:
            stored = workers.every(connection)
            busy = due.busy_holders(connection)
        now = self._records.clock.now()
        return [
            WorkerInfo(
                id=one.id,
                host=one.host,
                pid=one.pid,
                lane=one.lane,
                local=one.local,
                live=now - datetime.fromisoformat(one.heartbeat_at) <= self._silence,
                started_at=datetime.fromisoformat(one.started_at),
                heartbeat_at=datetime.fromisoformat(one.heartbeat_at),
                busy=one.id in busy,
            )
            for one in stored
        ]

    def tidy(self) -> None:
        """Forget those that have been silent for long."""
        before = timestamp(self._records.clock.now() - FORGOTTEN_AFTER)
        with self._records.bookkeeping() as connection:
            workers.forget_silent(connection, before)


def counted(everyone: Sequence[WorkerInfo]) -> dict[tuple[str, str], int]:
    """Count compute workers by kind and state."""
    found: Counter[tuple[str, str]] = Counter()
    for one in everyone:
        if one.lane == Lane.COMPUTE:
            kind = "local" if one.local else "remote"
            found[kind, "live" if one.live else "stale"] += 1
            if one.busy and one.live:
                found[kind, "busy"] += 1
    return dict(found)


def stored_worker(
    clock: Clock, name: str, host: str, pid: int, started_at: datetime
) -> StoredWorker:
    """Return a worker elsewhere as it is stored."""
    now = timestamp(clock.now())
    return StoredWorker(name, host[:MAX_HOST], pid, Lane.COMPUTE, False, timestamp(started_at), now)


def warnings_of(everyone: Sequence[WorkerInfo], *, reachable: bool) -> list[JobWarning]:
    """Return what keeps jobs from going on."""
    found = []
    if not reachable:
        found.append(
            JobWarning(
                code="queue.unreachable",
                detail="The queue does not answer: work is looked for now and then, and goes on "
                "as usual when the queue is back.",
            )
        )
    if not any(one.live and one.lane == Lane.COMPUTE for one in everyone):
        found.append(
            JobWarning(
                code="workers.none_live",
                detail="No compute worker lives: start one (`catalystctl worker`), or set "
                "jobs.workers.",
            )
        )
    return found
