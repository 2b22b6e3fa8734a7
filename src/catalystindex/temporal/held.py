"""Payments that wait for their time to be closed."""

from bisect import bisect_right
from dataclasses import dataclass

import numpy as np

from catalystindex.temporal.layout import NEVER, Flags, Longs
from catalystindex.temporal.payments import Payments, joined, ordered, taken
from catalystindex.temporal.versions import Versions, join_versions, take_versions


@dataclass(slots=True)
class _Part:
    """What was handed in at once, as far as it still waits."""

    versions: Versions
    number: Longs
    """Each event has a number; they rise."""
    alive: Flags
    """False for what a later version has replaced."""
    first: int
    """Earliest time in it."""


class Held:
    """Events that wait, in parts: giving out what is due looks only at parts that have any."""

    def __init__(self) -> None:
        self.next = 0
        """Number of the event that is handed in next."""
        self._parts: list[_Part] = []

    @property
    def count(self) -> int:
        """How many wait, with those that were replaced."""
        return sum(len(part.number) for part in self._parts)

    @property
    def first_time(self) -> int:
        """Earliest time of what waits, replaced or not; after all times if nothing does."""
        return min((part.first for part in self._parts), default=-NEVER)

    @property
    def last_time(self) -> int:
        """Latest time of what waits; `NEVER` if nothing does."""
        return max((int(part.versions.payments.time.max()) for part in self._parts), default=NEVER)

    def add(self, versions: Versions, numbers: Longs, next_number: int) -> None:
        """Hold events of these numbers, which are above all before."""
        self.next = next_number
        self._append(versions, numbers)

    def free(self, numbers: Longs) -> None:
        """Let go of events that were replaced."""
        firsts = [int(part.number[0]) for part in self._parts]
        for number in numbers.tolist():
            part = self._parts[bisect_right(firsts, number) - 1]
            part.alive[np.searchsorted(part.number, number)] = False

    def give_out(self, frontier: int) -> Payments:
        """Return payments up to a time, in order of time and event id, and hold them no longer."""
        due: list[Payments] = []
        waiting, self._parts = self._parts, []
        for part in waiting:
            if part.first > frontier:
                self._parts.append(part)
                continue
            time = part.versions.payments.time
            out = time <= frontier
            due.append(taken(part.versions.payments, out & part.alive & ~part.versions.gone))
            stays = ~out & part.alive
            self._append(take_versions(part.versions, stays), part.number[stays])
        return ordered(joined(due))

    def state(self) -> tuple[Versions, Longs]:
        """Return all that waits, with their numbers."""
        parts = [
            (take_versions(part.versions, part.alive), part.number[part.alive])
            for part in self._parts
        ]
        numbers = [number for _, number in parts]
        return (
            join_versions([versions for versions, _ in parts]),
            np.concatenate(numbers) if numbers else np.empty(0, np.int64),
        )

    def _append(self, versions: Versions, numbers: Longs) -> None:
        if versions.rows:
            first = int(versions.payments.time.min())
            self._parts.append(_Part(versions, numbers, np.ones(len(numbers), np.bool_), first))
