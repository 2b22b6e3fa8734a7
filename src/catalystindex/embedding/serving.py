"""The generation that answers now: its encoder and its vectors belong together and change together.

Whoever searches takes a lease for as long as one answer takes. A swap waits until no lease is
held and lets none begin meanwhile, so an answer never mixes two generations and no index is closed
while somebody looks into it.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from catalystindex.embedding.base import TextEncoder
from catalystindex.model.encoder import EncoderRef
from catalystindex.model.generation import EngineName
from catalystindex.stores.vectors.base import VectorStore


@dataclass(frozen=True, eq=False)
class ServingIndex:
    """A generation, opened."""

    number: int
    engine: EngineName
    model: EncoderRef
    encoder: TextEncoder
    vectors: VectorStore


class IndexHolder:
    """Holds the generation in force. Safe to use from several threads."""

    def __init__(self, index: ServingIndex) -> None:
        self._current = index
        self._changed = threading.Condition()
        self._leases = 0
        self._swapping = False

    def current(self) -> ServingIndex:
        """Return the generation in force, for those who hold off swaps by another lock."""
        return self._current

    @contextmanager
    def lease(self) -> Iterator[ServingIndex]:
        """Give the generation in force; it stays so until the lease ends."""
        with self._changed:
            self._changed.wait_for(lambda: not self._swapping)
            self._leases += 1
        try:
            yield self._current
        finally:
            with self._changed:
                self._leases -= 1
                self._changed.notify_all()

    @contextmanager
    def pause(self) -> Iterator[None]:
        """Wait until nobody holds a lease, and let nobody take one until the end."""
        with self._changed:
            self._swapping = True
            self._changed.wait_for(lambda: not self._leases)
        try:
            yield
        finally:
            with self._changed:
                self._swapping = False
                self._changed.notify_all()

    def replace(self, index: ServingIndex) -> ServingIndex:
        """Put another generation in force, during a pause; return the one before."""
        before, self._current = self._current, index
        return before

    def close(self) -> None:
        """Close the vectors of the generation in force."""
        self._current.vectors.close()
