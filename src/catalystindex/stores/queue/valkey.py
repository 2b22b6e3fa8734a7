"""A Valkey of our own: a child process on a Unix socket, started again whenever it dies."""

import subprocess
import threading
import time
from pathlib import Path

from catalystindex.model.errors import QueueUnreachable
from catalystindex.stores.queue.valkey_child import answers, end, end_leftover, spawn
from catalystindex.stores.queue.valkey_files import ValkeyFolder, find_binary
from catalystindex.telemetry.logs import logger

log = logger(__name__)

START_TIMEOUT = 5.0
"""Seconds that the server has to answer when it starts."""

WATCH = 0.1
"""Seconds between two looks at the child."""

PAUSES = (0.1, 0.5, 1.0, 2.0, 5.0)
"""Seconds before the next start after so many deaths in a row; the last one again and again."""

SETTLED = 10.0
"""Seconds after which a death is not one of a row any more."""

ASKED_TO_DIE = (-9, -15)
"""Exit codes of a child that somebody ended: no sign of damaged files."""


class EmbeddedValkey:
    """Supervises the server in ``folder``. Its user alone can reach it; it has no TCP port.

    The child dies with the thread that started it, so that is one that lives as long as this
    object runs. What the server stored and cannot read is moved aside: calls are not data.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = ValkeyFolder(folder)
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._child: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None

    @property
    def socket(self) -> Path:
        """Where it listens, known once it was started."""
        return self._folder.socket

    @property
    def pid(self) -> int | None:
        """The process id of the child that was started last, None if there is none."""
        child = self._child
        return child.pid if child is not None and child.returncode is None else None

    def start(self) -> None:
        """Start the server and wait until it answers.

        Raises `QueueUnreachable` if it does not within `START_TIMEOUT`, and `DependencyMissing` if
        there is no server for this machine.
        """
        binary = find_binary()
        try:
            self._prepare()
        except OSError as error:
            raise _not_started(str(error)) from error
        self._thread = threading.Thread(
            target=self._supervise, args=(binary,), name="queue-server", daemon=True
        )
        self._thread.start()
        if not self._ready.wait(START_TIMEOUT):
            self.stop()
            raise _not_started(self._folder.last_line())

    def stop(self) -> None:
        """Stop the server and remove its socket. What it holds is read at the next start."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _prepare(self) -> None:
        self._folder.make()
        left = end_leftover(self._folder.pid, self._folder.config)
        if left is not None:
            log.warning("queue_server_left_behind", pid=left)
        self._folder.prepare()

    def _supervise(self, binary: Path) -> None:
        deaths = 0
        try:
            while not self._stopping.is_set():
                began = time.monotonic()
                self._run(binary)
                deaths = 0 if time.monotonic() - began > SETTLED else deaths
                self._stopping.wait(PAUSES[min(deaths, len(PAUSES) - 1)])
                deaths += 1
        finally:
            self._tidy()

    def _tidy(self) -> None:
        try:
            self._folder.pid.unlink(missing_ok=True)
            self._folder.remove_socket()
        except OSError as error:  # the next start tries again
            log.warning("queue_server_files_left", reason=str(error))

    def _run(self, binary: Path) -> None:
        try:
            self._run_once(binary)
        except OSError as error:  # no process or no file can be had; tried again like a death
            log.error("queue_server_not_started", reason=str(error))

    def _run_once(self, binary: Path) -> None:
        """Start a child and return when it is dead, or dead because we are stopping."""
        self._folder.rotate_log()
        child = spawn(binary, self._folder.config, self._folder.log)
        self._child = child
        try:
            self._folder.pid.write_text(str(child.pid), "ascii")
            answered = self._watch(child)
        finally:
            end(child)
        if not self._stopping.is_set():
            self._tell_death(child.returncode, answered)

    def _watch(self, child: "subprocess.Popen[bytes]") -> bool:
        """Wait until the child is dead or we are stopping; tell whether it ever answered."""
        answered = False
        while child.poll() is None and not self._stopping.is_set():
            if not answered and answers(self.socket, WATCH):
                answered = True
                log.info("queue_server_started", pid=child.pid)
                self._ready.set()
            self._stopping.wait(WATCH if answered else WATCH / 5)
        return answered

    def _tell_death(self, code: int, answered: bool) -> None:
        log.error("queue_server_died", code=code, last_line=self._folder.last_line())
        if not answered and code not in ASKED_TO_DIE and self._folder.set_aside():
            log.error("queue_server_files_set_aside", folder=str(self._folder.stored))


def _not_started(reason: str) -> QueueUnreachable:
    return QueueUnreachable(
        f"The server of the queue did not start: {reason}",
        dependency="queue",
        reason="not_started",
    )
