"""A slice of a batch run, worked on in one process: look-back, then its rows, findings out."""

from typing import Final

import numpy as np

from catalystindex.detection.engine import Engine
from catalystindex.detection.finding import Finding
from catalystindex.detection.plan import Slice, SliceResult, SliceWork
from catalystindex.model.errors import CatalystError, DetectionFailed
from catalystindex.temporal.layout import NEVER, Ints, Longs
from catalystindex.temporal.payments import FEE, INTEREST, taken
from catalystindex.temporal.window import Window

AT_ONCE: Final = 65_536
"""Rows that are appended at once, so that a slice of any size has a window of bounded size."""


class Activity:
    """When each account was first and last active, up to a row that only moves on."""

    def __init__(self, work: SliceWork) -> None:
        self._payments = work.payments
        accounts = len(work.codes.accounts)
        self.first: Longs = np.full(accounts, -NEVER, np.int64)
        self.last: Longs = np.full(accounts, NEVER, np.int64)
        self.row = 0

    def advance(self, row: int) -> None:
        """Look at rows up to this one, which is not below the one before."""
        for begin in range(self.row, row, AT_ONCE):
            end = min(row, begin + AT_ONCE)
            method = np.asarray(self._payments.method[begin:end])
            active = (method != FEE) & (method != INTEREST)
            time = self._payments.time[begin:end][active]
            self._note(self._payments.source[begin:end][active], time)
            self._note(self._payments.target[begin:end][active], time)
        self.row = row

    def _note(self, accounts: Ints, time: Longs) -> None:
        known = accounts >= 0
        np.minimum.at(self.first, accounts[known], time[known])
        np.maximum.at(self.last, accounts[known], time[known])


class SliceWorker:
    """Works on slices, best in rising order: what accounts did before is then counted once."""

    def __init__(self, work: SliceWork) -> None:
        self._work = work
        self._activity = Activity(work)

    def run(self, part: Slice) -> SliceResult:
        """Return what is found in a slice. Raises `DetectionFailed` where a detector raises."""
        try:
            return SliceResult(part.number, part.end - part.begin, self._findings(part))
        except CatalystError:
            raise
        except Exception as error:
            raise DetectionFailed(
                f"A detector failed in slice {part.number} (payments {part.begin} to {part.end}): "
                f"{type(error).__name__}: {error}"[:500],
                slice=part.number,
            ) from error

    def _findings(self, part: Slice) -> list[Finding]:
        if part.since < self._activity.row:
            self._activity = Activity(self._work)
        self._activity.advance(part.since)
        window = Window(self._work.lookback, self._work.codes)
        window.remember(self._activity.first, self._activity.last)
        engine = Engine(self._work.detectors, window)
        payments = self._work.payments
        for begin in range(part.since, part.begin, AT_ONCE):
            window.append(taken(payments, slice(begin, min(part.begin, begin + AT_ONCE))))
        found: list[Finding] = []
        for begin in range(part.begin, part.end, AT_ONCE):
            found += engine.advance(taken(payments, slice(begin, min(part.end, begin + AT_ONCE))))
        return found
