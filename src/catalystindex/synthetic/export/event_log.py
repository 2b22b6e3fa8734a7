"""Into an event log, or to whoever takes events in bulk."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import pyarrow as pa

from catalystindex.model.tenant import Tenant
from catalystindex.stores.eventlog.base import MAX_APPEND, EventLog, Message
from catalystindex.synthetic.export.base import WIRE, FileEntry

Send = Callable[[Sequence[Message]], object]
"""Takes up to `MAX_APPEND` messages and returns when they are safe."""


class LogExporter:
    """``log``: hands events on as messages, in their order. It writes no file."""

    def __init__(self, send: Send) -> None:
        self._send = send

    def write(self, kind: str, batch: pa.RecordBatch) -> None:
        """Send a batch, in as many calls as it takes."""
        for begin in range(0, batch.num_rows, MAX_APPEND):
            self._send(_messages(batch.slice(begin, MAX_APPEND)))

    def close(self) -> list[FileEntry]:
        """Nothing is held back."""
        return []

    def abort(self) -> None:
        """Leave what was sent: sending it again changes nothing."""


def into_log(log: EventLog, tenant: Tenant) -> LogExporter:
    """Return an exporter into a log of this process."""
    return LogExporter(partial(log.append, tenant))


def _messages(batch: pa.RecordBatch) -> list[Message]:
    columns: list[list[Any]] = [
        batch.column(name).to_pylist() for name in ("entity_id", "event_id", "event_time", WIRE)
    ]
    return [
        Message(key, event_id, time, text.encode())
        for key, event_id, time, text in zip(*columns, strict=True)
    ]
