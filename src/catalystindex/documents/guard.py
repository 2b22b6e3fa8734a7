"""Locks that keep accepting a document and removing its artifacts apart.

Accepting writes bytes before the record that protects them; removing looks at the records before
it deletes bytes. Between the two steps of one, the other must not come in. Locks are striped by
document, so that documents do not wait for each other.
"""

import threading
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager

STRIPES = 64


class DocumentLocks:
    """Locks by document."""

    def __init__(self) -> None:
        self._stripes = [threading.Lock() for _ in range(STRIPES)]

    @contextmanager
    def document(self, document_id: str) -> Iterator[None]:
        """Hold the lock of one document."""
        with self._stripes[_stripe(document_id)]:
            yield

    @contextmanager
    def documents(self, document_ids: Iterable[str]) -> Iterator[None]:
        """Hold the locks of several documents, taken in one order: nobody waits in a ring."""
        with ExitStack() as held:
            for stripe in sorted({_stripe(one) for one in document_ids}):
                held.enter_context(self._stripes[stripe])
            yield


def _stripe(document_id: str) -> int:
    return int(document_id[:8], 16) % STRIPES
