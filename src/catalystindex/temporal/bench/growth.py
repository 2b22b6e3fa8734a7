"""How time and memory grow with a stream: the same measurement on longer and longer ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from catalystindex.temporal.bench.machine import peak_bytes
from catalystindex.temporal.bench.measure import (
    BATCH,
    Options,
    Progress,
    passes_of,
    silent,
    warm_up,
)
from catalystindex.temporal.bench.streams import DAYS, Shape, synthetic

LONGEST: Final = 10_000_000
"""Edges of the last stream, unless said otherwise."""

_PER_MILLION: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Point:
    """A stream of one length, window and all features together."""

    edges: int
    """That went through the window."""
    seconds: float
    window_rows: int
    """Payments in the window in the end."""
    window_bytes: int
    """Of the window's arrays in the end; names of accounts come on top."""
    peak_bytes: int
    """The most that this process ever held, streams and their drawing included."""

    @property
    def edges_per_second(self) -> float:
        """How fast it was."""
        return self.edges / self.seconds

    @property
    def seconds_per_million(self) -> float:
        """What a million edges took: the same for every length where time is linear."""
        return self.seconds / self.edges * _PER_MILLION


def sizes_up_to(edges: int) -> tuple[int, ...]:
    """Return the lengths of streams whose growth is shown: two per decade from 10^5."""
    sizes = [round(10 ** (half / 2)) for half in range(10, 15)]
    return (*(size for size in sizes if size < edges), edges)


def growth(
    edges: int, shape: Shape, seed: int, options: Options, days: int = DAYS,
    progress: Progress = silent,
) -> Iterator[Point]:  # fmt: skip
    """Yield what streams of growing length take, each as soon as it is measured.

    All of them go over as many ``days``, so that a window of some days holds more of a longer one.
    """
    progress("compiling")
    warm_up(options)
    for size in sizes_up_to(edges):
        progress(f"{size:,} edges")
        stream = synthetic(size, shape, seed, days)
        best = min(passes_of(stream, options, BATCH), key=lambda one: one.seconds)
        yield Point(
            len(stream.payments.time), best.seconds, best.window_rows, best.window_bytes,
            peak_bytes(),
        )  # fmt: skip


def order_of(points: Sequence[Point]) -> float | None:
    """Return p where time grows like edges to the power of p: 1 if it is linear.

    It is the slope of the straight line through the logarithms, by least squares; None of fewer
    than two points.
    """
    if len(points) < 2:
        return None
    edges = np.log([point.edges for point in points])
    seconds = np.log([point.seconds for point in points])
    spread = edges - edges.mean()
    return float((spread * seconds).sum() / (spread * spread).sum())
