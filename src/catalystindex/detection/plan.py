"""How a batch run is cut: slices of time that can be worked on apart, each with its look-back."""

from typing import Final, NamedTuple

import msgspec
import numpy as np

from catalystindex.detection.contract import AnyDetector, lookback_of
from catalystindex.detection.finding import Finding
from catalystindex.temporal.codes import Codebook
from catalystindex.temporal.layout import Longs
from catalystindex.temporal.payments import Payments

PER_PROCESS: Final = 4
"""Slices for each process: a process that is done early takes another one."""

FEWEST_ROWS: Final = 20_000
"""Rows of a slice at least, unless somebody asks for more slices: below, look-back is all."""


class Slice(NamedTuple):
    """Rows ``begin`` to ``end`` of a run, whose findings are wanted."""

    number: int
    """From 0."""
    since: int
    """First row of the look-back: rows from here on may matter to what is found."""
    begin: int
    end: int


class SliceResult(msgspec.Struct, frozen=True):
    """What was found in a slice."""

    number: int
    rows: int
    findings: list[Finding]
    """In order of last event."""


class SliceWork(NamedTuple):
    """What all slices of a run share."""

    payments: Payments
    """All of them, in order of time and event id; columns may be files that are mapped."""
    codes: Codebook
    detectors: tuple[AnyDetector, ...]

    @property
    def lookback(self) -> int:
        """Microseconds before a slice that may matter to it."""
        return lookback_of(self.detectors)


def rows_between(time: Longs, since: int | None, until: int | None) -> tuple[int, int]:
    """Return the rows of a range of time: at or after ``since``, before ``until``."""
    begin = 0 if since is None else int(np.searchsorted(time, since))
    end = len(time) if until is None else int(np.searchsorted(time, until))
    return begin, max(begin, end)


def slices_of(time: Longs, lookback: int, rows: tuple[int, int], count: int) -> list[Slice]:
    """Cut rows into up to so many slices of about equal numbers, only between different times.

    Times must be in order. There are fewer slices where many rows are of one time.
    """
    begin, end = rows
    if begin >= end:
        return []
    wanted = np.linspace(begin, end, max(1, count) + 1)[1:-1].astype(np.int64)
    cuts = np.searchsorted(time, time[wanted])  # the first row of the same time
    places = sorted({begin, end, *(int(cut) for cut in cuts if begin < cut < end)})
    since = np.searchsorted(time, time[places[:-1]] - lookback)
    return [
        Slice(number, int(since[number]), places[number], places[number + 1])
        for number in range(len(places) - 1)
    ]


def slice_count(rows: int, processes: int) -> int:
    """Return how many slices keep so many processes busy, without slices that are too small."""
    return max(1, min(processes * PER_PROCESS, rows // FEWEST_ROWS)) if processes > 1 else 1
