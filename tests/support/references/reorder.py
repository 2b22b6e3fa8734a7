"""What `temporal.reorder` gives out, written from its definition: one event after the other."""

from dataclasses import dataclass, field
from typing import NamedTuple


class Arrival(NamedTuple):
    """An event as it arrives."""

    entity: int
    version: int
    number: int
    """Its id."""
    time: int
    gone: bool
    instant: int


@dataclass
class SlowReorder:
    """Holds events in a list."""

    lateness: int
    keep: int
    ahead: int | None = None
    groups: list[list[Arrival]] = field(default_factory=list)
    floor: float = float("-inf")
    held: dict[int, Arrival] = field(default_factory=dict)
    """By entity."""
    done: dict[int, tuple[int, int, int]] = field(default_factory=dict)
    """By entity: time it is known under, and the newest version and id."""
    out: list[Arrival] = field(default_factory=list)
    late: list[Arrival] = field(default_factory=list)
    corrected: list[Arrival] = field(default_factory=list)
    superseded: int = 0

    def add(self, event: Arrival) -> None:
        if not self.groups or self.groups[-1][0].instant != event.instant:
            self.groups.append([])
        earlier = [self._counted(one) for group in self.groups[:-1] for one in group]
        self.groups[-1].append(event)
        self.floor = max([self.floor, *(time - self.lateness for time in earlier)])
        self._release()
        self._take(event)

    def close(self) -> None:
        every = [self._counted(one) for group in self.groups for one in group]
        self.floor = max([self.floor, *every])
        self._release()

    def _counted(self, event: Arrival) -> int:
        return event.time if self.ahead is None else min(event.time, event.instant + self.ahead)

    def _release(self) -> None:
        due = [one for one in self.held.values() if one.time <= self.floor]
        for one in sorted(due, key=lambda one: (one.time, one.number)):
            del self.held[one.entity]
            self.done[one.entity] = one.time, one.version, one.number
            if not one.gone:
                self.out.append(one)

    def _take(self, event: Arrival) -> None:
        mark = event.version, event.number
        waiting = self.held.get(event.entity)
        if waiting is not None:
            self._replace(waiting, event, mark)
            return
        known = self.done.get(event.entity)
        if known is not None and known[0] >= self.floor - self.keep:
            if mark > known[1:]:
                self.done[event.entity] = known[0], *mark
                self.corrected.append(event)
            else:
                self.superseded += 1
        elif event.time > self.floor:
            self.held[event.entity] = event
        else:
            self.late.append(event)

    def _replace(self, waiting: Arrival, event: Arrival, mark: tuple[int, int]) -> None:
        if mark <= (waiting.version, waiting.number):
            self.superseded += 1
        elif event.time > self.floor:
            self.held[event.entity] = event
        else:
            del self.held[event.entity]
            self.done[event.entity] = event.time, *mark
            if not event.gone:
                self.late.append(event)
