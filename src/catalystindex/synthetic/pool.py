"""Days made by processes: many at a time, handed over in order."""

import ctypes
import multiprocessing
import os
import signal
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Final, Self

from catalystindex.model.errors import ExportFailed
from catalystindex.synthetic.export.base import Needs
from catalystindex.synthetic.generator import Generator, Source
from catalystindex.synthetic.parts import Part, read_parts, sealed_parts, write_parts

AHEAD: Final = 2
"""Days per worker that may be made or wait for their turn."""

PR_SET_PDEATHSIG: Final = 1

Made = tuple[Path, list[tuple[str, int, int]]]


class Days:
    """Makes days in so many processes. Use it in a ``with`` block, from one thread."""

    def __init__(self, source: Source, needs: Needs, scratch: Path, workers: int) -> None:
        """Start the processes. ``scratch`` is a folder for days that wait."""
        self._source = source
        self._most = AHEAD * workers
        self._waiting: deque[Future[Made]] = deque()
        self._next = 0
        self._pool = ProcessPoolExecutor(
            workers,
            multiprocessing.get_context("spawn"),
            _start,
            (source, needs, scratch, os.getpid()),
        )

    def __enter__(self) -> Self:
        self._submit()
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def __iter__(self) -> Iterator[Iterator[Part]]:
        """Yield each day's parts, which are to be used up before the next.

        Raises what a worker raised; `ExportFailed` where one has died.
        """
        try:
            while self._waiting:
                path, heads = self._waiting.popleft().result()
                self._submit()
                yield read_parts(path, heads)
                path.unlink()
        except BrokenProcessPool:
            raise ExportFailed(
                "A worker process has died, most likely for want of memory: use fewer --workers."
            ) from None

    def _submit(self) -> None:
        while len(self._waiting) < self._most and self._next < self._source.days:
            self._waiting.append(self._pool.submit(_make_day, self._next))
            self._next += 1


class _Worker:
    """What a worker process keeps between days."""

    def __init__(self, source: Source, needs: Needs, scratch: Path) -> None:
        self._source, self._needs, self._scratch = source, needs, scratch
        self._generator: Generator | None = None

    def make(self, day: int) -> Made:
        if self._generator is None:  # here, so that its errors come back with the first day
            self._generator = self._source.make()
        path = self._scratch / f"day-{day}.parts"
        return path, write_parts(path, sealed_parts(self._generator.day(day), self._needs))


_worker: list[_Worker] = []


def _start(source: Source, needs: Needs, scratch: Path, parent: int) -> None:
    """Prepare a worker: it dies with its parent, and leaves Ctrl-C to it."""
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the line above
        os._exit(1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _worker.append(_Worker(source, needs, scratch))


def _make_day(day: int) -> Made:
    return _worker[0].make(day)
