"""The owner's end of one compute worker: start, ask, time out, kill, start again."""

import multiprocessing
import os
import signal
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess

from catalystindex.documents.tasks import (
    Answer,
    Crashed,
    Done,
    Refused,
    Task,
    as_error,
    decode_answer,
    encode,
)
from catalystindex.jobs.worker import WorkerSetup, worker_main
from catalystindex.telemetry.logs import logger

STOP_GRACE = 2.0
"""Seconds a worker may take to end after its pipe closed."""

log = logger(__name__)


class WorkerLost(Exception):
    """The worker died, ran out of time, or failed as nobody foresaw: try again, not forever."""


class ComputeWorker:
    """One worker process. Use it from one long-lived thread: its death signal is that thread's."""

    def __init__(self, setup: WorkerSetup, timeout: float) -> None:
        self._setup, self._timeout = setup, timeout
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._aborted = False
        self.starts = 0

    def start(self) -> None:
        """Start the process if none runs."""
        if self._aborted:
            raise WorkerLost("the worker was told to stop")
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
            raise as_error(answer)
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

    def _ask(self, task: Task) -> Answer:
        pipe = self._pipe
        if pipe is None:
            raise WorkerLost("the worker was stopped")
        try:
            pipe.send_bytes(encode(task))
            if pipe.poll(self._timeout):
                return decode_answer(pipe.recv_bytes())
        except (EOFError, OSError) as error:
            self._kill()
            raise WorkerLost("the worker process died") from error
        self._kill()
        raise WorkerLost(f"the stage took longer than {self._timeout:g} s")

    def _kill(self) -> None:
        if self._process is not None:
            self._process.kill()
        self.stop()
