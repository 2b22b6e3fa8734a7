"""A store for consumers in tests: it keeps the newest versions, and fails when told to."""

import threading
from collections.abc import Callable, Sequence

from catalystindex.model.errors import GraphUnavailable
from catalystindex.model.events.envelope import Event
from catalystindex.streaming.sink import APPLIED, STALE, Batch, Verdict

Judge = Callable[[Event], Verdict | None]


class KeepingSink:
    """Idempotent, as a sink must be. ``trouble`` may raise for a batch, ``judge`` refuse."""

    def __init__(self, group: str = "graph") -> None:
        self._group = group
        self.kept: dict[tuple[str, str], tuple[int, str]] = {}
        self.batches: list[list[int]] = []
        """Offsets of the events of each batch that was handed in."""
        self.ends: list[int] = []
        self.trouble: Callable[[Batch], None] = lambda _: None
        self.judge: Judge = lambda _: None
        self.called = threading.Event()

    @property
    def group(self) -> str:
        return self._group

    def apply(self, batch: Batch) -> Sequence[Verdict]:
        self.batches.append([one.record.offset for one in batch.deliveries])
        self.ends.append(batch.position)
        self.called.set()
        self.trouble(batch)
        return [self._apply(batch.tenant.key, one.event) for one in batch.deliveries]

    def _apply(self, tenant: str, event: Event) -> Verdict:
        verdict = self.judge(event)
        if verdict is not None:
            return verdict
        key, stamp = (tenant, event.entity_id), (event.version, event.event_id)
        if self.kept.get(key, (0, "")) >= stamp:
            return STALE
        self.kept[key] = stamp
        return APPLIED


def away(_: Batch) -> None:
    raise GraphUnavailable("The graph is away.")
