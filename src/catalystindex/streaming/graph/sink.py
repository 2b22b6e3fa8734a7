"""The graph's consumer group: events in, changes applied, one verdict for each."""

from collections.abc import Sequence
from typing import Final

from catalystindex.model.errors import EventInvalid
from catalystindex.stores.graphs.base import Change, Effect, GraphStore
from catalystindex.streaming.graph.registry import change_of
from catalystindex.streaming.sink import APPLIED, IGNORED, STALE, Batch, Outcome, Verdict

GROUP: Final = "graph"

_VERDICTS: Final = {Effect.APPLIED: APPLIED, Effect.STALE: STALE}


class GraphSink:
    """A `Sink` that keeps the entity graph. The position is in the transaction of the changes."""

    def __init__(self, store: GraphStore) -> None:
        self._store = store

    @property
    def group(self) -> str:
        """The name of the consumer group."""
        return GROUP

    def apply(self, batch: Batch) -> Sequence[Verdict]:
        """Apply a batch in one transaction (`Sink.apply`).

        Raises `GraphUnavailable` when the store is away: then nothing of it was applied, or all.
        """
        verdicts: list[Verdict] = []
        changes: list[Change] = []
        places: list[int] = []
        for place, delivery in enumerate(batch.deliveries):
            try:
                change = change_of(delivery.event)
            except EventInvalid as error:
                verdicts.append(Verdict(Outcome.REFUSED, error))
                continue
            verdicts.append(IGNORED)
            if change is not None:
                changes.append(change)
                places.append(place)
        effects = self._store.apply(batch.tenant, changes, batch.partition, batch.position)
        for place, effect in zip(places, effects, strict=True):
            verdicts[place] = _VERDICTS[effect]
        return verdicts
