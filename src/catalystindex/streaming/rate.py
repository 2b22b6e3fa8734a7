"""Events per second over the last minute."""

from collections import deque
from datetime import datetime

WINDOW = 60.0
"""Seconds."""


class Rate:
    """Counts what one thread does; others may read it."""

    def __init__(self, began: datetime) -> None:
        self._began = began
        self._counts: deque[tuple[datetime, int]] = deque()

    def add(self, at: datetime, events: int) -> None:
        """Count events at a moment; those of one second are kept as one."""
        if self._counts and (at - self._counts[-1][0]).total_seconds() < 1.0:
            first, before = self._counts.pop()
            self._counts.append((first, before + events))
        else:
            self._counts.append((at, events))
        while len(self._counts) > WINDOW + 2:
            self._counts.popleft()

    def per_second(self, now: datetime) -> float:
        """Return the mean over the last minute, or since it began if that is shorter."""
        recent = sum(
            events for at, events in tuple(self._counts) if (now - at).total_seconds() <= WINDOW
        )
        seconds = min(WINDOW, max(1.0, (now - self._began).total_seconds()))
        return recent / seconds
