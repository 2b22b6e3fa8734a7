"""The queue that the settings ask for."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import SecretStr

from catalystindex.config.sections import QueueSettings
from catalystindex.model.errors import QueueUnreachable
from catalystindex.stores.queue.base import WakeQueue
from catalystindex.stores.queue.local import LocalWakeQueue
from catalystindex.stores.queue.valkey import EmbeddedValkey
from catalystindex.telemetry.logs import logger

log = logger(__name__)

FOLDER = "queue"
"""Where the server of our own lives, below the data folder."""


@dataclass(frozen=True)
class OpenQueue:
    """A queue and, if it is ours, the server below it."""

    queue: WakeQueue
    server: EmbeddedValkey | None = None

    @property
    def address(self) -> str | None:
        """Where workers of the same machine reach a server of our own."""
        return None if self.server is None else f"unix://{self.server.socket}"

    def close(self) -> None:
        """Let go of the queue, then stop the server."""
        self.queue.close()
        if self.server is not None:
            self.server.stop()


def open_queue(settings: QueueSettings, data_dir: Path, embedded: bool) -> OpenQueue:
    """Open the queue at ``queue.url``; without one, on a Valkey of our own or in this process.

    A server elsewhere that does not answer is no reason not to start: what is due stands in the
    records. Raises `ConfigurationError` for an address that is none or credentials that are
    refused, and `QueueUnreachable` if our own server does not come up.
    """
    if settings.url is not None:
        return OpenQueue(_elsewhere(settings.url, settings))
    if not embedded:
        return OpenQueue(LocalWakeQueue())
    from catalystindex.stores.queue.rq import RqWakeQueue  # takes 0.3 s

    server = EmbeddedValkey(data_dir / FOLDER)
    server.start()
    return OpenQueue(RqWakeQueue(server.socket, settings.name, settings.timeout), server)


def _elsewhere(url: SecretStr, settings: QueueSettings) -> WakeQueue:
    from catalystindex.stores.queue.rq import RqWakeQueue

    queue = RqWakeQueue(url, settings.name, settings.timeout)
    try:
        queue.check()
    except QueueUnreachable as error:
        log.warning("queue_unreachable", queue=queue.name, **error.context)
    return queue
