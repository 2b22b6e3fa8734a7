"""Computing all features of fresh rows, by as many threads as are given.

A batch is cut into chunks of rows that threads take one after the other, so that the rows of hubs
are shared out. Each row is computed from rows up to itself: neither the chunks nor the threads nor
the batch show in the result.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from threading import Lock
from types import TracebackType
from typing import Final, NamedTuple, Self

import numpy as np

from catalystindex.model.errors import ConfigurationError
from catalystindex.temporal.features.groups import Group, Scratch
from catalystindex.temporal.features.registry import GROUPS
from catalystindex.temporal.features.settings import FeatureSettings
from catalystindex.temporal.features.table import FeatureTable
from catalystindex.temporal.kernels.spans import window_rows
from catalystindex.temporal.layout import Fresh, Ints, View
from catalystindex.temporal.window import Window

CHUNK: Final = 1024
"""Most rows that a thread takes at a time."""

FEWEST: Final = 512
"""Rows below which a second thread costs more than it does."""


class _Task(NamedTuple):
    """What the threads share while they compute one batch."""

    view: View
    lo: int
    window_rows: Ints
    scatter_rows: Ints
    table: FeatureTable


class FeatureComputer:
    """Computes features again and again, keeping its threads and their arrays.

    Not to be used by several threads at once, nor while the window is appended to. Close it, or
    use it as a context manager.
    """

    def __init__(
        self,
        settings: FeatureSettings | None = None,
        threads: int = 1,
        groups: Sequence[Group] = GROUPS,
    ) -> None:
        """Take which groups there are; settings tell which of them are wanted.

        Raises `ConfigurationError` for less than one thread.
        """
        if threads < 1:
            raise ConfigurationError(f"features need at least one thread, not {threads}")
        self.settings = settings or FeatureSettings()
        self._groups = tuple(group for group in groups if group.wanted(self.settings))
        self._columns = tuple(group.columns(self.settings) for group in self._groups)
        self.names = tuple(name for columns in self._columns for name in columns)
        """Names of the columns."""
        self._scratches = tuple(Scratch() for _ in range(threads))
        self._pool: ThreadPoolExecutor | None = None

    def compute(self, window: Window, fresh: Fresh) -> FeatureTable:
        """Return the features of rows of a window: those of the batch that was appended last.

        Raises `ConfigurationError` if the window keeps less than features look back.
        """
        if window.keep < self.settings.lookback:
            raise ConfigurationError(
                f"the window keeps {window.keep} microseconds, but features look back "
                f"{self.settings.lookback}"
            )
        if not window.first <= fresh.lo <= fresh.hi <= window.end:
            raise ValueError(f"{fresh} are not rows of a window of {window.first} to {window.end}")
        task = self._task(window.view, fresh)
        self._share_out(task, fresh.hi - fresh.lo)
        return task.table

    def close(self) -> None:
        """End the threads."""
        if self._pool is not None:
            self._pool.shutdown()
            self._pool = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _task(self, view: View, fresh: Fresh) -> _Task:
        rows, names = fresh.hi - fresh.lo, self.names
        table = FeatureTable(names, np.empty((rows, len(names))), np.zeros(rows, np.int16))
        starts = np.empty((2, rows), np.int32)
        spans = (self.settings.window, self.settings.scatter_window)
        for span, out in zip(spans, starts, strict=True):
            window_rows(view.time, view.base, view.first, fresh.lo, fresh.hi, span, out)
        return _Task(view, fresh.lo, starts[0], starts[1], table)

    def _share_out(self, task: _Task, rows: int) -> None:
        """Compute chunk after chunk, with more than one thread where that pays."""
        threads = len(self._scratches) if rows >= FEWEST else 1
        size = min(CHUNK, max(FEWEST // 4, -(-rows // (2 * threads))))
        turns = count(0, size)
        lock = Lock()

        def work(scratch: Scratch) -> None:
            while True:
                with lock:
                    begin = next(turns)
                if begin >= rows:
                    return
                self._chunk(task, begin, min(begin + size, rows), scratch)

        if threads == 1:
            work(self._scratches[0])
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(threads - 1, thread_name_prefix="features")
        others = [self._pool.submit(work, scratch) for scratch in self._scratches[1:]]
        try:
            work(self._scratches[0])
        finally:
            for other in others:
                other.result()

    def _chunk(self, task: _Task, begin: int, end: int, scratch: Scratch) -> None:
        """Run every group on some rows: each writes to its own columns of the table."""
        values, flags = task.table.values[begin:end], task.table.flags[begin:end]
        values[:] = 0.0
        column = 0
        for group, columns in zip(self._groups, self._columns, strict=True):
            group.run(
                task.view, task.lo + begin, task.lo + end, task.window_rows[begin:end],
                task.scatter_rows[begin:end], self.settings, scratch, values, column, flags,
            )  # fmt: skip
            column += len(columns)


def features(
    window: Window, fresh: Fresh, settings: FeatureSettings | None = None, threads: int = 1
) -> FeatureTable:
    """Return the features of fresh rows, as `FeatureComputer.compute` does, once."""
    with FeatureComputer(settings, threads) as computer:
        return computer.compute(window, fresh)
