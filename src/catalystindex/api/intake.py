"""How much of event bodies is in memory at once, over all requests: more is told to come again."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from starlette.requests import Request

from catalystindex.model.errors import EventBacklogFull

IN_HAND_BYTES = 128 * 1024 * 1024
"""Of bodies that were begun and are not in the log yet; decoded they take about twice that."""


class Intake:
    """Counts bytes in hand."""

    def __init__(self, most: int = IN_HAND_BYTES) -> None:
        self._most, self._taken = most, 0
        self._lock = threading.Lock()

    @contextmanager
    def room(self, wanted: int) -> Iterator[None]:
        """Hold so many bytes. Raises `EventBacklogFull` when there is no room for them now."""
        with self._lock:
            if self._taken and self._taken + wanted > self._most:
                raise EventBacklogFull("Too many events are being taken in; send them again soon.")
            self._taken += wanted
        try:
            yield
        finally:
            with self._lock:
                self._taken -= wanted


async def whole_body(request: Request) -> bytearray:
    """Return a request's body, grown in place: it is in memory once."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
    return body


def size_of(request: Request, most: int) -> int:
    """Return how large the body will be; ``most`` where the request does not say."""
    declared = request.headers.get("content-length", "")
    return min(int(declared), most) if declared.isascii() and declared.isdigit() else most
