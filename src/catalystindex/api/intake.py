"""How much of event bodies is in memory at once, over all requests: more is told to come again."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from anyio import fail_after
from starlette.requests import Request

from catalystindex.model.errors import EventBacklogFull, InvalidRequest
from catalystindex.model.tenant import Tenant

IN_HAND_BYTES = 128 * 1024 * 1024
"""Of bodies that were begun and are not in the log yet; decoded they take about twice that."""
SHARE = 2
"""A workspace has at most this part of it, so that others can always hand in."""
BODY_SECONDS = 120.0
"""A body that has not arrived by then is given up: it holds room that others wait for."""


class Intake:
    """Counts bytes in hand."""

    def __init__(self, most: int = IN_HAND_BYTES) -> None:
        self._most, self._taken = most, 0
        self._of: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def room(self, tenant: Tenant, wanted: int) -> Iterator[None]:
        """Hold so many bytes. Raises `EventBacklogFull` when there is no room for them now."""
        with self._lock:
            if self._is_full(self._taken + wanted, self._of[tenant.key] + wanted, wanted):
                raise EventBacklogFull("Too many events are being taken in; send them again soon.")
            self._taken += wanted
            self._of[tenant.key] += wanted
        try:
            yield
        finally:
            with self._lock:
                self._taken -= wanted
                self._of[tenant.key] -= wanted
                if not self._of[tenant.key]:
                    del self._of[tenant.key]

    def _is_full(self, taken: int, mine: int, wanted: int) -> bool:
        """Tell whether it is too much; a body alone, or alone of its workspace, has its way."""
        return (taken > max(wanted, self._most)) or (mine > max(wanted, self._most // SHARE))


async def whole_body(request: Request, seconds: float = BODY_SECONDS) -> bytearray:
    """Return a request's body, grown in place: it is in memory once.

    Raises `InvalidRequest` for one that does not arrive in time.
    """
    body = bytearray()
    try:
        with fail_after(seconds):
            async for chunk in request.stream():
                body += chunk
    except TimeoutError:
        raise InvalidRequest(f"The body did not arrive within {seconds:g} seconds.") from None
    return body


def size_of(request: Request, most: int) -> int:
    """Return how large the body will be; ``most`` where the request does not say."""
    declared = request.headers.get("content-length", "")
    return min(int(declared), most) if declared.isascii() and declared.isdigit() else most
