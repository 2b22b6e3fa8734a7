"""Telling whoever waits for a document that something happened to it."""

import threading
from concurrent.futures import Future


class Watchers:
    """Futures by document."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._futures: dict[str, list[Future[None]]] = {}
        self._closed = False

    def watch(self, document_id: str) -> Future[None]:
        """Return a future that ends when the document next changes hands.

        Watch first, then look at the document: it may have ended in between.
        """
        future: Future[None] = Future()
        with self._lock:
            if self._closed:
                future.cancel()
            self._futures.setdefault(document_id, []).append(future)
        return future

    def unwatch(self, document_id: str, future: Future[None]) -> None:
        """Forget a future that nobody waits for any longer."""
        with self._lock:
            watching = self._futures.get(document_id, [])
            if future in watching:
                watching.remove(future)
            if not watching:
                self._futures.pop(document_id, None)

    def tell(self, document_id: str | None) -> None:
        """End the futures of a document."""
        if document_id is None:
            return
        with self._lock:
            watching = self._futures.pop(document_id, [])
        for future in watching:
            if future.set_running_or_notify_cancel():
                future.set_result(None)

    def close(self) -> None:
        """Cancel every future, now and later."""
        with self._lock:
            self._closed = True
            waiting = [future for futures in self._futures.values() for future in futures]
        for future in waiting:
            future.cancel()
