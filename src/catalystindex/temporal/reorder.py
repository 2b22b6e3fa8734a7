"""Bringing events into the order of time, within an allowed lateness.

Everything that was appended to the log at one instant is a group. Time is *closed* up to the
latest time of all earlier groups minus the lateness (a watermark: Akidau et al., The Dataflow
Model, VLDB 2015). Payments of closed time are given out in order of time and event id. What arrives
with a time that is closed goes to the late lane, and so does what corrects a payment that was given
out: what was given out never changes. So what comes out depends on the groups alone, and not on how
they are split into calls.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from catalystindex.temporal.held import Held
from catalystindex.temporal.kernels.arrivals import (
    CORRECTED,
    HELD,
    LATE,
    SUPERSEDED,
    Arrivals,
    Seen,
    judge,
    rehash,
)
from catalystindex.temporal.layout import NEVER, Bytes, Longs
from catalystindex.temporal.payments import Payments
from catalystindex.temporal.versions import Versions, no_versions, take_versions

FEWEST_SEEN: Final = 1024
SEEN_TYPES: Final = (np.uint64, np.int64, np.int64, np.uint64, np.int64)


class Turned(NamedTuple):
    """What events led to."""

    payments: Payments
    """Those of time that is closed now, in order of time and event id."""
    late: Versions
    """Whose time was closed when they arrived, in order of arrival."""
    corrected: Versions
    """Newer versions and deletes of payments that were given out, in order of arrival."""


class Reorder:
    """Holds payments until their time is closed."""

    def __init__(self, lateness: int, keep: int, ahead: int | None = None) -> None:
        """Take the allowed lateness and for how long given-out payments are remembered.

        Both in microseconds; ``keep`` is what the window keeps: a correction of what is older is
        taken for a payment of its own. Where instants are those of a clock, ``ahead`` says how far
        a payment may be ahead of it and still close time: one of the year 9999 closes it no
        further.
        """
        if lateness < 0 or keep < 0 or (ahead is not None and ahead < 0):
            raise ValueError("times to wait and to keep are not negative")
        self.lateness, self.keep, self.ahead = lateness, keep, ahead
        self.late, self.corrected, self.superseded = 0, 0, 0
        """How many events went to the late lane by either reason, and were outdone on arrival."""
        self._instant, self._top, self._closed = NEVER, NEVER, NEVER
        self._frontier = NEVER
        self._held = Held()
        self._seen = _table(FEWEST_SEEN)

    @property
    def frontier(self) -> int:
        """Time up to which it is closed; `NEVER` at first."""
        return self._frontier

    @property
    def held(self) -> int:
        """How many payments wait."""
        return self._held.count

    @property
    def is_open(self) -> bool:
        """Whether `close` would let go of any that wait; those too far ahead of the clock stay."""
        return self._held.first_time <= self._top

    def add(self, versions: Versions, instants: Longs) -> Turned:
        """Take events in the order in which they were appended, each with its instant.

        Events of one instant that come in several calls, one after the other, are one group.
        """
        if not versions.rows:
            return self._turned(versions, np.empty(0, np.int8))
        frontier = self._advance(versions.payments.time, instants)
        self._make_room(versions.rows, int(frontier[0]) - self.keep)
        verdict, freed = np.empty(versions.rows, np.int8), np.empty(versions.rows, np.int64)
        payments, first = versions.payments, self._held.next
        arrivals = Arrivals(
            payments.entity | (payments.entity == 0),  # 0 marks what is empty
            payments.time, versions.version, payments.id_high, versions.gone, frontier,
        )  # fmt: skip
        judge(self._seen, arrivals, self.keep, first, verdict, freed)
        waits = np.flatnonzero(verdict == HELD)
        self._held.add(take_versions(versions, waits), waits + first, first + versions.rows)
        self._held.free(freed[freed >= 0])
        return self._turned(versions, verdict)

    def close(self) -> Turned:
        """Close all time up to the latest payment: the input is idle.

        Those further ahead than is allowed wait on.
        """
        self._frontier = max(self._frontier, self._top)
        self._closed = self._top
        return self._turned(no_versions(), np.empty(0, np.int8))

    def finish(self) -> Turned:
        """Give out all that waits: the input has ended."""
        self._top = max(self._top, self._held.last_time)
        return self.close()

    def state(self) -> dict[str, NDArray[Any]]:
        """Return all that `restore` needs; codes in it are those of the codebook of now."""
        versions, number = self._held.state()
        live = self._seen.key != 0
        scalars = [
            self._instant, self._top, self._closed, self._frontier, self._held.next,
            self.late, self.corrected, self.superseded,
        ]  # fmt: skip
        return {
            "scalars": np.array(scalars, np.int64),
            **{f"held.{name}": column for name, column in versions.payments._asdict().items()},
            "held.version": versions.version,
            "held.gone": versions.gone,
            "held.number": number,
            **{f"seen.{name}": getattr(self._seen, name)[live] for name in Seen._fields[:-1]},
        }

    def restore(self, state: Mapping[str, NDArray[Any]]) -> None:
        """Go on from where `state` was taken. Raises `KeyError` where something is missing."""
        scalars = [int(one) for one in state["scalars"]]
        self._instant, self._top, self._closed, self._frontier, following = scalars[:5]
        self.late, self.corrected, self.superseded = scalars[5:]
        payments = Payments._make(np.array(state[f"held.{name}"]) for name in Payments._fields)
        versions = Versions(payments, np.array(state["held.version"]), np.array(state["held.gone"]))
        self._held = Held()
        self._held.add(versions, np.array(state["held.number"]), following)
        columns = [np.array(state[f"seen.{name}"]) for name in Seen._fields[:-1]]
        old = Seen._make([*columns, np.zeros(1, np.int64)])
        self._seen = _table(_size_for(len(old.key)))
        rehash(old, self._seen, NEVER)

    def _advance(self, times: Longs, instants: Longs) -> Longs:
        """Return how far time was closed as each event arrived, and remember the groups."""
        if self.ahead is not None:
            times = np.minimum(times, instants + self.ahead)
        before = np.concatenate(([self._top], times))
        before = np.maximum.accumulate(before)
        begins = np.concatenate(([self._instant], instants))
        starts = np.where(begins[1:] != begins[:-1], np.arange(len(times)), -1)
        group = np.maximum.accumulate(starts)
        closed = np.where(group >= 0, before[group], self._closed)
        self._top, self._closed = int(before[-1]), int(closed[-1])
        self._instant = int(instants[-1])
        frontier: Longs = np.maximum(closed - self.lateness, self._frontier)
        self._frontier = int(frontier[-1])
        return frontier

    def _turned(self, versions: Versions, verdict: Bytes) -> Turned:
        late = take_versions(versions, verdict == LATE)
        corrected = take_versions(versions, verdict == CORRECTED)
        self.late += late.rows
        self.corrected += corrected.rows
        self.superseded += int(np.count_nonzero(verdict == SUPERSEDED))
        return Turned(self._held.give_out(self._frontier), late, corrected)

    def _make_room(self, rows: int, before: int) -> None:
        """Keep the table half empty: without what is older than a time, if that is enough."""
        seen = self._seen
        if (int(seen.used[0]) + rows) * 2 <= len(seen.key):
            return
        live = int(np.count_nonzero((seen.key != 0) & (seen.time >= before)))
        self._seen = _table(max(_size_for(live + rows), len(seen.key) // 2))
        rehash(seen, self._seen, before)


def _size_for(entries: int) -> int:
    """Return a power of two that is at least four times as much: it fills up to the half."""
    size = FEWEST_SEEN
    while size < entries * 4:
        size *= 2
    return size


def _table(size: int) -> Seen:
    columns = [np.zeros(size, dtype) for dtype in SEEN_TYPES]
    return Seen._make([*columns, np.zeros(1, np.int64)])
