"""How fast a window and its features are: rates, delays, memory, and bounds that bit."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Final

import numpy as np

from catalystindex.temporal.bench.machine import Machine, peak_bytes, this_machine
from catalystindex.temporal.bench.streams import Shape, Stream, synthetic
from catalystindex.temporal.features.compute import FeatureComputer
from catalystindex.temporal.features.groups import Group
from catalystindex.temporal.features.registry import GROUPS
from catalystindex.temporal.features.settings import FeatureSettings
from catalystindex.temporal.features.table import CAPPED_LIST, CAPPED_SEARCH
from catalystindex.temporal.payments import taken
from catalystindex.temporal.window import Window

BATCHES: Final = (128, 4096)
BATCH: Final = BATCHES[-1]
ALL: Final = "all"
APPEND: Final = "append"

_WARM_EDGES: Final = 5_000

Progress = Callable[[str], None]
"""Told what is measured next."""


def silent(step: str) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Options:
    """What is measured, and how."""

    settings: FeatureSettings
    threads: int = 1
    repeat: int = 1
    """Runs of each measurement: the best one counts, of delays as of rates."""
    keep: int = 0
    """Microseconds that the window holds, if that is more than features look back."""


@dataclass(frozen=True, slots=True)
class Pass:
    """One pass over a stream."""

    append: float
    """Seconds that were spent on appending to the window."""
    compute: float
    """Seconds that were spent on features."""
    batches: tuple[float, ...]
    """Seconds of each batch, both together."""
    capped_list: int
    """Payments with a list longer than a kernel may look at."""
    capped_search: int
    """Payments with a search that its bound ended."""
    capped: int
    """Payments with one or the other."""
    window_bytes: int
    """Of the window's arrays in the end."""
    window_rows: int
    """Payments in the window in the end."""

    @property
    def seconds(self) -> float:
        """All time that was spent."""
        return self.append + self.compute


@dataclass(frozen=True, slots=True)
class Rate:
    """How fast a group of features is, in batches of `BATCH`.

    ``append`` is the window alone, ``all`` the window and all features together; the others are
    without the window.
    """

    group: str
    edges_per_second: float
    capped: float
    """Share of payments for which a bound bit."""


@dataclass(frozen=True, slots=True)
class Delay:
    """How long a batch takes, window and all features together."""

    batch: int
    p50_ms: float
    p99_ms: float
    edges_per_second: float


@dataclass(frozen=True, slots=True)
class Report:
    """All that was measured on one stream."""

    machine: Machine
    stream: str
    edges: int
    accounts: int
    options: Options
    rates: tuple[Rate, ...]
    delays: tuple[Delay, ...]
    capped_list: float
    """Share of payments with a list longer than a kernel may look at."""
    capped_search: float
    """Share of payments with a search that its bound ended."""
    window_rows: int
    window_bytes: int
    peak_bytes: int


def run_once(
    stream: Stream, options: Options, batch: int, groups: Sequence[Group] = GROUPS
) -> Pass:
    """Send a stream through a window, batch by batch."""
    window = Window(max(options.keep, options.settings.lookback))
    window.codes.accounts.code_all(map(str, range(stream.accounts)))
    batches, computing = [], 0.0
    bites = np.zeros(3, np.int64)
    with FeatureComputer(options.settings, options.threads, groups) as computer:
        for begin in range(0, len(stream.payments.time), batch):
            part = taken(stream.payments, slice(begin, begin + batch))
            start = perf_counter()
            fresh = window.append(part)
            appended = perf_counter()
            flags = computer.compute(window, fresh).flags
            end = perf_counter()
            batches.append(end - start)
            computing += end - appended
            bites += [
                np.count_nonzero(flags & CAPPED_LIST),
                np.count_nonzero(flags & CAPPED_SEARCH),
                np.count_nonzero(flags),
            ]
    size = window.size()
    capped_list, capped_search, capped = bites.tolist()
    return Pass(
        sum(batches) - computing, computing, tuple(batches), capped_list, capped_search, capped,
        size.bytes, size.rows,
    )  # fmt: skip


def warm_up(options: Options) -> None:
    """Compile all that will be measured, or load it from the cache."""
    for batch in BATCHES:
        run_once(synthetic(_WARM_EDGES, Shape.DENSE), options, batch)


def measure(stream: Stream, name: str, options: Options, progress: Progress = silent) -> Report:
    """Measure a stream: each group alone, all together, batch by batch."""
    edges, machine = len(stream.payments.time), this_machine()
    wanted = [group for group in GROUPS if group.wanted(options.settings)]
    progress("compiling")
    warm_up(options)
    rates = []
    for group in wanted:
        progress(group.name)
        best = min(passes_of(stream, options, BATCH, [group]), key=lambda one: one.compute)
        rates.append(Rate(group.name, edges / best.compute, best.capped / edges))
    passes = {}
    for batch in BATCHES:
        progress(f"batches of {batch}")
        passes[batch] = list(passes_of(stream, options, batch, wanted))
    whole = min(passes[BATCH], key=lambda one: one.seconds)
    return Report(
        machine=machine,
        stream=name,
        edges=edges,
        accounts=stream.accounts,
        options=options,
        rates=(
            Rate(APPEND, edges / whole.append, 0.0),
            *rates,
            Rate(ALL, edges / whole.seconds, whole.capped / edges),
        ),
        delays=tuple(_delay(batch, edges, passes[batch]) for batch in BATCHES),
        capped_list=whole.capped_list / edges,
        capped_search=whole.capped_search / edges,
        window_rows=whole.window_rows,
        window_bytes=whole.window_bytes,
        peak_bytes=peak_bytes(),
    )


def passes_of(
    stream: Stream, options: Options, batch: int, groups: Sequence[Group] = GROUPS
) -> Iterator[Pass]:
    """Yield as many passes over a stream as options say."""
    return (run_once(stream, options, batch, groups) for _ in range(options.repeat))


def _delay(batch: int, edges: int, passes: Sequence[Pass]) -> Delay:
    """Return the delays of the pass with the best ones."""
    best = min(passes, key=lambda one: float(np.percentile(one.batches, 99)))
    p50, p99 = np.percentile(best.batches, (50, 99)) * 1e3
    return Delay(batch, float(p50), float(p99), edges / best.seconds)
