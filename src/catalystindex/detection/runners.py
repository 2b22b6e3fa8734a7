"""Who works on the slices of a batch run: the seam that a cluster engine fills as well.

A runner is handed all that slices share, and the slices. It gives out their results in the order of
the slices, each once, wherever they were made; it raises rather than leave one out.
"""

from collections.abc import Iterator, Sequence
from typing import Protocol

from catalystindex.detection.plan import Slice, SliceResult, SliceWork
from catalystindex.detection.slicing import SliceWorker


class Runner(Protocol):
    """Works on slices."""

    def run(self, work: SliceWork, slices: Sequence[Slice]) -> Iterator[SliceResult]:
        """Yield the result of each slice, in their order. Raises `DetectionFailed`."""
        ...


class InlineRunner:
    """Works in this process, on one slice after the other."""

    def run(self, work: SliceWork, slices: Sequence[Slice]) -> Iterator[SliceResult]:
        """Yield the result of each slice."""
        worker = SliceWorker(work)
        for part in slices:
            yield worker.run(part)
