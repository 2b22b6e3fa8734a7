"""`catalystctl worker`: compute workers in a process of their own, here or on another machine.

They share the artifacts folder with the server and talk to it over HTTP; a queue that both reach
wakes them, without one they look every other second.
"""

import os
import signal
import socket
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

from pydantic import SecretStr

from catalystindex.config.sections import QueueSettings
from catalystindex.jobs.compute import ComputeWorker
from catalystindex.jobs.heart import Heart
from catalystindex.jobs.loop import Rest, WorkerLoop
from catalystindex.jobs.messages import HelloCall, Welcome
from catalystindex.jobs.remote_desk import RemoteDesk
from catalystindex.jobs.worker import WorkerSetup
from catalystindex.model.clock import SystemClock
from catalystindex.model.errors import CatalystError, DependencyMissing
from catalystindex.stores.queue.base import Lane, WakeQueue
from catalystindex.stores.queue.local import LocalWakeQueue
from catalystindex.stores.queue.rq import RqWakeQueue
from catalystindex.telemetry.logs import logger

STOP_SIGNALS = (signal.SIGTERM, signal.SIGINT)
BEATS_PER_LEASE = 4
FIRST_PATIENCE = 10.0

log = logger(__name__)


class RemoteWorker:
    """Runs some compute processes for a server until it is told to stop.

    Raises `Unavailable` when the server cannot be reached at the start, `Forbidden` for a token
    without the scope ``work``, `DependencyMissing` for an artifacts folder that is not here.
    """

    def __init__(
        self,
        where: Callable[[], str],
        token: Callable[[], str],
        *,
        processes: int,
        task_timeout: float,
        queue: QueueSettings,
        artifacts: Path | None,
    ) -> None:
        self._stopping = threading.Event()
        self._desk = RemoteDesk(where, token, FIRST_PATIENCE, self._stopping)
        life = uuid4().hex[:12]  # two workers of one machine share no name
        self._names = [f"remote-{life}-{number}" for number in range(processes)]
        self._started = SystemClock().now()
        welcome = self._hello()
        self._desk.patience = welcome.lease
        setup = _setup(welcome, artifacts)
        self._queue = _queue(queue, welcome)
        self._heart = Heart(welcome.lease / BEATS_PER_LEASE)
        self._heart.on_beat = self._say_hello
        self._computers = [ComputeWorker(setup, task_timeout) for _ in self._names]
        rest = Rest(self._queue, Lane.COMPUTE, self._stopping)
        self._loops = [
            WorkerLoop(name, self._desk, computer, rest, self._heart, self._stopping)
            for name, computer in zip(self._names, self._computers, strict=True)
        ]

    def run(self) -> None:
        """Work until SIGTERM or SIGINT; what is in hand is given back then."""
        for one in STOP_SIGNALS:
            signal.signal(one, lambda *_: self._stopping.set())
        log.info("worker_started", workers=len(self._names), queue=self._queue.name)
        self._heart.start()
        threads = [threading.Thread(target=loop.run, name=loop.name) for loop in self._loops]
        for thread in threads:
            thread.start()
        self._stopping.wait()
        self._end(threads)
        log.info("worker_stopped")

    def _end(self, threads: Sequence[threading.Thread]) -> None:
        for computer in self._computers:
            computer.abort()
        self._queue.close()
        for thread in threads:
            thread.join()
        self._heart.stop()
        for name in self._names:
            with suppress(CatalystError):  # the server may be gone as well: it will notice
                self._desk.goodbye(name)
        self._desk.close()

    def _say_hello(self) -> None:
        self._hello()

    def _hello(self) -> Welcome:
        host = socket.gethostname()
        for name in self._names[1:]:
            self._desk.hello(HelloCall(name, host, os.getpid(), self._started))
        return self._desk.hello(HelloCall(self._names[0], host, os.getpid(), self._started))


def _setup(welcome: Welcome, artifacts: Path | None) -> WorkerSetup:
    setup = WorkerSetup.model_validate_json(welcome.setup)
    folder = artifacts if artifacts is not None else setup.artifact_folder
    if not folder.is_dir():
        raise DependencyMissing(
            f"The artifacts folder {folder} is not on this machine: mount the server's, and name "
            "it with --artifacts.",
            folder=str(folder),
        )
    return setup.model_copy(update={"artifact_folder": folder.resolve(), "packed_file": None})


def _queue(settings: QueueSettings, welcome: Welcome) -> WakeQueue:
    """Return the queue of the settings, or of a server on this machine, or none but our own."""
    url = settings.url
    if url is None and welcome.queue is not None and Path(welcome.queue[7:]).exists():
        url = SecretStr(welcome.queue)
    if url is None:
        return LocalWakeQueue()
    return RqWakeQueue(url, settings.name, settings.timeout)
