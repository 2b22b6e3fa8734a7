"""Wake-up calls inside one process: for commands that own a data folder for a moment."""

import threading
import time
from collections import deque

from catalystindex.model.errors import QueueUnreachable
from catalystindex.stores.queue.base import Lane, WakeQueue
from catalystindex.stores.queue.calls import MAX_WAITING, countable


class LocalWakeQueue(WakeQueue):
    """Calls in memory. They end with the process; the records know what is left to do.

    A lane keeps `calls.MAX_WAITING` calls and drops what comes on top: so many looks are due
    already, and each of them finds the work that the dropped call was about.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._calls: dict[Lane, deque[str]] = {lane: deque() for lane in Lane}
        self._closed = False

    @property
    def name(self) -> str:
        """Engine and place."""
        return "in this process"

    def wake(self, lane: Lane, ident: str, calls: int = 1) -> None:
        """Leave calls; beyond the room of the lane they are dropped."""
        wanted = countable(ident, calls)
        with self._changed:
            self._check_open()
            waiting = self._calls[lane]
            waiting.extend([ident] * min(wanted, MAX_WAITING - len(waiting)))
            self._changed.notify_all()  # the waiters of both lanes share the condition

    def wait(self, lane: Lane, timeout: float) -> str | None:
        """Take the next call."""
        deadline = time.monotonic() + timeout
        with self._changed:
            waiting = self._calls[lane]
            while not waiting and not self._closed:
                left = deadline - time.monotonic()
                if left <= 0:
                    return None
                self._changed.wait(left)
            return None if self._closed else waiting.popleft()

    def depth(self, lane: Lane) -> int:
        """Count the calls that wait."""
        with self._changed:
            self._check_open()
            return len(self._calls[lane])

    def ping(self) -> None:
        """Raise `QueueUnreachable` after `close`."""
        with self._changed:
            self._check_open()

    def close(self) -> None:
        """Forget the calls; whoever waits gets None at once."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _check_open(self) -> None:
        if self._closed:
            raise QueueUnreachable("The queue is closed.", reason="closed")
