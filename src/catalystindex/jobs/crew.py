"""The owner's own workers: threads that fetch, threads that each feed a compute process."""

import threading
import time
from collections.abc import Callable, Sequence
from uuid import uuid4

from catalystindex.jobs.acquire_desk import AcquireDesk
from catalystindex.jobs.compute import ComputeWorker
from catalystindex.jobs.desk import Desk
from catalystindex.jobs.heart import Heart
from catalystindex.jobs.loop import TROUBLE_PAUSE, Rest, WorkerLoop
from catalystindex.jobs.roster import Roster
from catalystindex.model.errors import CatalystError
from catalystindex.stores.queue.base import Lane, WakeQueue
from catalystindex.telemetry.logs import logger
from catalystindex.telemetry.metrics import Metrics

LOCAL = "local-"
"""How the names of the owner's workers begin: their leases end with their owner."""
STOP_PATIENCE = 5.0
"""Seconds that a stop waits for fetches under way; those of compute processes end at once."""

log = logger(__name__)


class Crew:
    """Starts, watches and stops the workers of one owner."""

    def __init__(
        self,
        desk: Desk,
        acquiring: AcquireDesk,
        computers: Sequence[ComputeWorker],
        acquirers: int,
        queue: WakeQueue,
        heart: Heart,
        roster: Roster,
        metrics: Metrics,
    ) -> None:
        self._stopping = threading.Event()
        self._acquiring, self._computers = acquiring, list(computers)
        self._heart, self._roster, self._queue = heart, roster, queue
        acquiring.stopping = self._stopping.is_set
        life = uuid4().hex[:8]  # two owners of one folder, one after the other, share no name
        rest = Rest(queue, Lane.COMPUTE, self._stopping)
        self._loops = [
            WorkerLoop(
                f"{LOCAL}compute-{number}-{life}", desk, computer, rest, heart, self._stopping
            )
            for number, computer in enumerate(computers)
        ]
        for loop in self._loops:
            loop.on_lost = metrics.worker_restarts.inc
        self._feeding = {loop.name for loop in self._loops}
        self._acquire_names = [f"{LOCAL}acquire-{n}-{life}" for n in range(acquirers)]
        self._threads: dict[str, threading.Thread] = {}

    def start(self) -> None:
        """Start every thread."""
        self._heart.start()
        for loop in self._loops:
            self._begin(loop.name, loop.run)
        for name in self._acquire_names:
            self._begin(name, self._acquire_with(name))

    def stop(self) -> None:
        """Put back what is in hand, end the processes, wait for the threads."""
        self._stopping.set()
        for computer in self._computers:
            computer.abort()
        self._queue.close()
        deadline = time.monotonic() + STOP_PATIENCE
        for name, thread in self._threads.items():
            thread.join(None if name in self._feeding else max(0.0, deadline - time.monotonic()))
            if thread.is_alive():  # in a call to a source that takes its time; its lease ends
                log.warning("fetch_left_behind", worker=name)
        self._heart.stop()

    def live(self, lane: Lane) -> list[str]:
        """Return the names of threads of a lane that run."""
        names = [one.name for one in self._loops] if lane is Lane.COMPUTE else self._acquire_names
        return [name for name in names if name in self._threads and self._threads[name].is_alive()]

    def beat(self) -> None:
        """Tell the roster who lives."""
        for lane in Lane:
            self._roster.hear(self.live(lane), lane)

    def _begin(self, name: str, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, name=name, daemon=True)
        self._threads[name] = thread
        thread.start()

    def _acquire_with(self, name: str) -> Callable[[], None]:
        rest = Rest(self._queue, Lane.ACQUIRE, self._stopping)

        def run() -> None:
            while not self._stopping.is_set():
                self._acquire(name, rest)

        return run

    def _acquire(self, name: str, rest: Rest) -> None:
        try:
            if not self._acquiring.turn(name):
                rest()
        except CatalystError as error:
            log.warning("work_interrupted", code=error.code, reason=error.detail)
            self._stopping.wait(TROUBLE_PAUSE)
        except Exception:
            log.exception("work_interrupted")
            self._stopping.wait(TROUBLE_PAUSE)
