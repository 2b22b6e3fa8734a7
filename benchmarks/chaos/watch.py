"""Looking at the records from outside, as they are on disk, many times a second."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Self

from catalystindex.stores.records.sqlite import FILE_NAME

PERIOD = 0.1
ENDED = ("succeeded", "failed", "cancelled")
ITEMS = "SELECT id, state, lane, coalesce(holder, ''), lease_token FROM job_documents"


@dataclass(frozen=True)
class Item:
    """A document of a job as its row says."""

    id: str
    state: str
    lane: str
    holder: str
    token: int


@dataclass(frozen=True)
class Blow:
    """A document that was in work when something was killed."""

    token: int
    kind: str
    at: float


@contextmanager
def reading(data: Path) -> Iterator[sqlite3.Connection]:
    """Open the records of a folder, to read."""
    uri = f"file:{data / FILE_NAME}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=10)) as connection:
        yield connection


def items_of(data: Path) -> list[Item]:
    """Return every document of every job."""
    with reading(data) as connection:
        return [Item(*row) for row in connection.execute(ITEMS)]


class Watch:
    """A thread that knows how far things are, and how long what was struck is out of work."""

    def __init__(self, data: Path, total: int) -> None:
        self._data, self.total = data, total
        self._items: dict[str, Item] = {}
        self._blows: dict[str, Blow] = {}
        self.outages: dict[str, list[float]] = {"worker": [], "owner": []}
        """Seconds until documents that were struck were in work again, by what was killed."""
        self._lock = threading.Lock()
        self._paused = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="watch")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._stopping.set()
        self._thread.join()

    @property
    def ended(self) -> int:
        """Documents that ended, listings included."""
        with self._lock:
            return sum(item.state in ENDED for item in self._items.values())

    @property
    def progress(self) -> float:
        """The share of all that will be submitted that has ended."""
        return self.ended / self.total

    @property
    def open(self) -> int:
        """Documents that were submitted, or found by listings, and have not ended."""
        with self._lock:
            return len(self._items) - sum(item.state in ENDED for item in self._items.values())

    def in_work(self, lane: str | None = None) -> list[Item]:
        """Return what is in work this moment."""
        found = items_of(self._data)
        return [i for i in found if i.state == "running" and lane in (None, i.lane)]

    def struck(self, kind: str, items: list[Item]) -> None:
        """Note what was in work when something was killed just now."""
        at = time.monotonic()
        with self._lock:
            self._blows |= {item.id: Blow(item.token, kind, at) for item in items}

    @contextmanager
    def away(self) -> Iterator[None]:
        """Do not look while the block runs: nobody else has the file open when an owner starts."""
        with self._lock:
            self._paused.set()
        try:
            yield
        finally:
            self._paused.clear()

    def look(self) -> None:
        """Look once."""
        with self._lock:
            if self._paused.is_set():
                return
            for item in items_of(self._data):
                self._items[item.id] = item
                self._settle(item)

    def _settle(self, item: Item) -> None:
        blow = self._blows.get(item.id)
        if blow is None:
            return
        if item.token > blow.token:
            self.outages[blow.kind].append(time.monotonic() - blow.at)
        if item.token > blow.token or item.state in ENDED:
            del self._blows[item.id]

    def _run(self) -> None:
        while not self._stopping.wait(PERIOD):
            self.look()
