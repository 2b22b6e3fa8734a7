"""The entity graph on Ladybug (https://ladybugdb.com): one embedded database per workspace."""

import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path as FilePath

from catalystindex.config.streams import GraphSettings
from catalystindex.model.errors import GraphTooLarge, GraphUnavailable
from catalystindex.model.tenant import Tenant
from catalystindex.stores.graphs import ladybug_ownership, ladybug_summary, ladybug_walk
from catalystindex.stores.graphs.base import (
    Bounds,
    Change,
    Direction,
    Effect,
    Paths,
    Profile,
    SharedAttribute,
    Subgraph,
)
from catalystindex.stores.graphs.ladybug_apply import apply_changes, position_key
from catalystindex.stores.graphs.ladybug_file import GraphFile, drop
from catalystindex.stores.graphs.ladybug_read import Reader, state_of

COUNTING = 6
"""Times as long as another question that counting a whole graph may take: anybody may ask."""


class _Open:
    """An open graph and who uses it."""

    def __init__(self) -> None:
        self.users = 0
        """Calls that have it: it stays where it is."""
        self.readers = 0
        """Calls that read, or are about to: the file stays open."""
        self.leaving = False
        """Closed for those who want to read, until the file is closed."""
        self.ready = threading.Lock()
        """Held while the file is opened or closed, so that one waits for the other."""
        self.writer = threading.Lock()
        self.file: GraphFile | None = None

    def close(self) -> None:
        """Let go of the file; nobody may be using it."""
        with self.ready:
            if self.file is not None:
                self.file.close()
                self.file = None


class LadybugGraphs:
    """A `GraphStore` with a file per workspace, of which the last used are open."""

    def __init__(self, folder: FilePath, settings: GraphSettings) -> None:
        """Keep graphs under ``folder``, as ``organisation/workspace``."""
        self._folder = folder
        self._settings = settings
        self._lock = threading.RLock()
        self._changed = threading.Condition(self._lock)
        self._open: OrderedDict[str, _Open] = OrderedDict()
        self._closed = False

    def apply(
        self, tenant: Tenant, changes: Sequence[Change], partition: int, position: int
    ) -> list[Effect]:
        """Apply changes and note the position in one transaction (`GraphStore.apply`)."""
        with self._slot(tenant) as slot, slot.writer:
            file = self._writable(tenant, slot)
            try:
                with file.writing() as transaction:
                    effects = apply_changes(transaction, changes, partition, position)
            except GraphTooLarge:
                # so that a smaller batch has all the room there is
                self._merge(slot, file, always=True)
                raise
            self._merge(slot, file)
        return effects

    def position(self, tenant: Tenant, partition: int) -> int:
        """Return the offset up to which the graph holds everything (`GraphStore.position`)."""
        with self._graph(tenant) as file, file.reading() as transaction:
            return state_of(transaction, position_key(partition)) or 0

    def neighbourhood(self, tenant: Tenant, entity_id: str, bounds: Bounds) -> Subgraph:
        """Return what is near an entity (`GraphStore.neighbourhood`)."""
        with self._reader(tenant) as reader:
            return ladybug_walk.neighbourhood(reader, reader.find(entity_id), self._within(bounds))

    def paths(self, tenant: Tenant, source: str, target: str, bounds: Bounds) -> Paths:
        """Return paths between two entities (`GraphStore.paths`)."""
        with self._reader(tenant) as reader:
            ends = reader.find(source), reader.find(target)
            return ladybug_walk.paths(reader, *ends, self._within(bounds))

    def ownership(
        self, tenant: Tenant, entity_id: str, direction: Direction, bounds: Bounds
    ) -> Paths:
        """Return chains of ownership (`GraphStore.ownership`)."""
        with self._reader(tenant) as reader:
            start = reader.find(entity_id)
            return ladybug_ownership.ownership(reader, start, direction, self._within(bounds))

    def profile(self, tenant: Tenant, entity_id: str) -> Profile:
        """Return an entity with counts and sums around it (`GraphStore.profile`)."""
        with self._reader(tenant) as reader:
            start = reader.find(entity_id)
            return ladybug_summary.profile(reader, start, self._settings.max_results)

    def shared(self, tenant: Tenant, entity_id: str, limit: int) -> list[SharedAttribute]:
        """Return attributes that others have too (`GraphStore.shared`)."""
        with self._reader(tenant) as reader:
            most = max(1, min(limit, self._settings.max_results))
            return ladybug_summary.shared(reader, reader.find(entity_id), most)

    def counts(self, tenant: Tenant) -> dict[str, int]:
        """Return the number of vertices and edges by label (`GraphStore.counts`)."""
        with self._graph(tenant) as file, file.reading(COUNTING) as transaction:
            return ladybug_summary.counts(transaction)

    def digest(self, tenant: Tenant) -> str:
        """Return a hash over everything stored (`GraphStore.digest`)."""
        with self._graph(tenant) as file, file.reading_all() as transaction:
            return ladybug_summary.digest(transaction)

    def forget(self, tenant: Tenant) -> None:
        """Drop a workspace's graph, also one that cannot be opened (`GraphStore.forget`)."""
        with self._slot(tenant) as slot, slot.writer, self._lock:
            while slot.readers:
                self._changed.wait()
            slot.close()
            drop(self._home(tenant))

    def close(self) -> None:
        """Let go of all graphs when their users are done; later calls raise `GraphUnavailable`."""
        with self._lock:
            self._closed = True
            slots = list(self._open.values())
        for slot in slots:
            # The writer first: it takes the lock when it is done.
            with slot.writer, self._lock:
                while slot.readers:
                    self._changed.wait()
                slot.close()

    def _merge(self, slot: _Open, file: GraphFile, *, always: bool = False) -> None:
        """Merge the file's log. Opened anew by the next call if it failed half way."""
        try:
            file.merge_wal(always=always)
        except GraphUnavailable:
            if file.spoiled:
                self._close_file(slot)
            raise

    def _close_file(self, slot: _Open) -> None:
        """Close a file when those who read it now are done; who comes meanwhile waits."""
        with self._lock:
            slot.leaving = True
            try:
                while slot.readers:
                    self._changed.wait()
                slot.close()
            finally:
                slot.leaving = False
                self._changed.notify_all()

    def _within(self, bounds: Bounds) -> Bounds:
        """Return bounds that are no wider than the settings allow."""
        return Bounds(
            depth=max(1, min(bounds.depth, self._settings.max_depth)),
            limit=max(1, min(bounds.limit, self._settings.max_results)),
            labels=bounds.labels,
            since=bounds.since,
            until=bounds.until,
        )

    def _home(self, tenant: Tenant) -> FilePath:
        return self._folder / tenant.organisation / tenant.workspace

    @contextmanager
    def _reader(self, tenant: Tenant) -> Iterator[Reader]:
        with self._graph(tenant) as file, file.reading() as transaction:
            yield Reader(transaction)

    @contextmanager
    def _graph(self, tenant: Tenant) -> Iterator[GraphFile]:
        with self._slot(tenant) as slot:
            with self._lock:
                while slot.leaving:
                    self._changed.wait()
                slot.readers += 1
            try:
                yield self._file(tenant, slot)
            finally:
                with self._lock:
                    slot.readers -= 1
                    self._changed.notify_all()

    def _file(self, tenant: Tenant, slot: _Open) -> GraphFile:
        with slot.ready:
            if self._closed:  # while this call waited for the writer
                raise GraphUnavailable("the graphs are closed")
            if slot.file is None:
                slot.file = GraphFile(self._home(tenant), self._settings)
            return slot.file

    def _writable(self, tenant: Tenant, slot: _Open) -> GraphFile:
        """Give the file for its writer: opened anew after a transaction that was not written."""
        file = self._file(tenant, slot)
        if not file.failed:
            return file
        self._merge(slot, file, always=True)
        self._close_file(slot)
        return self._file(tenant, slot)

    @contextmanager
    def _slot(self, tenant: Tenant) -> Iterator[_Open]:
        """Give the place of a workspace's graph, which stays open as long as somebody has it."""
        with self._lock:
            if self._closed:
                raise GraphUnavailable("the graphs are closed")
            slot = self._open.setdefault(tenant.key, _Open())
            self._open.move_to_end(tenant.key)
            slot.users += 1
        try:
            yield slot
        finally:
            with self._lock:
                slot.users -= 1
                self._close_surplus()

    def _close_surplus(self) -> None:
        """Close the graphs that were not used for longest, as far as nobody has them now.

        Under the lock: a file that is being closed cannot be opened again.
        """
        idle = [key for key, slot in self._open.items() if not slot.users]
        for key in idle[: max(0, len(self._open) - self._settings.open_graphs)]:
            self._open.pop(key).close()
