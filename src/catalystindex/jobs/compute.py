"""The owner's end of one compute worker: start, ask, time out, kill, start again."""

import multiprocessing
import os
import re
import signal
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from catalystindex.documents.tasks import (
    Answer,
    Crashed,
    Done,
    ParseTask,
    Progress,
    Refused,
    Task,
    as_error,
    decode_message,
    encode,
)
from catalystindex.jobs.worker import WorkerSetup, worker_main
from catalystindex.model.errors import (
    ConfigurationError,
    DocumentCrashesReader,
    DocumentNeedsMemory,
    DocumentTooSlow,
)
from catalystindex.telemetry.logs import logger

OWN_SIGNALS = frozenset(
    {signal.SIGABRT, signal.SIGSEGV, signal.SIGILL, signal.SIGTRAP, signal.SIGBUS, signal.SIGFPE}
)
STOP_GRACE = 2.0
"""Seconds a worker may take to end after its pipe closed."""

log = logger(__name__)


class WorkerLost(Exception):
    """The worker died, ran out of time, or failed as nobody foresaw: try again, not forever."""


class ComputeWorker:
    """One worker process; ``timeout`` is in seconds between two signs of life.

    Use it from one long-lived thread: its death signal is that thread's.
    """

    def __init__(self, setup: WorkerSetup, timeout: float) -> None:
        self._setup, self._timeout = setup, timeout
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._aborted = False
        self._interrupted: SpawnProcess | None = None
        self.starts = 0
        self.progress: tuple[int, int] | None = None
        """Steps done and in all, as the task under way last said."""

    def start(self) -> None:
        """Start the process if none runs."""
        if self._aborted:
            raise WorkerLost("the worker was told to stop")
        if self._process is not None and self._process is self._interrupted:
            self._kill()  # it may not have died yet, and is not to take another task with it
        if self._process is not None and self._process.is_alive():
            return
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        arguments = (theirs, self._setup.model_dump_json(), os.getpid())
        process = context.Process(target=worker_main, args=arguments, daemon=True)
        # Ctrl-C goes to the whole group of a terminal; the worker is ended by its owner alone.
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        try:
            process.start()
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        theirs.close()
        self._process, self._pipe = process, ours
        self.starts += 1

    def run(self, task: Task) -> Done:
        """Run a task. Raises the stage's typed error, or `WorkerLost`."""
        self.start()
        answer = self._ask(task)
        if isinstance(answer, Refused):
            error = as_error(answer)
            if isinstance(error, DocumentNeedsMemory | ConfigurationError):
                self._kill()  # what it holds is not given back: the next document gets a fresh one
            if isinstance(error, ConfigurationError):  # not the document's doing
                raise WorkerLost(error.detail)
            raise error
        if isinstance(answer, Crashed):
            log.error("stage_crashed", task=type(task).__name__, traceback=answer.traceback)
            raise WorkerLost(answer.detail)
        return answer

    def abort(self) -> None:
        """Kill the process from another thread; a task under way then raises `WorkerLost`."""
        self._aborted = True
        process = self._process
        if process is not None:
            process.kill()

    def interrupt(self) -> None:
        """End a task under way from another thread: it raises `WorkerLost`; others may follow."""
        process = self._process
        if process is not None:
            self._interrupted = process
            process.kill()

    def stop(self) -> None:
        """End the process. Call it from the thread that runs the tasks."""
        pipe, process = self._pipe, self._process
        self._pipe = self._process = None
        if pipe is not None:
            pipe.close()
        if process is not None:
            process.join(STOP_GRACE)
            if process.is_alive():
                process.kill()
                process.join()

    def forget_peak(self) -> None:
        """Measure the most memory from now on (Linux, ``proc(5)``: clear_refs)."""
        if self._process is not None:
            Path(f"/proc/{self._process.pid}/clear_refs").write_text("5")

    def peak_bytes(self) -> int:
        """Return the most memory the process has held; 0 when it is gone."""
        if self._process is None:
            return 0
        try:
            status = Path(f"/proc/{self._process.pid}/status").read_text()
        except OSError:
            return 0
        found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.MULTILINE)
        return int(found[1]) * 1024 if found else 0

    def _ask(self, task: Task) -> Answer:
        pipe = self._pipe
        if pipe is None:
            raise WorkerLost("the worker was stopped")
        try:
            self.progress = None
            pipe.send_bytes(encode(task))
            while pipe.poll(self._timeout):
                message = decode_message(pipe.recv_bytes())
                if not isinstance(message, Progress):
                    return message
                self.progress = (message.done, message.total)
        except (EOFError, OSError) as error:
            raise self._died(task) from error
        self._kill()
        if isinstance(task, ParseTask):
            raise DocumentTooSlow(
                f"A step of reading the document took longer than {self._timeout:g} seconds: split "
                "it, or raise jobs.task_timeout.",
                limit=self._timeout,
            )
        raise WorkerLost(f"the stage took longer than {self._timeout:g} s")

    def _died(self, task: Task) -> Exception:
        """Return what the death of the process means for its task.

        A signal from inside (a native library gave up: damage, or memory refused) is the
        document's doing and would come again; one from outside is not.
        """
        code = None
        if self._process is not None:
            self._process.join(STOP_GRACE)
            code = self._process.exitcode
        self._kill()
        if isinstance(task, ParseTask) and code is not None and -code in OWN_SIGNALS:
            return DocumentCrashesReader(
                "Reading the document ended the process that read it "
                f"({signal.Signals(-code).name}): it is damaged, or takes more memory than allowed."
            )
        return WorkerLost("the worker process died")

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
        self.stop()
