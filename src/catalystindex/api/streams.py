"""A bound on streams that stay open: each holds a connection for as long as its job runs."""

import threading
from collections import Counter
from collections.abc import AsyncIterable, Callable, Mapping

from fastapi.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from catalystindex.model.errors import TooManyStreams
from catalystindex.model.tenant import Tenant

PER_WORKSPACE = 64
IN_ALL = 256


class Streams:
    """Counts open streams by workspace."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()
        self._lock = threading.Lock()

    def opened(self, tenant: Tenant) -> Callable[[], None]:
        """Count a stream in; return what counts it out. Raises `TooManyStreams`."""
        with self._lock:
            if self._open[tenant.key] >= PER_WORKSPACE or self._open.total() >= IN_ALL:
                raise TooManyStreams
            self._open[tenant.key] += 1

        def closed() -> None:
            with self._lock:
                self._open[tenant.key] -= 1

        return closed


class CountedStream(StreamingResponse):
    """A stream that says when it has ended, however it did."""

    def __init__(
        self,
        events: AsyncIterable[str],
        media_type: str,
        headers: Mapping[str, str],
        on_end: Callable[[], None],
    ) -> None:
        super().__init__(events, media_type=media_type, headers=headers)
        self._on_end = on_end

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._on_end()
