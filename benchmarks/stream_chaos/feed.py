"""Sends the lines of a plan, each until it is acknowledged, whatever happens to the server."""

import threading
import time
from collections.abc import Sequence
from typing import Final, Self

from catalystindex.model.errors import CatalystError
from catalystindex.sdk import Client

BATCH: Final = 2_000
AHEAD: Final = 20_000
"""Events that may wait: consumers are to be at work while there is still something to send."""
PAUSE: Final = 0.1


class Feed:
    """A thread that sends. `sent` counts acknowledged lines."""

    def __init__(self, client: Client, lines: Sequence[bytes], patience: float) -> None:
        self._client, self._lines = client, lines
        self._deadline = time.monotonic() + patience
        self._thread = threading.Thread(target=self._run, name="feed")
        self._stop = threading.Event()
        self.sent = self.accepted = self.duplicates = self.rejected = self.refused = 0
        self.problem = ""

    @property
    def done(self) -> bool:
        """Tell whether nothing more will be sent."""
        return not self._thread.is_alive()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while self.sent < len(self._lines) and not self._stop.is_set():
            if time.monotonic() > self._deadline:
                self.problem = f"only {self.sent} of {len(self._lines)} lines were sent in time"
                return
            try:
                self._send()
            except CatalystError:
                self.refused += 1
                time.sleep(PAUSE)

    def _send(self) -> None:
        if lag_of(self._client) > AHEAD:
            time.sleep(PAUSE)
            return
        part = self._lines[self.sent : self.sent + BATCH]
        result = self._client.events.submit(part)
        self.sent += len(part)
        self.accepted += result.accepted
        self.duplicates += result.duplicates
        self.rejected += len(result.rejected)


def lag_of(client: Client) -> int:
    """Return how many events wait for the graph."""
    return client.streams.consumer("graph").lag
